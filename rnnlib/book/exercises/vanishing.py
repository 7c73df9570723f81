"""Exercises of the chapter on vanishing and exploding gradients."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(9)


def _factor(norms):
    return (norms[-1] / norms[0]) ** (1 / (len(norms) - 1))


def _norms(gradients):
    return [np.linalg.norm(array) for array in gradients.values()]


def _shrink(gradients, limit):
    return min(1.0, limit / np.linalg.norm(_norms(gradients)))


def _at_rest(u):
    h = 1.0
    for _ in range(200):
        h = np.tanh(u * h)
    return h


def _push(u):
    h = np.sqrt(1 - 1 / u)
    return u * h - np.arctanh(h)


def _jacobian(W_hh, h):
    return W_hh * (1 - h**2)


def _scaled(W, radius):
    return W * (radius / np.abs(np.linalg.eigvals(W)).max())


_MATRICES = [_RNG.normal(size=(3, 3)).round(1) for _ in range(2)]
_STATES = np.tanh(_RNG.normal(size=(4, 3))).round(2)

EXERCISES = {
    "vanishing-factor": Exercise(
        arguments=("norms",),
        cases=[
            (np.array([8.0, 1.0, 2.0]),),
            (np.array([3.0, 2.5, 1.0, 0.2]),),
            (np.array([1.0, 1.5]),),
        ],
        truth=_factor,
        slips={
            "this is the mean of the factors; but factors are multiplied, "
            "so ask which constant one has the same product.": (
                lambda norms: np.mean(norms[1:] / norms[:-1])
            ),
            "K + 1 numbers have K steps between them: one step fewer than "
            "numbers.": lambda norms: (
                (norms[-1] / norms[0]) ** (1 / len(norms))
            ),
            "this is what all steps keep together; return what one keeps.": (
                lambda norms: norms[-1] / norms[0]
            ),
            "all steps together keep the last over the first, and one step "
            "keeps a root of that, not a share.": (
                lambda norms: norms[-1] / norms[0] / (len(norms) - 1)
            ),
            "this is the mean of the logarithms, so the logarithm of the "
            "factor: take its exponential.": lambda norms: np.log(
                _factor(norms)
            ),
            "first and last are swapped.": lambda norms: 1 / _factor(norms),
        },
        lesson="It is the geometric mean of the factors, and its logarithm "
        "estimates the Lyapunov exponent.",
    ),
    "vanishing-clip": Exercise(
        arguments=("gradients", "limit"),
        cases=[
            ({"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])}, 1.0),
            ({"W": np.array([[0.3, -0.4]]), "b": np.array([0.1])}, 1.0),
            ({"W": np.array([[6.0], [-3.0]]), "b": np.array([2.0])}, 2.0),
        ],
        truth=_shrink,
        slips={
            "a short gradient stays as it is: the factor is never above 1.": (
                lambda gradients, limit: (
                    limit / np.linalg.norm(_norms(gradients))
                )
            ),
            "norms of parts do not add up to the norm of the whole; their "
            "squares do.": lambda gradients, limit: min(
                1.0, limit / sum(_norms(gradients))
            ),
            "this looks at the longest array alone; the whole gradient is "
            "longer.": lambda gradients, limit: min(
                1.0, limit / max(_norms(gradients))
            ),
            "the root is missing: this divides by the squared norm.": (
                lambda gradients, limit: min(
                    1.0, limit / np.linalg.norm(_norms(gradients)) ** 2
                )
            ),
            "this looks at the largest number, as clipping by value does; "
            "take the norm.": lambda gradients, limit: min(
                1.0, limit / max(abs(a).max() for a in gradients.values())
            ),
            "the result would have length 1, not `limit`.": (
                lambda gradients, limit: (
                    min(1.0, 1 / np.linalg.norm(_norms(gradients)))
                    if np.linalg.norm(_norms(gradients)) > limit
                    else 1.0
                )
            ),
        },
        lesson="One factor for all parameters: the direction stays.",
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
            "the slope of unit j belongs to column j: it acts on what flows "
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
            "the scale is upside down: new radius over old.": (
                lambda W, radius: (
                    W * (np.abs(np.linalg.eigvals(W)).max() / radius)
                )
            ),
        },
        lesson="Eigenvalues scale with the matrix.",
    ),
    "vanishing-push": Exercise(
        arguments=("u",),
        cases=[(1.5,), (2.0,), (4.0,)],
        truth=_push,
        slips={
            "this is the state where the wall stands; the push that leads "
            "there is u h - artanh(h).": lambda u: np.sqrt(1 - 1 / u),
            "the sign: p = u h - artanh(h) is a positive push against the "
            "bit.": lambda u: -_push(u),
            "this takes the state at rest. Under a push the fixed point "
            "moves inward, until the slope of a step is 1 there.": (
                lambda u: u * _at_rest(u) * (1 - _at_rest(u) ** 2)
            ),
            "without the artanh this is the weighted state; the push is "
            "what is missing to the fixed point: u h - artanh(h).": (
                lambda u: u * np.sqrt(1 - 1 / u)
            ),
            "the slope of a step is u (1 - h^2), with u in it: h is the root "
            "of 1 - 1/u.": lambda u: u * (1 - 1 / u) - np.arctanh(1 - 1 / u),
        },
        lesson="A weight of 2 bears 0.53 for ever. Where it gives way the "
        "slope of a step is 1: the wall is the place where nothing pulls "
        "back any more.",
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
