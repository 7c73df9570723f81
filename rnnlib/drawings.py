"""Drawings of cells in one hand: same strokes, same colours as the plots.

Three strokes make all of them: a :func:`node`, an :func:`arrow` and a
:func:`loop`. A drawing has no axes and equal units in both directions.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from rnnlib.plots import COLORS
from rnnlib.validation import as_choice, as_int

INK = "#3A424A"


def sheet(
    width: float, height: float, *, inches: float = 5.2
) -> tuple[Figure, Axes]:
    """Make an empty sheet of the given size in drawing units.

    Parameters
    ----------
    width, height : float
        In drawing units; a node has a radius of 0.4.
    inches : float
        Width of the figure.

    Returns
    -------
    Figure, Axes
    """
    figure = plt.figure(figsize=(inches, inches * height / width))
    # Said afterwards it lasts; matplotlib forgets layout="none" as soon as
    # the figure has been written once.
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")
    return figure, ax


def node(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    *,
    color: str = INK,
    shape: str = "circle",
    filled: bool = False,
    size: float = 0.4,
    fontsize: float = 12,
) -> Axes:
    """Draw a node with a text in its middle.

    Parameters
    ----------
    ax : Axes
    x, y : float
        Its centre.
    text : str
    color : str
    shape : {"circle", "box", "text"}
        A neuron, a value or layer, or bare text.
    filled : bool
        White text on the colour, instead of colour on white.
    size : float
        Radius, or half the side of a box.
    fontsize : float

    Returns
    -------
    Axes
    """
    shape = as_choice(shape, "shape", ("circle", "box", "text"))
    face = color if filled else "white"
    if shape == "circle":
        patch = Circle((x, y), size, fc=face, ec=color, lw=1.8, zorder=3)
        ax.add_patch(patch)
    elif shape == "box":
        patch = FancyBboxPatch(
            (x - size, y - size),
            2 * size,
            2 * size,
            boxstyle=f"round,pad=0,rounding_size={size / 4}",
            fc=face,
            ec=color,
            lw=1.8,
            zorder=3,
        )
        ax.add_patch(patch)
    ax.text(
        x,
        y,
        text,
        color="white" if filled else color,
        ha="center",
        va="center_baseline",
        fontsize=fontsize,
        zorder=4,
    )
    return ax


def arrow(
    ax: Axes,
    tail: tuple[float, float],
    head: tuple[float, float],
    text: str = "",
    *,
    color: str = INK,
    text_at: tuple[float, float] | None = None,
    bend: float = 0.0,
    width: float = 1.6,
    fontsize: float = 12,
) -> Axes:
    """Draw an arrow from `tail` to `head`, with a text beside it.

    Parameters
    ----------
    ax : Axes
    tail, head : (float, float)
    text : str
    color : str
    text_at : (float, float), optional
        Offset of the text from the middle of the arrow; above it if left
        out.
    bend : float
        Curvature; 0 is straight.
    width : float
        Line width in points.
    fontsize : float

    Returns
    -------
    Axes
    """
    ax.add_patch(
        FancyArrowPatch(
            tail,
            head,
            arrowstyle="-|>",
            mutation_scale=13,
            connectionstyle=f"arc3,rad={bend}",
            shrinkA=0,
            shrinkB=0,
            color=color,
            lw=width,
            zorder=2,
        )
    )
    if text:
        dx, dy = (0, 0.22) if text_at is None else text_at
        ax.text(
            (tail[0] + head[0]) / 2 + dx,
            (tail[1] + head[1]) / 2 + dy,
            text,
            color=color,
            ha="center",
            va="center",
            fontsize=fontsize,
        )
    return ax


def loop(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    *,
    color: str = INK,
    size: float = 0.4,
    fontsize: float = 12,
    side: str = "top",
) -> Axes:
    """Draw the arrow that leaves a node and comes back one step later.

    Parameters
    ----------
    ax : Axes
    x, y : float
        Centre of the node.
    text : str
        Its weight.
    color : str
    size : float
        Radius of the node.
    fontsize : float
    side : {"top", "left"}
        Where the loop lies.

    Returns
    -------
    Axes
    """
    along, away = 0.64 * size, 0.77 * size
    if as_choice(side, "side", ("top", "left")) == "top":
        tail, head = (x + along, y + away), (x - along, y + away)
        text_at = (x, y + 2.55 * size)
    else:
        tail, head = (x - away, y + along), (x - away, y - along)
        text_at = (x - 2.9 * size, y + 0.5 * size)
    ax.add_patch(
        FancyArrowPatch(
            tail,
            head,
            arrowstyle="-|>",
            mutation_scale=13,
            connectionstyle="arc3,rad=1.6",
            shrinkA=0,
            shrinkB=0,
            color=color,
            lw=1.6,
            zorder=2,
        )
    )
    ax.text(
        *text_at,
        text,
        color=color,
        ha="center",
        va="center",
        fontsize=fontsize,
    )
    return ax


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
        past = "x" + _below(f"t-{lag}")
        node(ax, 0.65, y, past, shape="text", fontsize=13)
        arrow(ax, (1.05, y), (2.75, middle + (y - middle) * 0.16), color=grey)
        weight = "φ" + _below("" if order == 1 else str(lag))
        ax.text(1.75, y + 0.2 - (y - middle) * 0.3, weight, color=grey)
    node(ax, 3.2, middle, "+ φ" + _below("0"), color=grey, size=0.45)
    arrow(ax, (3.65, middle), (4.45, middle), color=grey)
    node(ax, 4.85, middle, "x\u0302" + _below("t"), shape="text", fontsize=13)
    return figure


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
        ("Elman\nnetwork", "Elman", "ρ", "of a matrix,\nlearned"),
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
    node(ax, x, 0.45, f"x{_below(step)}{inner}", shape="text", fontsize=11)
    arrow(ax, (x, 0.95), (x, 2.0), color=INK)
    node(ax, x, 2.4, f"h{_below(step)}", color=blue)
    arrow(ax, (x, 2.8), (x, 3.75), color=INK)
    outer = "(B, O)\n" if shapes else ""
    node(ax, x, 4.15, f"{outer}ŷ{_below(step)}", shape="text", fontsize=11)
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
        node(ax, x, 0.45, f"x{_below(str(step))}", shape="text")
        tail = 0.6 if step == 1 else x - 2.0
        arrow(ax, (tail, 2.0), (x - 0.4, 2.0), color=blue)
        ax.text(x - 1.3, 1.62, "u", color=blue, ha="center")
        node(ax, x, 2.0, f"h{_below(str(step))}", color=blue)
    node(ax, 0.3, 2.0, f"h{_below('0')}", shape="text", color=blue)
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
            name = f"h{_below('t' if k == 0 else f't-{k}')}"
            node(ax, x, y, name, color=blue, size=0.36, fontsize=9)
            if k < 6:
                size = 1.4 * factor ** (k + 1)
                arrow(ax, (x - 0.38, y), (x - 0.82, y), width=size)
    return figure


def lstm_stage(stage: int = 4) -> Figure:
    """Draw the cell of an LSTM as it grows; what is new is in colour.

    Parameters
    ----------
    stage : int
        1 the integrator, 2 with the input gate, 3 with the output gate,
        4 with the forget gate.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If `stage` is no whole number from 1 to 4.
    """
    stage = as_int(stage, "stage", low=1, high=4)
    shades = [COLORS["LSTM"] if k == stage else INK for k in range(5)]
    figure, ax = sheet(9.6, 4.4)
    _, base, write, read, forget = shades
    small = {"size": 0.27, "fontsize": 13}
    node(ax, 0.6, 3.6, f"c{_below('t-1')}", shape="text", color=base)
    node(ax, 9.0, 3.6, f"c{_below('t')}", shape="text", color=base)
    arrow(ax, (1.1, 3.6), (4.53, 3.6), color=base)
    node(ax, 4.8, 3.6, "+", color=base, **small)
    arrow(ax, (5.07, 3.6), (8.5, 3.6), color=base)
    node(ax, 4.8, 0.7, f"g{_below('t')}", shape="box", color=base)
    if stage == 1:
        arrow(ax, (4.8, 1.1), (4.8, 3.33), color=base)
    else:
        arrow(ax, (4.8, 1.1), (4.8, 1.93), color=write)
        node(ax, 4.8, 2.2, "\u00d7", color=write, **small)
        arrow(ax, (4.8, 2.47), (4.8, 3.33), color=write)
        node(ax, 3.3, 0.7, f"i{_below('t')}", shape="box", color=write)
        arrow(ax, (3.6, 1.1), (4.56, 2.05), color=write)
    if stage < 3:
        arrow(ax, (6.4, 3.6), (6.4, 1.1), color=base)
        node(ax, 6.4, 0.7, f"h{_below('t')}", shape="text", color=base)
    else:
        arrow(ax, (6.4, 3.6), (6.4, 2.62), color=read)
        node(ax, 6.4, 2.2, "tanh", color=read, size=0.42, fontsize=9)
        arrow(ax, (6.82, 2.2), (7.63, 2.2), color=read)
        node(ax, 7.9, 2.2, "\u00d7", color=read, **small)
        arrow(ax, (8.17, 2.2), (8.75, 2.2), color=read)
        node(ax, 9.1, 2.2, f"h{_below('t')}", shape="text", color=read)
        node(ax, 7.9, 0.7, f"o{_below('t')}", shape="box", color=read)
        arrow(ax, (7.9, 1.1), (7.9, 1.93), color=read)
    if stage == 4:
        node(ax, 1.9, 0.7, f"f{_below('t')}", shape="box", color=forget)
        arrow(ax, (1.9, 1.1), (1.9, 3.33), color=forget)
        node(ax, 1.9, 3.6, "\u00d7", color=forget, **small)
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
        said = f"x\u0302{_below(f't+{step}')}"
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


def _below(text: str) -> str:
    """Set a text as a subscript, in the letters of the drawing."""
    return f"$_{{{text}}}$" if text else ""
