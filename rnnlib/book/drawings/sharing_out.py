"""What several processes can share out, and in which round each step comes."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import arrow, node, sheet
from rnnlib.book.plots import COLORS

ROWS, STEPS, WIDE = 4, 6, 0.8


def shared_out() -> Figure:
    """Draw three ways to share out the steps of a recurrent network.

    Returns
    -------
    Figure
        Three blocks of boxes, a row a process; the number in a box is the
        round in which it can be computed.
    """
    figure, ax = sheet(10.4, 13.2)
    _block(
        ax,
        12.7,
        "The batch: a process has sequences",
        "sequence",
        lambda r, t: t,
    )
    _block(
        ax, 8.4, "The layers: a process has a layer", "layer",
        lambda r, t: r + t - 1,
    )  # fmt: skip
    _block(ax, 4.1, "Time: a process has some steps", "part", lambda r, t: t)
    right = 2.2 + WIDE * STEPS
    for row in range(1, ROWS):
        y = 4.1 - WIDE * row
        arrow(ax, (right, y), (right, y - 0.72), bend=-0.9)
        ax.text(right + 0.75, y - 0.38, f"{STEPS + row}", va="center",
                color=COLORS["accent"], fontsize=11)  # fmt: skip
    told = "ends are put\nright in turn;\nall the rest\nin round 10"
    ax.text(right + 1.35, 4.1 - 2 * WIDE - 0.4, told, va="center", fontsize=10)
    return figure


def _block(ax: Axes, top: float, title: str, name: str, rounds) -> None:
    """Draw a block of boxes under a title, a row for each process."""
    ax.text(0.2, top, title, fontsize=11, va="center", weight="bold")
    for row in range(1, ROWS + 1):
        y = top - WIDE * row
        ax.text(0.2, y, f"{name} {row}", va="center", fontsize=10)
        for t in range(1, STEPS + 1):
            late = rounds(row, t)
            node(
                ax, 1.9 + WIDE * t, y, str(late), shape="box", size=0.34,
                color=COLORS["accent"], filled=late == 1, fontsize=10,
            )  # fmt: skip
