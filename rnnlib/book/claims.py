"""What the articles say, and what the course found: one record a claim.

The course tests claims of popular articles. Where a chapter measures the
number that decides one, it calls :func:`record`; :func:`box` shows the
records made so far in this session, as the verdict box that closes a chapter.

Neither alters a file for a reader. ``make run`` names a file in the
environment variable ``RNNLIB_CLAIMS``; the records are then written there,
chapter by chapter, and :mod:`rnnlib.book.claims_table` shows them all.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from rnnlib.checks import as_choice, as_int, as_line

HOLDS, CONDITION = "holds", "holds with a condition"
VERDICTS = (HOLDS, CONDITION, "does not hold")
DATA = files("rnnlib") / "data"
TITLE = "What the articles say"
INTRODUCTION = "The numbers count the claims that the whole course tests."
# A name that a figure, or a heading with (name)= above it, can have.
LABEL = re.compile(r"[a-z][a-z0-9-]*")
# A minus sign that was typed as a hyphen: -0.42, but neither 2-3 nor 10^{-6}.
HYPHEN = re.compile(r"(?<![\w${^-])-(?=\d)")
# Names of LaTeX that questions use, as plain text shows them.
LETTERS = {"\\varphi": "φ", "\\partial ": "∂", "\\tanh": "tanh"}


@dataclass(frozen=True)
class Claim:
    """A claim of the articles, in the words of the course.

    Attributes
    ----------
    number : int
        From 1.
    articles : str
        One letter for each article that makes it; see :func:`articles`.
    text : str
        The claim; formulas stand between dollar signs.
    """

    number: int
    articles: str
    text: str


@dataclass(frozen=True)
class Record:
    """What a chapter found about a claim; see :func:`record`.

    Attributes
    ----------
    number : int
        Number of the claim, from 1.
    verdict : str
        "holds", "holds with a condition" or "does not hold".
    measured : str
        What was measured, in one line.
    label : str
        Name of the figure or heading where it can be seen.
    note : str
        The condition, which "holds with a condition" asks for, or a remark.
    part : str
        What is judged here, if a later chapter judges the rest.

    Raises
    ------
    TypeError, ValueError
        If there is no such claim or verdict, a text is not one line, the
        label could be none, or the condition is not named.
    """

    number: int
    verdict: str
    measured: str
    label: str
    note: str = ""
    part: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be shown."""
        as_int(self.number, "number", high=numbers()[-1])
        as_choice(self.verdict, "verdict", VERDICTS)
        as_line(self.measured, "measured")
        if not LABEL.fullmatch(as_line(self.label, "label")):
            raise ValueError(
                "label must be made of small letters, digits and hyphens, "
                f"found {self.label!r}"
            )
        as_line(self.note, "note", empty=self.verdict != CONDITION)
        as_line(self.part, "part", empty=True)

    def line(self) -> str:
        """Return the one line that :func:`record` prints."""
        part = f" for {self.part}" if self.part else ""
        return plain(
            f"Claim {self.number}, {self.verdict}{part}: {self.measured}"
        )

    def judgement(self) -> str:
        """Return verdict, part and note as Markdown."""
        told = f"**{self.verdict}**"
        if self.part:
            told += f" for {self.part}"
        if self.note:
            told += f"{',' if self.verdict == HOLDS else ':'} {self.note}"
        return told


def articles() -> dict[str, str]:
    """Return the titles of the articles by their letters."""
    return json.loads((DATA / "articles.json").read_text(encoding="utf-8"))


def numbers() -> range:
    """Return the numbers of all claims, without reading any."""
    folder = DATA / "claims"
    return range(
        1, 1 + sum(p.name.endswith(".json") for p in folder.iterdir())
    )


@cache
def one(number: int) -> Claim:
    """Return the claim of a number.

    A file each: what a chapter shows depends on its own claims alone.

    Parameters
    ----------
    number : int
        From 1.

    Raises
    ------
    TypeError, ValueError
        If there is no such claim.
    """
    as_int(number, "number", high=numbers()[-1])
    path = DATA / "claims" / f"{number:02d}.json"
    row = json.loads(path.read_text(encoding="utf-8"))
    return Claim(number, row["articles"], row["claim"])


