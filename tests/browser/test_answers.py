"""Exercises answered in the page: from disk, with the network cut.

A chapter of the built book is opened once, Python is loaded into it once,
and every exercise gets its solution and two slips; at night in each chapter.
How an answer is written, stopped, kept and left is tried on one page.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

import notebooks
from built_book import ROOT, chapters
from conftest import SECONDS, one_by_one
from course import exercise_cells
from rnnlib.book.exercises import find
from test_pages import STRUCTURE, TOO_WIDE, faint, told
from test_predictions import FILL, FORBID
from visits import Visit

# What asks for more than a page can bring, and why: nothing so far.
LEFT_OUT: dict[str, str] = {}
# On a machine with other things to do.
PATIENCE = 60 * SECONDS
PHONE = {"width": 390, "height": 844}
MEMORY = "chapters/02_memory"
NAME = "memory-half-life"
TAIL = f'\n\n\nexercises.check("{NAME}", u_for)\n'
RIGHT = "def u_for(steps):\n    return 0.5 ** (1 / steps)" + TAIL
SLIP = "def u_for(steps):\n    return 1 - 1 / steps" + TAIL
WRONG = "def u_for(steps):\n    n = steps - 1\n    return 1 / n" + TAIL
ENDLESS = "print('so far', 1)\nwhile True:\n    pass"


def asked(page: str) -> dict[str, exercise_cells.Asked]:
    path = ROOT / f"{page}.ipynb"
    return exercise_cells.read(notebooks.read(path)) if path.exists() else {}


@pytest.fixture(scope="session")
def pages(html: Path) -> Path:
    """Return the folder of the book, if it was built where Node is."""
    if not (html / "_static" / "answers" / "engine.js").exists():
        pytest.skip("the book was built without Node: no answers in pages")
    return html


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """Open a fresh profile without a network."""
    context = browser.new_context(offline=True)
    yield context
    context.close()


def visit(context: BrowserContext, pages: Path, name: str = MEMORY) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    # Formulas are set later; an answer does not wait for them.
    address = (pages / f"{name}.html").as_uri()
    page.goto(address, wait_until="domcontentloaded")
    return page


def place(page: Page, name: str = NAME) -> Locator:
    return page.locator(f"#answer-{name}")


def start(page: Page, name: str = NAME) -> Locator:
    """Open the editor of an exercise; return its place."""
    found = place(page, name)
    found.locator(".answer-begin").click()
    found.get_by_role("textbox").wait_for()
    return found


def press(found: Locator, button: str) -> None:
    found.get_by_role("button", name=button, exact=True).click()


def answer(found: Locator, code: str) -> str:
    """Write an answer and run it; return what the page says of it."""
    found.get_by_role("textbox").fill(code)
    press(found, "Run")
    expect(found.locator(".answer-stop")).to_be_disabled(timeout=PATIENCE)
    return found.locator(".answer-told").inner_text()


# One chapter with every change, the others at night.
@pytest.mark.parametrize(
    "name",
    one_by_one(
        [page for page in chapters() if asked(page)],
        always=[MEMORY],
    ),
)
def test_each_exercise_of_a_chapter_is_answered_in_the_page(
    name: str, offline: BrowserContext, pages: Path
) -> None:
    page = visit(offline, pages, name)
    exercises = asked(name)
    offered = [
        found.get_attribute("data-name")
        for found in page.locator(".answer").all()
    ]
    assert offered == [each for each in exercises if each not in LEFT_OUT]
    for each in offered:
        found = start(page, each)
        assert answer(found, exercises[each].solution).startswith("Correct.")
        hints = list(find(each).slips)[:2]
        for number, hint in enumerate(hints):
            slip = (
                "from rnnlib.book.exercises import find\n"
                f"slip = list(find('{each}').slips.values())[{number}]\n"
                f"exercises.check('{each}', slip)"
            )
            assert answer(found, slip) == f"Not yet: {hint}"


@pytest.fixture(scope="module")
def live(browser: Browser, pages: Path) -> Iterator[Locator]:
    """Return one place, in a page that has loaded Python once."""
    context = browser.new_context(offline=True)
    page = visit(context, pages)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(error.stack))
    yield start(page)
    assert complaints == []
    context.close()


@pytest.mark.xdist_group("answers")
class TestOnePage:
    def test_an_endless_loop_is_stopped_and_the_next_answer_counts(
        self, live: Locator
    ) -> None:
        assert answer(live, RIGHT).startswith("Correct.")
        other = start(live.page, "memory-weights")
        stub = other.get_by_role("textbox").inner_text()
        assert answer(other, stub).startswith("Not attempted yet")
        live.get_by_role("textbox").fill(ENDLESS)
        press(live, "Run")
        expect(live.locator(".answer-status")).to_have_text("Running …")
        press(other, "Run")
        expect(other.locator(".answer-status")).to_contain_text("stop it")
        expect(other.locator(".answer-told")).to_have_text("")
        press(live, "Stop")
        expect(live.locator(".answer-status")).to_have_text("Stopped.")
        expect(live.locator(".answer-told")).to_have_text("so far 1")
        # Now it starts anew; that can be stopped too.
        press(live, "Run")
        expect(live.locator(".answer-status")).to_contain_text("starting")
        press(live, "Stop")
        expect(live.locator(".answer-status")).to_have_text("Stopped.")
        assert answer(live, SLIP).startswith("Not yet: u = 1 - 1/steps loses")

    @pytest.mark.parametrize(
        ("code", "words", "line"),
        [
            (
                WRONG,
                "stopped in line 3 with ZeroDivisionError",
                "return 1 / n",
            ),
            ("x = 1\nx.y", "Line 2: AttributeError: 'int'", "x.y"),
            ("x = 1\ndef f(:", "Line 2: SyntaxError: invalid", "def f(:"),
            ("def f():\n    f()\nf()", "Line 2: RecursionError", "f()"),
            ("import torch", "NumPy and no torch", "import torch"),
            ("tanh(1)", "write np.tanh", "tanh(1)"),
            ("math.log(2)", "write import math above", "math.log(2)"),
            ("half_lives", "not what it computes", "half_lives"),
            ("reluu(1)", "Did you mean relu?", "reluu(1)"),
        ],
    )
    def test_an_error_shows_the_readers_line(
        self, live: Locator, code: str, words: str, line: str
    ) -> None:
        assert words in answer(live, code)
        marked = live.locator(".answer-wrong")
        expect(marked).to_have_count(1)
        assert marked.inner_text().strip() == line
        live.get_by_role("textbox").press("x")
        expect(marked).to_have_count(0)

    def test_an_answer_uses_what_stands_above_it(self, live: Locator) -> None:
        assert answer(live, "print(relu(-1), run)").startswith("0")

    def test_what_python_cannot_bear_ends_with_words(
        self, live: Locator
    ) -> None:
        code = "arrays = [np.ones(10**7) for _ in range(99)]"
        assert "MemoryError" in answer(live, code)
        assert "Nothing was checked" in answer(live, "print('a' * 10**5)")
        assert answer(live, RIGHT).startswith("Correct.")

    def test_the_keyboard_leaves_the_editor(self, live: Locator) -> None:
        page, editor = live.page, live.get_by_role("textbox")
        editor.fill("")
        page.keyboard.type("if 1:")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(editor).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        expect(live.locator(".answer-run")).to_be_focused()
        page.keyboard.press("Shift+Tab")
        expect(editor).to_be_focused()
        hint = page.locator(f"#{editor.get_attribute('aria-describedby')}")
        expect(hint).to_contain_text("Escape, then Tab, leaves the editor")
        editor.fill(RIGHT)
        page.keyboard.press("Control+Enter")
        expect(live.locator(".answer-told")).to_contain_text("Correct.")

    def test_every_key_writes_and_none_opens_the_search(
        self, live: Locator
    ) -> None:
        # Keys as a reader presses them: Sphinx and its theme listen to some.
        page, editor = live.page, live.get_by_role("textbox")
        editor.fill("")
        for key in [*string.punctuation, "NumpadDivide"]:
            page.keyboard.press(key)
        assert editor.inner_text() == f"{string.punctuation}/"
        page.keyboard.press("ControlOrMeta+k")
        page.keyboard.type("z")
        assert editor.inner_text() == f"{string.punctuation}/z"
        expect(page.locator(".search-button__wrapper.show")).to_have_count(0)
        expect(editor).to_be_focused()

    def test_the_focus_stays_on_run_and_comes_back_from_stop(
        self, live: Locator
    ) -> None:
        page, editor = live.page, live.get_by_role("textbox")
        run, stop = live.locator(".answer-run"), live.locator(".answer-stop")
        editor.fill(RIGHT)
        run.focus()
        page.keyboard.press("Enter")
        expect(live.locator(".answer-told")).to_contain_text("Correct.")
        expect(run).to_be_focused()
        editor.fill(ENDLESS)
        run.focus()
        page.keyboard.press("Enter")
        expect(run).to_have_attribute("aria-disabled", "true")
        page.keyboard.press("Tab")
        expect(stop).to_be_focused()
        page.keyboard.press("Enter")
        expect(stop).to_be_disabled()
        expect(run).to_be_focused()
        # Python starts anew, so there is time to reach Stop before the end.
        editor.fill(RIGHT)
        run.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(stop).to_be_focused()
        expect(live.locator(".answer-told")).to_contain_text(
            "Correct.", timeout=PATIENCE
        )
        expect(run).to_be_focused()
        expect(run).to_have_attribute("aria-disabled", "false")

    def test_a_verdict_is_no_longer_said_of_an_answer_that_changed(
        self, live: Locator
    ) -> None:
        assert answer(live, RIGHT).startswith("Correct.")
        told, status = (
            live.locator(f".answer-{n}") for n in ("told", "status")
        )
        assert told.get_attribute("data-changed") is None
        live.get_by_role("textbox").press("Control+End")
        live.page.keyboard.type(" ")
        expect(status).to_contain_text("Changed since it ran")
        assert told.get_attribute("data-changed") == ""
        answer(live, SLIP)
        assert told.get_attribute("data-changed") is None
        expect(status).to_be_empty()

    def test_a_verdict_below_the_window_comes_into_sight(
        self, live: Locator
    ) -> None:
        editor, said = (
            live.get_by_role("textbox"),
            live.locator(".answer-told"),
        )
        answer(live, SLIP)
        editor.evaluate("field => field.scrollIntoView({block: 'end'})")
        expect(said).not_to_be_in_viewport()
        editor.evaluate("field => field.focus({preventScroll: true})")
        live.page.keyboard.press("Control+Enter")
        expect(live.locator(".answer-stop")).to_be_disabled(timeout=PATIENCE)
        expect(said).to_be_in_viewport(ratio=1)

    @pytest.mark.parametrize("code", [RIGHT, WRONG])
    def test_axe_finds_nothing(self, live: Locator, code: str) -> None:
        answer(live, code)
        page = live.page
        found = Axe().run(page, context=".answer", options=STRUCTURE)
        assert told(found.response["violations"]) == []
        for scheme in ("light", "dark"):
            assert told(faint(page, scheme, opens=False)) == []

    def test_it_fits_a_phone(self, live: Locator) -> None:
        answer(live, f"x = '{'long ' * 50}'\nprint('wide' * 99)\n1 / 0")
        live.page.set_viewport_size(PHONE)
        assert live.page.evaluate(TOO_WIDE) == []
        for button in live.get_by_role("button").all():
            assert button.bounding_box()["height"] >= 44
        live.page.set_viewport_size({"width": 1280, "height": 900})


def test_nothing_is_loaded_before_the_first_click_nor_from_outside_after(
    context: BrowserContext, served: str, pages: Path
) -> None:
    found = Visit(context.new_page(), served).open(MEMORY)
    assert not [url for url in found.asked if "/_static/answers/" in url]
    live = start(found.page)
    press(live, "Run")
    expect(live.locator(".answer-told")).to_contain_text(
        "Not attempted yet", timeout=PATIENCE
    )
    loaded = [url for url in found.asked if "/_static/answers/" in url]
    assert len(loaded) == 4
    assert found.outside() == []
    assert found.complaints == []


def come_back(page: Page, words: str) -> None:
    """Load the page again; the place of the answer says `words`.

    The browser writes down in its own time what a page keeps, and a busy
    machine may load the page before.
    """
    page.wait_for_timeout(300)  # a reader takes longer to leave
    for _ in range(5):
        page.reload()
        if words in place(page).inner_text():
            return
    expect(place(page)).to_contain_text(words)


def test_an_answer_survives_a_reload_and_a_reset_can_be_undone(
    offline: BrowserContext, pages: Path
) -> None:
    page = visit(offline, pages)
    found = start(page)
    stub = found.get_by_role("textbox").inner_text()
    found.get_by_role("textbox").fill(SLIP)
    come_back(page, "Go on with your answer")
    untried = page.get_by_text("Not attempted yet").locator("visible=true")
    others = untried.count()
    editor = start(page).get_by_role("textbox")
    expect(editor).to_contain_text("1 - 1 / steps")
    press(place(page), "Reset")
    assert editor.inner_text() == stub
    press(place(page), "Undo reset")
    expect(editor).to_contain_text("1 - 1 / steps")
    press(place(page), "Reset")
    come_back(page, "Answer here")
    assert untried.count() == others + 1  # an answer has been tried


def test_an_answer_is_remembered_as_solved_until_it_changes(
    offline: BrowserContext, pages: Path
) -> None:
    page = visit(offline, pages)
    assert answer(start(page), RIGHT).startswith("Correct.")
    come_back(page, "See your answer")
    expect(place(page)).to_contain_text("solved")
    start(page).get_by_role("textbox").fill(SLIP)
    come_back(page, "Go on with your answer")
    expect(place(page)).not_to_contain_text("solved")


@pytest.mark.parametrize(
    ("hinder", "words"), [(FILL, "storage of your browser is full"),
                          (FORBID, "keeps nothing for this page")]
)  # fmt: skip
def test_without_storage_it_says_so(
    offline: BrowserContext, pages: Path, hinder: str, words: str
) -> None:
    page = visit(offline, pages)
    page.evaluate(hinder)
    found = start(page)
    found.get_by_role("textbox").fill(SLIP)
    expect(found.locator(".answer-status")).to_contain_text(words)


def test_what_cannot_be_loaded_is_said(
    context: BrowserContext, served: str, pages: Path
) -> None:
    page = context.new_page()
    page.goto(f"{served}/{MEMORY}.html")
    context.set_offline(True)
    found = place(page)
    press(found, "Answer here")
    expect(found.locator(".answer-status")).to_contain_text("not be loaded")
    context.set_offline(False)
    start(page)
