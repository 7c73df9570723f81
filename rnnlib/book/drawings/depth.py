"""Layers on top of one another, unfolded in time."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import arrow, below, node, sheet
from rnnlib.book.plots import COLORS
from rnnlib.checks import as_int


def stacked(layers: int = 2, steps: int = 3) -> Figure:
    """Draw recurrent layers on top of one another.

    Parameters
    ----------
    layers, steps : int
        How many layers, from the bottom up, and how many steps in time.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If one is no whole number from 1 on.
    """
    layers, steps = as_int(layers, "layers"), as_int(steps, "steps")
    shades = (COLORS["Elman"], COLORS["accent"], COLORS["GRU"])
    figure, ax = sheet(2.0 * steps + 2.6, 1.5 * layers + 2.6)
    top = 1.5 * layers + 0.6
    for t in range(1, steps + 1):
        x = 2.0 * t
        node(ax, x, 0.5, f"x{below(str(t))}", shape="text")
        for k in range(1, layers + 1):
            y, shade = 1.5 * k + 0.2, shades[(k - 1) % 3]
            arrow(ax, (x, y - (0.9 if k == 1 else 1.06)), (x, y - 0.46))
            name = f"$h^{{{k}}}_{{{t}}}$"
            node(ax, x, y, name, color=shade, size=0.44)
            if t > 1:
                arrow(ax, (x - 1.54, y), (x - 0.46, y), color=shade)
        arrow(ax, (x, top + 0.06), (x, top + 0.9))
        node(ax, x, top + 1.2, f"ŷ{below(str(t))}", shape="text")
    for k in range(1, layers + 1):
        ax.text(2.0 * steps + 0.7, 1.5 * k + 0.2, f"layer {k}", va="center",
                color=shades[(k - 1) % 3], fontsize=11)  # fmt: skip
    return figure
