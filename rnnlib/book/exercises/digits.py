"""Exercises of the chapter on digits read row by row."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(10)


def _floor(O):  # noqa: E741
    return np.log(1 + (O - 1) / np.e)


def _sequences(x, pixels):
    return x.reshape(len(x), -1, pixels).transpose(1, 0, 2)


def _read(p, sure):
    enough = np.flatnonzero(p.max(axis=1) >= sure)
    return int(enough[0]) + 1 if len(enough) else len(p)


def _by_row(scores, y):
    return (scores.argmax(axis=2) == y).mean(axis=1)


_PICTURES = tuple(
    _RNG.integers(0, 256, size=shape) for shape in ((3, 4, 6), (2, 6, 6))
)
_SURER = np.array(
    [[0.4, 0.3, 0.3], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6], [0.05, 0.05, 0.9]]
)
_SCORES = tuple(
    (_RNG.normal(size=(T, B, 3)).round(1), _RNG.integers(0, 3, size=B))
    for T, B in ((4, 6), (5, 8))
)

EXERCISES = {
    "digits-floor": Exercise(
        arguments=("O",),
        cases=[(10,), (2,), (1000,)],
        truth=_floor,
        slips={
            "a sure network hands over a 1 and zeros; a second softmax of "
            "these is not a 1 and zeros.": lambda O: 0.0,  # noqa: E741
            "this is the loss of a guess; here the network is sure, and "
            "right.": lambda O: np.log(O),  # noqa: E741
            "a loss is minus the logarithm of a probability: it cannot be "
            "below zero.": lambda O: -_floor(O),  # noqa: E741
            "this is the probability that the second softmax gives to the "
            "right class; the loss is minus its logarithm.": (
                lambda O: np.exp(-_floor(O))  # noqa: E741
            ),
            "besides the right class there are O - 1 others, not O.": (
                lambda O: np.log(1 + O / np.e)  # noqa: E741
            ),
            "the loss is this minus the score of the right class, which is "
            "1 here.": (
                lambda O: np.log(np.e + O - 1)  # noqa: E741
            ),
            "cross_entropy takes the natural logarithm.": (
                lambda O: np.log2(1 + (O - 1) / np.e)  # noqa: E741
            ),
        },
        lesson="For ten classes 1.461: a loss that sticks there has met two "
        "softmaxes.",
    ),
    "digits-steps": Exercise(
        arguments=("x", "pixels"),
        cases=[(_PICTURES[0], 6), (_PICTURES[0], 3), (_PICTURES[1], 4)],
        truth=_sequences,
        slips={
            "the batch comes first in yours; time must come first: (T, B, "
            "pixels).": lambda x, pixels: x.reshape(len(x), -1, pixels),
            "the shape is right, the contents are not: reshape alone mixes "
            "the pictures. Cut each picture first, then swap two axes.": (
                lambda x, pixels: x.reshape(-1, len(x), pixels)
            ),
            "this reads columns: the pixels of a step must be neighbours in "
            "a row.": lambda x, pixels: _sequences(
                x.transpose(0, 2, 1), pixels
            ),
        },
        lesson="The same pictures are short sequences or long ones.",
    ),
    "digits-sure": Exercise(
        arguments=("p", "sure"),
        cases=[(_SURER, 0.5), (_SURER, 0.7), (_SURER, 0.8), (_SURER, 0.95)],
        truth=_read,
        slips={
            "you count from 0: after the first row, one row has been read.": (
                lambda p, sure: _read(p, sure) - 1
            ),
            "if it is never sure it reads to the end: return all rows.": (
                lambda p, sure: _read(p, sure) if p.max() >= sure else 1
            ),
            "if it is never sure it reads to the end: return all rows, "
            "not 0.": (
                lambda p, sure: _read(p, sure) if p.max() >= sure else 0
            ),
            "a probability that equals the threshold is enough.": (
                lambda p, sure: _read(p, np.nextafter(sure, 2))
            ),
            "you count the rows at which it is not sure; one more is read.": (
                lambda p, sure: int((p.max(axis=1) < sure).sum())
            ),
        },
        lesson="A reader that may stop reads easy digits faster.",
    ),
    "digits-by-row": Exercise(
        arguments=("scores", "y"),
        cases=list(_SCORES),
        truth=_by_row,
        slips={
            "this is the last row only; return one share for each row.": (
                lambda scores, y: _by_row(scores, y)[-1]
            ),
            "this is one number for all rows together; average over the "
            "pictures only.": lambda scores, y: _by_row(scores, y).mean(),
            "this averages over the rows, one number a picture; average over "
            "the pictures.": (
                lambda scores, y: (scores.argmax(axis=2) == y).mean(axis=0)
            ),
            "you count the wrong ones.": (
                lambda scores, y: 1 - _by_row(scores, y)
            ),
            "you return counts; divide by the number of pictures.": (
                lambda scores, y: _by_row(scores, y) * len(y)
            ),
        },
        lesson="Now you can draw the figure of this chapter for any model.",
    ),
    "digits-growth": Exercise(
        arguments=("f", "i", "o", "w", "steps"),
        cases=[
            (0.75, 0.5, 0.5, 2.0, 28),
            (0.75, 0.5, 0.5, 0.5, 28),
            (0.9, 0.3, 0.6, 1.0, 196),
        ],
        truth=lambda f, i, o, w, steps: (f + i * o * w) ** steps,
        slips={
            "this is the path along the belt alone; the cell also hears its "
            "own output: g = w h, h = o c.": (
                lambda f, i, o, w, steps: f**steps
            ),
            "the two paths add up within a step, and then multiply over the "
            "steps.": (
                lambda f, i, o, w, steps: f**steps + (i * o * w) ** steps
            ),
            "the output gate is missing: the cell hears h = o c.": (
                lambda f, i, o, w, steps: (f + i * w) ** steps
            ),
            "the input gate is missing: what is written is i g.": (
                lambda f, i, o, w, steps: (f + o * w) ** steps
            ),
            "this is the factor of one step; take it to the power of the "
            "steps.": lambda f, i, o, w, steps: f + i * o * w,
            "the paths add up, the belt and the way around: f + i o w.": (
                lambda f, i, o, w, steps: (f * i * o * w) ** steps
            ),
        },
        lesson="Above 1 it grows, below it fades: the one number, once more.",
    ),
}
