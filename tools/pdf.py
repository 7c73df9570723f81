"""Print the book: the pages of the ePub in one document, by Chromium.

Chromium, not LaTeX: it is what the tests look at the pages with, it shows the
tables and drawings that are HTML, and needs no further gigabyte. Formulas are
set by MathJax in its own letters, text in those that matplotlib brings; so
the pages look the same on every machine. Page numbers in the table of
contents take several prints: the one before tells where everything stands.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

import epub
from book import alone

sys.path.append(str(Path(__file__).parents[1] / "_ext"))

from course import chromium
from course.epub import COVER, NAME
from course.formulas import mathjax

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
MOST_PRINTS = 6
STYLE = Path(__file__).with_name("pdf.css")
LETTERS = Path(matplotlib.get_data_path(), "fonts", "ttf")
FACES = """\
@font-face {{
  font-family: "{family}";
  font-style: {style};
  font-weight: {weight};
  src: url("{address}");
}}
"""
FAMILIES = {
    "Text": ("STIXGeneral.ttf", "Italic", "Bol", "BolIta"),
    "Plain": ("DejaVuSans.ttf", "-Oblique", "-Bold", "-BoldOblique"),
    "Code": ("DejaVuSansMono.ttf", "-Oblique", "-Bold", "-BoldOblique"),
}
# A page of its own kind for each chapter, since each has its own heading.
RUNNING = """\
@page {name} {{ @top-left {{ content: "{title}"; }} }}
section.{name} {{ page: {name}; }}
"""
SET_FORMULAS = """async () => {
  await MathJax.startup.promise;
  await document.fonts.ready;
  const broken = [...document.images].filter((i) => !i.naturalWidth);
  return broken.map((image) => image.getAttribute("src"));
}"""
FILL = """(pages) => {
  for (const place of document.querySelectorAll("[data-page]")) {
    place.textContent = pages[place.dataset.page];
  }
}"""
# What is wider than the column it stands in, in the words of its beginning.
TOO_WIDE = """() => {
  const right = document.querySelector("section.page").getBoundingClientRect()
    .right;
  return [...document.querySelectorAll("main *")]
    .filter((e) => !e.closest("svg, mjx-assistive-mml"))
    .filter((e) => e.getBoundingClientRect().right > right + 1)
    .map((e) => `${e.tagName} ${e.className} in `
      + `${e.closest("section[id]").id}: ${e.textContent.slice(0, 60)}`);
}"""


def merge(packed: Path, title: str) -> str:
    """Return all pages of an unpacked ePub as one HTML document.

    Parameters
    ----------
    packed : Path
        The folder that Sphinx has packed.
    title : str

    Raises
    ------
    ValueError
        If a link leads nowhere.
    """
    pages = in_order(packed)
    keys = {page: f"p{number}" for number, page in enumerate(pages)}
    soup = BeautifulSoup(SKELETON.format(title=title), "html.parser")
    contents, main = soup.find("ol"), soup.find("main")
    running = []
    for page, key in keys.items():
        body = BeautifulSoup((packed / page).read_text("utf-8"), "html.parser")
        section = body.select_one("div.body > section")
        localise(section, page, keys)
        section["class"] = ["page", key]
        heading = section.find("h1")
        told = heading.get_text()
        running.append(RUNNING.format(name=key, title=quoted(told)))
        contents.append(entry(soup, section, heading))
        main.append(section)
    marks = {tag["id"] for tag in soup.find_all(id=True)}
    for link in soup.find_all("a", href=True):
        mark = link["href"].removeprefix("#")
        if link["href"].startswith("#") and mark not in marks:
            raise ValueError(f"a link leads nowhere: {link['href']}")
    for leaf in soup.select("p.see .leaf"):
        number = soup.new_tag("span")
        number["data-page"] = leaf.parent.a["href"].removeprefix("#")
        leaf.extend([", page ", number])
    soup.head.append(soup.new_tag("style"))
    soup.head.style.string = "".join([*faces(), *running])
    return str(soup)


SKELETON = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="../epub/_static/pygments.css">
<link rel="stylesheet" href="pdf.css">
<script src="mathjax/mml-chtml.js" defer></script>
</head>
<body>
<div class="cover"><img src="cover.png" alt="{title}"></div>
<nav><h1>Contents</h1><ol></ol></nav>
<main></main>
</body>
</html>
"""


def in_order(packed: Path) -> list[str]:
    """Return the pages in the order of the book."""
    listed = ElementTree.parse(packed / "content.opf")
    items = {i.get("id"): i.get("href") for i in listed.iter(f"{OPF}item")}
    spine = [items[i.get("idref")] for i in listed.iter(f"{OPF}itemref")]
    return [page for page in spine if page.startswith("chapters/")]


def localise(section: Tag, page: str, keys: dict[str, str]) -> None:
    """Give marks names that hold in the whole book, and let links follow."""
    here = Path(page).parent
    for tag in section.find_all(id=True):
        tag["id"] = f"{keys[page]}-{tag['id']}"
    if section.get("id"):
        section["id"] = f"{keys[page]}-{section['id']}"
    section.h1["id"] = keys[page]
    for image in section.find_all("img"):
        image["src"] = f"../epub/{(here / image['src']).as_posix()}"
    for link in section.find_all("a", href=True):
        file, _, mark = link["href"].partition("#")
        target = (here / file).as_posix() if file else page
        if target in keys:
            link["href"] = f"#{keys[target]}" + (f"-{mark}" if mark else "")


