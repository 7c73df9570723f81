"""With a kernel the same call gives widgets: a slider redraws the figure."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import BrowserContext, TimeoutError, expect

import notebooks
from conftest import SECONDS
from live_lab import Lab

# One JupyterLab, started once, serves all tests of this group.
pytestmark = [pytest.mark.xdist_group("lab"), pytest.mark.nightly]
CODE = """\
import matplotlib.pyplot as plt

from rnnlib.book.sliders import explore


def draw(phi):
    fig, ax = plt.subplots()
    ax.plot([phi**k for k in range(20)])
    return fig


explore(draw, alt="A falling line.", phi=[0.1, 0.5, 0.9])"""


QUESTIONS = [
    "from rnnlib import predict",
    """half = predict("one-half", "When is half left?", number=(1, 30, 1),
               unit="steps", tolerance=1)
half""",
    """left = predict("one-left", "Draw what is left.", curve=[5, 10],
               known=([0], [1]), axes=("age", "share left"),
               limits=(0, 1), tolerance=0.1, crossing=0.5)
left""",
    'half.answer(6.58, say="So it is.")',
    "left.answer([0.59, 0.35])",
]


def test_a_number_and_a_curve_are_answered_after_the_commitment(
    context: BrowserContext, lab: Lab
) -> None:
    page = context.new_page()
    page.set_default_timeout(60 * SECONDS)
    cells = [new_code_cell(source) for source in QUESTIONS]
    notebook = new_notebook(cells=cells, metadata=notebooks.METADATA)
    page.goto(lab.open_address(notebook, "questions"))
    # What is asked of a notebook without a kernel is lost in a dialog.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    outputs = page.locator(".jp-OutputArea-output")
    expect(outputs).to_have_count(4, timeout=60 * SECONDS)
    for question, answer, told in (
        (outputs.nth(0), outputs.nth(2), "You said 15 steps; measured: 6.58"),
        (outputs.nth(1), outputs.nth(3), "The largest gap is at 10"),
    ):
        commit = question.get_by_role("button", name="Commit")
        commit.click()
        expect(question).to_contain_text("Make a guess first.")
        expect(answer).to_have_text("Commit to a guess above first, or let it"
                                    " be shown.")  # fmt: skip
        handle = question.get_by_role("slider").last
        handle.focus()
        handle.press("ArrowLeft")
        commit.click()
        expect(answer).to_contain_text(told)
        expect(commit).to_be_disabled()
    expect(outputs.nth(2)).to_contain_text("So it is.")
    lines = outputs.nth(3).locator("polyline")
    expect(lines).to_have_count(3)  # known, measured, drawn


def test_moving_the_slider_in_jupyterlab_redraws_the_figure(
    context: BrowserContext, lab: Lab
) -> None:
    page = context.new_page()
    page.set_default_timeout(60 * SECONDS)
    notebook = new_notebook(
        cells=[new_code_cell(CODE)], metadata=notebooks.METADATA
    )
    page.goto(lab.open_address(notebook, "live"))
    output = page.locator(".jp-OutputArea-output")
    picture = output.locator("img[alt='A falling line.']")
    for _ in range(4):  # what is typed before the kernel is there is lost
        page.locator(".jp-Cell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        try:
            picture.wait_for(timeout=45 * SECONDS)
            break
        except TimeoutError:
            continue
    picture.wait_for(timeout=1 * SECONDS)
    before = picture.get_attribute("src")
    handle = output.get_by_role("slider")
    handle.focus()
    handle.press("ArrowRight")
    expect(output.locator(".widget-readout")).to_have_text("0.5")
    expect(picture).not_to_have_attribute("src", before)
    assert picture.evaluate("image => image.decode().then(() => true)")
