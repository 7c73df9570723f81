"""Reacting figures react: by mouse, by keyboard, without any network."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

import notebooks
from built_book import ROOT, pages
from conftest import one_by_one
from visits import Visit

KILOBYTE = 1000


@pytest.fixture(scope="module")
def figures(visit: Visit) -> list[Locator]:
    """Find the figures that react."""
    return reacting(visit.page)


def reacting(page: Page) -> list[Locator]:
    # Some wait under the cover of a prediction.
    page.evaluate(
        "document.querySelectorAll('.predict-show').forEach(b => b.click())"
    )
    return page.locator(".explore").all()


def expected(name: str) -> int:
    """Count the calls of explore in the source of a page."""
    path = ROOT / f"{name}.ipynb"
    if path.exists():
        cells = [
            cell.source
            for cell in notebooks.read(path).cells
            if cell.cell_type == "code"
        ]
        text = "\n".join(cells)
    else:
        path = ROOT / f"{name}.md"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = text.splitlines()
    return sum(line.startswith("explore(") for line in lines)


def test_every_reacting_figure_of_the_source_is_on_the_page(
    figures: list[Locator], visit: Visit
) -> None:
    assert len(figures) == expected(visit.name)


def test_each_slider_moves_its_figure_by_keyboard(
    figures: list[Locator],
) -> None:
    for figure in figures:
        for slider in figure.get_by_role("slider").all():
            before = state(figure, slider)
            slider.focus()
            at_end = slider.input_value() == slider.get_attribute("max")
            slider.press("ArrowLeft" if at_end else "ArrowRight")
            moved = state(figure, slider)
            assert_all_differ(before, moved)
            slider.press("ArrowRight" if at_end else "ArrowLeft")
            assert state(figure, slider) == before


@pytest.mark.nightly
def test_each_slider_moves_its_figure_by_mouse(figures: list[Locator]) -> None:
    for figure in figures:
        for slider in figure.get_by_role("slider").all():
            at_end = slider.input_value() == slider.get_attribute("max")
            before = state(figure, slider)
            box = slider.bounding_box()
            x = 2 if at_end else box["width"] - 2
            slider.click(position={"x": x, "y": box["height"] / 2})
            assert_all_differ(before, state(figure, slider))
            assert slider.input_value() == (
                "0" if at_end else slider.get_attribute("max")
            )


@pytest.mark.nightly
def test_a_move_can_be_seen(figures: list[Locator]) -> None:
    # The tests above compare the source of the picture: here, its pixels.
    for figure in figures:
        picture = figure.get_by_role("img")
        slider = figure.get_by_role("slider").first
        before = picture.screenshot()
        at_end = slider.input_value() == slider.get_attribute("max")
        slider.press("Home" if at_end else "End")
        picture.evaluate("image => image.decode()")
        assert picture.screenshot() != before


def test_each_slider_says_its_name_and_value(figures: list[Locator]) -> None:
    for figure in figures:
        picture = figure.get_by_role("img")
        assert len(picture.get_attribute("alt")) > 20
        for slider in figure.get_by_role("slider").all():
            label = figure.locator(
                f"label[for='{slider.get_attribute('id')}']"
            )
            named = figure.get_by_role(
                "slider", name=label.inner_text(), exact=True
            )
            assert named.count() == 1
            shown = figure.locator(
                f"output[for='{slider.get_attribute('id')}']"
            )
            assert slider.get_attribute("aria-valuetext")
            assert shown.inner_text() == slider.get_attribute("aria-valuetext")
        live = figure.locator("[aria-live=polite]")
        assert live.count() == 1


def test_each_figure_weighs_little(figures: list[Locator]) -> None:
    for figure in figures:
        text = figure.evaluate("figure => figure.outerHTML").encode()
        assert len(gzip.compress(text)) <= 300 * KILOBYTE


@pytest.mark.parametrize(
    "name",
    one_by_one(
        [name for name in pages() if expected(name)],
        always=["chapters/02_memory"],
    ),
)
def test_without_javascript_the_first_frame_stands(
    browser: Browser, html: Path, name: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((html / f"{name}.html").as_uri())
    figures = reacting(page)
    assert len(figures) == expected(name)
    for figure in figures:
        picture = Image.open(
            io.BytesIO(figure.get_by_role("img").screenshot())
        )
        assert min(picture.size) > 100
        assert len(picture.convert("L").getcolors()) > 10
        assert not figure.locator(".explore-controls").is_visible()
    context.close()


def state(figure: Locator, slider: Locator) -> tuple[str, str, str]:
    """Return what a reader sees and hears: value, picture, sentence."""
    return (
        slider.get_attribute("aria-valuetext"),
        drawing(figure),
        figure.locator(".explore-sentence").inner_text(),
    )


def drawing(figure: Locator) -> str:
    """Return the drawing that the picture shows, as SVG, once it is painted.

    Not its pixels: where the page has scrolled by half a pixel, the same
    drawing is painted with other edges, and a screenshot takes ten times as
    long.
    """
    return figure.get_by_role("img").evaluate(
        "image => image.decode().then(() => fetch(image.src))"
        ".then((answer) => answer.text())"
        ".then((text) => text.replace(/\\s+/g, ' ').trim())"
    )


def assert_all_differ(before: tuple, after: tuple) -> None:
    value, picture, sentence = (a != b for a, b in zip(before, after))
    assert value
    assert picture
    # A figure may have no sentence; one that has must keep up.
    assert sentence or before[2] == ""
