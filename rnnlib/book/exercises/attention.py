"""Exercises of the chapter on attention."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise


def _softmax(scores: np.ndarray, axis: int = -1) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)


def _seen(T: int, width: int, first: int = 0, last: int = 0) -> np.ndarray:
    """Return which steps t - width + 1 + first .. t + last each t sees."""
    t, s = np.arange(T)[:, np.newaxis], np.arange(T)
    return ((s > t - width + first) & (s <= t + last)).astype(float)


def _written(S, k, v, b):
    return S + b * np.outer(k, v - k @ S)


def _back(weights, dw, tau):
    mean = (weights * dw).sum(axis=1, keepdims=True)
    return weights * (dw - mean) / tau


_RNG = np.random.default_rng(0)
_MATRICES = _RNG.normal(size=(2, 3, 3))
_KEYS = np.array([[0.6, 0.0, 0.8], [0.0, 1.0, 0.0]])
_VALUES = _RNG.normal(size=(2, 3))
_WEIGHTS = _softmax(_RNG.normal(size=(2, 4, 4)))
_DW = _RNG.normal(size=(2, 4, 4))

EXERCISES = {
    "attention-weights": Exercise(
        arguments=("q", "k"),
        cases=[
            (_RNG.normal(size=4), _RNG.normal(size=(5, 4))),
            (_RNG.normal(size=2), _RNG.normal(size=(3, 2))),
        ],
        truth=lambda q, k: _softmax(k @ q / np.sqrt(len(q))),
        slips={
            "the scores are not divided by the root of a key's width.": (
                lambda q, k: _softmax(k @ q)
            ),
            "divide by the root of the width, not by the width.": (
                lambda q, k: _softmax(k @ q / len(q))
            ),
            "divide by the root of a key's width, not of the number of "
            "keys.": lambda q, k: _softmax(k @ q / np.sqrt(len(k))),
            "these are the scores; a softmax makes weights of them.": (
                lambda q, k: k @ q / np.sqrt(len(q))
            ),
            "the weights do not add up to 1: divide by their sum.": (
                lambda q, k: np.exp(k @ q / np.sqrt(len(q)))
            ),
        },
        lesson="Whatever the scores are, the weights add up to 1.",
    ),
    "attention-window": Exercise(
        arguments=("T", "width"),
        cases=[(6, 3), (5, 2)],
        truth=_seen,
        slips={
            "these steps see what comes after them as well.": (
                lambda T, width: _seen(T, width, last=width - 1)
            ),
            "everything up to t is seen: nothing ends the window on the "
            "left.": lambda T, width: np.tril(np.ones((T, T))),
            "the window is one step too wide: the step itself is one of "
            "its steps.": lambda T, width: _seen(T, width, first=-1),
            "a step sees itself too.": (
                lambda T, width: _seen(T, width, first=-1, last=-1)
            ),
            "rows are the steps that look, columns those that are looked "
            "at.": lambda T, width: _seen(T, width).T,
        },
        lesson="With a window the cost grows with T again, and so does what "
        "is out of sight.",
    ),
    "attention-delta": Exercise(
        arguments=("S", "k", "v", "b"),
        cases=[
            (_MATRICES[0], _KEYS[0], _VALUES[0], 1.0),
            (_MATRICES[1], _KEYS[1], _VALUES[1], 0.3),
        ],
        truth=_written,
        slips={
            "that is the sum rule; the delta rule writes the difference to "
            "what the key returns already.": lambda S, k, v, b: (
                S + b * np.outer(k, v)
            ),
            "b is missing: it says how much is written.": (
                lambda S, k, v, b: _written(S, k, v, 1.0)
            ),
            "rows belong to keys and columns to values: np.outer(k, ...).": (
                lambda S, k, v, b: S + b * np.outer(v - k @ S, k)
            ),
            "the sign is wrong: write v minus what the key returns.": (
                lambda S, k, v, b: S - b * np.outer(k, v - k @ S)
            ),
            "the old matrix is missing: the difference is added to S.": (
                lambda S, k, v, b: b * np.outer(k, v - k @ S)
            ),
            "a key reads with k @ S, a row times the matrix.": (
                lambda S, k, v, b: S + b * np.outer(k, v - S @ k)
            ),
        },
        lesson="With b = 1 the key returns exactly v afterwards.",
    ),
    "attention-half-life": Exercise(
        arguments=("d", "b"),
        cases=[(64, 0.5), (12, 0.8)],
        truth=lambda d, b: np.log(0.5) / np.log(1 - b / d),
        slips={
            "b is missing: a later pair takes b / d of what is left.": (
                lambda d, b: np.log(0.5) / np.log(1 - 1 / d)
            ),
            "half of the width is not half of the weight: each pair takes a "
            "share of what is left.": lambda d, b: d / (2 * b),
            "after d / b pairs 1/e is left, about 37 %.": lambda d, b: d / b,
            "that is a good approximation for wide matrices; use the "
            "logarithm of 1 - b/d itself.": lambda d, b: d / b * np.log(2),
            "a weak write takes less away, so pairs last longer: b / d, not "
            "1 / (b d).": lambda d, b: np.log(0.5) / np.log(1 - 1 / (b * d)),
            "the sign: both logarithms are negative, so divide them.": (
                lambda d, b: -np.log(0.5) / np.log(1 - b / d)
            ),
        },
        lesson="It is chapter 2's formula with u = 1 - b/d: who writes "
        "softly forgets slowly.",
    ),
    "attention-memory": Exercise(
        arguments=("u", "K"),
        cases=[(0.9, 6), (0.5, 4)],
        truth=lambda u, K: np.arange(K) * np.log(u),
        slips={
            "these are the weights; the softmax takes the exponential of "
            "the scores.": lambda u, K: u ** np.arange(K),
            "the sign is wrong: older values weigh less.": (
                lambda u, K: -np.arange(K) * np.log(u)
            ),
            "the softmax uses e, so take the natural logarithm.": (
                lambda u, K: np.arange(K) * np.log10(u)
            ),
            "a score of k u is no logarithm of u to the power of k.": (
                lambda u, K: np.arange(K) * u
            ),
            "age 0 has the score 0: begin with the newest value.": (
                lambda u, K: np.arange(1, K + 1) * np.log(u)
            ),
            "the newest value stands first: age 0, then 1, and so on.": (
                lambda u, K: np.arange(K)[::-1] * np.log(u)
            ),
        },
        lesson="A memory neuron is attention that looks at the age alone.",
    ),
    "attention-back": Exercise(
        arguments=("weights", "dw", "tau"),
        cases=[(_WEIGHTS[0], _DW[0], 2.0), (_WEIGHTS[1], _DW[1], 0.5)],
        truth=_back,
        slips={
            "raising one score lowers the other weights: subtract the mean "
            "of dw under the weights.": lambda weights, dw, tau: (
                weights * dw / tau
            ),
            "tau is missing: a score counts only 1 / tau in the softmax.": (
                lambda weights, dw, tau: _back(weights, dw, 1.0)
            ),
            "divide by tau: at a high temperature a score moves the weights "
            "less.": lambda weights, dw, tau: _back(weights, dw, 1 / tau),
            "that is the slope of a sigmoid; in a softmax every weight "
            "feels every score of its row.": lambda weights, dw, tau: (
                weights * (1 - weights) * dw / tau
            ),
            "the mean is taken under the weights, not evenly.": (
                lambda weights, dw, tau: (
                    weights * (dw - dw.mean(axis=1, keepdims=True)) / tau
                )
            ),
            "the mean belongs to a row, a step that looks: sum over axis "
            "1.": lambda weights, dw, tau: (
                weights
                * (dw - (weights * dw).sum(axis=0, keepdims=True))
                / tau
            ),
            "the factor in front is missing: multiply by the weights.": (
                lambda weights, dw, tau: (
                    (dw - (weights * dw).sum(axis=1, keepdims=True)) / tau
                )
            ),
        },
        lesson="Each row adds up to 0: scores can only compete.",
    ),
}
