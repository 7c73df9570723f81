"""Drawings of cells in one hand: same strokes, same colours as the plots.

==============  ==========================================================
strokes         what all are made of: a node, an arrow, a wire, a loop
one_number      the thread; AR(p) as a neuron; the memory neuron
elman_network   one unit, two units; folded and unfolded; five wirings
depth           layers on top of one another
gradient_flow   how a gradient finds its way back, and what is left of it
lstm_cell       the cell as it grows, and the whole LSTM
rounds          a linear recurrence for all steps at once
forecasts       how a backtest walks; recursive and direct
writing         what a character model reads
looking_back    a vector, a matrix, and a list that is looked through
abilities       the map of memories: who can do what, and how far
sharing_out     what several processes can share out
==============  ==========================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "strokes": ["sheet", "node", "arrow", "wire", "loop"],
        "one_number": ["thread", "ar_neuron", "memory_neuron"],
        "elman_network": ["latch", "two_units", "elman", "wirings"],
        "depth": ["stacked"],
        "gradient_flow": ["gradient_paths", "fading_gradient"],
        "lstm_cell": ["lstm_stage", "lstm_block"],
        "rounds": ["doubling"],
        "forecasts": ["rolling_origin", "recursive_and_direct"],
        "writing": ["teacher_forcing"],
        "looking_back": ["three_memories"],
        "abilities": ["memory_map"],
        "sharing_out": ["shared_out"],
    },
)
