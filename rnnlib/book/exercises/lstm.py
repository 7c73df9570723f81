"""Exercises of the chapter on long short-term memory."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(10)


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _count(symbols, *, reset=True, closing=-1.0, early=False):
    """Return the cell after each symbol; the options are slips."""
    c, cells = 0.0, []
    for symbol in symbols:
        if early:
            cells.append(c)
        f = 0.0 if symbol == "." and reset else 1.0
        i = 0.0 if symbol == "." else 1.0
        g = {"(": 1.0, ")": closing}.get(symbol, 0.0)
        c = f * c + i * g
        if not early:
            cells.append(c)
    return np.array(cells)


def _later(f, *, own=False):
    """Return f_{t+1} ... f_T for each t; with f_t too, if `own`."""
    products = np.cumprod(f[::-1])[::-1]
    return products if own else np.append(products[1:], 1.0)


def _back(dh, dc, o, f, c):
    return (dc + dh * o * (1 - np.tanh(c) ** 2)) * f


def _coupled(dc, f, c_before, g):
    return dc * (c_before - g) * f * (1 - f)


_VECTORS = [_RNG.normal(size=3).round(1) for _ in range(6)]
_OPEN = [_RNG.uniform(0.1, 0.9, 3).round(2) for _ in range(4)]
_LONG = [_RNG.uniform(0.1, 0.9, 5).round(2) for _ in range(2)]

EXERCISES = {
    "lstm-half-life": Exercise(
        arguments=("bias",),
        cases=[(0.5,), (2.0,), (5.0,)],
        truth=lambda bias: np.log(0.5) / np.log(_sigmoid(bias)),
        slips={
            "this is the half-life of 1 - f: mind the sign of the bias, "
            "f = 1 / (1 + e^-b).": lambda bias: (
                np.log(0.5) / np.log(_sigmoid(-bias))
            ),
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
            "you round; return log(1/2) / log(f) as it is.": (
                lambda bias: np.round(np.log(0.5) / np.log(_sigmoid(bias)))
            ),
            "you round up; return log(1/2) / log(f) as it is.": (
                lambda bias: np.ceil(np.log(0.5) / np.log(_sigmoid(bias)))
            ),
        },
        lesson="A bias of 5 keeps half for about 100 steps.",
        tolerance=1e-4,  # float32 leaves five digits of log(f) at a bias of 5
    ),
    "lstm-count": Exercise(
        arguments=("symbols",),
        cases=[("(()(.()",), ("((())).(((",), ("()..((",)],
        truth=_count,
        slips={
            "the full stop does not clear the cell: there the forget gate "
            "must be 0.": lambda symbols: _count(symbols, reset=False),
            "the sign is wrong: a bracket that closes takes one away, "
            "g = -1.": lambda symbols: _count(symbols, closing=1.0),
            "a bracket that closes must be written too: there i = 1 and "
            "g = -1.": lambda symbols: _count(symbols, closing=0.0),
            "this is the cell before each symbol; note it after.": (
                lambda symbols: _count(symbols, early=True)
            ),
            "note the cell after every symbol, not after the last alone.": (
                lambda symbols: _count(symbols)[-1]
            ),
        },
        lesson="No Elman unit with tanh counts like this: its state is "
        "bounded, the cell is not.",
    ),
    "lstm-chrono": Exercise(
        arguments=("steps",),
        cases=[(2.0,), (100.0,), (1000.0,)],
        truth=lambda steps: np.log(steps - 1),
        slips={
            "1 / (1 - f) = steps gives f = 1 - 1 / steps; now undo the "
            "sigmoid: b = log(f / (1 - f)).": lambda steps: 1 - 1 / steps,
            "f and 1 - f are swapped, or the sign is wrong: a long memory "
            "needs a gate near 1, a bias above 0.": lambda steps: (
                -np.log(steps - 1)
            ),
            "you put f through the sigmoid once more; undo it: "
            "b = log(f / (1 - f)).": lambda steps: _sigmoid(1 - 1 / steps),
            "nearly: f / (1 - f) is steps - 1, not steps.": np.log,
        },
        lesson="For 1,000 steps a bias of 6.9 is enough.",
    ),
    "lstm-credit": Exercise(
        arguments=("dc", "i", "f"),
        cases=[(0.5, _LONG[0], _LONG[1]), (-2.0, _LONG[1], _LONG[0])],
        truth=lambda dc, i, f: dc * i * _later(f),
        slips={
            "the input gate is missing: a candidate enters the cell times "
            "i_t.": lambda dc, i, f: dc * _later(f),
            "the later forget gates are missing: of g_t the last cell holds "
            "what f_{t+1} ... f_T have kept.": lambda dc, i, f: dc * i,
            "yours run from the last step to the first; turn them "
            "round.": lambda dc, i, f: (dc * i * _later(f))[::-1],
            "f_t acts on what was in the cell before g_t was written: the "
            "product begins with f_{t+1}.": lambda dc, i, f: (
                dc * i * _later(f, own=True)
            ),
            "the product runs the wrong way: what counts are the forget "
            "gates after step t.": lambda dc, i, f: dc * i * np.cumprod(f),
            "only one forget gate is here; the gradient passes all of the "
            "later ones.": lambda dc, i, f: dc * i * np.append(f[1:], 1.0),
            "f and 1 - f are swapped.": lambda dc, i, f: (
                dc * i * _later(1 - f)
            ),
        },
        lesson="A candidate is credited if it was let in and never forgotten.",
    ),
    "lstm-back": Exercise(
        arguments=("dh", "dc", "o", "f", "c"),
        cases=[
            (_VECTORS[0], _VECTORS[1], _OPEN[0], _OPEN[1], _VECTORS[2]),
            (_VECTORS[3], _VECTORS[4], _OPEN[2], _OPEN[3], _VECTORS[5]),
        ],
        truth=_back,
        slips={
            "the output gate is forgotten: h_t is o times tanh(c_t).": (
                lambda dh, dc, o, f, c: (dc + dh * (1 - np.tanh(c) ** 2)) * f
            ),
            "f and 1 - f are swapped: c_t holds f times c_{t-1}.": (
                lambda dh, dc, o, f, c: (
                    (dc + dh * o * (1 - np.tanh(c) ** 2)) * (1 - f)
                )
            ),
            "the two ways into c_t are added, not subtracted.": (
                lambda dh, dc, o, f, c: (
                    (dc - dh * o * (1 - np.tanh(c) ** 2)) * f
                )
            ),
            "the way through the output is missing: dh reaches c_t through "
            "o and the tanh.": lambda dh, dc, o, f, c: dc * f,
            "the slope of the tanh is missing: on its way from h_t to c_t the "
            "gradient passes 1 - tanh(c)^2.": lambda dh, dc, o, f, c: (
                (dc + dh * o) * f
            ),
            "what the later steps send along the cell is missing: add dc.": (
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
        lesson="Along the cell, a step back is a product with f.",
    ),
    "lstm-coupled": Exercise(
        arguments=("dc", "f", "c_before", "g"),
        cases=[
            (_VECTORS[0], _OPEN[0], _VECTORS[1], _VECTORS[2]),
            (_VECTORS[3], _OPEN[1], _VECTORS[4], _VECTORS[5]),
        ],
        truth=_coupled,
        slips={
            "f enters twice: it keeps c_{t-1}, and it takes from g.": (
                lambda dc, f, c_before, g: dc * c_before * f * (1 - f)
            ),
            "that is the gradient of f; for the sum inside the sigmoid, "
            "multiply by f (1 - f).": lambda dc, f, c_before, g: (
                dc * (c_before - g)
            ),
            "f and 1 - f are swapped, so the sign is wrong: f keeps c_{t-1} "
            "and takes from g.": lambda dc, f, c_before, g: (
                dc * (g - c_before) * f * (1 - f)
            ),
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
