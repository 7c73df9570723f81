"""Where the references of a chapter lead: figures, headings, pages, sources.

The numbers are those of the pages: figures and exercises count within a
chapter, chapters as in ``_toc.yml``.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from nbformat import NotebookNode

import notebooks
import repository
from citations import Citations

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "_ext"))

from course.repository import is_placeholder, published_at  # noqa: E402

HEADING = re.compile(r"^#+ +(?P<title>.+?) *$", re.M)
# A name in front of a heading, (name)=
TARGET = re.compile(
    r"^\((?P<label>[^()\n]+)\)= *\n(?:\([^()\n]+\)= *\n|\s*\n)*"
    r"#+ +(?P<title>.+?) *$",
    re.M,
)


@dataclass
class Chapter:
    """What others, and its own text, may refer to in a chapter."""

    name: str
    number: int
    title: str
    figures: dict[str, str] = field(default_factory=dict)  #: label: "1.2"
    headings: dict[str, str] = field(default_factory=dict)  #: label: title


class Book:
    """The book as far as its references need it.

    Parameters
    ----------
    root : Path, optional
        Its folder.
    """

    def __init__(self, root: Path = ROOT) -> None:
        toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
        config = yaml.safe_load(
            (root / "_config.yml").read_text(encoding="utf-8")
        )
        url = repository.configured(root)
        self.title = config["title"]
        self.url = None if is_placeholder(url) else url
        self.citations = Citations(root / "references.bib")
        names = [
            entry["file"]
            for part in toc["parts"]
            if part.get("numbered")
            for entry in part["chapters"]
        ]
        self.pages = {
            Path(entry["file"]).name: root / entry["file"]
            for part in toc["parts"]
            for entry in part["chapters"]
        } | {Path(toc["root"]).name: root / toc["root"]}
        self.chapters = {
            Path(name).name: _chapter(root / f"{name}.ipynb", number)
            for number, name in enumerate(names, start=1)
        }

    def page(self, name: str = "", label: str = "") -> str | None:
        """Return the address of a published page; None if there is none."""
        if self.url is None:
            return None
        file = f"chapters/{name}.html" if name else ""
        return published_at(self.url) + file + (f"#{label}" if label else "")

    def resolve(self, chapter: str, kind: str, target: str, text: str) -> str:
        """Return what a reference in a chapter becomes.

        Parameters
        ----------
        chapter : str
            The chapter that refers, ``01_ar1`` for example.
        kind : str
            Name of a role, or ``label`` for a link of Markdown.
        target, text : str
            What is named, and what is to be shown; "" for its own name.

        Raises
        ------
        ValueError
            If the kind is not known here, or the target is none.
        """
        if kind == "cite:t":
            return self.citations.textual(target)
        if kind == "cite:p":
            return self.citations.parenthetical(target)
        if kind == "doc":
            return self._page(Path(target).name, text)
        if kind in ("label", "ref", "numref"):
            return self._label(chapter, target, text)
        raise ValueError(f"no plain form is known of the role {{{kind}}}")

    def _page(self, name: str, text: str) -> str:
        if name not in self.pages:
            raise ValueError(f"there is no page {name!r}")
        if name in self.chapters:
            shown = text or self.chapters[name].title
            return f"[{shown}]({self.page(name) or f'{name}.ipynb'})"
        source = self.pages[name].with_suffix(".md")
        title = HEADING.search(source.read_text(encoding="utf-8"))["title"]
        address = self.page(name)
        return f"[{text or title}]({address})" if address else text or title

    def _label(self, chapter: str, label: str, text: str) -> str:
        for place in self.chapters.values():
            here = place.name == chapter
            if label in place.figures:
                number = f"Figure {place.figures[label]}"
                # "see figure" becomes "see Figure 1.2".
                shown = re.sub(r"\bfigure$", number, text) or number
                if here:
                    return shown
            elif label in place.headings:
                shown = text or place.headings[label]
                if here:
                    anchor = place.headings[label].replace(" ", "-")
                    return f"[{shown}](#{anchor})"
            else:
                continue
            address = self.page(place.name, label)
            return f"[{shown}]({address or f'{place.name}.ipynb'})"
        raise ValueError(f"{label!r} is the name of nothing in the chapters")


def figure(cell: NotebookNode) -> dict[str, str]:
    """Return caption and name of the figure that a cell draws, if any."""
    return cell.metadata.get("mystnb", {}).get("figure", {})


def _chapter(path: Path, number: int) -> Chapter:
    cells = notebooks.read(path).cells
    text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    named = [f for cell in cells if (f := figure(cell)).get("caption")]
    return Chapter(
        path.stem,
        number,
        HEADING.search(text)["title"],
        {
            f.get("name", f"figure-{i}"): f"{number}.{i}"
            for i, f in enumerate(named, start=1)
        },
        {m["label"]: m["title"] for m in TARGET.finditer(text)},
    )
