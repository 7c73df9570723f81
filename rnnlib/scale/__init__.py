"""Scale: the training program for what outgrows one process.

``python -m rnnlib.scale --help`` says how to start it: as one process, under
``torchrun``, over several machines, on a GPU where there is one. This is the
one room that computes in torch.

=============  ===========================================================
__main__       what ``python -m rnnlib.scale`` runs
command_line   arguments in, errors out: one line each, on every process
settings       what a run is told, and what it must be told again
loop           updates, validation, early stop, and where it goes on
cells          Elman, GRU, LSTM, linear recurrence; stacked, with a head
scan           a linear recurrence in parts, over time and processes
adam           on all weights as one vector
processes      who takes part, and what they tell each other
sources        what a run learns from, and what chance hides from it
texts          a text of any size: checked, mapped, cut into streams
fresh_tasks    sequences that any process can draw without the others
checkpoints    written whole or not at all, read with a checksum
report         a line for each evaluation, and the curve at the end
launch         torchrun, started from Python
=============  ===========================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "settings": ["Settings"],
        "loop": ["train"],
        "processes": ["Processes"],
        "cells": ["InputGated"],
        "scan": ["linear_scan"],
        "launch": [],
        "checkpoints": [],
    },
)
