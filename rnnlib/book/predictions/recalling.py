"""Short questions on earlier chapters, their answers folded.

What comes back after a while stays: a chapter opens with three of them, one
on the last chapter and two from further back (:func:`recall`). An answer
takes its numbers from what is measured in the cell, or from what an earlier
chapter has recorded (:func:`recorded`).
"""

from __future__ import annotations

from rnnlib.book.claims import plain
from rnnlib.book.claims_table import load
from rnnlib.book.predictions.wording import marked
from rnnlib.checks import as_int, as_line, describe

TITLE = "Do you remember?"


def recall(*pairs: tuple[str, str]) -> Recall:
    """Ask short questions whose answers open at a click.

    Parameters
    ----------
    *pairs : tuple of two str
        Question and answer, one line of Markdown each.

    Returns
    -------
    Recall
        Shows itself as the output of a cell.

    Raises
    ------
    TypeError, ValueError
        If there is no pair, or one is no pair of lines.
    """
    if not pairs:
        raise ValueError("pairs must hold at least one question, found none")
    for i, pair in enumerate(pairs):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(
                f"pairs[{i}] must be a question and its answer, "
                f"found {describe(pair)}"
            )
        as_line(pair[0], f"pairs[{i}][0]")
        as_line(pair[1], f"pairs[{i}][1]")
    return Recall([(asked, told) for asked, told in pairs])


def recorded(number: int) -> str:
    """Return what was measured for a claim, in the words of its record.

    Parameters
    ----------
    number : int
        Number of the claim, from 1.

    Raises
    ------
    TypeError, ValueError
        If no chapter has recorded it.
    """
    as_int(number, "number")
    found = [
        made.measured
        for records in load().values()
        for made in records
        if made.number == number
    ]
    if not found:
        raise ValueError(f"number must be of a recorded claim, found {number}")
    return found[-1]


class Recall:
    """Questions with folded answers; made by :func:`recall`."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def __repr__(self) -> str:
        # Without the answers: numbers are compared where they are measured.
        asked = [f"{i}. {plain(q)}" for i, (q, _) in enumerate(self.pairs, 1)]
        return "\n".join([TITLE, *asked])

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {
            "text/plain": repr(self),
            "text/markdown": self.to_markdown(),
            "text/html": self.to_html(),
        }

    def to_markdown(self) -> str:
        """Return the questions for viewers of notebooks."""
        parts = [f"**{TITLE}**"]
        for i, (asked, told) in enumerate(self.pairs, 1):
            parts += [
                f"{i}. {asked}",
                "<details>\n<summary>Answer</summary>",
                f"{told}\n\n</details>",
            ]
        return "\n\n".join(parts)

    def to_html(self) -> str:
        """Return the questions as a page shows them."""
        items = "".join(
            f"<li><p>{marked(asked)}</p>\n<details><summary>Answer"
            f'<span class="recall-of"> to question {i}</span></summary>'
            f"<p>{marked(told)}</p></details></li>\n"
            for i, (asked, told) in enumerate(self.pairs, 1)
        )
        return (
            f'<div class="recall">\n<p class="recall-title">{TITLE}</p>\n'
            f"<ol>\n{items}</ol>\n</div>"
        )
