"""Exercises of the chapter on linear recurrences."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(13)


def _factor_gradient(dh, a, b, *, later=True, before=True, own=False):
    """Return the gradient at every factor; the options are slips."""
    h, states = 0.0, []
    for a_t, b_t in zip(a, b):
        states.append(h)
        h = a_t * h + b_t
    products = np.append(np.cumprod(a[:0:-1])[::-1], 1.0)  # after each step
    if own:
        products = products * a
    gradient = np.full(len(a), float(dh))
    if later:
        gradient = gradient * products
    return gradient * np.array(states) if before else gradient


def _half_life(real, imaginary):
    return np.log(0.5) / np.log(np.hypot(real, imaginary))


def _mirror(h, v):
    return h - 2 * (h @ v) / (v @ v) * v


_A = [_RNG.uniform(0.5, 1.0, 5).round(2) for _ in range(2)]
_B = [_RNG.normal(size=5).round(1) for _ in range(2)]
_V = [_RNG.normal(size=3).round(1) for _ in range(4)]

EXERCISES = {
    "linear-half-life": Exercise(
        arguments=("real", "imaginary"),
        cases=[(0.9, 0.1), (0.6, -0.7), (-0.3, 0.9)],
        truth=_half_life,
        slips={
            "this is the half-life of the real part alone; what a state "
            "keeps is |a|.": lambda real, imaginary: (
                np.log(0.5) / np.log(abs(real))
            ),
            "|a| is the root of the sum of squares.": (
                lambda real, imaginary: _half_life(real, imaginary) / 2
            ),
            "turned over: |a|^k = 1/2 gives k = log(1/2) / log(|a|).": (
                lambda real, imaginary: 1 / _half_life(real, imaginary)
            ),
            "this is the time constant 1 / (1 - |a|), after which 1 / e is "
            "left, not half.": lambda real, imaginary: (
                1 / (1 - np.hypot(real, imaginary))
            ),
        },
        lesson="The angle turns a state, the modulus makes it fade.",
    ),
    "linear-gain": Exercise(
        arguments=("a", "variance"),
        cases=[(0.9, 1.0), (0.8, 4.0), (-0.99, 0.25)],
        truth=lambda a, variance: np.sqrt((1 - abs(a) ** 2) / variance),
        slips={
            "this makes the variance of the noise 1 and forgets what the "
            "recurrence adds up.": lambda a, variance: 1 / np.sqrt(variance),
            "this is right for noise of variance 1; divide by the noise's "
            "standard deviation.": lambda a, variance: np.sqrt(
                1 - abs(a) ** 2
            ),
            "the gain multiplies the noise, so its square multiplies the "
            "variance: take the root.": lambda a, variance: (
                (1 - abs(a) ** 2) / variance
            ),
            "divide by the variance's root, not by the variance.": (
                lambda a, variance: np.sqrt(1 - abs(a) ** 2) / variance
            ),
            "this multiplies by the standard deviation of the state; divide "
            "by it.": lambda a, variance: np.sqrt(
                variance / (1 - abs(a) ** 2)
            ),
            "the variance holds |a| squared.": lambda a, variance: np.sqrt(
                (1 - abs(a)) / variance
            ),
        },
        lesson="With it every memory, short or long, speaks equally loud.",
    ),
    "linear-count": Exercise(
        arguments=("x", "n"),
        cases=[(1, 3), (0, 5), (2, 7)],
        truth=lambda x, n: 2 * np.pi * x / n,
        slips={
            "the state should be back after n ones: a full turn is 2 pi, "
            "not pi.": lambda x, n: np.pi * x / n,
            "turn only by as much as the input says: multiply by x.": (
                lambda x, n: 2 * np.pi / n
            ),
            "in radians, please: 360 degrees are 2 pi.": lambda x, n: (
                360 * x / n
            ),
            "this is how many turns; times 2 pi it is the angle.": (
                lambda x, n: x / n
            ),
        },
        lesson="With n = 2 the factor is -1, and the count is the parity.",
    ),
    "linear-mirror": Exercise(
        arguments=("h", "v"),
        cases=[(_V[0], _V[1]), (_V[2], _V[3])],
        truth=_mirror,
        slips={
            "v has not the length 1: divide by v @ v.": lambda h, v: (
                h - 2 * (h @ v) * v
            ),
            "divide by the length squared, v @ v; v stands there twice.": (
                lambda h, v: h - 2 * (h @ v) / np.sqrt(v @ v) * v
            ),
            "this is the projection onto the mirror; go on for the same way "
            "again, behind it: 2.": lambda h, v: h - (h @ v) / (v @ v) * v,
            "the sign is wrong: what points along v is turned round.": (
                lambda h, v: h + 2 * (h @ v) / (v @ v) * v
            ),
            "this mirrors the other part: what lies along v is kept.": (
                lambda h, v: 2 * (h @ v) / (v @ v) * v - h
            ),
        },
        lesson="Reflected twice in the same mirror, a state is what it was.",
    ),
    "linear-factor": Exercise(
        arguments=("dh", "a", "b"),
        cases=[(0.5, _A[0], _B[0]), (-2.0, _A[1], _B[1])],
        truth=_factor_gradient,
        slips={
            "this is the gradient at b_t; a_t stands in front of h_{t-1}: "
            "multiply by it.": lambda dh, a, b: _factor_gradient(
                dh, a, b, before=False
            ),
            "what step t does is still multiplied by all later factors.": (
                lambda dh, a, b: _factor_gradient(dh, a, b, later=False)
            ),
            "the product of factors begins after step t: a_{t+1} and on.": (
                lambda dh, a, b: _factor_gradient(dh, a, b, own=True)
            ),
        },
        lesson="A factor is credited with the state that it kept.",
    ),
}
