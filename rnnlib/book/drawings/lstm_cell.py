"""The cell of an LSTM as it grows."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.book.drawings.strokes import INK, arrow, below, node, sheet
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
