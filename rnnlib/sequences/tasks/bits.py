"""Bits and numbers of a few steps: two ones in a row, and the five wirings."""

from __future__ import annotations

import numpy as np

from rnnlib.checks import Seed, as_choice, as_float, as_generator, as_int
from rnnlib.sequences.padded import Sequences, answer_at_end

WIRINGS = (
    "one to one",
    "one to many",
    "many to one",
    "many to many",
    "synced",
)


def two_ones(
    count: int,
    shortest: int,
    longest: int | None = None,
    *,
    noise: float = 0.0,
    seed: Seed = 0,
) -> Sequences:
    """Draw bits and ask at the end whether two ones stood in a row.

    The classes are balanced, or else a long fair coin would nearly always
    say yes: each sequence is with equal chance a "no", drawn evenly from
    all bit sequences of its length without a pair, or a "yes" with exactly
    one pair, which may stand anywhere.

    Parameters
    ----------
    count : int
        Number N of sequences.
    shortest, longest : int, optional
        Lengths are drawn evenly from this range, both ends allowed; one
        length for all if `longest` is left out.
    noise : float, optional
        Standard deviation of Gaussian noise on the bits. A network trained
        with a little of it must hold its answer against pushes.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 1) of 0 and 1; class 1 for yes, wanted at the last step.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    shortest = as_int(shortest, "shortest", low=2)
    longest = shortest if longest is None else longest
    longest = as_int(longest, "longest", low=shortest)
    noise = as_float(noise, "noise", low=0.0)
    lengths = rng.integers(shortest, longest + 1, count)
    yes = rng.random(count) < 0.5
    x = np.zeros((longest, count, 1))
    for n, length in enumerate(lengths):
        if yes[n]:
            first = rng.integers(length - 1)
            # A zero on either side, so that no third one joins the pair.
            before = _without_pair(first - 1, rng)
            after = _without_pair(length - first - 3, rng)
            x[: len(before), n, 0] = before
            x[first : first + 2, n] = 1
            x[length - len(after) : length, n, 0] = after
        else:
            x[:length, n, 0] = _without_pair(length, rng)
    if noise:
        inside = np.arange(longest)[:, np.newaxis] < lengths
        x[inside, 0] += noise * rng.normal(size=inside.sum())
    return answer_at_end(x, yes.astype(int), lengths)


def _without_pair(length: int, rng: np.random.Generator) -> np.ndarray:
    """Draw evenly from the bit sequences without two ones in a row."""
    # Of the a(n) such sequences of length n, a(n - 1) begin with 0 and
    # a(n - 2) with 10: a are Fibonacci's numbers, 1, 2, 3, 5, 8, ...
    share, shares = 1.0, []  # a(n - 1) / a(n) from n = 1 up
    for _ in range(length):
        share = 1 / (1 + share)
        shares.append(share)
    bits = np.zeros(max(length, 0))
    t = 0
    while t < length:
        bits[t] = rng.random() > shares[length - t - 1]
        t += 2 if bits[t] else 1
    return bits


def wiring(name: str, count: int, *, seed: Seed = 0) -> Sequences:
    """Draw a tiny task for one of the five wirings of input and output.

    ================  =================================================
    one to one        x_0 from U[-1, 1]: is it positive? (no memory)
    one to many       x_0 = n / 5 once, then zeros: n ones, then zeros
    many to one       five numbers: is the first greater than the last?
    many to many      three bits, then, after the last, the same three
    synced            at each of six steps: the bit of one step before
    ================  =================================================

    Parameters
    ----------
    name : str
        The wiring, one of :data:`WIRINGS`.
    count : int
        Number N of sequences.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 1); y (T, N, 1) of bits, wanted where the mask is True.
    """
    name = as_choice(name, "name", WIRINGS)
    count, rng = as_int(count, "count"), as_generator(seed)
    T = {"one to one": 1, "synced": 6, "many to many": 6}.get(name, 5)
    x, y = np.zeros((2, T, count, 1))
    mask = np.ones((T, count), bool)
    if name == "one to one":
        x[:] = rng.uniform(-1, 1, x.shape)
        y[:] = x > 0
    elif name == "one to many":
        n = rng.integers(1, T + 1, (count, 1))
        x[0] = n / T
        y[:] = np.arange(T)[:, np.newaxis, np.newaxis] < n
    elif name == "many to one":
        x[:] = rng.uniform(-1, 1, x.shape)
        y[-1] = x[0] > x[-1]
        mask[:-1] = False
    elif name == "many to many":
        x[:3] = rng.integers(0, 2, (3, count, 1))
        y[3:] = x[:3]
        mask[:3] = False
    else:
        x[:] = rng.integers(0, 2, x.shape)
        y[1:] = x[:-1]
        mask[0] = False
    return Sequences(x, y, mask)
