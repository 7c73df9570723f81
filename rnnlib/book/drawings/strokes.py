"""The strokes of all drawings: a node, an arrow, a wire and a loop.

A drawing has no axes and equal units in both directions.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from rnnlib.checks import as_choice

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


def wire(
    ax: Axes,
    points: list[tuple[float, float]],
    *,
    color: str = INK,
    width: float = 1.6,
) -> Axes:
    """Draw a line through points, without a head.

    Parameters
    ----------
    ax : Axes
    points : list of (float, float)
    color : str
    width : float
        Line width in points.

    Returns
    -------
    Axes
    """
    x, y = zip(*points)
    ax.plot(x, y, color=color, lw=width, zorder=2)
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


def below(text: str) -> str:
    """Set a text as a subscript, in the letters of the drawing."""
    return f"$_{{{text}}}$" if text else ""
