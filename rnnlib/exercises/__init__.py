"""Check your answer: what is right, what is not, and what to look at.

Each exercise of the book has a name, a few test cases, the true answer and a
list of *slips*: wrong answers that people really give, each with the hint
that helps. :func:`check` never raises for an unattempted stub, so that a
notebook runs from top to bottom before you have touched it.
"""

from __future__ import annotations

from rnnlib.checks import as_choice
from rnnlib.exercises import (
    ar1,
    bptt,
    characters,
    digits,
    elman,
    forecasting,
    judging,
    lstm,
    memory,
    vanishing,
)
from rnnlib.exercises.spec import Exercise, verdict

EXERCISES: dict[str, Exercise] = {
    **ar1.EXERCISES,
    **memory.EXERCISES,
    **elman.EXERCISES,
    **bptt.EXERCISES,
    **vanishing.EXERCISES,
    **lstm.EXERCISES,
    **forecasting.EXERCISES,
    **digits.EXERCISES,
    **characters.EXERCISES,
    **judging.EXERCISES,
}


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
    exercise = EXERCISES[as_choice(name, "name", tuple(EXERCISES))]
    print(verdict(exercise, answer))
