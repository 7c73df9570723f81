"""Predictions in the page: from disk, with the network cut.

A small book of one chapter that asks, and of the page of results, stands for
all: what each chapter asks is checked without a browser.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tiny_book import ROOT, TinyBook

import guessing_book
from rnnlib.book.predictions import predict
from rnnlib.book.predictions.wording import say, with_unit
from test_pages import (
    SCROLLERS_ARE_REACHED,
    STRUCTURE,
    TOO_WIDE,
    faint,
    told,
)

# Two workers build the book, once each; the second for what is covered, what
# is judged and what is kept.
pytestmark = pytest.mark.xdist_group("predictions")
SECOND_WORKER = pytest.mark.xdist_group("predictions kept")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
WAYS = ("mouse", "touch", "keyboard")
KILOBYTE = 1000
SECOND, HALF = "one-second", "one-half-life"
LEFT, GONE, FREE = "one-left", "one-gone", "one-free"
# What is to be seen, below `content-visibility: hidden` too.
SEEN = "element => element.checkVisibility({ visibilityProperty: true })"
FORBID = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("no", "SecurityError"); } })"""
FILL = """() => {
  for (let size = 4e6; size >= 1; size = Math.floor(size / 2)) {
    for (let i = 0; i < 9; i += 1) {
      try { localStorage.setItem(`${size} ${i}`, "x".repeat(size)); }
      catch { break; }
    }
  }
}"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the book; return the folder of its pages."""
    folder = tmp_path_factory.mktemp("guessing")
    made = TinyBook(
        folder, {"one": guessing_book.cells()}, pages=["predictions.md"]
    )
    made.build()
    return folder / "_build" / "html"


@pytest.fixture
def offline(browser: Browser) -> Iterator[BrowserContext]:
    """Open a fresh profile without a network, on a screen to be touched."""
    context = browser.new_context(
        viewport=dict(DESKTOP), offline=True, has_touch=True
    )
    yield context
    context.close()


@pytest.fixture
def page(offline: BrowserContext, book: Path) -> Iterator[Page]:
    """Open the chapter; fail if anything complains meanwhile."""
    yield from watched(offline, book)


def watched(context: BrowserContext, book: Path) -> Iterator[Page]:
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(error.stack))
    page.on(
        "console",
        lambda m: complaints.append(m.text) if m.type == "error" else None,
    )
    visit(page, book)
    yield page
    if not page.evaluate("coursePredictions.shelf.allowed()"):
        # The theme's own scripts complain, as they do on any page.
        complaints = [text for text in complaints if "redict" in text]
    assert complaints == []


def visit(page: Page, book: Path, name: str = "one") -> None:
    address, _, label = name.partition("#")
    page.goto(f"{(book / address).as_uri()}.html" + (label and f"#{label}"))
    page.wait_for_selector("html:not(.predict-waiting)")


def question(page: Page, key: str) -> Locator:
    return page.locator(f"#predict-{key}")


def answer(page: Page, key: str) -> Locator:
    return page.locator(f"#predict-{key}-answer")


def is_covered(page: Page, key: str) -> bool:
    found = answer(page, key)
    seen = found.evaluate(SEEN)
    under = found.evaluate("e => Boolean(e.closest('.predict-covered'))")
    assert seen != under
    return not seen


def press(page: Page, way: str, button: Locator) -> None:
    if way == "mouse":
        button.click()
    elif way == "touch":
        button.tap()
    else:
        button.focus()
        page.keyboard.press("Enter")


def commit(page: Page, key: str, way: str = "mouse") -> None:
    press(page, way, question(page, key).get_by_role("button", name="Commit"))


def come_back(page: Page, key: str) -> None:
    """Load the page again; an answered question stays open.

    The browser writes down in its own time what a page keeps, and a busy
    machine may load the page before.
    """
    for _ in range(5):
        page.reload()
        if not is_covered(page, key):
            return
    pytest.fail(f"{key} is forgotten")


def see_results(page: Page, book: Path, number: int) -> None:
    """Open the page of results; what was kept is there, see ``come_back``."""
    page.wait_for_timeout(300)  # a reader takes longer to leave
    for _ in range(5):
        visit(page, book, "predictions")
        if page.evaluate("coursePredictions.shelf.keys().length") == number:
            return
    pytest.fail(f"fewer than {number} guesses are kept")


def choose(page: Page, way: str, name: str = "the same") -> None:
    radio = question(page, SECOND).get_by_role("radio", name=name)
    if way == "keyboard":
        question(page, SECOND).get_by_role("radio").first.focus()
        page.keyboard.press("ArrowDown")
    else:
        press(page, way, radio)
    assert radio.is_checked()


