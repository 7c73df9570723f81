"""What a character model reads while it learns and while it writes."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import INK, arrow, node, sheet
from rnnlib.book.plots import COLORS


def teacher_forcing() -> Figure:
    """Draw what a character model reads while it learns and while it writes.

    Returns
    -------
    Figure
        Left, the true letters go in, whatever came out; right, each letter
        that was drawn goes in again.
    """
    red, violet = COLORS["LSTM"], COLORS["accent"]
    figure, ax = sheet(10.8, 5.0)
    ax.text(2.6, 4.7, "learning", ha="center", va="center", color=INK)
    ax.text(8.2, 4.7, "writing", ha="center", va="center", color=INK)
    ax.plot([5.4, 5.4], [0.2, 4.8], color="#C8CED3", lw=1)
    halves = (
        (0.8, ".ann", ("a?", "n?", "n?", "a?")),
        (6.4, ".mia", ("m", "i", "a", ".")),
    )
    for left, read, said in halves:
        writes = left > 5
        for step, (inner, outer) in enumerate(zip(read, said)):
            x = left + 1.2 * step
            node(ax, x, 2.2, "h", color=red)
            if step:
                arrow(ax, (x - 0.8, 2.2), (x - 0.4, 2.2), color=red)
            arrow(ax, (x, 2.6), (x, 3.45))
            node(ax, x, 3.75, outer, shape="text")
            if writes and step:
                arrow(ax, (x - 1.05, 3.5), (x - 0.1, 0.95), color=violet)
                node(ax, x, 0.6, inner, shape="text", color=violet)
            else:
                node(ax, x, 0.6, inner, shape="text")
            if not writes or not step:
                arrow(ax, (x, 0.95), (x, 1.8))
            else:
                arrow(ax, (x, 0.95), (x, 1.8), color=violet)
    return figure
