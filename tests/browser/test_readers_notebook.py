"""The reader's notebook in JupyterLab: folded, covered, alive.

One chapter stands for all; what each holds is checked without a browser in
``tests/test_reader_notebooks.py``.
"""

from __future__ import annotations

import re

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from playwright.sync_api import BrowserContext, Locator, Page, expect

import reader_notebooks
from built_book import ROOT
from conftest import SECONDS
from live_lab import Lab
from references import Book

# One JupyterLab, started once, serves all tests of this group.
pytestmark = [pytest.mark.xdist_group("lab"), pytest.mark.nightly]

NAME = "01_ar1"
MEASURES = "def quick_skill("
ASKED = "ask_shuffled = predict("
ANSWER = """def next_value(history, intercept, phi):
    return intercept + phi * history[-1]


exercises.check("ar1-forecast", next_value)"""


@pytest.fixture(scope="module")
def notebook() -> NotebookNode:
    """Return the start, a prediction, a slider and an exercise of NAME."""
    path = ROOT / "chapters" / f"{NAME}.ipynb"
    made = reader_notebooks.make(path, Book(ROOT), None)
    code = [i for i, c in enumerate(made.cells) if c.cell_type == "code"]
    first = made.cells[: code[1] + 1]

    def find(sign: str, after: int) -> int:
        return next(
            i
            for i, cell in enumerate(made.cells)
            if i > after and sign in cell.source
        )

    kept = list(first)
    signs = ("data", MEASURES, ASKED, "def draw(phi)", "Exercise 1.1")
    for sign in signs:
        start = find(sign, code[1])
        stop = start + (1 if sign == MEASURES else 3)
        if sign == ASKED:
            stop = find(".answer(", start) + 1
        kept += made.cells[start:stop]
    names = [cell.id for cell in kept]
    return new_notebook(
        cells=[c for i, c in enumerate(kept) if c.id not in names[:i]],
        metadata=made.metadata,
    )


@pytest.fixture
def page(context: BrowserContext, notebook: NotebookNode, lab: Lab) -> Page:
    """Open the notebook in JupyterLab."""
    page = context.new_page()
    page.set_default_timeout(90 * SECONDS)
    page.goto(lab.open_address(notebook, "reader"))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    return page


def cell(page: Page, text: str) -> Locator:
    return page.locator(".jp-Cell").filter(has_text=text)


def test_nothing_is_raw_and_solutions_open_at_a_click(page: Page) -> None:
    exercise = cell(page, "Exercise 1.1: The next value ★")
    exercise.first.scroll_into_view_if_needed()
    solution = page.locator("details")
    expect(solution).to_have_count(1)
    code = solution.get_by_text("return intercept + phi * history[-1]")
    expect(code).not_to_be_visible()
    solution.locator("summary").click()
    expect(code).to_be_visible()
    shown = page.locator(".jp-Notebook").inner_text()
    for raw in ("{cite", "{exercise", "{solution", "{admonition"):
        assert raw not in shown


def test_a_slider_and_an_exercise_live_in_the_notebook(page: Page) -> None:
    # What is asked of a notebook without a kernel is lost in a dialog.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    # Type the answer over the stub, then run the whole notebook.
    stub = page.locator(".jp-CodeCell").filter(has_text="ar1-forecast").last
    stub.scroll_into_view_if_needed()
    stub.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWER)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    said = stub.locator(".jp-OutputArea-output")
    expect(said).to_contain_text("Correct.", timeout=120 * SECONDS)

    measured = page.locator(".jp-CodeCell").filter(has_text="by_chance = [")
    output = measured.first.locator(".jp-OutputArea-output")
    expect(output).to_contain_text("shuffled -0.008")  # uncovered by running

    # The answer waits for the guess, though its cell has been run.
    question = page.locator(".jp-OutputArea-output").filter(
        has=page.get_by_role("radio")
    )
    answer = page.locator(".jp-OutputArea-output").filter(
        has_text=re.compile("Commit to a guess above first|Answer\\.")
    )
    expect(answer).to_contain_text("Commit to a guess above first")
    question.get_by_label("above zero").check()
    expect(answer).to_contain_text("Commit to a guess above first")
    question.get_by_role("button", name="Commit").click()
    expect(answer).to_contain_text("You said “above zero”; measured: “below")

    figure = page.locator(".jp-OutputArea-output").filter(
        has=page.get_by_role("slider")
    )
    picture = figure.locator("img")
    before = picture.get_attribute("src")
    handle = figure.get_by_role("slider")
    handle.focus()
    handle.press("ArrowRight")
    expect(picture).not_to_have_attribute("src", before)
