"""Exercises of the chapter on training."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise


def _rows(series, steps, shift=0, drop=0):
    count = len(series) - steps - drop
    return np.array(
        [
            np.append(series[i : i + steps], series[i + steps - shift])
            for i in range(count)
        ]
    )


_SERIES = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.0, 6.0])

EXERCISES = {
    "training-windows": Exercise(
        arguments=("series", "steps"),
        cases=[(_SERIES, 3), (_SERIES, 2)],
        truth=_rows,
        slips={
            "your label is the last value of the window itself: the network "
            "has only to copy it. The label is the value after.": (
                lambda series, steps: _rows(series, steps, shift=1)
            ),
            "one window is missing at the end: the last value of the series "
            "is a label too.": lambda series, steps: _rows(
                series, steps, drop=1
            ),
            "your windows do not overlap; shift each by one step.": (
                lambda series, steps: _rows(series, steps)[::steps]
            ),
            "the labels are missing: add the next value as last column.": (
                lambda series, steps: _rows(series, steps)[:, :-1]
            ),
        },
        lesson="No value stands in its own window.",
    ),
}
