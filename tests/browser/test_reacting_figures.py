"""Reacting figures react: by mouse, by keyboard, without any network."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page

import notebooks
from built_book import ROOT, chapters

KILOBYTE = 1000


@pytest.fixture
def cut_off(context: BrowserContext, html: Path) -> Page:
    """Return a tab without a network; pages come from disk."""
    context.set_offline(True)
    return context.new_page()


def figures(page: Page, html: Path, name: str) -> list[Locator]:
    page.goto((html / f"{name}.html").as_uri())
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
        text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    return sum(line.startswith("explore(") for line in lines)


@pytest.mark.parametrize("name", chapters())
def test_every_reacting_figure_of_the_source_is_on_the_page(
    cut_off: Page, html: Path, name: str
) -> None:
    assert len(figures(cut_off, html, name)) == expected(name)


@pytest.mark.parametrize("name", chapters())
def test_each_slider_moves_its_figure_by_keyboard(
    cut_off: Page, html: Path, name: str
) -> None:
    for figure in figures(cut_off, html, name):
        for slider in figure.get_by_role("slider").all():
            before, drawn = state(figure, slider), drawing(figure)
            slider.focus()
            at_end = slider.input_value() == slider.get_attribute("max")
            slider.press("ArrowLeft" if at_end else "ArrowRight")
            moved = state(figure, slider)
            assert_all_differ(before, moved)
            slider.press("ArrowRight" if at_end else "ArrowLeft")
            back = state(figure, slider)
            assert (back[0], back[2]) == (before[0], before[2])
            assert drawing(figure) == drawn


@pytest.mark.parametrize("name", chapters())
def test_each_slider_moves_its_figure_by_mouse(
    cut_off: Page, html: Path, name: str
) -> None:
    for figure in figures(cut_off, html, name):
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


@pytest.mark.parametrize("name", chapters())
def test_each_slider_says_its_name_and_value(
    cut_off: Page, html: Path, name: str
) -> None:
    for figure in figures(cut_off, html, name):
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


@pytest.mark.parametrize("name", chapters())
def test_each_figure_weighs_little(
    cut_off: Page, html: Path, name: str
) -> None:
    for figure in figures(cut_off, html, name):
        text = figure.evaluate("figure => figure.outerHTML").encode()
        assert len(gzip.compress(text)) <= 300 * KILOBYTE


@pytest.mark.parametrize("name", chapters())
def test_without_javascript_the_first_frame_stands(
    browser: Browser, html: Path, name: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    for figure in figures(context.new_page(), html, name):
        picture = Image.open(
            io.BytesIO(figure.get_by_role("img").screenshot())
        )
        assert min(picture.size) > 100
        assert len(picture.convert("L").getcolors()) > 10
        assert not figure.locator(".explore-controls").is_visible()
    context.close()


def state(figure: Locator, slider: Locator) -> tuple[str, bytes, str]:
    """Return what a reader sees and hears: value, picture, sentence."""
    picture = figure.get_by_role("img")
    picture.evaluate("image => image.decode()")
    return (
        slider.get_attribute("aria-valuetext"),
        picture.screenshot(),
        figure.locator(".explore-sentence").inner_text(),
    )


def drawing(figure: Locator) -> str:
    """Return the drawing that the picture shows, as SVG.

    Not its pixels: where the page has scrolled by half a pixel, the same
    drawing is painted with other edges.
    """
    return figure.get_by_role("img").evaluate(
        "image => fetch(image.src).then((answer) => answer.text())"
        ".then((text) => text.replace(/\\s+/g, ' ').trim())"
    )


def assert_all_differ(before: tuple, after: tuple) -> None:
    value, picture, sentence = (a != b for a, b in zip(before, after))
    assert value
    assert picture
    # A figure may have no sentence; one that has must keep up.
    assert sentence or before[2] == ""
