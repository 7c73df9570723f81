"""The document that is printed: all pages in one, links and numbers alive."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import pdf

PACKAGE = """\
<package xmlns="http://www.idpf.org/2007/opf"><manifest>
<item id="a" href="chapters/two.xhtml"/><item id="b" href="chapters/one.xhtml"
/><item id="c" href="epub-cover.xhtml"/></manifest>
<spine><itemref idref="c"/><itemref idref="b"/><itemref idref="a"/></spine>
</package>
"""
PAGE = """\
<html><body><div class="body"><section id="top"><h1>{title}</h1>
<section id="part"><h2>A part</h2><p><a href="#part">here</a>
<a href="{other}.xhtml">all</a> <a href="{other}.xhtml#part">there</a>
<a href="https://a.example/">out</a><img src="../_images/x.svg"></p>
<p class="see"><a href="#{mark}">The solution</a> is at the end<span
 class="leaf"></span>.</p></section></section></div></body></html>
"""


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Return the folder of an ePub with two pages, not in their order."""
    (tmp_path / "chapters").mkdir()
    (tmp_path / "content.opf").write_text(PACKAGE, "utf-8")
    numbered = '<span class="section-number">1. </span>One "lag"'
    write(
        tmp_path, "one", PAGE.format(title=numbered, other="two", mark="part")
    )
    write(tmp_path, "two", PAGE.format(title="Two", other="one", mark="part"))
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / "chapters" / f"{name}.xhtml").write_text(text, "utf-8")


def test_pages_come_in_the_order_of_the_book(packed: Path) -> None:
    soup = BeautifulSoup(pdf.merge(packed, "Book"), "html.parser")
    assert [h1.get_text() for h1 in soup.main.find_all("h1")] == [
        '1. One "lag"',
        "Two",
    ]
    listed = [a.span.get_text() for a in soup.nav.find_all("a")]
    assert listed == ['1. One "lag"', "A part", "Two"]
    assert 'content: "1. One \\"lag\\""' in soup.head.style.string


def test_links_lead_to_the_one_place_that_is_meant(packed: Path) -> None:
    soup = BeautifulSoup(pdf.merge(packed, "Book"), "html.parser")
    links = [a["href"] for a in soup.select("section.p0 a")]
    assert links[:3] == ["#p0-part", "#p1", "#p1-part"]
    assert soup.h1.find_next("h1")["id"] == "p0"
    assert links[3] == "https://a.example/"
    assert soup.main.img["src"] == "../epub/chapters/../_images/x.svg"
    leaf = soup.select_one("section.p0 .leaf [data-page]")
    assert leaf["data-page"] == "p0-part"


def test_a_link_that_leads_nowhere_is_an_error(packed: Path) -> None:
    write(packed, "two", PAGE.format(title="Two", other="one", mark="lost"))
    with pytest.raises(ValueError, match="p1-lost"):
        pdf.merge(packed, "Book")


def test_the_letters_that_pages_are_set_in_are_there() -> None:
    faces = "".join(pdf.faces())
    assert faces.count("@font-face") == 12
    for address in BeautifulSoup(faces, "html.parser").text.split('url("')[1:]:
        path = Path(address.partition('"')[0].removeprefix("file://"))
        assert path.is_file()
