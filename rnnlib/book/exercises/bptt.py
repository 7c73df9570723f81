"""Exercises of the chapter on backpropagation through time."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(8)


def _three(x, u, w, b, y, paths=3, slopes=True):
    """Sum the first `paths` paths of dL/du, L = (h3 - y)^2, h0 = 0."""
    h = [0.0]
    for value in x:
        h.append(np.tanh(w * value + u * h[-1] + b))
    total, back = 0.0, 2 * (h[3] - y)
    for step in (3, 2, 1)[:paths]:
        back = back * ((1 - h[step] ** 2) if slopes else 1.0)
        total += back * h[step - 1]
        back = back * u
    return total


_CHANCES = _RNG.dirichlet(np.ones(4), size=4).round(2) + 0.01


def _bits(chances, codes):
    return -np.log2(chances[np.arange(len(codes)), codes]).sum()


def _which(seed):
    """Return a loss of W_hh, W_hh, and four gradients, one of them right."""
    rng = np.random.default_rng(seed)
    x, W = rng.normal(size=(6, 2, 3)), rng.normal(size=(3, 3))

    def states(W):
        h = [np.zeros((2, 3))]
        for x_t in x:
            h.append(np.tanh(x_t + h[-1] @ W))
        return h

    def loss(W):
        return float((states(W)[-1] ** 2).sum())

    def gradient(back, slopes=True, steps=6):
        h, total = states(W), np.zeros((3, 3))
        later = 2 * h[-1]
        for t in range(6, 6 - steps, -1):
            dz = later * (1 - h[t] ** 2) if slopes else later
            total += h[t - 1].T @ dz
            later = dz @ back
        return total

    four = [gradient(W.T), gradient(W), gradient(W.T, slopes=False)]
    four.append(gradient(W.T, steps=2))
    return loss, W, tuple(four[i] for i in rng.permutation(4))


def _distances(loss, W, candidates):
    """Return how far each candidate is from the numerical gradient."""
    numerical = np.zeros_like(W)
    for entry in np.ndindex(*W.shape):
        step = np.zeros_like(W)
        step[entry] = 1e-5
        numerical[entry] = (loss(W + step) - loss(W - step)) / 2e-5
    return [np.linalg.norm(c - numerical) for c in candidates]


EXERCISES = {
    "bptt-three": Exercise(
        arguments=("x", "u", "w", "b", "y"),
        cases=[
            (np.array([0.5, -1.0, 0.8]), 0.9, 1.2, 0.1, 0.3),
            (np.array([1.0, 0.2, -0.4]), -1.5, 0.7, 0.0, -0.2),
        ],
        truth=_three,
        slips={
            "this is the direct path at step 3 only; u also stands in h_2 "
            "and in h_1.": lambda *a: _three(*a, paths=1),
            "the slopes 1 - h^2 are missing: each path passes one tanh for "
            "every step that it goes back.": (
                lambda *a: _three(*a, slopes=False)
            ),
            "the factor 2 of the square is missing.": (
                lambda *a: _three(*a) / 2
            ),
            "your sign is turned: the loss is (h_3 - y)^2.": (
                lambda *a: -_three(*a)
            ),
        },
        lesson="The path to step 1 counts h_0 = 0, so two paths are left.",
    ),
    "bptt-head": Exercise(
        arguments=("h", "dy"),
        cases=[
            (
                _RNG.normal(size=(4, 2, 3)).round(1),
                _RNG.normal(size=(4, 2, 2)).round(1),
            ),
            (
                _RNG.normal(size=(3, 1, 2)).round(1),
                _RNG.normal(size=(3, 1, 2)).round(1),
            ),
        ],
        truth=lambda h, dy: np.einsum("tbh,tbo->ho", h, dy),
        slips={
            "this is the last step only; the same W_hy is used at every "
            "step, so the gradients of all steps add up.": (
                lambda h, dy: h[-1].T @ dy[-1]
            ),
            "you take the mean over the steps; the loss is a sum of step "
            "losses, so the gradient is a sum.": (
                lambda h, dy: np.einsum("tbh,tbo->ho", h, dy) / len(h)
            ),
            "rows and columns are swapped: W_hy is (H, O).": (
                lambda h, dy: np.einsum("tbh,tbo->oh", h, dy)
            ),
        },
        lesson="At the head nothing passes from step to step.",
    ),
    "bptt-reach": Exercise(
        arguments=("t", "piece"),
        cases=[(0, 5), (4, 5), (5, 5), (13, 5), (20, 7)],
        truth=lambda t, piece: t % piece,
        slips={
            "a piece does not slide along with t; it begins at the last "
            "multiple of its length.": lambda t, piece: min(t, piece - 1),
            "you return where the piece begins; how many steps back from t "
            "is asked for.": lambda t, piece: t - t % piece,
            "pieces do not slide, and no step counts itself; count from the "
            "first step of the piece that t is in.": (
                lambda t, piece: min(t, piece)
            ),
            "one too many: at its first step, a piece reaches back 0 "
            "steps.": lambda t, piece: t % piece + 1,
        },
        lesson="The first step of a piece learns nothing from the past.",
    ),
    "bptt-bits": Exercise(
        arguments=("chances", "codes"),
        cases=[
            (np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]]), np.array([1, 2])),
            (_CHANCES, np.array([3, 1, 1, 0])),
        ],
        truth=_bits,
        slips={
            "these are nats, from the natural logarithm; bits come from "
            "np.log2.": lambda p, codes: _bits(p, codes) * np.log(2),
            "this is the mean per character; the whole name is asked for.": (
                lambda p, codes: _bits(p, codes) / len(codes)
            ),
            "the end is missing: that the name stops here is a surprise "
            "too.": lambda p, codes: _bits(p[:-1], codes[:-1]),
            "this is the probability of the name; bits are minus its "
            "logarithm to the base 2.": (
                lambda p, codes: 2 ** -_bits(p, codes)
            ),
            "your sign is turned: the logarithm of a probability is "
            "negative, surprise is not.": lambda p, codes: -_bits(p, codes),
        },
        lesson="Bits of characters add, since their probabilities multiply.",
    ),
    "bptt-which": Exercise(
        arguments=("loss", "W", "candidates"),
        cases=[_which(seed) for seed in (1, 2, 3)],
        truth=lambda loss, W, candidates: int(
            np.argmin(_distances(loss, W, candidates))
        ),
        slips={
            "this is the shortest of the four; the size of a gradient says "
            "nothing about whether it is right. If you compared with a "
            "numerical gradient: it is 0 where both weights are one array, "
            "so take W.copy().": (
                lambda loss, W, candidates: int(
                    np.argmin([np.linalg.norm(c) for c in candidates])
                )
            ),
            "this is the one farthest from the numerical gradient: argmin, "
            "not argmax.": lambda loss, W, candidates: int(
                np.argmax(_distances(loss, W, candidates))
            ),
            "you count from 1; candidates[0] is the first.": (
                lambda loss, W, candidates: (
                    1 + int(np.argmin(_distances(loss, W, candidates)))
                )
            ),
        },
        lesson="You judged four derivations without making one.",
        on_error="loss takes a whole matrix of the shape of W.",
    ),
}
