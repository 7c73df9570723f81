"""Tasks: sequences with a known answer, to find out what a network can do.

Every task returns :class:`rnnlib.sequences.padded.Sequences`: inputs time
first, targets, and a mask that says at which steps an answer is wanted. The
same seed gives the same sequences.

===============  =========================================================
bits             two ones in a row; the five wirings
long_lags        recall, adding, temporal order, noise-free lag
letters          syllables of six bits; the next letter of a text
look_back        recall of pairs, copying among blanks
spelled_numbers  numbers in English words, to be written in digits
state_tracking   parity, and words of a group
reber_grammar    strings of Reber's grammar, and the rule to judge answers
===============  =========================================================
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
        "look_back": ["pair_recall", "selective_copying"],
        "spelled_numbers": ["number_words", "spell_number", "WORDS", "END"],
        "reber_grammar": [
            "reber",
            "reber_strings",
            "reber_legal",
            "reber_passed",
        ],
        "state_tracking": ["parity", "group_words", "GROUPS"],
    },
)
