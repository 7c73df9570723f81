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
        Three unfolded steps; a path for each place where u stands.
    """
    blue = COLORS["Elman"]
    figure, ax = sheet(9.4, 5.0)
    columns = (2.2, 4.6, 7.0)
    for step, x in enumerate(columns, 1):
        arrow(ax, (x, 0.75), (x, 1.6))
        node(ax, x, 0.45, f"x{below(str(step))}", shape="text")
        tail = 0.6 if step == 1 else x - 2.0
        arrow(ax, (tail, 2.0), (x - 0.4, 2.0), color=blue)
        ax.text(x - 1.3, 1.62, "u", color=blue, ha="center")
        node(ax, x, 2.0, f"h{below(str(step))}", color=blue)
    node(ax, 0.3, 2.0, f"h{below('0')}", shape="text", color=blue)
    arrow(ax, (7.4, 2.0), (8.3, 2.0))
    node(ax, 8.75, 2.0, "L", shape="box")
    shades = ("#7A4F9A", "#A8763E", "#4B7F52")
    names = ("1 slope", "2 slopes", "3 slopes")
    for number, (shade, name) in enumerate(zip(shades, names)):
        height, end = 2.85 + 0.62 * number, columns[2 - number] - 1.3
        ax.plot([8.75, 8.75], [2.45, height], color=shade, lw=2)
        ax.plot([8.75, end], [height, height], color=shade, lw=2)
        arrow(ax, (end, height), (end, 2.1), color=shade, width=2)
        ax.text(7.85, height + 0.14, name, color=shade, ha="center")
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
            name = f"h{below('t' if k == 0 else f't-{k}')}"
            node(ax, x, y, name, color=blue, size=0.36, fontsize=9)
            if k < 6:
                size = 1.4 * factor ** (k + 1)
                arrow(ax, (x - 0.38, y), (x - 0.82, y), width=size)
    return figure
