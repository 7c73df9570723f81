"""The Elman network folded and unfolded, and the five wirings."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import INK, arrow, below, loop, node, sheet
from rnnlib.book.plots import COLORS
from rnnlib.checks import as_int


def elman(steps: int = 3) -> Figure:
    """Draw the Elman network folded and unfolded, shapes on every arrow.

    Parameters
    ----------
    steps : int
        Copies in the unfolded half, 2 or 3.

    Returns
    -------
    Figure
    """
    steps = as_int(steps, "steps", low=2, high=3)
    blue = COLORS["Elman"]
    figure, ax = sheet(3.6 + 2.1 * steps, 5.4)
    ax.text(1.55, 5.15, "folded", ha="center", va="center", color=INK)
    _elman_cell(ax, 1.55, "t", shapes=True)
    weight = "W$_{hh}$\n(H, H)"
    loop(ax, 1.55, 2.4, weight, color=blue, side="left", fontsize=9)
    ax.plot([3.05, 3.05], [0.2, 5.2], color="#C8CED3", lw=1)
    middle = 3.4 + 1.05 * steps
    ax.text(middle, 5.15, "unfolded", ha="center", va="center", color=INK)
    for step in range(1, steps + 1):
        x = 2.35 + 2.1 * step
        tail = (x - 1.3 if step == 1 else x - 1.7, 2.4)
        arrow(ax, tail, (x - 0.4, 2.4), color=blue)
        ax.text(
            x - 0.88, 2.62, "W$_{hh}$", color=blue, fontsize=9, ha="center"
        )
        _elman_cell(ax, x, str(step), shapes=False)
    ax.text(3.2, 1.98, "h$_0$", color=blue, va="center")
    return figure


def _elman_cell(ax: Axes, x: float, step: str, *, shapes: bool) -> None:
    blue = COLORS["Elman"]
    inner = "\n(B, D)" if shapes else ""
    node(ax, x, 0.45, f"x{below(step)}{inner}", shape="text", fontsize=11)
    arrow(ax, (x, 0.95), (x, 2.0), color=INK)
    node(ax, x, 2.4, f"h{below(step)}", color=blue)
    arrow(ax, (x, 2.8), (x, 3.75), color=INK)
    outer = "(B, O)\n" if shapes else ""
    node(ax, x, 4.15, f"{outer}ŷ{below(step)}", shape="text", fontsize=11)
    if shapes:
        style = {"color": INK, "fontsize": 9, "va": "center"}
        ax.text(x + 0.12, 1.4, "W$_{xh}$ (D, H)", **style)
        ax.text(x + 0.12, 3.25, "W$_{hy}$ (H, O)", **style)
        ax.text(x + 0.5, 2.4, "(B, H)", **{**style, "color": blue})


def wirings() -> Figure:
    """Draw the five ways to connect inputs and outputs in time.

    Returns
    -------
    Figure
        Inputs below, states in the middle, outputs above.
    """
    kinds = (
        ("one to one", (0,), (0,), 1),
        ("one to many", (0,), (0, 1, 2), 3),
        ("many to one", (0, 1, 2), (2,), 3),
        ("many to many", (0, 1), (2, 3), 4),
        ("synced", (0, 1, 2), (0, 1, 2), 3),
    )
    blue = COLORS["Elman"]
    figure, ax = sheet(10.8, 6.7)
    x, floor = 1.1, 3.7
    for name, inputs, outputs, steps in kinds:
        if name == "many to many":
            x, floor = 1.6, 0.3
        left = x
        for step in range(steps):
            node(ax, x, floor + 1.1, "", color=blue, size=0.26, shape="box")
            if step:
                tail, head = (x - 0.74, floor + 1.1), (x - 0.26, floor + 1.1)
                arrow(ax, tail, head, color=blue)
            if step in inputs:
                node(ax, x, floor + 0.1, "", size=0.2)
                arrow(ax, (x, floor + 0.3), (x, floor + 0.84))
            if step in outputs:
                node(ax, x, floor + 2.1, "", size=0.2, filled=True)
                arrow(ax, (x, floor + 1.36), (x, floor + 1.9))
            x += 1.0
        ax.text(
            (left + x - 1) / 2, floor + 2.6, name, ha="center", fontsize=10
        )  # fmt: skip
        x += 1.15
    return figure