def slide(page: Page, way: str) -> None:
    slider = question(page, HALF).get_by_role("slider")
    if way == "keyboard":
        slider.focus()
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext") == "2 steps"
        return
    place = {"x": 12, "y": slider.bounding_box()["height"] / 2}
    if way == "mouse":
        slider.click(position=place)
    else:
        slider.tap(position=place)
    value = slider.get_attribute("aria-valuetext")
    assert int(value.split()[0]) < 5


def drag(page: Page, way: str, key: str = LEFT) -> None:
    """Draw with the mouse, or move each point by finger or by key."""
    box = question(page, key)
    box.scroll_into_view_if_needed()
    before = values(page, key)
    handles = box.get_by_role("slider").all()
    places = [h.locator(".predict-knob").bounding_box() for h in handles]
    middles = [
        (b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in places
    ]
    far = 0.55 * box.locator("svg").bounding_box()["height"]
    if way == "mouse":  # one stroke through all points
        page.mouse.move(*middles[0])
        page.mouse.down()
        for x, y in middles:
            page.mouse.move(x, y + far, steps=4)
        page.mouse.up()
    for handle, (x, y) in zip(handles, middles):
        if way == "touch":
            page.touchscreen.tap(x, y + far)
        elif way == "keyboard":
            handle.focus()
            for name in ("PageDown", "ArrowDown", "ArrowUp", "ArrowLeft"):
                page.keyboard.press(name)
    after = values(page, key)
    assert all(now < old for now, old in zip(after, before))


Place = tuple[float, float]


def place_of(page: Page, key: str, x: float, y: float) -> Place:
    """Return where a place of the drawing lies on the screen."""
    svg = question(page, key).locator("svg").bounding_box()
    scale = svg["width"] / 420
    return svg["x"] + x * scale, svg["y"] + y * scale


def points(page: Page, key: str) -> list[Place]:
    """Return where the points of a curve lie, in the drawing."""
    found = (
        question(page, key)
        .locator(".predict-handle")
        .evaluate_all(
            "all => all.map((e) => e.transform.baseVal[0].matrix)"
            ".map((m) => [m.e, m.f])"
        )
    )
    return [(x, y) for x, y in found]


def between_ends(start: Place, end: Place, steps: int) -> list[Place]:
    """Return places on the line between two, both included."""
    return [
        (
            start[0] + (end[0] - start[0]) * part,
            start[1] + (end[1] - start[1]) * part,
        )
        for part in np.linspace(0, 1, steps + 1).tolist()
    ]


def assert_on_line(found: list[Place], start: Place, end: Place) -> None:
    slope = (end[1] - start[1]) / (end[0] - start[0])
    for x, y in found:
        assert y == pytest.approx(start[1] + slope * (x - start[0]), abs=2)


def draw_with_mouse(page: Page, key: str, start: Place, end: Place) -> None:
    question(page, key).locator("svg").scroll_into_view_if_needed()
    places = [
        place_of(page, key, *each) for each in between_ends(start, end, 12)
    ]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def values(page: Page, key: str) -> list[float]:
    handles = question(page, key).get_by_role("slider").all()
    return [float(h.get_attribute("aria-valuenow")) for h in handles]


def kept(page: Page, key: str) -> dict | None:
    return page.evaluate(f"coursePredictions.shelf.get('{key}')")


def commit_all(page: Page) -> None:
    choose(page, "mouse")
    slide(page, "keyboard")
    drag(page, "mouse")
    for key in (SECOND, HALF, LEFT):
        commit(page, key)
    question(page, GONE).get_by_role("button", name="Show me").click()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("key", "guess", "told"),
    [
        (SECOND, choose, "You said “the same”; measured: “more”."),
        (HALF, slide, "measured: 6.58 steps. Too low by"),
        (LEFT, drag, "measured: at 6.6 steps. The largest gap is at"),
    ],
)
def test_what_follows_is_covered_until_the_commitment(
    page: Page, key: str, guess: Callable, told: str, way: str
) -> None:
    assert is_covered(page, key)
    commit(page, key, way)
    expect(question(page, key).get_by_role("status")).to_contain_text("first")
    assert is_covered(page, key)
    guess(page, way)
    commit(page, key, way)
    assert not is_covered(page, key)
    expect(answer(page, key)).to_contain_text(told)
    record = kept(page, key)
    assert record["text"] in answer(page, key).inner_text()
    # Said and locked, and the focus is where the news is.
    status = question(page, key).get_by_role("status")
    expect(status).to_be_focused()
    # So is what was measured, as the answer may be far below.
    first, _, _ = record["text"].partition(".")
    expect(status).to_contain_text(first)
    expect(status.get_by_role("link")).to_have_text("To the answer")
    for field in question(page, key).locator("input, [role=slider]").all():
        assert field.is_disabled() or field.get_attribute("tabindex") == "-1"
    # Reloaded, all of it stands as it stood.
    shown = answer(page, key).inner_text()
    come_back(page, key)
    assert answer(page, key).inner_text() == shown
    others = {SECOND, HALF, LEFT, GONE} - {key}
    assert all(is_covered(page, other) for other in others)


