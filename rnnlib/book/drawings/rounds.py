"""How a linear recurrence is computed in rounds."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import arrow, node, sheet
from rnnlib.book.plots import COLORS


def doubling() -> Figure:
    """Draw eight steps put together in three rounds.

    Returns
    -------
    Figure
        Four rows of eight nodes, the start below; in each round arrows lead
        into a node from itself and from the one that is 1, 2 or 4 to its
        left. A node says up to how many steps back it reaches; one that
        reaches the first step is filled.
    """
    brown, grey = COLORS["linear recurrence"], "#A9B1B8"
    figure, ax = sheet(10.2, 6.2)
    for row in range(4):
        y = 0.7 + 1.6 * row
        name = f"round {row}" if row else "steps"
        ax.text(0.05, y, name, va="center", fontsize=11)
        for t in range(8):
            x, reach = 2.0 + 1.05 * t, min(2**row, t + 1)
            done = reach == t + 1
            text = f"{t - reach + 2}\u2013{t + 1}" if reach > 1 else f"{t + 1}"
            node(ax, x, y, text, color=brown, filled=done, fontsize=10)
            if row == 0:
                continue
            below, back = y - 1.6, 2 ** (row - 1)
            arrow(ax, (x, below + 0.4), (x, y - 0.42), color=grey)
            if t >= back:
                tail = (x - 1.05 * back + 0.12, below + 0.4)
                arrow(ax, tail, (x - 0.16, y - 0.38), color=brown)
    return figure
