"""The cell of an LSTM as it grows, and with all that goes into it."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import INK, arrow, below, node, sheet, wire
from rnnlib.book.plots import COLORS
from rnnlib.checks import as_int


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
    node(ax, 0.6, 3.6, f"c{below('t-1')}", shape="text", color=base)
    node(ax, 9.0, 3.6, f"c{below('t')}", shape="text", color=base)
    arrow(ax, (1.1, 3.6), (4.53, 3.6), color=base)
    node(ax, 4.8, 3.6, "+", color=base, **small)
    arrow(ax, (5.07, 3.6), (8.5, 3.6), color=base)
    node(ax, 4.8, 0.7, f"g{below('t')}", shape="box", color=base)
    if stage == 1:
        arrow(ax, (4.8, 1.1), (4.8, 3.33), color=base)
    else:
        arrow(ax, (4.8, 1.1), (4.8, 1.93), color=write)
        node(ax, 4.8, 2.2, "\u00d7", color=write, **small)
        arrow(ax, (4.8, 2.47), (4.8, 3.33), color=write)
        node(ax, 3.3, 0.7, f"i{below('t')}", shape="box", color=write)
        arrow(ax, (3.6, 1.1), (4.56, 2.05), color=write)
    if stage < 3:
        arrow(ax, (6.4, 3.6), (6.4, 1.1), color=base)
        node(ax, 6.4, 0.7, f"h{below('t')}", shape="text", color=base)
    else:
        arrow(ax, (6.4, 3.6), (6.4, 2.62), color=read)
        node(ax, 6.4, 2.2, "tanh", color=read, size=0.42, fontsize=9)
        arrow(ax, (6.82, 2.2), (7.63, 2.2), color=read)
        node(ax, 7.9, 2.2, "\u00d7", color=read, **small)
        arrow(ax, (8.17, 2.2), (8.75, 2.2), color=read)
        node(ax, 9.1, 2.2, f"h{below('t')}", shape="text", color=read)
        node(ax, 7.9, 0.7, f"o{below('t')}", shape="box", color=read)
        arrow(ax, (7.9, 1.1), (7.9, 1.93), color=read)
    if stage == 4:
        node(ax, 1.9, 0.7, f"f{below('t')}", shape="box", color=forget)
        arrow(ax, (1.9, 1.1), (1.9, 3.33), color=forget)
        node(ax, 1.9, 3.6, "\u00d7", color=forget, **small)
    return figure


def lstm_block() -> Figure:
    """Draw the whole LSTM: x_t and h_{t-1} go into each of four boxes.

    Returns
    -------
    Figure
    """
    figure, ax = sheet(10.6, 8.0)
    state, given = COLORS["LSTM"], COLORS["accent"]
    small = {"size": 0.27, "fontsize": 13}
    belt, gates, rail_h, rail_x = 7.2, 3.3, 1.5, 0.7
    places = {"f": 2.2, "i": 4.0, "g": 5.6, "o": 7.6}

    # What comes in: one rail for each, with a branch into every box.
    for rail, color, name, shift in (
        (rail_h, state, f"h{below('t-1')}", -0.18),
        (rail_x, given, f"x{below('t')}", 0.18),
    ):
        node(ax, 0.55, rail, name, shape="text", color=color)
        wire(ax, [(1.05, rail), (places["o"] + shift, rail)], color=color)
        for x in places.values():
            arrow(ax, (x + shift, rail), (x + shift, 2.75), color=color)
            node(ax, x + shift, rail, "", color=color, filled=True, size=0.06)
    for name, x in places.items():
        squash = "tanh" if name == "g" else "σ"
        node(ax, x, gates, squash, shape="box", size=0.5, fontsize=11)
        label = f"{name}{below('t')}"
        node(ax, x + 0.34, 4.25, label, shape="text", fontsize=13)

    # The belt, and how the gates act on it.
    node(ax, 0.55, belt, f"c{below('t-1')}", shape="text")
    node(ax, 10.1, belt, f"c{below('t')}", shape="text")
    f, i, g, o = (places[name] for name in "figo")
    arrow(ax, (1.05, belt), (f - 0.27, belt), width=2.6)
    node(ax, f, belt, "\u00d7", **small)
    arrow(ax, (f + 0.27, belt), (g - 0.27, belt), width=2.6)
    node(ax, g, belt, "+", **small)
    arrow(ax, (g + 0.27, belt), (9.6, belt), width=2.6)
    arrow(ax, (f, gates + 0.5), (f, belt - 0.27))
    arrow(ax, (g, gates + 0.5), (g, 5.13))
    node(ax, g, 5.4, "\u00d7", **small)
    arrow(ax, (g, 5.67), (g, belt - 0.27))
    wire(ax, [(i, gates + 0.5), (i, 5.4)])
    arrow(ax, (i, 5.4), (g - 0.27, 5.4))

    # What goes out.
    arrow(ax, (o, belt), (o, 6.52))
    node(ax, o, 6.1, "tanh", size=0.42, fontsize=9)
    arrow(ax, (o, 5.68), (o, 5.27))
    node(ax, o, 5.0, "\u00d7", **small)
    arrow(ax, (o, gates + 0.5), (o, 4.73))
    arrow(ax, (o + 0.27, 5.0), (9.6, 5.0), color=state)
    node(ax, 10.1, 5.0, f"h{below('t')}", shape="text", color=state)
    return figure
