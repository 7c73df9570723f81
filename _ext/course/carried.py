"""Turn a page that reacts into one that can be carried away.

On paper and in an e-book nothing moves, opens or answers. So a figure with
sliders becomes its first frame and says where it moves; folded code, which
only draws and keeps books, is left out; and what a reader is not to see yet,
solutions and the answers to predictions and recall questions, goes to the end
of the chapter, linked both ways. All of it works on the finished HTML of a
page, whatever has written it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag

from course import narrow

PICTURE = "data:image/svg+xml,"
# What asks for a click; a form, its frame and its words.
DEAD = (
    "script, style, button, input, select, textarea, output, "
    ".predict-foot, .predict-status, .explore-controls, .clearer, [hidden], "
    "#how-long-the-chapters-ran"
)
# HTML parsers know no capitals, XML does.
CAPITALS = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}
FORBIDDEN = re.compile(r"<!DOCTYPE[^>]*>\s*|<metadata>.*?</metadata>\s*", re.S)
EMPTY = re.compile(r"<path((?: (?!d=)[\w:-]+=\"[^\"]*\")*)\s*/>")
# Attributes of tables that HTML has withdrawn, and of scripts.
WITHDRAWN = (
    "align", "aria-live", "border", "halign", "scoped", "tabindex", "valign"
)  # fmt: skip
UNDONE = "Not attempted yet"
BLOCKS = ("div", "dl", "ol", "p", "pre", "table", "ul")
SVG = "http://www.w3.org/2000/svg"
Translate = Callable[[list[list[object]]], list[str]]


@dataclass(frozen=True)
class Place:
    """Where a page stands.

    Attributes
    ----------
    name : str
        Of the page, ``chapters/02_memory``.
    address : str
        Of the page online, "" if the book has none.
    """

    name: str
    address: str = ""


def carry(
    body: str, place: Place, translate: Translate
) -> tuple[str, dict[str, str]]:
    """Return the body of a page as it can be carried away, and its pictures.

    Parameters
    ----------
    body : str
        HTML.
    place : Place
    translate : callable
        Takes formulas, a list of TeX and whether it is displayed; returns
        MathML for each.

    Returns
    -------
    body : str
        Well-formed XML.
    pictures : dict of str to str
        SVG by file name; the page takes them from ``_images`` above it.
    """
    soup = BeautifulSoup(body, "html.parser")
    pictures: dict[str, str] = {}
    for box in soup.select("div.explore"):
        stand_still(box, place, pictures)
    end = End(soup)
    unfold(soup)
    recalled(soup, end)
    predicted(soup, end)
    solved(soup, end)
    end.write()
    set_formulas(soup, translate)
    mend(soup)
    narrow.fit(soup)
    return soup.decode(formatter="minimal"), pictures


def stand_still(box: Tag, place: Place, pictures: dict[str, str]) -> None:
    """Leave the first frame of a figure with sliders; say where it moves."""
    image = box.find("img")
    if image["src"].startswith(PICTURE):
        still = drawing(unquote(image["src"].removeprefix(PICTURE)))
        name = f"still-{sha256(still.encode()).hexdigest()[:16]}.svg"
        pictures[name] = still
        depth = place.name.count("/")
        image["src"] = f"{'../' * depth}_images/{name}"
    set_to = [
        f"{label.get_text()} {output.get_text()}"
        for label, output in zip(box.find_all("label"), box.find_all("output"))
    ]
    told = _tag(box, "p", "still")
    several = "sliders move" if len(set_to) > 1 else "slider moves"
    told.append(f"Here: {', '.join(set_to)}. The {several} ")
    if place.address:
        link = _tag(box, "a", href=f"{place.address}#{box.get('id', '')}")
        link.string = "in the online book"
        told.append(link)
        told.append(".")
    else:
        told.append("in the built book.")
    box.append(told)


def unfold(soup: BeautifulSoup) -> None:
    """Drop folded code and what says that nothing is done; open the rest."""
    for fold in soup.select("details.hide"):
        if fold.select_one(".cell_output"):
            if fold.summary:
                fold.summary.decompose()
            fold.unwrap()
        else:
            fold.decompose()
    for output in soup.select("div.cell_output"):
        if output.get_text(strip=True).startswith(UNDONE):
            output.decompose()
    for cell in soup.select("div.cell"):
        if not cell.get_text(strip=True) and not cell.select("img, svg"):
            cell.decompose()


def recalled(soup: BeautifulSoup, end: End) -> None:
    """Move the answers to questions on earlier chapters to the end."""
    for box in soup.select("div.recall"):
        answers = _tag(box, "ol")
        for item in box.select("li"):
            fold = item.find("details")
            if fold is None:
                continue
            fold.summary.decompose()
            answer = _tag(box, "li")
            for part in list(fold.contents):
                answer.append(part.extract())
            fold.decompose()
            answers.append(answer)
        box["id"] = box.get("id") or "recall"
        mark = f"{box['id']}-answers"
        title = _tag(box, "p", "carried-title", id=mark)
        title.append(_link(box, box["id"], "Do you remember?"))
        end.answers += [title, answers]
        box.append(_see(box, mark, "The answers"))


def predicted(soup: BeautifulSoup, end: End) -> None:
    """Give the predictions numbers, and move their answers to the end."""
    for number, box in enumerate(soup.select("div.predict"), start=1):
        found = box.find("script", type="application/json")
        data = json.loads(found.string) if found else {}
        answer = soup.find(id=f"{box['id']}-answer")
        name = f"Prediction {number}"
        box.select_one(".predict-title").string = name
        hint = box.select_one(".predict-hint")
        if hint and data.get("kind") == "curve":
            _, _, allowed = hint.get_text().partition("; ")
            hint.string = f"Sketch it with a pencil; {allowed}"
        if hint and not hint.get_text(strip=True):
            hint.decompose()
        if answer is None:
            continue
        asked = box.select_one(".predict-question")
        box.append(
            _see(box, answer["id"], "The answer", "Guess before you read on.")
        )
        mark = answer["id"]
        cell = _cell(answer)
        cell.replace_with(
            _see(box, mark, "The measured curve")
            if answer.select("svg")
            else ""
        )
        title = answer.select_one(".predict-title")
        title.clear()
        title["class"] = "carried-title"
        title.append(_link(box, box["id"], name))
        if asked is not None:
            again = BeautifulSoup(str(asked), "html.parser").p
            again["class"] = "carried-question"
            del again["id"]
            title.insert_after(again)
        end.answers.append(answer.extract())


def solved(soup: BeautifulSoup, end: End) -> None:
    """Move solutions to the end, each with the name of its exercise."""
    exercise = None
    for box in soup.select("div.exercise, div.solution"):
        if "exercise" in box["class"]:
            exercise = box
            continue
        mark = box.get("id", "").rpartition("/")[2]
        box["id"] = mark
        title = box.select_one(".admonition-title")
        if exercise is not None and title is not None:
            name = exercise.select_one(".admonition-title").get_text(" ")
            name = " ".join(name.split()).replace("( ", "(")
            title.clear()
            title.append(_link(box, exercise["id"], name))
        box.insert_before(_see(box, mark, "The solution"))
        end.solutions.append(box.extract())


class End:
    """What stands at the end of a chapter."""

    def __init__(self, soup: BeautifulSoup) -> None:
        self.soup = soup
        self.answers: list[Tag] = []
        self.solutions: list[Tag] = []

    def write(self) -> None:
        """Append the sections that have something in them."""
        chapter = self.soup.find("section")
        for mark, heading, parts in (
            ("carried-answers", "Answers", self.answers),
            ("carried-solutions", "Solutions", self.solutions),
        ):
            if not parts:
                continue
            section = _tag(chapter, "section", mark, id=mark)
            title = _tag(chapter, "h2")
            title.string = heading
            section.append(title)
            for part in parts:
                section.append(part)
            chapter.append(section)


def mend(soup: BeautifulSoup) -> None:
    """Make well-formed XML of what is left, without what asks for a click."""
    for fold in soup.find_all("details"):
        if fold.summary:
            fold.summary.name = "p"
            fold.unwrap()
    for label in soup.find_all("label"):
        label.unwrap()
    for dead in soup.select(DEAD):
        if not dead.decomposed:
            dead.decompose()
    for box in soup.select("div.toctree-wrapper, div.output, div.predictions"):
        if not box.get_text(strip=True) and not box.find(["img", "svg"]):
            box.decompose()
    # Two boxes may not have the same name.
    seen: set[str] = set()
    for tag in soup.find_all(True):
        for name in WITHDRAWN:
            del tag[name]
        for name in [n for n in tag.attrs if n.startswith("data-")]:
            del tag[name]
        for name in CAPITALS.keys() & tag.attrs.keys():
            tag.attrs[CAPITALS[name]] = tag.attrs.pop(name)
        if tag.name == "svg":
            tag["xmlns"] = SVG
            tag["role"] = "img"
        # Where HTML would end a paragraph by itself.
        if tag.name == "p" and tag.find(BLOCKS):
            tag.name = "div"
        if "id" in tag.attrs:
            if tag["id"] in seen:
                del tag["id"]
            else:
                seen.add(tag["id"])


def set_formulas(soup: BeautifulSoup, translate: Translate) -> None:
    r"""Put MathML in the place of TeX.

    Sphinx and rnnlib write ``\(...\)`` and ``\[...\]`` into elements of the
    class "math".
    """
    found = []
    for tag in soup.select(".math"):
        text = tag.get_text()
        for start, stop, displayed in (
            (r"\(", r"\)", False),
            (r"\[", r"\]", True),
        ):
            if start in text and stop in text:
                tex = text[text.index(start) + 2 : text.rindex(stop)]
                found.append((tag, tex.strip(), displayed))
                break
    made = translate([formula for _, *formula in found]) if found else []
    for (tag, tex, _), mathml in zip(found, made):
        math = BeautifulSoup(mathml, "html.parser").math
        math["alttext"] = tex
        number = tag.select_one(".eqno")
        tag.clear()
        tag["class"] = "math"
        tag.append(math)
        if number is not None:
            tag.append(number)


def drawing(svg: str) -> str:
    """Return an SVG file without what EPUB forbids.

    That is the address of a document type, notes on who has drawn it, and a
    letter without a shape, a space.
    """
    svg = FORBIDDEN.sub("", svg)
    return EMPTY.sub(r'<path\1 d="M0 0"/>', svg)


def _cell(output: Tag) -> Tag:
    """Return the cell around an output that is alone in it."""
    cell = output.find_parent("div", class_="cell")
    return output if cell is None or cell.select(".cell_input") else cell


def _tag(near: Tag, name: str, css: str = "", **attributes: str) -> Tag:
    attributes |= {"class": css} if css else {}
    return BeautifulSoup("", "html.parser").new_tag(name, attrs=attributes)


def _link(near: Tag, mark: str, text: str) -> Tag:
    link = _tag(near, "a", href=f"#{mark}")
    link.string = text
    return link


def _see(near: Tag, mark: str, text: str, then: str = "") -> Tag:
    """Return a line that says what is at the end of the chapter.

    In print the number of the page goes into its last element.
    """
    line = _tag(near, "p", "see")
    verb = "are" if text.endswith("s") else "is"
    line.append(_link(near, mark, text))
    line.append(f" {verb} at the end of the chapter")
    line.append(_tag(near, "span", "leaf"))
    line.append(f". {then}".rstrip())
    return line
