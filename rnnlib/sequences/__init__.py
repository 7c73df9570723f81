"""Sequences: what is learned from, and the arrays that a network takes.

=============  ===========================================================
datasets       real data: provenance, units, checksums
tasks/         tasks with a known answer
padded         `Sequences`: inputs, targets and a mask in one array
windows        windows on a series, and splits that cannot leak
scaling        a scaler that sees the training values alone
names          names letter by letter, one-hot
chances        bits per character, and names drawn from chances
=============  ===========================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "datasets": [],
        "tasks": [],
        "padded": ["Sequences", "pad"],
        "windows": [
            "Windows",
            "sliding_windows",
            "split_windows",
            "next_values",
        ],
        "scaling": ["Scaler"],
        "names": ["ALPHABET", "spell", "split_names", "neighbours"],
        "chances": ["bits", "sharpen", "pick", "invent"],
    },
)
