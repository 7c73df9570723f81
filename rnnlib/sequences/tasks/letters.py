"""Streams of letters and sounds, after Elman: the next one is wanted.

J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
"""

from __future__ import annotations

import numpy as np

from rnnlib.checks import Seed, as_generator, as_int
from rnnlib.sequences.padded import Sequences

# Consonant, vowel, interrupted, high, back, voiced: Elman's six bits.
SOUNDS = {
    "b": (1, 0, 1, 0, 0, 1),
    "d": (1, 0, 1, 1, 0, 1),
    "g": (1, 0, 1, 0, 1, 1),
    "a": (0, 1, 0, 0, 1, 1),
    "i": (0, 1, 0, 1, 0, 1),
    "u": (0, 1, 0, 1, 1, 1),
}
SOUND_BITS = ("consonant", "vowel", "interrupted", "high", "back", "voiced")
SYLLABLES = ("ba", "dii", "guuu")


def syllables(
    consonants: int = 1000, *, seed: Seed = 0
) -> tuple[Sequences, str]:
    """Draw Elman's stream of the syllables ba, dii and guuu.

    Parameters
    ----------
    consonants : int, optional
        Number of syllables, each drawn with equal chance.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        One sequence, x and y of six bits (:data:`SOUND_BITS`); the bits of
        the next sound are wanted at each step.
    sounds : str
        The sounds in order; y[t] holds the bits of sounds[t + 1].
    """
    count, rng = as_int(consonants, "consonants"), as_generator(seed)
    sounds = "".join(SYLLABLES[k] for k in rng.integers(3, size=count))
    bits = np.array([SOUNDS[sound] for sound in sounds], float)[:, np.newaxis]
    mask = np.ones((len(bits) - 1, 1), bool)
    return Sequences(bits[:-1], bits[1:], mask), sounds


def next_letter(text: str) -> tuple[Sequences, str]:
    """Pose a text as one sequence, the next letter wanted at every step.

    Parameters
    ----------
    text : str
        At least two letters.

    Returns
    -------
    sequences : Sequences
        x (len(text) - 1, 1, K), a one for each letter; y its classes.
    alphabet : str
        The K letters that occur, sorted; class k stands for alphabet[k].
    """
    if not isinstance(text, str) or len(text) < 2:
        raise ValueError(f"text must hold at least 2 letters, found {text!r}")
    alphabet = "".join(sorted(set(text)))
    classes = np.array([alphabet.index(letter) for letter in text])
    x = np.eye(len(alphabet))[classes[:-1], np.newaxis]  # (T, 1, K)
    y = classes[1:, np.newaxis]
    return Sequences(x, y, np.ones(y.shape, bool)), alphabet
