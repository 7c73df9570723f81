"""Something changes with every symbol: parity, and words of a group.

No symbol may be forgotten or taken twice, and the answer changes until the
end. In a group that does not commute the order matters too.

R. Grazzi et al., "Unlocking state-tracking in linear RNNs through negative
eigenvalues", ICLR 2025. W. Merrill, J. Petty & A. Sabharwal, "The illusion of
state in state-space models", ICML 2024.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from rnnlib.checks import Seed, as_choice, as_generator, as_int
from rnnlib.sequences.padded import Sequences, answer_at_end

GROUPS = ("S3", "A5", "A5 cycles", "S5 swaps")


def parity(
    count: int,
    shortest: int,
    longest: int | None = None,
    *,
    labels: str = "every",
    seed: Seed = 0,
) -> Sequences:
    """Draw bits and ask whether the number of ones so far is odd.

    Bits are fair, so that at every step both answers are equally likely.

    Parameters
    ----------
    count : int
        Number N of sequences.
    shortest, longest : int, optional
        Lengths are drawn evenly from this range, both ends allowed; one
        length for all if `longest` is left out.
    labels : {"every", "last"}, optional
        Whether an answer is wanted at every step or at the last alone.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 1) of 0 and 1; class 1 where the number of ones is odd.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    lengths = _lengths(count, shortest, longest, rng)
    labels = as_choice(labels, "labels", ("every", "last"))
    T = lengths.max()
    bits = rng.integers(0, 2, (T, count))
    inside = np.arange(T)[:, np.newaxis] < lengths
    bits[~inside] = 0
    odd = bits.cumsum(axis=0) % 2
    x = bits[..., np.newaxis].astype(float)
    if labels == "last":
        return answer_at_end(x, odd[-1], lengths)  # padding changes nothing
    return Sequences(x, np.where(inside, odd, 0), inside, lengths)


def group_words(
    count: int,
    shortest: int,
    longest: int | None = None,
    *,
    group: str = "S3",
    seed: Seed = 0,
) -> Sequences:
    """Draw permutations and ask, at every step, what they make together.

    =========  ==========================================================
    S3         all 6 orders of three things; 6 symbols, 6 answers
    A5         the 60 even orders of five things; 60 symbols, 60 answers
    A5 cycles  the 20 ways to move three of five things round in a ring;
               20 symbols, 60 answers
    S5 swaps   the 10 exchanges of two of five things; 10 symbols, 120
               answers, of which 60 are possible at an even step and the
               other 60 at an odd one
    =========  ==========================================================

    Symbols are drawn evenly. So in S3 and A5 every answer is equally likely
    at every step; with cycles and swaps the answers are evened out after
    some steps.

    Parameters
    ----------
    count : int
        Number N of sequences.
    shortest, longest : int, optional
        Lengths are drawn evenly from this range, both ends allowed; one
        length for all if `longest` is left out.
    group : {"S3", "A5", "A5 cycles", "S5 swaps"}, optional
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, K), a one for the symbol; the class of the product so far,
        first symbol first. The classes count the permutations in the order
        of :func:`itertools.permutations`, in A5 the even ones alone.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    lengths = _lengths(count, shortest, longest, rng)
    table, start = _table(as_choice(group, "group", GROUPS))
    T = lengths.max()
    symbols = rng.integers(0, table.shape[1], (T, count))
    inside = np.arange(T)[:, np.newaxis] < lengths
    y = np.zeros((T, count), np.intp)
    now = np.full(count, start)
    for y_t, symbols_t in zip(y, symbols):
        now = table[now, symbols_t]
        y_t[:] = now
    x = np.eye(table.shape[1])[symbols]
    x[~inside], y[~inside] = 0, 0
    return Sequences(x, y, inside, lengths)


def _lengths(
    count: int, shortest: int, longest: int | None, rng: np.random.Generator
) -> np.ndarray:
    """Draw lengths (N,), evenly."""
    shortest = as_int(shortest, "shortest")
    longest = shortest if longest is None else longest
    longest = as_int(longest, "longest", low=shortest)
    return rng.integers(shortest, longest + 1, count)


def _table(group: str) -> tuple[np.ndarray, int]:
    """Return what comes of (answer so far, symbol), and the first answer."""
    size = int(group[1])
    every = list(permutations(range(size)))
    if group.startswith("A5"):
        every = [p for p in every if _is_even(p)]
    symbols = every
    if " " in group:  # only those that move so many things
        moved = {"A5 cycles": 3, "S5 swaps": 2}[group]
        symbols = [
            p for p in every if sum(n != k for n, k in enumerate(p)) == moved
        ]
    number = {p: n for n, p in enumerate(every)}
    table = [
        [number[tuple(second[k] for k in first)] for second in symbols]
        for first in every
    ]
    return np.array(table), number[tuple(range(size))]


def _is_even(order: tuple[int, ...]) -> bool:
    """Say whether a permutation has an even number of inversions."""
    size = len(order)
    return (
        sum(order[n] > order[k] for k in range(size) for n in range(k)) % 2
        == 0
    )
