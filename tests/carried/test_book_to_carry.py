"""The ePub and the PDF as they are made: judged by epubcheck, and measured.

They take a minute or two, and more where the chapters have not been run, so
they belong to the nightly tests. Where epubcheck, Chromium or poppler's
pdftotext is missing they are skipped; on CI that is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

import epub
import pdf
from course import chromium
from references import Book

ROOT = Path(__file__).parents[2]
PAGES = {f"chapters/{name}" for name in Book(ROOT).pages}
pytestmark = [pytest.mark.nightly, pytest.mark.xdist_group("carried")]
# A4 and its margins, in points.
WIDTH, LEFT, RIGHT = 595.0, 85.0, 511.0
# Pieces of what MathJax stretches are longer than what is seen of them.
STRETCHED = re.compile(r"[–\ue000-\uf8ff]")
# The box of a letter is wider than what is printed of it.
SLACK = 2.0


def refuse(reason: str) -> None:
    """Skip a test that cannot run here, or fail where it has to run."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def made() -> Path:
    """Make the ePub once."""
    if chromium.find() is None:
        refuse("no Chromium on this machine")
    assert epub.build(ROOT) == 0
    return epub.path(ROOT)


@pytest.fixture(scope="module")
def printed(made: Path) -> Path:
    """Make the PDF once."""
    assert pdf.make(ROOT) == 0
    return pdf.path(ROOT)


def test_epubcheck_finds_no_error(made: Path) -> None:
    command = shutil.which("epubcheck")
    if command is None:
        refuse("epubcheck is not installed (apt-get install epubcheck)")
    # Debian installs an archive that Java runs, not every kernel does.
    archive = Path(command).resolve()
    run = [command] if archive.suffix != ".jar" else ["java", "-jar", archive]
    done = subprocess.run(
        [*run, "--failonwarnings", made], capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]


def test_nothing_in_the_epub_waits_for_a_click(made: Path) -> None:
    pages = list(made.parent.glob("chapters/*.xhtml"))
    assert {f"chapters/{page.stem}" for page in pages} == PAGES
    for path in pages:
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert not page.select("script, button, input, details")
        assert len(page.select("div.explore .still")) == len(
            page.select("div.explore")
        )
        assert not re.search(r"\\[(\[]|\\\w+\{", text_of(page)), path.name
        for box in page.select("div.predict"):
            assert page.select_one(f".carried-answers [id={box['id']}-answer]")
        exercises = page.select("div.exercise")
        solutions = page.select(".carried-solutions div.solution")
        assert (
            len(exercises)
            == len(solutions)
            == len(page.select("div.solution"))
        )


def text_of(page: BeautifulSoup) -> str:
    """Return what is read of a page; code may hold what looks like TeX."""
    for code in page.select("pre, code, math"):
        code.decompose()
    return page.body.get_text()


def test_the_pdf_has_every_chapter_and_brings_its_letters(
    printed: Path,
) -> None:
    reader = PdfReader(printed)
    marks = [place.title for place in flat(reader.outline)]
    for name in sorted(PAGES):
        path = epub.path(ROOT).parent / f"{name}.xhtml"
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert " ".join(page.h1.get_text().split()) in marks
    assert len(reader.pages) > 10 * len(PAGES)
    fonts = {}
    for page in reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            font = font.get_object()
            fonts[font.get("/BaseFont", "")] = font
    for name, font in fonts.items():
        if font["/Subtype"] == "/Type3":  # drawn in the document itself
            continue
        inner = font["/DescendantFonts"][0].get_object()
        held = inner["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(held), name


def flat(outline: list) -> list:
    """Return all lines of an outline."""
    found = []
    for place in outline:
        found += flat(place) if isinstance(place, list) else [place]
    return found


def test_the_contents_of_the_pdf_name_the_right_pages(printed: Path) -> None:
    reader = PdfReader(printed)
    shown = [page.extract_text() for page in reader.pages[:12]]
    listed = "\n".join(text for text in shown if text.startswith("Contents"))
    for place in flat(reader.outline):
        if re.match(r"\d+\. ", place.title):
            page = reader.get_destination_page_number(place) + 1
            line = re.escape(place.title).replace(r"\ ", r"\s+")
            assert re.search(rf"{line}\s*{page}\b", listed), place.title


def test_no_word_of_the_pdf_stands_in_the_margin(printed: Path) -> None:
    command = shutil.which("pdftotext")
    if command is None:
        refuse("pdftotext is not installed (apt-get install poppler-utils)")
    told = subprocess.run(
        [command, "-bbox", "-f", "2", printed, "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    outside, page, words = [], 1, 0
    for line in told.splitlines():
        page += line.lstrip().startswith("<page ")
        if found := re.search(
            r'<word xMin="([-\d.]+)" .*xMax="([-\d.]+)".*>(.*)</word>', line
        ):
            words += 1
            left, right = float(found[1]), float(found[2])
            if STRETCHED.fullmatch(found[3]):
                continue
            if left < LEFT - SLACK or right > RIGHT + SLACK:
                outside.append((page, found[3]))
    assert words > 10_000
    assert not outside
