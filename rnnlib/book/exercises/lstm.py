"""Exercises of the chapter on long short-term memory."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(10)


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _step(i, f, o, g, c):
    c = f * c + i * g
    return np.array([o * np.tanh(c), c])


def _back(dh, dc, o, f, c):
    return (dc + dh * o * (1 - np.tanh(c) ** 2)) * f


def _coupled(dc, f, c_before, g):
    return dc * (c_before - g) * f * (1 - f)


_GATES = [tuple(_RNG.uniform(0, 1, 3).round(2)) for _ in range(2)]
_CELLS = [tuple(_RNG.normal(size=2).round(1)) for _ in range(2)]
_VECTORS = [_RNG.normal(size=3).round(1) for _ in range(6)]
_OPEN = [_RNG.uniform(0.1, 0.9, 3).round(2) for _ in range(4)]

EXERCISES = {
    "lstm-half-life": Exercise(
        arguments=("bias",),
        cases=[(0.5,), (2.0,), (5.0,)],
        truth=lambda bias: np.log(0.5) / np.log(_sigmoid(bias)),
        slips={
            "the bias goes through a sigmoid first: f = 1 / (1 + e^-b).": (
                lambda bias: np.log(0.5) / np.log(bias)
            ),
            "this is the time constant 1 / (1 - f); after how many steps is "
            "half left? Solve f^k = 1/2.": lambda bias: (
                1 / (1 - _sigmoid(bias))
            ),
            "turned over: f^k = 1/2 gives k = log(1/2) / log(f).": (
                lambda bias: np.log(_sigmoid(bias)) / np.log(0.5)
            ),
        },
        lesson="A bias of 5 keeps half for about 100 steps.",
    ),
    "lstm-step": Exercise(
        arguments=("i", "f", "o", "g", "c"),
        cases=[(*gates, *cell) for gates, cell in zip(_GATES, _CELLS)],
        truth=_step,
        slips={
            "input and forget gate are swapped: f multiplies the old cell, "
            "i what is new.": lambda i, f, o, g, c: _step(f, i, o, g, c),
            "the output reads the new cell, not the old one.": (
                lambda i, f, o, g, c: np.array([o * np.tanh(c), f * c + i * g])
            ),
            "the cell is squashed by a tanh before it is read.": (
                lambda i, f, o, g, c: np.array(
                    [o * (f * c + i * g), f * c + i * g]
                )
            ),
            "the tanh is for reading only; the cell itself stays as it "
            "is.": lambda i, f, o, g, c: np.array(
                [o * np.tanh(f * c + i * g), np.tanh(f * c + i * g)]
            ),
            "return h first, then c.": lambda *a: _step(*a)[::-1],
        },
        lesson="Two lines: the belt, and what is read from it.",
    ),
    "lstm-chrono": Exercise(
        arguments=("steps",),
        cases=[(2.0,), (100.0,), (1000.0,)],
        truth=lambda steps: np.log(steps - 1),
        slips={
            "1 / (1 - f) = steps gives f = 1 - 1 / steps; now undo the "
            "sigmoid: b = log(f / (1 - f)).": lambda steps: 1 - 1 / steps,
            "the sign is wrong: a long memory needs a gate near 1, a bias "
            "above 0.": lambda steps: -np.log(steps - 1),
            "nearly: f / (1 - f) is steps - 1, not steps.": np.log,
        },
        lesson="For 1,000 steps a bias of 6.9 is enough.",
    ),
    "lstm-weights": Exercise(
        arguments=("D", "H"),
        cases=[(1, 16), (7, 16), (28, 128)],
        truth=lambda D, H: 4 * H * (D + H + 1),
        slips={
            "this is an Elman layer; an LSTM has three gates and a "
            "candidate, each with weights of its own.": (
                lambda D, H: H * (D + H + 1)
            ),
            "three gates and the candidate make four, not three.": (
                lambda D, H: 3 * H * (D + H + 1)
            ),
            "the biases are missing, one for each unit of each gate.": (
                lambda D, H: 4 * H * (D + H)
            ),
            "torch keeps two biases; here there is one.": lambda D, H: (
                4 * H * (D + H + 2)
            ),
        },
        lesson="Four times an Elman layer of the same size.",
    ),
    "lstm-back": Exercise(
        arguments=("dh", "dc", "o", "f", "c"),
        cases=[
            (_VECTORS[0], _VECTORS[1], _OPEN[0], _OPEN[1], _VECTORS[2]),
            (_VECTORS[3], _VECTORS[4], _OPEN[2], _OPEN[3], _VECTORS[5]),
        ],
        truth=_back,
        slips={
            "what the output wants of the cell is missing: dh reaches c_t "
            "through o and the tanh.": lambda dh, dc, o, f, c: dc * f,
            "what the later steps send along the belt is missing: add dc.": (
                lambda dh, dc, o, f, c: dh * o * (1 - np.tanh(c) ** 2) * f
            ),
            "the slope of the tanh is 1 - tanh(c)^2; c itself is not "
            "squashed.": lambda dh, dc, o, f, c: (
                (dc + dh * o * (1 - c**2)) * f
            ),
            "add first, then multiply by f: both reach c_{t-1} through the "
            "forget gate.": lambda dh, dc, o, f, c: (
                dc * f + dh * o * (1 - np.tanh(c) ** 2)
            ),
            "this is the gradient of c_t; one step further back it is "
            "multiplied by f.": lambda dh, dc, o, f, c: (
                dc + dh * o * (1 - np.tanh(c) ** 2)
            ),
        },
        lesson="Along the belt, a step back is a product with f.",
    ),
    "lstm-coupled": Exercise(
        arguments=("dc", "f", "c_before", "g"),
        cases=[
            (_VECTORS[0], _OPEN[0], _VECTORS[1], _VECTORS[2]),
            (_VECTORS[3], _OPEN[1], _VECTORS[4], _VECTORS[5]),
        ],
        truth=_coupled,
        slips={
            "f stands in two places: it keeps c_{t-1}, and it takes from "
            "g.": lambda dc, f, c_before, g: dc * c_before * f * (1 - f),
            "that is the wish for f; the sum before the sigmoid gets it "
            "times f (1 - f).": lambda dc, f, c_before, g: dc * (c_before - g),
            "the sign of g is wrong: i = 1 - f falls when f rises.": (
                lambda dc, f, c_before, g: dc * (c_before + g) * f * (1 - f)
            ),
            "the slope of a sigmoid f is f (1 - f), not 1 - f^2.": (
                lambda dc, f, c_before, g: dc * (c_before - g) * (1 - f**2)
            ),
        },
        lesson="This is how the update gate of a GRU learns.",
    ),
}
