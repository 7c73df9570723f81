"""The thread, AR(p) as a neuron, and the memory neuron."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import INK, arrow, below, loop, node, sheet
from rnnlib.book.plots import COLORS
from rnnlib.checks import as_int


def thread() -> Figure:
    """Draw the thread of the course: the number that decides about memory.

    Returns
    -------
    Figure
        Four cells in a row, each with the number on its loop.
    """
    cells = (
        ("AR(1)", "AR", "φ", "one number,\nfitted"),
        ("memory\nneuron", "memory", "u", "one weight,\nlearned"),
        ("Elman\nnetwork", "Elman", "ρ", "size of a matrix,\nlearned"),
        ("LSTM", "LSTM", "f$_t$", "a gate, set anew\nat each step"),
    )
    figure, ax = sheet(9.6, 3.9)
    for column, (name, model, symbol, note) in enumerate(cells):
        x = 1.2 + 2.4 * column
        color = COLORS[model]
        loop(ax, x, 1.75, symbol, color=color, size=0.6, fontsize=17)
        node(ax, x, 1.75, name, color=color, size=0.6, fontsize=9)
        ax.text(x, 0.55, note, ha="center", va="center", fontsize=10)
        if column:
            tail, head = (x - 1.55, 1.75), (x - 0.85, 1.75)
            arrow(ax, tail, head, color="#A9B1B8")
    return figure


def ar_neuron(order: int = 3) -> Figure:
    """Draw AR(p) as a linear neuron that sees the last p values.

    Parameters
    ----------
    order : int
        p, 1 to 4.

    Returns
    -------
    Figure
    """
    order = as_int(order, "order", high=4)
    grey = COLORS["AR"]
    width = 5.6
    height = max(1.6, 0.4 + 0.95 * order)
    figure, ax = sheet(width, height, inches=4.4)
    middle = height / 2
    for lag in range(1, order + 1):
        y = middle + 0.95 * ((order + 1) / 2 - lag)
        past = "x" + below(f"t-{lag}")
        node(ax, 0.65, y, past, shape="text", fontsize=13)
        arrow(ax, (1.05, y), (2.75, middle + (y - middle) * 0.16), color=grey)
        weight = "φ" + below("" if order == 1 else str(lag))
        ax.text(1.75, y + 0.2 - (y - middle) * 0.3, weight, color=grey)
    node(ax, 3.2, middle, "+ φ" + below("0"), color=grey, size=0.45)
    arrow(ax, (3.65, middle), (4.45, middle), color=grey)
    node(ax, 4.85, middle, "x\u0302" + below("t"), shape="text", fontsize=13)
    return figure


def memory_neuron(steps: int = 3) -> Figure:
    """Draw the memory neuron folded, and beside it unfolded in time.

    Parameters
    ----------
    steps : int
        Copies in the unfolded half, 2 to 4.

    Returns
    -------
    Figure
    """
    steps = as_int(steps, "steps", low=2, high=4)
    ochre, ink = COLORS["memory"], INK
    width = 3.1 + 1.75 * steps
    figure, ax = sheet(width, 3.7)
    ax.text(1, 3.45, "folded", ha="center", color=ink)
    ax.text(
        2.5 + 0.875 * steps, 3.45, "unfolded in time", ha="center", color=ink
    )
    _memory_cell(ax, 1.0, "", ochre)
    loop(ax, 1.0, 1.75, "u", color=ochre)
    ax.plot([2.1, 2.1], [0.2, 3.3], color="#C8CED3", lw=1)
    first = 2.75
    arrow(ax, (first - 0.4, 1.75), (first + 0.45, 1.75), "u", color=ochre)
    ax.text(first - 0.3, 1.42, "O(0)", ha="center", va="center", fontsize=10)
    for step in range(1, steps + 1):
        x = first + 0.85 + 1.75 * (step - 1)
        _memory_cell(ax, x, f"({step})", ochre)
        last = step == steps
        head = (x + 0.9, 1.75) if last else (x + 1.35, 1.75)
        arrow(ax, (x + 0.4, 1.75), head, "u", color=ochre)
    return figure


def _memory_cell(ax: Axes, x: float, step: str, color: str) -> None:
    arrow(ax, (x, 0.65), (x, 1.35), "m", text_at=(0.22, 0))
    node(ax, x, 0.4, f"x{step or '(t)'}", shape="text")
    node(ax, x, 1.75, "+ b", color=color)
    up = 2.75 if step else 1.75
    if step:
        arrow(ax, (x, 2.15), (x, 2.7))
        node(ax, x, up + 0.2, f"O{step}", shape="text")
    else:
        arrow(ax, (x + 0.4, 1.75), (x + 0.78, 1.75))
        node(ax, x + 0.72, 1.42, "O(t)", shape="text", fontsize=11)
