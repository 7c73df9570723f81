"""A prediction that is a curve to draw; ``_static/predict.js`` agrees."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnnlib.book.predictions.axes import COLORS, Axes, between
from rnnlib.book.predictions.number import SLACK, Allowance
from rnnlib.book.predictions.question import Judgement, Outcome, Question
from rnnlib.book.predictions.wording import joined, level, say, with_unit
from rnnlib.checks import as_array, as_series

DIGITS = 2
# Points of a measured curve that a page draws.
MOST_POINTS = 300


class Curve(Question):
    """Asks for the rest of a curve.

    Attributes
    ----------
    at : ndarray
        The positions whose values the reader draws.
    known : tuple of ndarray
        Positions and values of the part that is given; may be empty.
    axes : Axes
    unit : str
        Of the positions.
    allowed : Allowance
        For the mean distance of the points from the measured curve.
    crossing : float or None
        The level whose first crossing is compared in words.
    """

    kind = "curve"

    def __init__(
        self,
        key: str,
        text: str,
        at: np.ndarray,
        known: tuple[np.ndarray, np.ndarray],
        axes: Axes,
        unit: str,
        allowed: Allowance,
        crossing: float | None,
    ) -> None:
        super().__init__(key, text)
        self.at = at
        self.known = known
        self.axes = axes
        self.unit = unit
        self.allowed = allowed
        self.crossing = crossing

    def hint(self) -> str:
        """Say what is drawn, and what counts as right."""
        x, y = self.axes.labels
        ends = f"from {say(self.at[0])} to {with_unit(self.at[-1], self.unit)}"
        return (
            f"A curve to draw: {y} by {x}, {ends}; within "
            f"{self.allowed.told()} on average counts as right"
        )

    def page_hint(self) -> str:
        """Say how to draw, and what counts as right."""
        return (
            "Draw with the mouse or a finger, or move the points with the "
            f"arrow keys; within {self.allowed.told()} on average counts as "
            "right"
        )

    def start(self) -> list[float]:
        """Return the heights at first: the curve goes on as it ended."""
        low, high = self.axes.y_limits
        if len(self.known[1]):
            return [float(self.known[1][-1])] * len(self.at)
        middle = math.sqrt(low * high) if self.axes.log else (low + high) / 2
        return [middle] * len(self.at)

    def controls(self) -> str:
        """Return the axes with what is known, for the script to complete."""
        return (
            f'<div class="predict-canvas">{self.axes.svg(self._given())}</div>'
        )

    def _given(self) -> str:
        return (
            self.axes.line("known", *self.known) if len(self.known[0]) else ""
        )

    def fields(self) -> dict[str, object]:
        """Return the axes and the positions."""
        return {
            "at": self.at.tolist(),
            "known": [part.tolist() for part in self.known],
            "start": self.start(),
            "axes": self.axes.fields(),
            "unit": self.unit,
            "allowed": [self.allowed.size, self.allowed.is_factor],
            "allowedText": self.allowed.told(),
            "crossing": self.crossing,
            "crossingText": ""
            if self.crossing is None
            else level(self.crossing),
        }

    def inputs(self) -> tuple[list[object], Callable[[], Any]]:
        """Return upright sliders under a live drawing."""
        import ipywidgets

        picture = ipywidgets.HTML()
        stops = np.linspace(0, 1, 101)
        low, high = self.axes.y_limits
        values = (
            low * (high / low) ** stops
            if self.axes.log
            else low + (high - low) * stops
        )
        sliders = [
            ipywidgets.SelectionSlider(
                options=[(say(v, DIGITS), float(v)) for v in values],
                index=round(100 * self.axes.height(first)),
                description=say(x),
                orientation="vertical",
                layout={"width": "3.2em", "height": "9em"},
            )
            for x, first in zip(self.at, self.start())
        ]
        moved: list[object] = []

        def guess() -> list[float]:
            return [slider.value for slider in sliders]

        def redraw(change: object) -> None:
            moved.append(change)
            picture.value = self.axes.svg(self._given() + self.drawn(guess()))

        for slider in sliders:
            slider.observe(redraw, names="value")
        redraw(None)
        moved.clear()
        row = ipywidgets.HBox(sliders, layout={"flex_flow": "row wrap"})
        return [picture, row], lambda: guess() if moved else None

    def drawn(self, guess: Sequence[float]) -> str:
        """Return the line that the reader drew, joined to what is known."""
        x, y = self.whole(guess)
        first = max(len(self.known[0]) - 1, 0)
        return self.axes.line("drawn", x[first:], y[first:])

    def whole(self, guess: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
        """Return what is known and what was drawn as one curve."""
        return (
            np.concatenate([self.known[0], self.at]),
            np.concatenate([self.known[1], guess]),
        )

    def outcome(self, measured: Any, at: Any) -> CurveOutcome:
        """Return the measured curve."""
        if at is None:
            x = self.at
            y = as_array(measured, "measured", shape=(len(self.at),))
        else:
            x = as_series(at, "at", min_length=2)
            y = as_array(measured, "measured", shape=(len(x),))
            if not (np.diff(x) > 0).all():
                raise ValueError("at must rise, found a step that does not")
            if x[0] > self.at[0] or x[-1] < self.at[-1]:
                raise ValueError(
                    f"at must reach from {self.at[0]:g} to {self.at[-1]:g}, "
                    f"found {x[0]:g} to {x[-1]:g}"
                )
        if self.axes.log and not (y > 0).all():
            raise ValueError(
                f"measured must be positive on a logarithmic axis, "
                f"found {y.min():g}"
            )
        return CurveOutcome(self, x, y)


class CurveOutcome(Outcome):
    """A measured curve."""

    def __init__(self, question: Curve, x: np.ndarray, y: np.ndarray) -> None:
        axes = question.axes
        if x[0] > question.at[0] - SLACK and len(question.known[0]):
            x = np.append(question.known[0][-1], x)
            y = np.append(question.known[1][-1], y)
        self.question = question
        self.x, self.y = x, y
        self.values = between(x, y, question.at, axes.log)
        listed = ", ".join(
            f"{say(value, DIGITS)} at {say(place)}"
            for place, value in zip(question.at, self.values)
        )
        self.crosses = None
        self.measured = listed
        if question.crossing is not None:
            self.crosses = crossing(x, y, question.crossing, axes.log)
            reached = _at(self.crosses, question.unit)
            self.measured = f"{listed}; {level(question.crossing)} {reached}"

    def judge(self, guess: Sequence[float]) -> Judgement:
        """Say where the drawn curve lies beside the measured one."""
        question, axes = self.question, self.question.axes
        low, high = axes.y_limits
        factor = question.allowed.is_factor
        gaps = [
            abs(math.log(now / wanted)) if factor else abs(now - wanted)
            for now, wanted in zip(
                np.clip(guess, low, high), np.clip(self.values, low, high)
            )
        ]
        mean = math.fsum(gaps) / len(gaps)
        size = question.allowed.size
        surprise = mean / (math.log(size) if factor else size)
        right = surprise <= 1 + SLACK
        worst = max(range(len(gaps)), key=lambda i: (gaps[i], -i))
        place = with_unit(question.at[worst], question.unit)
        sentences = [
            self._crossings(guess),
            f"The largest gap is at {place}: you drew "
            f"{say(guess[worst], DIGITS)}, measured "
            f"{say(self.values[worst], DIGITS)}.",
        ]
        allowed = question.allowed.told()
        if factor:
            off = f"a factor of {say(math.exp(mean), DIGITS)}"
        else:
            off = say(mean, DIGITS)
        sentences.append(
            f"On average your points are off by {off}; "
            f"{allowed} counts as right."
        )
        told = joined([*(["Right."] if right else []), *sentences])
        return Judgement(right, surprise, told)

    def _crossings(self, guess: Sequence[float]) -> str:
        question = self.question
        if question.crossing is None:
            return ""
        drawn = crossing(
            *question.whole(guess), question.crossing, question.axes.log
        )
        name = level(question.crossing)
        if drawn is None:
            told = f"Your curve never reaches {name} here"
        else:
            told = f"Your curve reaches {name} {_at(drawn, question.unit)}"
        return f"{told}; measured: {_at(self.crosses, question.unit)}."

    def fields(self) -> dict[str, object]:
        """Return the measured curve, and where it crosses the level."""
        step = math.ceil(len(self.x) / MOST_POINTS)
        return {
            "measured": self.measured,
            "x": [_short(x) for x in self.x[::step]],
            "y": [_short(y) for y in self.y[::step]],
            "values": self.values.tolist(),
            "crosses": self.crosses,
            "crossesText": _at(self.crosses, self.question.unit),
        }

    def picture(self, guess: Any = None) -> str:
        """Return the measured curve, and the drawn one if there is one."""
        question, axes = self.question, self.question.axes
        inside = question._given() + axes.line("measured", self.x, self.y)
        keys = [_key("measured", "━ measured")]
        if guess is not None:
            inside += question.drawn(guess)
            keys.append(_key("drawn", "╍ you drew"))
        label = f"{axes.labels[1]} by {axes.labels[0]}: {self.measured}"
        return (
            f'<div class="predict-canvas">{axes.svg(inside, label)}'
            f'<p class="predict-key" aria-hidden="true">{"".join(keys)}</p>'
            "</div>"
        )


def crossing(
    x: Sequence[float], y: Sequence[float], level: float, log: bool
) -> float | None:
    """Return where a curve first reaches a level, None if nowhere.

    Between its points the curve is straight in its drawing.
    """
    if y[0] == level:
        return float(x[0])
    for i in range(1, len(x)):
        before, after = y[i - 1] - level, y[i] - level
        if before * after <= 0:
            part = before / (before - after)
            if log and level > 0:
                part = math.log(y[i - 1] / level) / math.log(y[i - 1] / y[i])
            return float(x[i - 1] + part * (x[i] - x[i - 1]))
    return None


def _at(place: float | None, unit: str) -> str:
    if place is None:
        return "nowhere here"
    return f"at {with_unit(place, unit, DIGITS)}"


def _key(kind: str, text: str) -> str:
    return (
        f'<span class="predict-key-{kind}" style="color: {COLORS[kind]}">'
        f"{text}</span> "
    )


def _short(value: float) -> float:
    return float(f"{value:.5g}")