@pytest.fixture
def phone(browser: Browser, book: Path) -> Iterator[Page]:
    """Open the chapter on a phone."""
    context = browser.new_context(
        viewport=dict(PHONE), offline=True, has_touch=True, is_mobile=True
    )
    yield from watched(context, book)
    context.close()


@pytest.mark.parametrize("direction", ["across", "down"])
def test_a_finger_draws_and_the_page_stays(
    phone: Page, direction: str
) -> None:
    svg = question(phone, LEFT).locator("svg")
    svg.evaluate(
        "e => e.scrollIntoView({ block: 'center', behavior: 'instant' })"
    )
    phone.wait_for_timeout(200)  # what can be touched is known once painted
    phone.evaluate(
        "window.seen = []; for (const name of ['pointerup', 'pointercancel'])"
        " addEventListener(name, () => seen.push(name), true)"
    )
    scrolled, address = phone.evaluate("scrollY"), phone.url
    before = points(phone, LEFT)
    start, end = {
        "across": ((90, 40), (412, 200)),
        "down": (before[1], (before[1][0], 200)),
    }[direction]
    touch_along(
        phone,
        [place_of(phone, LEFT, *p) for p in between_ends(start, end, 15)],
    )
    assert phone.evaluate("seen") == ["pointerup"]
    assert (phone.evaluate("scrollY"), phone.url) == (scrolled, address)
    after = points(phone, LEFT)
    if direction == "across":
        assert_on_line(after, start, end)
    else:
        assert after[1][1] == pytest.approx(200, abs=2)
        assert [*after[:1], *after[2:]] == [*before[:1], *before[2:]]
    # Once it is drawn, a finger there scrolls the page as elsewhere.
    commit(phone, LEFT, "touch")
    svg.evaluate(
        "e => e.scrollIntoView({ block: 'center', behavior: 'instant' })"
    )
    phone.wait_for_timeout(200)  # what can be touched is known once painted
    drawn, scrolled = points(phone, LEFT), phone.evaluate("scrollY")
    touch_along(
        phone,
        [
            place_of(phone, LEFT, *p)
            for p in between_ends((200, 220), (200, 20), 15)
        ],
    )
    phone.wait_for_function(f"scrollY > {scrolled}")
    assert points(phone, LEFT) == drawn


