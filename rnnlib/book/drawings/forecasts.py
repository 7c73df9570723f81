"""How a backtest walks, and two ways to forecast several steps ahead."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from rnnlib.book.drawings.strokes import INK, arrow, below, node, sheet
from rnnlib.book.plots import COLORS
from rnnlib.checks import as_int


def rolling_origin(origins: int = 5) -> Figure:
    """Draw how a backtest walks: what is known, what is forecast.

    Parameters
    ----------
    origins : int
        Number of rows, 2 to 8.

    Returns
    -------
    Figure
    """
    origins = as_int(origins, "origins", low=2, high=8)
    total = 12 + origins
    figure, ax = sheet(total + 5.4, origins + 2.0)
    for row in range(origins):
        y = origins - row + 0.3
        known = 12 + row
        for column in range(total):
            color = "#E6E9EC"
            if column < known:
                color = COLORS["AR"]
            elif column == known:
                color = COLORS["accent"]
            ax.add_patch(
                FancyBboxPatch(
                    (column + 0.6, y),
                    0.8,
                    0.7,
                    boxstyle="round,pad=0,rounding_size=0.1",
                    fc=color,
                    ec="none",
                )
            )
    style = {"fontsize": 12.5, "va": "center"}
    right = total + 0.9
    ax.text(right, origins + 0.65, "known", color=COLORS["AR"], **style)
    ax.text(right, origins - 0.35, "forecast", color=COLORS["accent"], **style)
    ax.text(right, origins - 1.35, "unseen", color="#5F6B76", **style)
    arrow(ax, (0.6, 0.55), (total + 0.5, 0.55), color=INK)
    ax.text(right, 0.55, "time", color=INK, **style)
    return figure


def recursive_and_direct() -> Figure:
    """Draw the two ways to forecast three steps ahead.

    Returns
    -------
    Figure
        Left, one model for one step, fed with the past and its own
        forecasts; right, one model for each horizon, fed with the past.
    """
    grey, violet = COLORS["AR"], COLORS["accent"]
    figure, ax = sheet(10.8, 5.2)
    ax.text(2.6, 4.9, "recursive", ha="center", va="center", color=INK)
    ax.text(8.3, 4.9, "direct", ha="center", va="center", color=INK)
    ax.plot([5.4, 5.4], [0.2, 5.0], color="#C8CED3", lw=1)
    for left in (0, 5.7):
        node(ax, left + 0.6, 0.5, "past", shape="text", fontsize=11)
    for step in (1, 2, 3):
        said = f"x\u0302{below(f't+{step}')}"
        x = 1.5 * step - 0.4
        node(ax, x, 2.2, "1", color=grey, shape="box", size=0.34)
        arrow(ax, (x, 2.55), (x, 3.6))
        node(ax, x, 3.95, said, shape="text")
        if step == 1:
            arrow(ax, (0.65, 0.8), (x - 0.1, 1.85))
        else:
            tail = (x - 1.2, 3.65)
            arrow(ax, tail, (x - 0.2, 2.55), color=violet, width=2)
            arrow(ax, (0.65, 0.8), (x - 0.05, 1.85), width=0.8)
        x = 5.2 + 1.5 * step + 0.1
        node(ax, x, 2.2, str(step), color=grey, shape="box", size=0.34)
        arrow(ax, (6.35, 0.8), (x - 0.05, 1.85))
        arrow(ax, (x, 2.55), (x, 3.6))
        node(ax, x, 3.95, said, shape="text")
    return figure
