"""Something is shown early and wanted late: recall, sums, order.

S. Hochreiter & J. Schmidhuber, "Long short-term memory", Neural Computation
9, 1997 (adding, temporal order, noise-free lag). M. Arjovsky, A. Shah & Y.
Bengio, "Unitary evolution recurrent neural networks", ICML 2016 (adding in
its modern form).
"""

from __future__ import annotations

import numpy as np

from rnnlib.checks import Seed, as_choice, as_float, as_generator, as_int
from rnnlib.sequences.padded import Sequences, answer_at_end

ORDER_SYMBOLS = "EBabcdXY"


def delayed_recall(
    count: int,
    lag: int,
    *,
    symbols: int = 2,
    noise: float = 0.0,
    seed: Seed = 0,
) -> Sequences:
    """Show a symbol once and ask for it `lag` steps later.

    Parameters
    ----------
    count : int
        Number N of sequences.
    lag : int
        Steps between the symbol and the answer.
    symbols : int, optional
        Number of different symbols.
    noise : float, optional
        Standard deviation of Gaussian noise on the inputs in between.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (lag + 1, N, symbols), a one at the symbol in step 0; its class is
        wanted at the last step.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    lag, symbols = as_int(lag, "lag"), as_int(symbols, "symbols", low=2)
    noise = as_float(noise, "noise", low=0.0)
    x = noise * rng.normal(size=(lag + 1, count, symbols))
    classes = rng.integers(symbols, size=count)
    x[0] = np.eye(symbols)[classes]
    return answer_at_end(x, classes)


def adding(
    count: int, length: int, *, form: str = "paper", seed: Seed = 0
) -> Sequences:
    """Draw numbers of which two are marked, and ask for their sum at the end.

    Parameters
    ----------
    count : int
        Number N of sequences.
    length : int
        Steps T of each, at least 10; 22 in the paper's form.
    form : {"paper", "modern"}, optional
        "paper" (1997): numbers from U[-1, 1]; one mark in the first 10
        steps, another at any other step before T / 2; marks are 1, at both
        ends of the sequence -1 if unmarked, else 0; target 0.5 + sum / 4.
        "modern": numbers from U[0, 1], a mark in each half; target the sum.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 2), numbers and marks; y (T, N, 1), wanted at the last step.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    form = as_choice(form, "form", ("paper", "modern"))
    paper = form == "paper"
    length = as_int(length, "length", low=22 if paper else 2)
    half, everyone = length // 2, np.arange(count)
    x = np.zeros((length, count, 2))
    x[..., 0] = rng.uniform(-1 if paper else 0, 1, (length, count))
    if paper:
        first = rng.integers(0, 10, count)
        # Any other step before T / 2: those from the first mark on move up.
        second = rng.integers(0, half - 1, count)
        second += second >= first
        x[[0, -1], :, 1] = -1
    else:
        first = rng.integers(0, half, count)
        second = rng.integers(half, length, count)
    x[first, everyone, 1] = x[second, everyone, 1] = 1
    total = x[first, everyone, 0] + x[second, everyone, 0]
    answer = 0.5 + total / 4 if paper else total
    return answer_at_end(x, answer[:, np.newaxis])


def temporal_order(
    count: int,
    shortest: int = 100,
    longest: int | None = None,
    *,
    seed: Seed = 0,
) -> Sequences:
    """Hide two symbols, X or Y, among others and ask for their order.

    The first stands between a tenth and a fifth of `shortest`, the second
    between a half and six tenths: steps 10-20 and 50-60 of 100, as in 1997.

    Parameters
    ----------
    count : int
        Number N of sequences.
    shortest, longest : int, optional
        Range of lengths; `longest` is a tenth more if left out.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 8), a one for each of :data:`ORDER_SYMBOLS`; class 0 to 3
        for XX, XY, YX, YY, wanted at the last step.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    shortest = as_int(shortest, "shortest", low=10)
    longest = shortest + shortest // 10 if longest is None else longest
    longest = as_int(longest, "longest", low=shortest)
    lengths = rng.integers(shortest, longest + 1, count)
    everyone, tenth = np.arange(count), shortest // 10
    shown = rng.integers(2, 6, (longest, count))  # a, b, c, d
    shown[0], shown[lengths - 1, everyone] = 0, 1  # E begins, B ends
    first, second = rng.integers(0, 2, (2, count))  # X or Y
    shown[rng.integers(tenth, 2 * tenth + 1, count), everyone] = 6 + first
    place = rng.integers(5 * tenth, 6 * tenth + 1, count)
    shown[place, everyone] = 6 + second
    x = np.eye(8)[shown]
    x[np.arange(longest)[:, np.newaxis] >= lengths] = 0
    return answer_at_end(x, 2 * first + second, lengths)


def noise_free_lag(lag: int) -> Sequences:
    """Pose the two sequences of 1997 that differ at their ends alone.

    Both run through the same symbols; the first symbol, one of two, comes
    back as the last, `lag` steps later. The next symbol is wanted at every
    step, and all but the last can be learned without memory of the first.

    Parameters
    ----------
    lag : int
        Steps p between the first symbol and its return.

    Returns
    -------
    sequences : Sequences
        x (lag, 2, lag + 1), a one for each symbol; classes of the next.
    """
    lag = as_int(lag, "lag", low=2)
    between = np.arange(2, lag + 1)  # p - 1 symbols, the same for both
    symbols = np.array([[n, *between, n] for n in (0, 1)]).T  # (p + 1, 2)
    return Sequences(
        np.eye(lag + 1)[symbols[:-1]], symbols[1:], np.ones((lag, 2), bool)
    )