def entry(soup: BeautifulSoup, section: Tag, heading: Tag) -> Tag:
    """Return the lines of the contents for a page, and for its sections."""
    item = line(soup, heading["id"], heading)
    if heading.select_one(".section-number"):
        inner = soup.new_tag("ol")
        for below in section.find_all("section", recursive=False):
            if below.h2 and below.get("id"):
                inner.append(line(soup, below["id"], below.h2))
        item.append(inner)
    return item


def line(soup: BeautifulSoup, mark: str, heading: Tag) -> Tag:
    """Return one line of the contents."""
    item, link = soup.new_tag("li"), soup.new_tag("a", href=f"#{mark}")
    name, number = soup.new_tag("span"), soup.new_tag("span")
    inside = BeautifulSoup(heading.decode_contents(), "html.parser")
    name.extend(list(inside.contents))
    number["data-page"] = mark
    link.extend([name, number])
    item.append(link)
    return item


def quoted(text: str) -> str:
    """Return a text for CSS."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def faces() -> list[str]:
    """Return the letters that the pages are set in, as CSS."""
    made = []
    for family, (regular, *others) in FAMILIES.items():
        stem = regular.removesuffix(".ttf")
        files = [regular, *(f"{stem}{other}.ttf" for other in others)]
        looks = [(s, w) for w in (400, 700) for s in ("normal", "italic")]
        for file, (style, weight) in zip(files, looks):
            address = (LETTERS / file).as_uri()
            made.append(
                FACES.format(
                    family=family, style=style, weight=weight, address=address
                )
            )
    return made


def pages_of(printed: bytes) -> dict[str, int]:
    """Return on which page, from 1, each mark stands."""
    reader = PdfReader(io.BytesIO(printed))
    return {
        name.removeprefix("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def printed(page: Page) -> bytes:
    """Print what the browser shows."""
    return page.pdf(
        prefer_css_page_size=True,
        print_background=True,
        outline=True,
        tagged=True,
    )


def numbered(page: Page) -> bytes:
    """Print with the numbers of pages in their places.

    A number can push a line to another page, so prints are made until the
    last one has not moved any mark.

    Raises
    ------
    RuntimeError
        If they move for ever.
    """
    before: dict[str, int] = {}
    for _ in range(MOST_PRINTS):
        made = printed(page)
        pages = pages_of(made)
        if pages == before:
            return made
        page.evaluate(FILL, pages)
        before = pages
    raise RuntimeError("the pages of the PDF do not come to rest")


def mended(pdf: bytes, headings: list[str]) -> bytes:
    """Put back the space where a heading breaks: Chromium's outline has none.

    Parameters
    ----------
    pdf : bytes
    headings : list of str
        As they are in the document.
    """
    known = {"".join(h.split()): " ".join(h.split()) for h in headings}
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    waiting = [writer.root_object["/Outlines"]]
    while waiting:
        place = waiting.pop().get_object()
        title = "".join(place.get("/Title", "").split())
        if title in known:
            place[NameObject("/Title")] = TextStringObject(known[title])
        waiting += [place[n] for n in ("/First", "/Next") if n in place]
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def make(folder: Path) -> int:
    """Print the book in `folder`; return the exit status."""
    output = folder / "_build" / "pdf"
    with alone(output.parent):
        output.mkdir(exist_ok=True)
        packed = epub.path(folder).parent
        listed = ElementTree.parse(packed / "content.opf")
        title = listed.findtext(f".//{DC}title")
        source = output / "book.html"
        source.write_text(merge(packed, title), "utf-8")
        (output / "pdf.css").write_text(STYLE.read_text("utf-8"), "utf-8")
        cover = folder / "_static" / COVER
        (output / "cover.png").write_bytes(cover.read_bytes())
        if not (output / "mathjax").exists():
            (output / "mathjax").symlink_to(mathjax())
        with sync_playwright() as playwright:
            browser = chromium.launch(playwright)
            page = browser.new_page(viewport={"width": 567, "height": 900})
            page.emulate_media(media="print")
            page.goto(source.as_uri())
            if lost := page.evaluate(SET_FORMULAS):
                print(f"pictures that do not load: {lost}", file=sys.stderr)
                return 1
            if wide := page.evaluate(TOO_WIDE):
                print(
                    "too wide for the page:", *wide, sep="\n", file=sys.stderr
                )
                return 1
            made = numbered(page)
            headings = page.locator("h1, h2, h3, h4").all_text_contents()
            done = path(folder)
            done.write_bytes(mended(made, headings))
            browser.close()
    print(f"The PDF: {done}")
    return 0


def path(folder: Path) -> Path:
    """Return where the PDF of the book in `folder` lies."""
    return folder / "_build" / "pdf" / f"{NAME}.pdf"


if __name__ == "__main__":
    sys.exit(make(Path.cwd().resolve()))
