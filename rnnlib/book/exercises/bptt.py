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


_BACK = tuple(_RNG.normal(size=shape).round(1) for shape in ((2, 3), (2, 3)))
_BACK += (_RNG.normal(size=(3, 3)).round(1), np.tanh(_RNG.normal(size=(2, 3))))

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
    "bptt-step": Exercise(
        arguments=("dh", "dz_next", "W_hh", "h"),
        cases=[_BACK, (*tuple(2 * a for a in _BACK[:3]), _BACK[3] / 2)],
        truth=lambda dh, dz_next, W_hh, h: (
            (dh + dz_next @ W_hh.T) * (1 - h**2)
        ),
        slips={
            "W_hh must be turned: forward went h @ W_hh, so the gradient "
            "comes back through W_hh.T.": (
                lambda dh, dz_next, W_hh, h: (dh + dz_next @ W_hh) * (1 - h**2)
            ),
            "the slope of the tanh is missing.": (
                lambda dh, dz_next, W_hh, h: dh + dz_next @ W_hh.T
            ),
            "h is already the tanh; its slope is 1 - h^2, without another "
            "tanh.": lambda dh, dz_next, W_hh, h: (
                (dh + dz_next @ W_hh.T) * (1 - np.tanh(h) ** 2)
            ),
            "what the later steps send back is missing: "
            "add dz_next @ W_hh.T.": (
                lambda dh, dz_next, W_hh, h: dh * (1 - h**2)
            ),
            "the slope belongs to both parts: put brackets around the sum.": (
                lambda dh, dz_next, W_hh, h: dh + dz_next @ W_hh.T * (1 - h**2)
            ),
            "the slope of the tanh is 1 - h^2, not 1 - h.": (
                lambda dh, dz_next, W_hh, h: (dh + dz_next @ W_hh.T) * (1 - h)
            ),
            "the slope belongs to both parts: add first, then multiply.": (
                lambda dh, dz_next, W_hh, h: dh * (1 - h**2) + dz_next @ W_hh.T
            ),
        },
        lesson="This line, run from the last step to the first, is BPTT.",
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
}
