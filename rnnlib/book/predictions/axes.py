"""The axes that a curve is drawn in, as SVG that a page can add to.

One drawing serves all: what a page shows before its script runs, what the
script completes, and the widget. Colours stand in attributes, which the style
sheet of the book overrules.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from rnnlib.book.predictions.wording import say

WIDTH, HEIGHT = 420, 280
LEFT, RIGHT, TOP, BOTTOM = 68, 406, 14, 234
COLORS = {"known": "#555555", "drawn": "#8f6300", "measured": "#0072b2"}
DASHES = {"known": "", "drawn": "6 4", "measured": ""}
MOST_POWERS = 7
# Room for a point beside the y axis, so that it covers no label.
INSET = 14


class Axes:
    """Two axes, and where a point of a curve lies on the drawing.

    Parameters
    ----------
    x_limits, y_limits : tuple of float
        The ends of the axes.
    labels : tuple of str
        What stands at the axes.
    log : bool
        Whether the y axis is logarithmic.
    whole : bool
        Whether x counts something, so that its ticks are whole.
    inset : bool
        Whether x begins beside the y axis instead of on it.
    """

    def __init__(
        self,
        x_limits: tuple[float, float],
        y_limits: tuple[float, float],
        labels: tuple[str, str],
        log: bool,
        whole: bool,
        inset: bool = False,
    ) -> None:
        self.x_limits = x_limits
        self.y_limits = y_limits
        self.labels = labels
        self.log = log
        self.whole = whole
        self.left = LEFT + INSET * inset

    def height(self, y: float) -> float:
        """Return where a value lies between the limits, from 0 to 1."""
        low, high = self.y_limits
        y = min(max(y, low), high)
        if self.log:
            return math.log(y / low) / math.log(high / low)
        return (y - low) / (high - low)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point in the drawing."""
        low, high = self.x_limits
        right = self.left + (RIGHT - self.left) * (x - low) / (high - low)
        down = BOTTOM - (BOTTOM - TOP) * self.height(y)
        return round(right, 1), round(down, 1)

    def fields(self) -> dict[str, object]:
        """Return what the script of a page needs to do the same."""
        return {
            "box": [self.left, RIGHT, TOP, BOTTOM],
            "x": self.x_limits,
            "y": self.y_limits,
            "log": self.log,
            "labels": self.labels,
        }

    def line(self, kind: str, x: Sequence[float], y: Sequence[float]) -> str:
        """Return a line through the points of a curve."""
        places = (self.point(*pair) for pair in zip(x, y))
        points = " ".join(f"{right:g},{down:g}" for right, down in places)
        return (
            f'<polyline class="predict-{kind}" points="{points}" '
            f'fill="none" stroke="{COLORS[kind]}" stroke-width="2.5" '
            f'stroke-dasharray="{DASHES[kind]}"/>'
        )

    def svg(self, inside: str, label: str = "") -> str:
        """Return the drawing; with a label it is one picture."""
        role = (
            f'role="img" aria-label="{html.escape(label)}"'
            if label
            else 'role="group"'
        )
        return (
            f'<svg class="predict-plot" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" {role} font-size="15">'
            f"{self._frame()}{inside}</svg>"
        )

    def _frame(self) -> str:
        parts = []
        for x in self._x_ticks():
            right, _ = self.point(x, self.y_limits[0])
            parts.append(_mark(right, BOTTOM, 0, 5))
            parts.append(_text(right, BOTTOM + 20, say(x), "middle"))
        for y in self._y_ticks():
            _, down = self.point(self.x_limits[0], y)
            parts.append(_mark(LEFT, down, -5, 0))
            parts.append(_text(LEFT - 8, down + 5, self._value(y), "end"))
        parts.append(
            f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" '
            'stroke="#888888"/>'
        )
        middle = (LEFT + RIGHT) / 2
        parts.append(_text(middle, HEIGHT - 6, self.labels[0], "middle"))
        middle = (TOP + BOTTOM) / 2
        parts.append(
            _text(
                0,
                0,
                self.labels[1],
                "middle",
                f"translate(13 {middle}) rotate(-90)",
            )
        )
        return (
            f'<g class="predict-axes" aria-hidden="true">{"".join(parts)}</g>'
        )

    def _x_ticks(self) -> list[float]:
        low, high = self.x_limits
        found = MaxNLocator(6, integer=self.whole).tick_values(low, high)
        return [float(x) for x in found if low <= x <= high]

    def _y_ticks(self) -> list[float]:
        low, high = self.y_limits
        if not self.log:
            found = MaxNLocator(5).tick_values(low, high)
            return [round(float(y), 12) for y in found if low <= y <= high]
        first, last = (
            math.ceil(math.log10(low) - 1e-9),
            math.floor(math.log10(high) + 1e-9),
        )
        step = max(1, math.ceil((last - first) / (MOST_POWERS - 1)))
        return [10.0**power for power in range(last, first - 1, -step)]

    def _value(self, y: float) -> str:
        if self.log and not 1e-3 <= y <= 1e3:
            return say(y, 2).removeprefix("1·")
        return say(y)


def _mark(x: float, y: float, right: int, down: int) -> str:
    return f'<path d="M{x:g} {y:g}l{right} {down}" stroke="#888888"/>'


def _text(x: float, y: float, text: str, anchor: str, turn: str = "") -> str:
    turn = f' transform="{turn}"' if turn else ""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" '
        f'fill="#333333"{turn}>{html.escape(text)}</text>'
    )


def between(
    x: np.ndarray, y: np.ndarray, at: np.ndarray, log: bool
) -> np.ndarray:
    """Return the values of a curve at other places, on straight lines.

    Straight in the drawing: where the axis is logarithmic, so are they.
    """
    if log:
        return np.exp(np.interp(at, x, np.log(y)))
    return np.interp(at, x, y)
