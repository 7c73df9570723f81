"""How a gradient finds its way back, and what is left of it."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import arrow, below, node, sheet
from rnnlib.book.plots import COLORS


def gradient_paths() -> Figure:
    """Draw the three paths from the loss back to the recurrent weight u.

    Returns
    -------
    Figure
        Three rows of three unfolded steps. In each the path goes back from
        the loss through the states, and ends at one of the places of u.
    """
    grey, blue = "#A9B1B8", COLORS["Elman"]
    figure, ax = sheet(9.4, 6.3)
    columns = (0.5, 2.6, 4.7, 6.8)  # h_0 to h_3
    terms = ("1 slope", "2 slopes", "3 slopes")
    for row, term in enumerate(terms):
        y, last = 5.2 - 2.0 * row, 3 - row  # the path ends in front of h_last
        for step, x in enumerate(columns):
            passed = step >= last
            color = blue if passed else grey
            shape = "circle" if step else "text"
            name = f"h{below(str(step))}"
            node(ax, x, y, name, color=color, shape=shape, filled=passed)
            if step == 0:
                continue
            left, right = columns[step - 1] + 0.5, x - 0.4
            if step > last:
                arrow(ax, (right, y), (left - 0.1, y), color=blue, width=3)
                ax.text(
                    (left + right) / 2,
                    y + 0.3,
                    "u",
                    color=blue,
                    ha="center",
                    fontsize=12,
                )
            elif step == last:
                middle = (left + right) / 2
                arrow(ax, (right, y), (middle + 0.3, y), color=blue, width=3)
                node(ax, middle, y, "u", shape="box", color=blue, size=0.28)
                ax.plot([left, middle - 0.28], [y, y], color=grey, lw=1.6)
            else:
                arrow(ax, (left, y), (right, y), color=grey)
                ax.text(
                    (left + right) / 2,
                    y + 0.3,
                    "u",
                    color=grey,
                    ha="center",
                    fontsize=12,
                )
        arrow(ax, (8.3, y), (7.2, y), color=blue, width=3)
        node(ax, 8.75, y, "L", shape="box")
        ax.text(columns[3] + 0.9, y - 0.72, term, color=blue, ha="center")
    return figure


def fading_gradient() -> Figure:
    """Draw gradients that go back six steps, each a factor of the last.

    Returns
    -------
    Figure
        Three rows, for a factor of 0.7, 1 and 1.3 a step; the width of an
        arrow is the size of the gradient that it carries.
    """
    blue = COLORS["Elman"]
    figure, ax = sheet(9.6, 5.0)
    for row, factor in enumerate((0.7, 1.0, 1.3)):
        y = 4.1 - 1.6 * row
        ax.text(0.1, y, f"\u00d7 {factor:g}", va="center", fontsize=12)
        for k in range(7):
            x = 8.9 - 1.2 * k
            name = {0: f"h{below('t')}", 6: f"h{below('t-6')}"}.get(k, "")
            node(ax, x, y, name, color=blue, size=0.38, fontsize=10)
            if k < 6:
                size = 1.4 * factor ** (k + 1)
                arrow(ax, (x - 0.4, y), (x - 0.82, y), width=size)
    return figure
