"""A prediction that is a number on a slider."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnnlib.book.predictions.question import Judgement, Outcome, Question
from rnnlib.book.predictions.wording import say, with_unit
from rnnlib.checks import as_float

# Two numbers whose difference is a rounding error apart are as far apart.
SLACK = 1e-9


@dataclass(frozen=True)
class Allowance:
    """How far off a guess may be and count as right.

    Attributes
    ----------
    size : float
        A difference, or a factor above 1.
    is_factor : bool
    """

    size: float
    is_factor: bool

    def surprise(self, guess: float, measured: float) -> float:
        """Return how far apart they are, 1 for as far as is allowed."""
        if self.is_factor:
            return abs(math.log(guess / measured)) / math.log(self.size)
        return abs(guess - measured) / self.size

    def told(self, unit: str = "") -> str:
        """Return the allowance in words."""
        if self.is_factor:
            return f"a factor of {say(self.size)}"
        return with_unit(self.size, unit)


class Number(Question):
    """Asks for a number on a slider.

    Attributes
    ----------
    values : list of float
        The stops of the slider, rising.
    unit : str
    allowed : Allowance
    """

    kind = "number"

    def __init__(
        self,
        key: str,
        text: str,
        values: list[float],
        unit: str,
        allowed: Allowance,
    ) -> None:
        super().__init__(key, text)
        self.values = values
        self.unit = unit
        self.allowed = allowed

    def labels(self) -> list[str]:
        """Return the stops of the slider with their unit."""
        return [with_unit(value, self.unit, 6) for value in self.values]

    def hint(self) -> str:
        """Say the range, and what counts as right."""
        low, high = say(self.values[0], 6), self.labels()[-1]
        return (
            f"A number from {low} to {high}; within "
            f"{self.allowed.told(self.unit)} counts as right"
        )

    def controls(self) -> str:
        """Return a slider for the script to show."""
        name = f"predict-{self.key}"
        labels = self.labels()
        middle = len(labels) // 2
        return (
            '<div class="predict-slider" hidden>'
            f'<input type="range" min="0" max="{len(labels) - 1}" step="1" '
            f'value="{middle}" aria-labelledby="{name}-question" '
            f'aria-valuetext="{html.escape(labels[middle])}">'
            '<output aria-hidden="true">…</output></div>'
        )

    def fields(self) -> dict[str, object]:
        """Return the stops of the slider."""
        return {"values": self.values, "labels": self.labels()}

    def inputs(self) -> tuple[list[object], Callable[[], Any]]:
        """Return a slider that counts once it has been moved."""
        import ipywidgets

        slider = ipywidgets.SelectionSlider(
            options=list(zip(self.labels(), self.values)),
            index=len(self.values) // 2,
            description="your guess",
            style={"description_width": "initial"},
            layout={"width": "30em", "max_width": "100%"},
        )
        moved: list[object] = []
        slider.observe(moved.append, names="value")
        return [slider], lambda: slider.value if moved else None

    def outcome(self, measured: Any, at: Any) -> NumberOutcome:
        """Return the measured number."""
        low = 0.0 if self.allowed.is_factor else -math.inf
        number = as_float(
            measured, "measured", low=low, open_low=self.allowed.is_factor
        )
        return NumberOutcome(self, number)


class NumberOutcome(Outcome):
    """A measured number."""

    def __init__(self, question: Number, value: float) -> None:
        self.question = question
        self.value = value
        self.measured = with_unit(value, question.unit)

    def judge(self, guess: float) -> Judgement:
        """Say by how much the guess is too low or too high."""
        allowed, unit = self.question.allowed, self.question.unit
        surprise = allowed.surprise(guess, self.value)
        said = f"You said {with_unit(guess, unit, 6)}"
        told = f"{said}; measured: {self.measured}."
        if surprise <= 1 + SLACK:
            within = allowed.told(unit)
            return Judgement(True, surprise, f"{told} Right, within {within}.")
        where = "low" if guess < self.value else "high"
        if allowed.is_factor:
            off = max(guess, self.value) / min(guess, self.value)
            by = f"a factor of {say(off, 2)}"
        else:
            by = say(abs(guess - self.value), 2)
        return Judgement(False, surprise, f"{told} Too {where} by {by}.")

    def fields(self) -> dict[str, object]:
        """Return the judgement on every stop of the slider."""
        judged = [self.judge(value) for value in self.question.values]
        return {
            "measured": self.measured,
            "judged": [
                [j.right, round(j.surprise, 3), j.text] for j in judged
            ],
        }
