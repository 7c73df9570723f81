"""Exercises of the chapter on vanishing and exploding gradients."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(9)


def _clipped(gradient, limit):
    norm = np.linalg.norm(gradient)
    return gradient if norm <= limit else gradient * (limit / norm)


def _jacobian(W_hh, h):
    return W_hh * (1 - h**2)


def _scaled(W, radius):
    return W * (radius / np.abs(np.linalg.eigvals(W)).max())


def _by_lag(upstream, W_hh, states, slopes=True, turned=True, drop=0):
    sizes, back = [np.linalg.norm(upstream)], upstream
    for h in states[::-1]:
        slope = 1 - h**2 if slopes else 1.0
        back = (back * slope) @ (W_hh.T if turned else W_hh)
        sizes.append(np.linalg.norm(back))
    return np.array(sizes[drop:])


_MATRICES = [_RNG.normal(size=(3, 3)).round(1) for _ in range(2)]
_STATES = np.tanh(_RNG.normal(size=(4, 3))).round(2)

EXERCISES = {
    "vanishing-steps": Exercise(
        arguments=("rate", "share"),
        cases=[(0.5, 0.01), (0.9, 0.5), (0.58, 0.01), (0.99, 0.001)],
        truth=lambda rate, share: np.log(share) / np.log(rate),
        slips={
            "turned over: rate^k = share gives k = log(share) / log(rate).": (
                lambda rate, share: np.log(rate) / np.log(share)
            ),
            "this falls by the same amount at every step; it falls by the "
            "same factor.": lambda rate, share: (1 - share) / (1 - rate),
            "the sign is wrong: both logarithms are negative, so k is "
            "positive.": lambda rate, share: -np.log(share) / np.log(rate),
        },
        lesson="At 0.58 a step, 8.5 steps leave one hundredth.",
    ),
    "vanishing-clip": Exercise(
        arguments=("gradient", "limit"),
        cases=[
            (np.array([3.0, 4.0]), 1.0),
            (np.array([0.3, -0.4]), 1.0),
            (np.array([[6.0, -8.0], [0.0, 0.0]]), 2.0),
        ],
        truth=_clipped,
        slips={
            "this cuts every number by itself and so turns the gradient "
            "into another direction; shrink the whole of it.": (
                lambda gradient, limit: np.clip(gradient, -limit, limit)
            ),
            "short gradients must stay as they are: only what is longer "
            "than the limit is shrunk.": lambda gradient, limit: (
                gradient * (limit / np.linalg.norm(gradient))
            ),
            "the result has length 1, not `limit`.": lambda gradient, limit: (
                gradient
                if np.linalg.norm(gradient) <= limit
                else gradient / np.linalg.norm(gradient)
            ),
            "multiply by limit / norm, not by 1 / limit.": (
                lambda gradient, limit: (
                    gradient
                    if np.linalg.norm(gradient) <= limit
                    else gradient / limit
                )
            ),
        },
        lesson="The direction stays, the length is at most the limit.",
    ),
    "vanishing-jacobian": Exercise(
        arguments=("W_hh", "h"),
        cases=[(_MATRICES[0], _STATES[0]), (_MATRICES[1], _STATES[1])],
        truth=_jacobian,
        slips={
            "this is the transposed one: row i, column j is the derivative "
            "of unit j after the step with respect to unit i before.": (
                lambda W_hh, h: _jacobian(W_hh, h).T
            ),
            "the slope of unit j belongs to column j: it bends what flows "
            "into unit j.": lambda W_hh, h: W_hh * (1 - h**2)[:, np.newaxis],
            "the slope of the tanh is missing.": lambda W_hh, h: W_hh,
            "h is already the tanh; its slope is 1 - h^2.": lambda W_hh, h: (
                W_hh * (1 - np.tanh(h) ** 2)
            ),
            "the slope of the tanh is 1 - h^2, not 1 - h.": lambda W_hh, h: (
                W_hh * (1 - h)
            ),
        },
        lesson="A step is one matrix; a hundred steps are a hundred of them.",
    ),
    "vanishing-radius": Exercise(
        arguments=("W", "radius"),
        cases=[(_MATRICES[0], 0.9), (_MATRICES[1], 1.1)],
        truth=_scaled,
        slips={
            "you divide by the largest singular value; the spectral radius "
            "is the largest eigenvalue in absolute value.": (
                lambda W, radius: W * (radius / np.linalg.norm(W, 2))
            ),
            "you divide by the Frobenius norm.": lambda W, radius: (
                W * (radius / np.linalg.norm(W))
            ),
            "eigenvalues may be complex: take the absolute value of each "
            "before the largest.": lambda W, radius: (
                W * (radius / np.linalg.eigvals(W).real.max())
            ),
            "this multiplies by the radius; divide by the present one "
            "too.": lambda W, radius: W * radius,
            "the scale is turned over: new radius over old.": (
                lambda W, radius: (
                    W * (np.abs(np.linalg.eigvals(W)).max() / radius)
                )
            ),
        },
        lesson="Eigenvalues scale with the matrix.",
    ),
    "vanishing-lag": Exercise(
        arguments=("upstream", "W_hh", "states"),
        cases=[
            (_STATES[3], _MATRICES[0], _STATES[:3]),
            (_STATES[2], _MATRICES[1], _STATES[:2]),
        ],
        truth=_by_lag,
        slips={
            "W_hh must be turned on the way back: multiply by W_hh.T.": (
                lambda *a: _by_lag(*a, turned=False)
            ),
            "the slopes of the tanh are missing.": (
                lambda *a: _by_lag(*a, slopes=False)
            ),
            "walk backward: the last state comes first.": (
                lambda upstream, W_hh, states: _by_lag(
                    upstream, W_hh, states[::-1]
                )
            ),
            "lag 0 is missing: the first number is the norm of what the "
            "loss sends to the last state.": lambda *a: _by_lag(*a, drop=1),
        },
        lesson="This is the curve that the whole chapter draws.",
    ),
    "vanishing-foresee": Exercise(
        arguments=("v", "q"),
        cases=[(1 / 3, 1.0), (1.0, 0.5), (1 / 3, 1 / 16)],
        truth=lambda v, q: np.log(0.01) / np.log(np.sqrt(v * q)),
        slips={
            "v q is what a step keeps of the squared length; take the root "
            "for the length.": lambda v, q: np.log(0.01) / np.log(v * q),
            "the slopes take their part too: q is missing.": lambda v, q: (
                np.log(0.01) / np.log(np.sqrt(v))
                if v < 1
                else np.log(0.01) / np.log(0.999)
            ),
            "q is a squared slope already.": lambda v, q: (
                np.log(0.01) / np.log(np.sqrt(v) * q)
                if v * q < v
                else np.log(0.01) / np.log(np.sqrt(v) / 2)
            ),
        },
        lesson="Uniform and tanh 8.4, orthogonal and ReLU 13.3 steps.",
    ),
}
