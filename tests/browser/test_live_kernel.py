"""With a kernel the same call gives widgets: a slider redraws the figure."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import BrowserContext, TimeoutError, expect

from conftest import SECONDS
from live_lab import Lab

# One JupyterLab, started once, serves all tests of this group.
pytestmark = pytest.mark.xdist_group("lab")
CODE = """\
import matplotlib.pyplot as plt

from rnnlib.book.sliders import explore


def draw(phi):
    fig, ax = plt.subplots()
    ax.plot([phi**k for k in range(20)])
    return fig


explore(draw, alt="A falling line.", phi=[0.1, 0.5, 0.9])"""


def test_moving_the_slider_in_jupyterlab_redraws_the_figure(
    context: BrowserContext, lab: Lab
) -> None:
    page = context.new_page()
    page.set_default_timeout(60 * SECONDS)
    notebook = new_notebook(cells=[new_code_cell(CODE)])
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