def touch_along(page: Page, places: list[Place]) -> None:
    """Move a finger as the browser hears of it from the screen."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, *touched: Place) -> None:
        session.send(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [{"x": x, "y": y} for x, y in touched],
            },
        )

    send("touchStart", places[0])
    for place in places[1:]:
        send("touchMove", place)
    send("touchEnd")


@pytest.mark.parametrize("back", [False, True])
def test_a_stroke_is_kept_as_it_was_drawn(page: Page, back: bool) -> None:
    for key in (LEFT, FREE):
        start, end = (points(page, key)[0][0] - 8, 40), (414, 220)
        if back:
            start, end = end, start
        draw_with_mouse(page, key, start, end)
        assert_on_line(points(page, key), start, end)


def test_a_held_point_follows_the_pen_and_no_other_does(page: Page) -> None:
    before = points(page, LEFT)
    x, y = before[2]
    draw_with_mouse(page, LEFT, (x, y), (x + 9, 150))
    after = points(page, LEFT)
    assert after[2] == pytest.approx((x, 150), abs=1.5)
    assert [*after[:2], after[3]] == [*before[:2], before[3]]


@pytest.mark.parametrize("key", [LEFT, GONE])
def test_a_stroke_begins_where_the_known_part_ends(
    page: Page, key: str
) -> None:
    known = question(page, key).locator("polyline.predict-known")
    given = known.get_attribute("points")
    x, y = map(float, given.split()[-1].split(","))
    draw_with_mouse(page, key, (x + 1, y), (414, 220))
    assert_on_line(points(page, key), (x + 1, y), (414, 220))
    assert known.get_attribute("points") == given


@pytest.mark.parametrize(
    ("key", "guess"), [(SECOND, choose), (HALF, slide), (LEFT, drag)]
)
def test_what_was_asked_for_is_not_asked_for_any_longer(
    page: Page, key: str, guess: Callable
) -> None:
    commit(page, key)
    status = question(page, key).get_by_role("status")
    expect(status).to_contain_text("first")
    guess(page, "mouse")
    expect(status).to_be_empty()


@pytest.mark.parametrize("way", [*WAYS, "arrows"])
def test_the_value_at_which_a_slider_rests_can_be_chosen(
    page: Page, way: str
) -> None:
    slider = question(page, HALF).get_by_role("slider")
    resting = slider.get_attribute("aria-valuetext")
    slider.focus()
    page.keyboard.press("Tab")  # passing by chooses nothing
    commit(page, HALF)
    assert is_covered(page, HALF)
    box = slider.bounding_box()
    value, most = int(slider.input_value()), int(slider.get_attribute("max"))
    thumb = {
        "x": 8 + (box["width"] - 16) * value / most,
        "y": box["height"] / 2,
    }
    if way == "mouse":
        slider.click(position=thumb)
    elif way == "touch":
        slider.tap(position=thumb)
    elif way == "keyboard":
        slider.press("Enter")
    else:
        slider.press("ArrowRight")
        slider.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext") == resting
    expect(question(page, HALF).locator("output")).to_have_text(resting)
    commit(page, HALF)
    assert kept(page, HALF)["said"] == resting


def test_the_form_says_what_a_curve_comes_to(page: Page) -> None:
    page.evaluate(
        "for (const key of ['one-gone', 'one-free']) localStorage.setItem("
        "`one-lag-prediction:${key}`, JSON.stringify({ v: 1, key,"
        " guess: Array(key === 'one-gone' ? 4 : 3).fill(0.5) }))"
    )
    come_back(page, FREE)
    status = question(page, GONE).get_by_role("status")
    expect(status).to_contain_text(
        "Your curve never reaches a hundredth here; measured: at 6.6 steps."
    )
    status = question(page, FREE).get_by_role("status")
    expect(status).to_contain_text("On average your points are off by 0.5;")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_committed_to_stays_readable(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        f"document.documentElement.dataset.theme === '{scheme}'"
    )
    filled = "e => getComputedStyle(e).backgroundColor"
    ochre = question(page, SECOND).locator(".predict-commit").evaluate(filled)
    choose(page, "mouse")
    slide(page, "keyboard")
    for key in (SECOND, HALF):
        commit(page, key)
    chosen = page.locator(f"#predict-{SECOND} input:checked")
    assert chosen.evaluate(filled) == ochre
    for said in (
        chosen.locator("xpath=ancestor::label"),
        question(page, HALF).locator("output"),
    ):
        style = said.evaluate(
            "e => [getComputedStyle(e).fontWeight, getComputedStyle(e).color,"
            " getComputedStyle(e.closest('.predict')).color]"
        )
        assert style[0] == "700"
        assert style[1] == style[2]


def test_a_slider_has_the_width_of_a_phone(phone: Page) -> None:
    slider = question(phone, HALF).get_by_role("slider").bounding_box()
    row = question(phone, HALF).locator(".predict-slider").bounding_box()
    number = question(phone, HALF).locator("output").bounding_box()
    assert slider["width"] > 0.95 * row["width"]
    assert number["y"] >= slider["y"] + slider["height"] - 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_boxes_stand_in_line_with_the_text(
    page: Page, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        f"document.documentElement.dataset.theme === '{scheme}'"
    )
    question(page, SECOND).get_by_role("button", name="Show me").click()
    words = page.get_by_text("Open words.").bounding_box()
    for box in (question(page, SECOND), answer(page, SECOND)):
        found = box.bounding_box()
        assert found["x"] == pytest.approx(words["x"], abs=1)
        assert found["width"] == pytest.approx(words["width"], abs=1)


def test_no_point_covers_a_label(page: Page) -> None:
    # Its rim counts too, which the browser leaves out of its box.
    covered = question(page, FREE).evaluate(
        """box => {
          const all = (name) => [...box.querySelectorAll(name)]
            .map((e) => e.getBoundingClientRect());
          return all(".predict-knob").flatMap((a) =>
            all("text").filter((b) => a.left - 3 < b.right && b.left < a.right
              && a.top < b.bottom && b.top < a.bottom)).length;
        }"""
    )
    assert covered == 0


@SECOND_WORKER
def test_typed_hyphens_become_minus_signs(page: Page) -> None:
    question(page, FREE).get_by_role("button", name="Show me").click()
    expect(answer(page, FREE)).to_contain_text("It goes by −0.008 at last.")
    expect(question(page, FREE)).to_contain_text("ends at −0.5")


@SECOND_WORKER
def test_a_right_guess_is_told_so(page: Page) -> None:
    choose(page, "mouse", "more")
    commit(page, SECOND)
    said = answer(page, SECOND)
    expect(said).to_contain_text("Right: you said “more”.")
    expect(said).to_contain_text("It is 0.322.")
    assert kept(page, SECOND)["right"] is True


@SECOND_WORKER
def test_nothing_under_the_cover_can_be_reached_or_heard(page: Page) -> None:
    stops = []
    for _ in range(90):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                "Boolean(document.activeElement.closest('.predict-covered'))"
            )
        )
    assert not any(stops)
    heard = page.locator("article").aria_snapshot()
    assert "Commit" in heard
    assert "Open again." in heard
    for secret in ("0.322", "6.578", "A heading inside", "Hidden words"):
        assert secret not in heard
    sheets = page.locator(".predict-covered").all()
    assert {s.get_attribute("hidden") for s in sheets} == {"until-found"}


@SECOND_WORKER
def test_the_cover_ends_with_its_section_or_at_its_mark(page: Page) -> None:
    for words in ("Open again.", "Open words."):
        assert page.get_by_text(words).evaluate(SEEN), words
    for words in ("A curve", "The end"):
        assert page.get_by_role("heading", name=words).count() == 1
    for words in ("It is more.", "So it is seven.", "Hidden words."):
        assert not page.get_by_text(words).evaluate(SEEN), words


@SECOND_WORKER
def test_show_me_uncovers_and_counts_for_nothing(page: Page) -> None:
    question(page, SECOND).get_by_role("button", name="Show me").click()
    assert not is_covered(page, SECOND)
    expect(answer(page, SECOND)).to_contain_text("Measured: more.")
    assert kept(page, SECOND)["shown"] is True
    come_back(page, SECOND)


@SECOND_WORKER
def test_ask_me_again_forgets_and_covers(page: Page) -> None:
    before = answer(page, LEFT).evaluate("e => e.innerHTML")
    drag(page, "keyboard")
    commit(page, LEFT)
    question(page, LEFT).get_by_role("button", name="Ask me again").click()
    assert is_covered(page, LEFT)
    assert kept(page, LEFT) is None
    assert answer(page, LEFT).evaluate("e => e.innerHTML") == before
    expect(question(page, LEFT).get_by_role("slider").first).to_be_focused()


@SECOND_WORKER
@pytest.mark.parametrize(
    "label", ["sec-inside", "word-inside", f"predict-{HALF}-answer"]
)
def test_a_link_under_the_cover_uncovers_it(
    page: Page, book: Path, label: str
) -> None:
    page.goto("about:blank")
    visit(page, book, f"one#{label}")
    assert not is_covered(page, HALF)
    assert is_covered(page, SECOND)
    expect(page.locator(f"[id='{label}']")).to_be_in_viewport()
    # Who has seen the answer may guess, but it does not count.
    slide(page, "keyboard")
    commit(page, HALF)
    assert kept(page, HALF)["looked"] is True


@SECOND_WORKER
def test_the_table_of_contents_leads_under_the_cover(page: Page) -> None:
    link = page.locator(".bd-toc").get_by_role("link", name="A heading inside")
    for _ in range(2):  # again with the address as it is
        link.click()
        assert not is_covered(page, HALF)
        heading = page.get_by_role("heading", name="A heading inside")
        expect(heading).to_be_in_viewport()
        page.reload()
        page.evaluate("scrollTo(0, 0)")
    assert is_covered(page, SECOND)


@SECOND_WORKER
def test_a_link_elsewhere_uncovers_nothing(page: Page, book: Path) -> None:
    visit(page, book, "one#sec-number")
    assert is_covered(page, HALF)


@SECOND_WORKER
def test_find_in_page_and_the_search_of_the_book_uncover(
    page: Page, book: Path
) -> None:
    # What the browser says before it shows a match.
    page.get_by_text("Hidden words.").evaluate(
        "e => e.closest('.predict-covered')"
        ".dispatchEvent(new Event('beforematch', { bubbles: true }))"
    )
    assert not is_covered(page, HALF)
    page.goto(f"{(book / 'one.html').as_uri()}?highlight=seven")
    page.wait_for_selector("span.highlighted")
    expect(page.get_by_text("So it is")).to_be_visible()
    assert is_covered(page, SECOND)


@SECOND_WORKER
def test_print_uncovers_for_as_long_as_it_lasts(page: Page) -> None:
    page.emulate_media(media="print")
    for key in (SECOND, HALF, LEFT, GONE):
        assert answer(page, key).evaluate(SEEN)
    page.emulate_media(media="screen")
    for key in (SECOND, HALF, LEFT, GONE):
        assert not answer(page, key).evaluate(SEEN)


@SECOND_WORKER
def test_what_was_covered_works(page: Page) -> None:
    formula = page.locator("mjx-container")
    formula.first.wait_for()
    question(page, HALF).get_by_role("button", name="Show me").click()
    figure = page.locator(".explore")
    picture = figure.get_by_role("img")
    before = picture.get_attribute("src")
    figure.get_by_role("slider").press("ArrowRight")
    expect(picture).not_to_have_attribute("src", before)
    inside = page.locator("#a-heading-inside mjx-container")
    sizes = [
        each.evaluate("e => getComputedStyle(e).fontSize")
        for each in (formula.nth(1), inside)
    ]
    question(page, SECOND).get_by_role("button", name="Show me").click()
    assert sizes[1] and abs(float(sizes[1][:-2]) / 19.2 - 1) < 0.4
    page.get_by_role("link", name="a link").click()
    assert page.url.endswith("#sec-choice")


@SECOND_WORKER
def test_without_javascript_all_of_it_is_open(
    browser: Browser, book: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((book / "one.html").as_uri())
    for words in ("less", "Measured: more.", "Hidden words.", "So it is"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.locator(".predict input, .predict button")).to_have_count(
        3 + 1 + 2 * 5
    )
    for field in page.locator(".predict input, .predict button").all():
        expect(field).not_to_be_visible()
    page.goto((book / "predictions.html").as_uri())
    expect(page.locator("#predictions-all tbody tr")).to_have_count(5)
    context.close()


@SECOND_WORKER
def test_the_page_judges_a_curve_in_the_words_of_rnnlib(page: Page) -> None:
    draw = random.Random(0)
    weights, gradient = 0.9 ** np.arange(21), 0.5 ** np.arange(21.0)
    for key, source, measured in (
        (LEFT, guessing_book.CURVE, weights),
        (GONE, guessing_book.POWERS, gradient),
    ):
        outcome = (
            eval(source, {"predict": predict})
            .answer(measured, at=range(21))
            .outcome
        )
        guesses = [
            [
                float(f"{draw.uniform(0, 1) ** draw.choice([1, 12]):.3g}")
                for _ in range(4)
            ]
            for _ in range(200)
        ] + [outcome.values.tolist()]
        found = page.evaluate(
            """([name, guesses]) => {
              const read = (id) => JSON.parse(document.getElementById(id)
                .querySelector(":scope > script").textContent);
              const [data, answer] = [read(name), read(`${name}-answer`)];
              return guesses.map((guess) =>
                coursePredictions.judgeCurve(data, answer, guess));
            }""",
            [f"predict-{key}", guesses],
        )
        for guess, judged in zip(guesses, found):
            wanted = outcome.judge(guess)
            assert judged["text"] == wanted.text
            assert judged["right"] == wanted.right
            assert judged["surprise"] == pytest.approx(wanted.surprise)
        assert {judged["right"] for judged in found} == {True, False}


@SECOND_WORKER
def test_the_page_says_numbers_as_rnnlib_does(page: Page) -> None:
    draw = random.Random(1)
    numbers = [
        draw.choice([-1, 1]) * 10 ** draw.uniform(-9, 9) for _ in range(300)
    ]
    numbers += [0.0, 1.0, -1.0, 1000.0, 999_999.0, 1e6, 1e-3, 120.0, 1e-7]
    for digits in (2, 3):
        found = page.evaluate(
            "([numbers, digits]) => numbers.map((n) =>"
            " coursePredictions.say(n, digits))",
            [numbers, digits],
        )
        assert found == [say(number, digits) for number in numbers]
    found = page.evaluate(
        "[0, 1, 2].map((n) => coursePredictions.withUnit(n, 'steps a day'))"
    )
    assert found == [with_unit(n, "steps a day") for n in range(3)]
    assert found[1] == "1 step a day"


@SECOND_WORKER
def test_the_page_of_results_tells_all_and_links_back(
    page: Page, book: Path
) -> None:
    visit(page, book, "predictions")
    expect(page.locator("#predictions-summary")).to_have_text(
        "Of 5 predictions you have committed to 0: 0 right, 0 not."
    )
    visit(page, book)
    commit_all(page)
    records = [kept(page, key) for key in (SECOND, HALF, LEFT)]
    see_results(page, book, 4)
    expect(page.locator("#predictions-summary")).to_contain_text(
        "committed to 3: 0 right, 3 not. You looked first at 1."
    )
    row = page.locator("#predictions-chapters tbody tr")
    assert row.inner_text().split() == ["One", "0", "3", "1", "1"]
    crossing = page.locator("#predictions-crossings tbody tr")
    expect(crossing).to_contain_text("one half")
    expect(crossing).to_contain_text("6.6 steps")
    chart = page.locator("#predictions-crossings circle")
    expect(chart).to_have_count(2)
    surprises = page.locator("#predictions-surprises li")
    expect(surprises).to_have_count(3)
    most = max(records, key=lambda record: record["surprise"])
    expect(surprises.first).to_contain_text(most["text"])
    surprises.first.get_by_role("link").click()
    expect(question(page, most["key"])).to_be_in_viewport()


@SECOND_WORKER
def test_the_list_says_what_was_measured_once_it_may(
    page: Page, book: Path
) -> None:
    commit_all(page)
    see_results(page, book, 4)
    head = page.locator("#predictions-all th").all_inner_texts()
    filled = page.locator("#predictions-all tbody tr")
    expect(filled.first).to_contain_text("“more”")
    rows = filled.all()
    told = [
        dict(zip(head, row.locator("td").all_inner_texts())) for row in rows
    ]
    assert [each["Measured"] for each in told] == [
        "“more”",
        "6.58 steps",
        "one half at 6.6 steps",
        "a hundredth at 6.6 steps",
        "",
    ]
    assert told[0]["You said"] == "“the same”"
    assert told[4]["Result"] == "not yet"


@SECOND_WORKER
def test_the_page_of_results_fits_a_phone(phone: Page, book: Path) -> None:
    commit_all(phone)
    see_results(phone, book, 4)
    wide = phone.evaluate(
        "[...document.querySelectorAll('.predictions-scroll')].map("
        "(e) => [e.scrollWidth, e.clientWidth])"
    )
    assert all(inner <= outer for inner, outer in wide[-1:])
    row = phone.locator("#predictions-all tbody tr").nth(1)
    places = [c.bounding_box() for c in row.locator("td").all()]
    assert len(places) == 5
    assert all(
        above["y"] + above["height"] <= below["y"] + 1
        for above, below in itertools.pairwise(places)
    )
    # What to do with the guesses is not at the end of a long page.
    for name in ("Export as a file", "Delete all guesses"):
        expect(phone.get_by_role("button", name=name)).to_be_in_viewport()


@SECOND_WORKER
def test_export_and_delete(page: Page, book: Path) -> None:
    commit_all(page)
    see_results(page, book, 4)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as a file").click()
    made = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert download.value.suggested_filename == "predictions.json"
    found = {each["key"]: each for each in made["predictions"]}
    assert set(found) == {SECOND, HALF, LEFT, GONE}
    assert found[HALF]["guess"] == 2
    assert len(found[LEFT]["guess"]) == 4
    delete = page.get_by_role("button", name="Delete all guesses")
    delete.click()
    expect(page.get_by_text("Delete all 4 guesses")).to_be_visible()
    page.get_by_role("button", name="Keep them").click()
    expect(delete).to_be_focused()
    assert kept(page, HALF)
    delete.click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.get_by_text("All guesses are deleted.")).to_be_focused()
    assert page.evaluate("localStorage.length") == page.evaluate(
        "Object.keys(localStorage)"
        ".filter((k) => !k.startsWith('one-lag')).length"
    )
    visit(page, book)
    assert is_covered(page, HALF)


@SECOND_WORKER
def test_two_tabs_lose_nothing_of_each_other(
    offline: BrowserContext, page: Page, book: Path
) -> None:
    other = offline.new_page()
    visit(other, book)
    results = offline.new_page()
    visit(results, book, "predictions")
    choose(page, "mouse")
    commit(page, SECOND)
    slide(other, "keyboard")
    commit(other, HALF)
    # Each hears of the other, and neither has been reloaded.
    expect(answer(other, SECOND)).to_contain_text("You said “the same”")
    expect(answer(page, HALF)).to_contain_text("You said 2 steps")
    expect(results.locator("#predictions-summary")).to_contain_text(
        "committed to 2"
    )
    for tab in (page, other):
        for key in (SECOND, HALF):
            come_back(tab, key)
    # They hear of a deletion too.
    results.get_by_role("button", name="Delete all guesses").click()
    results.get_by_role("button", name="Yes, delete").click()
    for tab in (page, other):
        for key in (SECOND, HALF):
            expect(answer(tab, key)).not_to_be_visible()
            expect(
                question(tab, key).get_by_role("button", name="Commit")
            ).to_be_visible()
            expect(question(tab, key).get_by_role("status")).to_be_empty()


@SECOND_WORKER
@pytest.mark.parametrize(
    ("trouble", "told"),
    [("full", "storage of your browser is full"), ("forbidden", "keeps not")],
)
def test_a_full_or_forbidden_storage_is_survived(
    page: Page, book: Path, trouble: str, told: str
) -> None:
    if trouble == "full":
        page.evaluate(FILL)
    else:
        page.add_init_script(FORBID)
        visit(page, book, "predictions")
        expect(page.locator("#predictions-summary")).to_contain_text(
            "keeps nothing"
        )
        visit(page, book)
    drag(page, "keyboard")
    commit(page, LEFT)
    assert not is_covered(page, LEFT)
    expect(answer(page, LEFT)).to_contain_text("The largest gap")
    expect(question(page, LEFT).get_by_role("status")).to_contain_text(told)


@SECOND_WORKER
def test_a_record_that_no_longer_fits_is_asked_for_again(
    page: Page, book: Path
) -> None:
    for key, guess in ((SECOND, "perhaps"), (HALF, 99), (LEFT, [0.5])):
        record = {"v": 1, "key": key, "guess": guess, "right": True}
        page.evaluate(
            "([key, text]) => localStorage.setItem("
            "`one-lag-prediction:${key}`, text)",
            [key, json.dumps(record)],
        )
    page.evaluate("localStorage.setItem('one-lag-prediction:one-gone', '{')")
    page.reload()
    for key in (SECOND, HALF, LEFT, GONE):
        assert is_covered(page, key)
    visit(page, book, "predictions")


@SECOND_WORKER
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_axe_violation_on_a_phone(
    page: Page, book: Path, scheme: str
) -> None:
    page.set_viewport_size(dict(PHONE))
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function(
        f"document.documentElement.dataset.theme === '{scheme}'"
    )
    assert_good(page, scheme)
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => d.open = 1)"
    )
    commit_all(page)
    assert_good(page, scheme)
    see_results(page, book, 4)
    page.get_by_role("button", name="Delete all guesses").click()
    assert_good(page, scheme)


def assert_good(page: Page, scheme: str) -> None:
    page.wait_for_function(SCROLLERS_ARE_REACHED)
    options = {**STRUCTURE, "preload": False}  # it would fetch style sheets
    found = Axe().run(page, options=options).response["violations"]
    assert told(found) == []
    # Clicks nothing away: what is there is open, or to stay covered.
    assert told(faint(page, scheme, opens=False)) == []
    assert page.evaluate(TOO_WIDE) == []


@SECOND_WORKER
def test_fingers_find_what_they_touch(page: Page) -> None:
    page.set_viewport_size(dict(PHONE))
    sizes = page.evaluate(
        "[...document.querySelectorAll('.predict button, .predict label,"
        " .predict-slider input, .predict-reach')]"
        ".filter((e) => e.checkVisibility())"
        ".map((e) => e.getBoundingClientRect())"
        ".map((box) => Math.min(box.width, box.height))"
    )
    assert len(sizes) >= 4 * 2 + 3 + 1 + 8
    assert min(sizes) >= 24


@SECOND_WORKER
def test_a_page_grows_by_little(book: Path) -> None:
    files = [
        ROOT / "_static" / name
        for name in ("predict.js", "predict.css", "predictions.js")
    ]
    sizes = [len(gzip.compress(path.read_bytes())) for path in files]
    assert sum(sizes) <= 20 * KILOBYTE
    text = (book / "one.html").read_text("utf-8")
    asked = text[text.index('class="predict"') :]
    assert len(gzip.compress(asked.encode())) <= 40 * KILOBYTE
