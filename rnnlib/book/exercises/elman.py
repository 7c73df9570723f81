"""Exercises of the chapter on the Elman network."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(5)
_SQUARE = tuple(_RNG.normal(size=shape).round(1) for shape in 4 * [(3, 3)])
_STEP = (_SQUARE[0], _SQUARE[1], _SQUARE[2], _SQUARE[3], np.ones(3) / 2)
_LONG = (*(_RNG.normal(size=s).round(1) for s in ((2, 4), (2, 3))),)
_LONG += (*(_RNG.normal(size=s).round(1) for s in ((4, 3), (3, 3))),)
_LONG += (np.array([0.1, -0.2, 0.3]),)


def _step(x, h, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh + h @ W_hh + b_h)


def _softmax(scores, axis=-1):
    powers = np.exp(scores)
    return powers / powers.sum(axis=axis, keepdims=True)


def _rest(u: float, start: float = 1.0, steps: int = 10_000) -> float:
    h = start
    for _ in range(steps):
        h = np.tanh(u * h)
    return h


def _in_a_row(x, ones: int):
    """Return 1 where that many ones stand in a row, for x (T, B, 1)."""
    steps = len(x) - ones + 1
    runs = np.prod([x[k : k + steps, :, 0] for k in range(ones)], axis=0)
    return runs.max(axis=0).astype(int)


_SCORES = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]])
_STATES = _RNG.normal(size=(5, 3, 2)).round(2)
_LENGTHS = np.array([5, 2, 3])
# Sequences with ones at the start, at the end, with gaps, and chance ones.
_SHORT = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 1, 0, 1, 0],
                   [0, 1, 1, 1, 0], [0, 0, 0, 0, 0], [1, 0, 1, 0, 1],
                   [1, 1, 1, 1, 1], [0, 0, 1, 1, 0]], float).T  # fmt: skip
_BITS = (
    _SHORT[:, :, np.newaxis],
    _RNG.integers(0, 2, (12, 20, 1)).astype(float),
)

EXERCISES = {
    "elman-step": Exercise(
        arguments=("x", "h", "W_xh", "W_hh", "b_h"),
        cases=[_STEP, _LONG],
        truth=_step,
        slips={
            "the tanh is missing: without it the network is linear.": (
                lambda x, h, W_xh, W_hh, b_h: x @ W_xh + h @ W_hh + b_h
            ),
            "the last state is missing: add h @ W_hh.": (
                lambda x, h, W_xh, W_hh, b_h: np.tanh(x @ W_xh + b_h)
            ),
            "the bias b_h is missing.": (
                lambda x, h, W_xh, W_hh, b_h: np.tanh(x @ W_xh + h @ W_hh)
            ),
            "the bias belongs inside the tanh.": (
                lambda x, h, W_xh, W_hh, b_h: (
                    np.tanh(x @ W_xh + h @ W_hh) + b_h
                )
            ),
            "input and state have a tanh each; add, then tanh once.": (
                lambda x, h, W_xh, W_hh, b_h: (
                    np.tanh(x @ W_xh + b_h) + np.tanh(h @ W_hh)
                )
            ),
        },
        lesson="This line is the whole network; all the rest is training.",
        on_error="Rows stand on the left: x @ W_xh and h @ W_hh.",
    ),
    "elman-softmax": Exercise(
        arguments=("scores",),
        cases=[(_SCORES,), (_SCORES.T.copy(),)],
        truth=_softmax,
        slips={
            "you divide the scores by their sum; take the exponential "
            "first, so that all are positive.": lambda scores: (
                scores / scores.sum(axis=-1, keepdims=True)
            ),
            "your columns sum to 1; each row is one sequence of the batch, "
            "so each row must.": lambda scores: _softmax(scores, axis=0),
            "your numbers sum to 1 over the whole batch; each row must.": (
                lambda scores: np.exp(scores) / np.exp(scores).sum()
            ),
            "these are the exponentials; divide each row by its sum.": np.exp,
        },
        lesson="The largest score gets the largest share, none gets all.",
        on_error="Sum over axis=1 with keepdims=True, so that rows divide.",
    ),
    "elman-rest": Exercise(
        arguments=("u",),
        cases=[(2.0,), (1.2,), (0.5,)],
        truth=_rest,
        slips={
            "you stop after one step; go on until nothing changes.": (
                lambda u: np.tanh(u)
            ),
            "from h = 0 nothing ever starts: tanh(0) = 0. Start at h = 1.": (
                lambda u: 0.0
            ),
            "the tanh is missing: u^k either dies out or explodes.": (
                lambda u: 0.0 if abs(u) < 1 else np.inf
            ),
            "for u below 1 your answer is right; above 1 there is another "
            "fixed point than 1.": lambda u: _rest(u) if u < 1 else 1.0,
        },
        lesson="Above u = 1 there are two fixed points to settle at: one bit.",
        tolerance=1e-3,
    ),
    "elman-last": Exercise(
        arguments=("h", "lengths"),
        cases=[(_STATES, _LENGTHS), (_STATES[:3], np.array([1, 3, 2]))],
        truth=lambda h, lengths: h[lengths - 1, np.arange(h.shape[1])],
        slips={
            "h[-1] is the state after the padding; a short sequence ended "
            "earlier, at lengths - 1.": lambda h, lengths: h[-1],
            "you are one step early: the last of n steps has index n - 1.": (
                lambda h, lengths: h[lengths - 2, np.arange(h.shape[1])]
            ),
            "you take those steps of all sequences; pair each sequence with "
            "its own step, h[lengths - 1, np.arange(B)].": (
                lambda h, lengths: h[lengths - 1]
            ),
        },
        lesson="What the network says in the padding counts for nothing.",
        on_error="Counting starts at 0: the last of n steps has index n - 1, "
        "and time is the first axis.",
    ),
    "elman-three": Exercise(
        arguments=("x",),
        cases=[(bits,) for bits in _BITS],
        truth=lambda x: _in_a_row(x, 3),
        slips={
            "this finds two ones in a row; the middle unit must ask for a "
            "one now and one just before.": lambda x: _in_a_row(x, 2),
            "you find three ones at the very end only: the last unit must "
            "keep what it has found.": lambda x: (
                x[-3:, :, 0].prod(axis=0).astype(int)
            ),
            "you count three ones anywhere; the middle unit must forget as "
            "soon as a zero comes.": lambda x: (
                x[:, :, 0].sum(axis=0) >= 3
            ).astype(int),
            "one too many: this finds four ones in a row.": (
                lambda x: _in_a_row(x, 4)
            ),
            "yes and no have changed places.": lambda x: 1 - _in_a_row(x, 3),
        },
        lesson="One unit for each thing to remember: four ones take four.",
        on_error="run wants weights of shapes (1, 3), (3, 3) and (3,), and a "
        "first state of shape (B, 3).",
    ),
    "elman-parity": Exercise(
        arguments=("x",),
        cases=[(bits,) for bits in _BITS],
        truth=lambda x: (x[:, :, 0].sum(axis=0) % 2).astype(int),
        slips={
            "this says whether there was any one at all: a second one must "
            "undo the first.": lambda x: x[:, :, 0].max(axis=0).astype(int),
            "this is right for the last two bits only: read h1 - h2 of the "
            "last state back in.": lambda x: (
                x[-2:, :, 0].sum(axis=0) % 2
            ).astype(int),
            "you answer with the last bit: what was counted before is "
            "missing.": lambda x: x[-1, :, 0].astype(int),
            "odd and even have changed places: check the first state, and "
            "which unit is taken from which.": lambda x: (
                1 - x[:, :, 0].sum(axis=0) % 2
            ).astype(int),
        },
        lesson="Two units, any length. To find these weights by training is "
        "a famously hard problem.",
        on_error="run wants weights of shapes (1, 2), (2, 2) and (2,), and a "
        "first state of shape (B, 2).",
    ),
}
