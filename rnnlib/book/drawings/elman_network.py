"""The Elman network: one unit, two units, folded, unfolded, five wirings."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import INK, arrow, below, loop, node, sheet
from rnnlib.book.plots import COLORS, label_line
from rnnlib.checks import as_float, as_int

PALE = "#C8CED3"


def latch(u: float, w: float) -> Figure:
    """Draw a tanh unit: next state against state, and two pushes in time.

    Parameters
    ----------
    u : float
        Recurrent weight.
    w : float
        Size of the pushes, one up at step 3 and one down at step 18.

    Returns
    -------
    Figure
    """
    u, w = as_float(u, "u"), as_float(w, "w")
    blue, grey = COLORS["Elman"], COLORS["baseline"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.2, 2.9))
    h = np.linspace(-1.2, 1.2, 121)
    left.plot(h, h, color=grey, lw=1)
    left.plot(h, np.tanh(u * h), color=blue, lw=2)
    label_line(left, 1.25, -0.8, "grey line:\nno change", grey, ha="right")
    left.set(xlabel="state now", ylabel="state next")
    pushes = np.zeros(30)
    pushes[3], pushes[18] = w, -w
    states, last = [], 0.0
    for push in pushes:
        last = np.tanh(push + u * last)
        states.append(last)
    right.axhline(0, color=PALE, lw=1)
    right.plot(states, color=blue, lw=2)
    for step, mark in ((3, "^"), (18, "v")):
        right.plot(step, 0, mark, color=COLORS["data"], ms=4 + 2 * abs(w))
    right.set(xlabel="step (triangles: pushes)", ylabel="state")
    for ax in (left, right):
        ax.set(ylim=(-1.1, 1.1), yticks=[-1, 0, 1])
    return figure


def two_units(t: int) -> Figure:
    """Draw the two units that find two ones in a row, up to a step.

    Parameters
    ----------
    t : int
        Steps shown, 1 to 12.

    Returns
    -------
    Figure
        The bits, and below them both units: dark for yes, light for no.
    """
    t = as_int(t, "t", high=12)
    bits = np.array([0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0])
    copies, found = -1.0, -1.0  # "no", before the first bit
    states = []
    for bit in bits:
        found = np.tanh(5 * (2 * bit + copies + 2 * found))
        copies = np.tanh(5 * (2 * bit - 1))
        states.append((copies, found))
    shades = np.array(states).T[:, :t]
    figure, ax = plt.subplots(figsize=(5.2, 2.1))
    look = {"cmap": "Blues", "vmin": -1.6, "vmax": 1.6}
    ax.imshow(shades, aspect="auto", extent=(0.5, t + 0.5, 1.5, -0.5), **look)
    for step, bit in enumerate(bits, 1):
        shade = 1.0 if step <= t else 0.4
        ax.text(step, -0.85, str(bit), ha="center", alpha=shade)
    ax.hlines(0.5, 0.5, 12.5, color="white", lw=2)
    for row, (word, value) in enumerate((("yes, +1", 1), ("no, −1", -1))):
        key = plt.get_cmap(look["cmap"])((value + 1.6) / 3.2)
        ax.plot(12.95, row, "s", color=key, mec=INK, ms=10, clip_on=False)
        ax.text(13.3, row, word, va="center", fontsize=10)
    ax.set(xlim=(0.5, 12.5), ylim=(1.5, -1.3), xticks=range(1, 13))
    ax.set_yticks([-0.9, 0, 1], ["bit", "unit 1", "unit 2"])
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="step t")
    ax.grid(visible=False)
    return figure


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
    ax.plot([3.05, 3.05], [0.2, 5.2], color=PALE, lw=1)
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
        ("many to many", (0, 1, 2), (3, 4, 5), 6),
        ("synced", (0, 1, 2), (0, 1, 2), 3),
    )
    blue = COLORS["Elman"]
    figure, ax = sheet(10.8, 6.7)
    x, floor = 1.1, 3.7
    for name, inputs, outputs, steps in kinds:
        if name == "many to many":
            x, floor = 0.6, 0.3
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
        middle = (left + x - 1) / 2
        ax.text(middle, floor + 2.6, name, ha="center", fontsize=11)
        x += 1.15
    return figure
