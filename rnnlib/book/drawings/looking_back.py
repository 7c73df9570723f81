"""Three memories: a vector, a matrix, and a list that is looked through."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from rnnlib.book.drawings.strokes import INK, arrow, below, node, sheet
from rnnlib.book.plots import COLORS

STEPS = 5
WEIGHTS = (0.06, 0.62, 0.12, 0.06, 0.14)  # of the values in the last row


def three_memories() -> Figure:
    """Draw what five steps leave behind in a vector, a matrix and a list.

    Returns
    -------
    Figure
        Three rows of five steps. In the first a vector is handed from step
        to step, in the second a matrix; in the third every step leaves a
        key and a value, and a query draws arrows to all of them, the wider
        the more it looks there.
    """
    figure, ax = sheet(9.6, 6.4)
    columns = [2.0 + 1.2 * t for t in range(STEPS)]
    blue, cyan = COLORS["Elman"], COLORS["matrix state"]
    purple = COLORS["attention"]
    _title(ax, 5.6, "vector", "always\nas large", blue)
    for t, x in enumerate(columns, start=1):
        node(ax, x, 5.6, f"h{below(str(t))}", color=blue)
        if t < STEPS:
            arrow(ax, (x + 0.42, 5.6), (x + 0.78, 5.6), color=blue)
    _title(ax, 4.0, "matrix", "always\nas large", cyan)
    for t, x in enumerate(columns, start=1):
        _grid(ax, x, 4.0, cyan)
        node(ax, x, 3.35, f"S{below(str(t))}", shape="text", color=cyan)
        if t < STEPS:
            arrow(ax, (x + 0.42, 4.0), (x + 0.78, 4.0), color=cyan)
    _title(ax, 1.6, "list", "grows", purple)
    for t, (x, weight) in enumerate(zip(columns, WEIGHTS), start=1):
        name = f"k{below(str(t))} v{below(str(t))}"
        node(ax, x, 1.6, name, shape="box", color=purple, fontsize=10)
        ax.add_patch(
            FancyArrowPatch(
                (8.0, 1.2),
                (x, 1.16),
                arrowstyle="-",
                connectionstyle="arc3,rad=-0.32",
                color=purple,
                lw=0.8 + 9 * weight,
                alpha=0.75,
                zorder=1,
            )
        )
    node(ax, 8.0, 1.6, f"q{below(str(STEPS + 1))}", color=purple, filled=True)
    return figure


def _title(ax: Axes, y: float, name: str, size: str, color: str) -> None:
    """Say at the left what the memory is, and at the right how it grows."""
    ax.text(0.15, y, name, color=color, va="center", fontsize=12)
    ax.text(9.5, y, size, color=INK, va="center", ha="right", fontsize=9)


def _grid(ax: Axes, x: float, y: float, color: str) -> None:
    """Draw a matrix of 4 by 4 small squares around (x, y)."""
    for row in range(4):
        for column in range(4):
            corner = (x - 0.4 + 0.2 * column, y - 0.4 + 0.2 * row)
            ax.add_patch(
                Rectangle(corner, 0.2, 0.2, fc="white", ec=color, lw=0.9)
            )
