"""Check your answer: what is right, what is not, and what to look at.

Each exercise of the book has a name, a few test cases, the true answer and a
list of *slips*: wrong answers that people really give, each with the hint
that helps. :func:`check` never raises for an unattempted stub, so that a
notebook runs from top to bottom before you have touched it.
"""

from __future__ import annotations

from importlib import import_module

from rnnlib.book.exercises.spec import Exercise, judge
from rnnlib.checks import as_choice

# A module each, in the order of the chapters. The name of an exercise begins
# with that of its module, and only that one is opened: what a chapter shows
# does not depend on the exercises of others.
CHAPTERS = (
    "ar1",
    "memory",
    "elman",
    "bptt",
    "training",
    "vanishing",
    "lstm",
    "forecasting",
    "digits",
    "characters",
    "claims",
    "attention",
    "linear",
    "scaling",
)


def of(chapter: str) -> dict[str, Exercise]:
    """Return the exercises of one chapter by their names.

    Parameters
    ----------
    chapter : str
        One of `CHAPTERS`.

    Raises
    ------
    TypeError, ValueError
        If there is no such chapter.
    """
    as_choice(chapter, "chapter", CHAPTERS)
    return dict(import_module(f"{__name__}.{chapter}").EXERCISES)


def every() -> dict[str, Exercise]:
    """Return all exercises by their names."""
    return {
        name: made
        for chapter in CHAPTERS
        for name, made in of(chapter).items()
    }


def find(name: str) -> Exercise:
    """Return the exercise of a name.

    Parameters
    ----------
    name : str
        As printed in the chapter.

    Raises
    ------
    TypeError, ValueError
        If there is no exercise of that name; the message lists those of the
        chapter, or all.
    """
    chapter = name.partition("-")[0] if isinstance(name, str) else None
    known = of(chapter) if chapter in CHAPTERS else every()
    return known[as_choice(name, "name", tuple(known))]


def check(name: str, answer: object) -> None:
    """Print whether `answer` solves the exercise `name`, and if not, why.

    Parameters
    ----------
    name : str
        Name of the exercise, as printed in the chapter.
    answer : callable
        Your function.

    Raises
    ------
    TypeError, ValueError
        If there is no exercise of that name.
    """
    print(judge(find(name), answer))
