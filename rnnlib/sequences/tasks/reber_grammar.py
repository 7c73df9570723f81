"""Strings of Reber's grammar, and of the embedded one.

A. S. Reber, "Implicit learning of artificial grammars", Journal of Verbal
Learning and Verbal Behavior 6, 1967. S. Hochreiter & J. Schmidhuber, "Long
short-term memory", Neural Computation 9, 1997 (embedded, and when a string
is passed).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import (
    Seed,
    as_array,
    as_flag,
    as_generator,
    as_int,
    describe,
)
from rnnlib.sequences.padded import Sequences

REBER_SYMBOLS = "BTPSXVE"
# Reber's grammar: from each node, what may come and where it leads.
REBER = (
    {"B": 1},
    {"T": 2, "P": 3},
    {"S": 2, "X": 4},
    {"T": 3, "V": 5},
    {"X": 3, "S": 6},
    {"P": 4, "V": 6},
    {"E": 7},
)


def reber_strings(
    count: int, *, embedded: bool = True, seed: Seed = 0
) -> list[str]:
    """Draw strings of Reber's grammar, or of the embedded one.

    An embedded string is B, T or P, a Reber string, the same T or P again,
    E: the last choice but one depends on the second symbol alone.

    Parameters
    ----------
    count : int
    embedded : bool, optional
    seed : int or numpy.random.Generator, optional
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    embedded, strings = as_flag(embedded, "embedded"), []
    for _ in range(count):
        string, node = "", 0
        while node < len(REBER):
            symbols = tuple(REBER[node])
            string += symbols[rng.integers(len(symbols))]
            node = REBER[node][string[-1]]
        frame = "TP"[rng.integers(2)] if embedded else ""
        strings.append(f"B{frame}{string}{frame}E" if embedded else string)
    return strings


def reber_legal(string: str, *, embedded: bool = True) -> list[str]:
    """Return, for each symbol but the last, the symbols that may follow.

    Raises
    ------
    ValueError
        If the string is not of the grammar.
    """
    if not isinstance(string, str):
        raise TypeError(f"string must be a string, found {describe(string)}")
    wrong = ValueError(f"string must be of the grammar, found {string!r}")
    inner, legal, after = string, [], []
    embedded = as_flag(embedded, "embedded")
    if embedded:
        frame = string[1:2]
        inner, legal, after = string[2:-2], ["TP", "B"], [frame, "E"]
        if string != f"B{frame}{inner}{frame}E" or frame not in ("T", "P"):
            raise wrong
    node = 0
    for symbol in inner:
        if node == len(REBER) or symbol not in REBER[node]:
            raise wrong
        node = REBER[node][symbol]
        if node < len(REBER):
            legal.append("".join(REBER[node]))
    if node != len(REBER):
        raise wrong
    return legal + after


def reber(
    strings: Sequence[str], *, embedded: bool = True
) -> tuple[Sequences, np.ndarray]:
    """Pose strings of the grammar: the next symbol is wanted at every step.

    Parameters
    ----------
    strings : sequence of str
        From :func:`reber_strings`.
    embedded : bool, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 7), a one for each of :data:`REBER_SYMBOLS`; the classes
        of the symbols that did come next.
    legal : ndarray of bool, shape (T, N, 7)
        The symbols that might have come.
    """
    strings = _as_strings(strings, "strings")
    followers = [reber_legal(string, embedded=embedded) for string in strings]
    lengths = np.array([len(string) - 1 for string in strings])
    T, N = lengths.max(), len(strings)
    x, legal = np.zeros((T, N, 7)), np.zeros((T, N, 7), bool)
    y = np.zeros((T, N), int)
    for n, string in enumerate(strings):
        classes = [REBER_SYMBOLS.index(symbol) for symbol in string]
        x[: lengths[n], n] = np.eye(7)[classes[:-1]]
        y[: lengths[n], n] = classes[1:]
        for t, symbols in enumerate(followers[n]):
            legal[t, n, [REBER_SYMBOLS.index(a) for a in symbols]] = True
    mask = np.arange(T)[:, np.newaxis] < lengths
    return Sequences(x, y, mask, lengths), legal


def reber_passed(
    y_hat: ArrayLike, legal: ArrayLike, mask: ArrayLike
) -> np.ndarray:
    """Say which strings pass the rule of 1997, shape (N,).

    A string passes if at every step every legal symbol has a higher output
    than every other.

    Parameters
    ----------
    y_hat : array_like, shape (T, N, 7)
    legal : array_like of bool, shape (T, N, 7)
    mask : array_like of bool, shape (T, N)
    """
    y_hat = as_array(y_hat, "y_hat", shape=("T", "N", 7))
    legal = as_array(legal, "legal", shape=y_hat.shape, dtype=bool)
    mask = as_array(mask, "mask", shape=y_hat.shape[:2], dtype=bool)
    lowest = np.where(legal, y_hat, np.inf).min(axis=2)
    highest = np.where(legal, -np.inf, y_hat).max(axis=2)
    return ((lowest > highest) | ~mask).all(axis=0)


def _as_strings(strings: object, name: str) -> Sequence[str]:
    """Return a sequence of strings, of at least one."""
    if (
        isinstance(strings, str)
        or not isinstance(strings, (Sequence, np.ndarray))
        or not all(isinstance(string, str) for string in strings)
    ):
        raise TypeError(
            f"{name} must be a list of strings, found {describe(strings)}"
        )
    if len(strings) == 0:
        raise ValueError(f"{name} must hold at least one string, found none")
    return strings
