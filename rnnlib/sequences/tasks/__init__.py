"""Tasks: sequences with a known answer, to find out what a network can do.

Every task returns :class:`rnnlib.sequences.padded.Sequences`: inputs time
first, targets, and a mask that says at which steps an answer is wanted. The
same seed gives the same sequences.

==============  ==========================================================
bits            two ones in a row; the five wirings
long_lags       recall, adding, temporal order, noise-free lag
letters         syllables of six bits; the next letter of a text
reber_grammar   strings of Reber's grammar, and the rule to judge answers
state_tracking  parity, and words of a group
==============  ==========================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "bits": ["two_ones", "wiring", "WIRINGS"],
        "letters": ["next_letter", "syllables", "SOUNDS", "SOUND_BITS"],
        "long_lags": [
            "delayed_recall",
            "adding",
            "temporal_order",
            "noise_free_lag",
        ],
        "reber_grammar": [
            "reber",
            "reber_strings",
            "reber_legal",
            "reber_passed",
        ],
        "state_tracking": ["parity", "group_words", "GROUPS"],
    },
)
