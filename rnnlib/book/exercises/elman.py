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


_SCORES = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]])
_STATES = _RNG.normal(size=(5, 3, 2)).round(2)
_LENGTHS = np.array([5, 2, 3])

EXERCISES = {
    "elman-step": Exercise(
        arguments=("x", "h", "W_xh", "W_hh", "b_h"),
        cases=[_STEP, _LONG],
        truth=_step,
        slips={
            "the tanh is missing: without it the network cannot bend.": (
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
            "you bend input and state apart; add first, bend once.": (
                lambda x, h, W_xh, W_hh, b_h: (
                    np.tanh(x @ W_xh + b_h) + np.tanh(h @ W_hh)
                )
            ),
        },
        lesson="This line is the whole network; all the rest is training.",
        on_error="Rows stand on the left: x @ W_xh and h @ W_hh.",
    ),
    "elman-count": Exercise(
        arguments=("D", "H", "O"),
        cases=[(1, 8, 2), (28, 128, 10)],
        truth=lambda D, H, O: D * H + H * H + H + H * O + O,  # noqa: E741
        slips={
            "the two biases are missing: H numbers in b_h, O in b_y.": (
                lambda D, H, O: D * H + H * H + H * O  # noqa: E741
            ),
            "the recurrent matrix W_hh is missing, H times H numbers.": (
                lambda D, H, O: D * H + H + H * O + O  # noqa: E741
            ),
            "the bias of the head, b_y, is missing: O numbers.": (
                lambda D, H, O: D * H + H * H + H + H * O  # noqa: E741
            ),
            "the head is missing: W_hy and b_y.": (
                lambda D, H, O: D * H + H * H + H  # noqa: E741
            ),
            "you count two biases for the state, as torch stores them; the "
            "equation has one, b_h.": (
                lambda D, H, O: D * H + H * H + 2 * H + H * O + O  # noqa: E741
            ),
        },
        lesson="No T in the formula: the length of the sequence is free.",
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
            "resting place than 1.": lambda u: _rest(u) if u < 1 else 1.0,
        },
        lesson="Above u = 1 the unit can rest at two places: one bit, kept.",
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
}