def every() -> dict[int, Claim]:
    """Return all claims by their numbers."""
    return {number: one(number) for number in numbers()}


# The records of this session, by the number of the claim.
_records: dict[int, Record] = {}


def record(
    number: int,
    verdict: str,
    measured: str,
    *,
    label: str,
    note: str = "",
    part: str = "",
) -> None:
    """Record the verdict about a claim, and print it in one line.

    A second record of the same claim replaces the first, so that a cell may
    be run again.

    Parameters
    ----------
    number : int
        Number of the claim, from 1.
    verdict : str
        "holds", "holds with a condition" or "does not hold".
    measured : str
        What was measured, in one line; an f-string of computed values.
    label : str
        Where it can be seen: the name of a figure, or of a heading with
        ``(name)=`` above it, in the same chapter.
    note : str, optional
        The condition, which "holds with a condition" asks for, or a remark.
    part : str, optional
        What is judged here, if a later chapter judges the rest.

    Raises
    ------
    TypeError, ValueError
        If there is no such claim or verdict, a text is not one line, the
        label could be none, or the condition is not named.
    """
    made = Record(number, verdict, measured, label, note, part)
    _records[made.number] = made
    print(made.line())
    if path := os.environ.get("RNNLIB_CLAIMS"):
        rows = [asdict(_records[key]) for key in sorted(_records)]
        text = json.dumps(rows, indent=1, ensure_ascii=False)
        Path(path).write_text(text + "\n", encoding="utf-8")


def box() -> Box:
    """Return the verdict box of a chapter: the records of this session.

    Returns
    -------
    Box
        Shows itself as a table, in the order of the claims.

    Raises
    ------
    ValueError
        If no claim has been recorded.
    """
    if not _records:
        raise ValueError(
            "records must come before the box, found none: run the cells "
            "above first"
        )
    return Box([_records[key] for key in sorted(_records)])


class Box:
    """Verdicts as a table; made by :func:`box`."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records

    def __repr__(self) -> str:
        lines = [TITLE, INTRODUCTION]
        for made in self.records:
            lines += [
                "",
                f"{made.number}. {plain(one(made.number).text)}",
                f"    {plain(made.judgement() + _more(made))}",
                f"    measured here: {plain(made.measured)}",
            ]
        return "\n".join(lines)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {"text/plain": repr(self), "text/markdown": self.to_markdown()}

    def to_markdown(self) -> str:
        """Return the box as Markdown: in the book, with links."""
        rows = [
            (
                str(made.number),
                one(made.number).text,
                made.judgement() + _more(made),
                made.measured + (f" ({link(made)})" if in_book() else ""),
            )
            for made in self.records
        ]
        table = markdown_table(
            ("#", "claim", "verdict", "measured here"), rows
        )
        if not in_book():
            return f"**{TITLE}.** {INTRODUCTION}\n\n{table}"
        return (
            f"```{{admonition}} {TITLE}\n:class: verdict\n"
            f"{INTRODUCTION}\n\n{table}\n```"
        )


def in_book() -> bool:
    """Say whether the book is being built."""
    return bool(os.environ.get("RNNLIB_BOOK"))


def link(made: Record, text: str = "") -> str:
    """Return a link to where it was measured, for a page of the book."""
    kind = "figure" if made.label.startswith("fig-") else "section"
    return f"[{text or f'see {kind}'}](#{made.label})"


def plain(text: str) -> str:
    """Return Markdown without dollar signs, stars and names of LaTeX."""
    for name, letter in LETTERS.items():
        text = text.replace(name, letter)
    return HYPHEN.sub("−", text.replace("$", "").replace("**", ""))


def markdown_table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table in Markdown; bars inside a cell are escaped."""
    lines = [head, ("---",) * len(head), *rows]
    cells = (
        (HYPHEN.sub("−", cell.replace("|", r"\|")) for cell in line)
        for line in lines
    )
    lines = [f"| {' | '.join(line)} |" for line in cells]
    return "\n".join([lines[0], lines[1].replace(" ", ""), *lines[2:]])


def _more(made: Record) -> str:
    return " (to be continued)" if made.part else ""
