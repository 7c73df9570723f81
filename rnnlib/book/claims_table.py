"""All verdicts of the course, as its chapters recorded them.

``make run`` collects what the chapters hand to
:func:`rnnlib.book.claims.record` in ``rnnlib/data/verdicts.json``;
:func:`table` reads it. A file apart from :mod:`rnnlib.book.claims`: a
chapter that records need not run again because another chapter's verdict has
changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from rnnlib.book.claims import (
    Record,
    every,
    in_book,
    link,
    markdown_table,
    one,
    plain,
)
from rnnlib.checks import as_path

DATA = files("rnnlib") / "data" / "verdicts.json"


def load(path: str | Path | None = None) -> dict[str, list[Record]]:
    """Return the records of each chapter, in the order of the chapters.

    Parameters
    ----------
    path : str or Path, optional
        Another file than the one that comes with the package.

    Returns
    -------
    dict of str to list of Record
        By the name of the chapter, ``01_ar1`` for example.

    Raises
    ------
    TypeError, ValueError
        If the file is missing or a record in it is not in order.
    """
    source = DATA if path is None else as_path(path, "path")
    found = json.loads(source.read_text(encoding="utf-8"))
    return {
        chapter: [Record(**row) for row in rows]
        for chapter, rows in sorted(found.items())
    }


def table(path: str | Path | None = None) -> Table:
    """Return the table of all claims with what was found about each.

    Parameters
    ----------
    path : str or Path, optional
        As for :func:`load`.

    Returns
    -------
    Table
        Shows itself: claim, verdict, and what was measured, with a link.

    Raises
    ------
    ValueError
        If a claim has no record, only records of a part, or is judged as a
        whole by two chapters; the message names the claims.
    """
    found = load(path)
    whole = [
        made.number
        for rows in found.values()
        for made in rows
        if not made.part
    ]
    begun = {made.number for rows in found.values() for made in rows}
    wanted = set(every())
    for fault, numbers in (
        ("have no record", wanted - begun),
        ("are judged in part only", begun - set(whole)),
        ("are judged twice", {n for n in whole if whole.count(n) > 1}),
    ):
        if numbers:
            raise ValueError(
                f"each claim must have one verdict, found that {fault}: "
                + _listed(numbers)
            )
    return Table(found)


class Table:
    """All verdicts; made by :func:`table`."""

    def __init__(self, found: dict[str, list[Record]]) -> None:
        made = [
            (chapter, record)
            for chapter, rows in found.items()
            for record in rows
        ]
        # One row a claim: the verdict of the whole, then those of its parts.
        self.rows = {
            number: sorted(
                ((c, r) for c, r in made if r.number == number),
                key=lambda row: (bool(row[1].part), row[0]),
            )
            for number in every()
        }

    def __repr__(self) -> str:
        known = every()
        lines = []
        for number, rows in self.rows.items():
            lines.append(f"{number}. {plain(known[number].text)}")
            for chapter, made in rows:
                lines += [
                    f"    {plain(made.judgement())}",
                    f"    {_where(chapter)}: {plain(made.measured)}",
                ]
        return "\n".join(lines)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {"text/plain": repr(self), "text/markdown": self.to_markdown()}

    def to_markdown(self) -> str:
        """Return the table as Markdown, the verdicts of parts folded.

        In the book each row links to the figure or section, elsewhere to
        the notebook that lies beside the one that shows the table.
        """
        rows = []
        for number, ((chapter, whole), *parts) in self.rows.items():
            claim = one(number)
            measured = f"{whole.measured} ({_link(chapter, whole)})"
            for place, made in parts:
                measured += (
                    f" <details><summary>in part, {_where(place)}</summary>"
                    f"{made.judgement()}: {made.measured} "
                    f"({_link(place, made)})</details>"
                )
            rows.append(
                (
                    str(number),
                    f"{claim.text} ({', '.join(claim.articles)})",
                    whole.judgement(),
                    measured,
                )
            )
        head = ("#", "claim (articles)", "verdict", "measured")
        table = markdown_table(head, rows)
        if not in_book():
            return table
        return f"```{{table}}\n:class: verdicts\n\n{table}\n```"


def _link(chapter: str, made: Record) -> str:
    where = _where(chapter)
    return link(made, where) if in_book() else f"[{where}]({chapter}.ipynb)"


def _where(chapter: str) -> str:
    return f"chapter {int(chapter.split('_')[0])}"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
