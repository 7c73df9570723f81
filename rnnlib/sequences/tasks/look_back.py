"""Much is shown, any of it may be asked for: pairs, items among blanks.

S. Arora et al., "Zoology: measuring and improving recall in efficient
language models", 2023 (recall of pairs). L. Jing et al., "Gated orthogonal
recurrent units", Neural Computation 31, 2019 (copying among blanks, in the
form in which a network has to choose).
"""

from __future__ import annotations

import numpy as np

from rnnlib.checks import Seed, as_generator, as_int
from rnnlib.sequences.padded import Sequences


def pair_recall(
    count: int,
    pairs: int,
    *,
    keys: int = 64,
    values: int = 64,
    changed: int = 0,
    asked: int | None = None,
    seed: Seed = 0,
) -> Sequences:
    """Show pairs of a key and a value, then ask for the values of some keys.

    A pair takes one step. Keys differ from each other, values are drawn
    evenly and may repeat; so whoever has not kept the pairs is right once in
    `values` answers.

    Parameters
    ----------
    count : int
        Number N of sequences.
    pairs : int
        Pairs shown, at most `keys`.
    keys, values : int, optional
        How many different ones there are.
    changed : int, optional
        How many of the keys are then shown once more, with another value;
        the last one counts.
    asked : int, optional
        How many of the keys are asked for, in random order; all if left out.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (pairs + changed + asked, N, keys + values): a one at the key, then
        a one at the value, which is missing where the key is asked for; the
        value's class is wanted there.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    keys, values = as_int(keys, "keys"), as_int(values, "values", low=2)
    pairs = as_int(pairs, "pairs", high=keys)
    changed = as_int(changed, "changed", low=0, high=pairs)
    asked = as_int(pairs if asked is None else asked, "asked", high=pairs)
    everyone, one = np.arange(count), np.ones((count, 1))
    shown = rng.permuted(np.arange(keys) * one.astype(int), axis=1)[:, :pairs]
    value = rng.integers(values, size=(count, pairs))
    again = rng.permuted(np.arange(pairs) * one.astype(int), axis=1)
    again = again[:, :changed]
    new = rng.integers(1, values, size=(count, changed))
    new = (np.take_along_axis(value, again, axis=1) + new) % values
    last = value.copy()
    np.put_along_axis(last, again, new, axis=1)
    which = rng.permuted(np.arange(pairs) * one.astype(int), axis=1)[:, :asked]

    told = pairs + changed
    x = np.zeros((told + asked, count, keys + values))
    y, mask = np.zeros(x.shape[:2], int), np.zeros(x.shape[:2], bool)
    for t in range(told):
        early = t < pairs
        place = np.full(count, t) if early else again[:, t - pairs]
        x[t, everyone, shown[everyone, place]] = 1
        said = value[:, t] if early else new[:, t - pairs]
        x[t, everyone, keys + said] = 1
    for t in range(asked):
        x[told + t, everyone, shown[everyone, which[:, t]]] = 1
        y[told + t] = last[everyone, which[:, t]]
    mask[told:] = True
    return Sequences(x, y, mask)


def selective_copying(
    count: int,
    length: int,
    items: int,
    *,
    symbols: int = 8,
    seed: Seed = 0,
) -> Sequences:
    """Scatter items among blanks and ask for them, in order, at the end.

    Where the items stand is drawn anew for each sequence, so that no fixed
    lag finds them. Guessing is right once in `symbols` answers.

    Parameters
    ----------
    count : int
        Number N of sequences.
    length : int
        Steps in which items and blanks are shown.
    items : int
        How many items there are, at most `length`; with as many as that
        there is no blank, and the task is to say it all again.
    symbols : int, optional
        How many different items there are.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (length + items, N, symbols + 2): a one at the item, at the blank,
        or, in the last steps, at the question; the items' classes are wanted
        there in the order in which they were shown.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    length = as_int(length, "length")
    items = as_int(items, "items", high=length)
    symbols = as_int(symbols, "symbols", low=2)
    item = rng.integers(symbols, size=(items, count))
    steps = np.arange(length)[:, np.newaxis] * np.ones((1, count), int)
    place = np.sort(rng.permuted(steps, axis=0)[:items], axis=0)
    shown = np.full((length + items, count), symbols)  # blanks
    np.put_along_axis(shown, place, item, axis=0)
    shown[length:] = symbols + 1  # the question
    y = np.zeros(shown.shape, int)
    y[length:] = item
    mask = np.zeros(shown.shape, bool)
    mask[length:] = True
    return Sequences(np.eye(symbols + 2)[shown], y, mask)
