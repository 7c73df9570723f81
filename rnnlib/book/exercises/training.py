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


def _weights(D, H, L):
    return D * H + H * H + H + (L - 1) * (2 * H * H + H)


def _patience(scores, patience, *, best=True):
    """Return the best epoch that training sees, or the one where it ends."""
    top = 0
    for epoch, score in enumerate(scores):
        if score < scores[top]:
            top = epoch
        if epoch - top >= patience:
            break
    return (top if best else epoch) + 1


def _adam(gradients, rate, *, corrected=True, root=True):
    """Return where a weight ends that starts at 0."""
    weight = mean = square = 0.0
    for n, g in enumerate(gradients, start=1):
        mean += 0.1 * (g - mean)
        square += 0.001 * (g * g - square)
        m, s = mean, square
        if corrected:
            m, s = mean / (1 - 0.9**n), square / (1 - 0.999**n)
        weight -= rate * m / ((np.sqrt(s) if root else s) + 1e-8)
    return weight


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
    "training-weights": Exercise(
        arguments=("D", "H", "L"),
        cases=[(1, 8, 1), (3, 5, 2), (2, 10, 4)],
        truth=_weights,
        slips={
            "every layer above the first reads H numbers, not D.": (
                lambda D, H, L: L * (D * H + H * H + H)
            ),
            "the biases are missing, H for each layer.": (
                lambda D, H, L: _weights(D, H, L) - L * H
            ),
            "torch keeps two biases a layer; here there is one.": (
                lambda D, H, L: _weights(D, H, L) + L * H
            ),
            "the upper layers have recurrent matrices of their own.": (
                lambda D, H, L: _weights(D, H, L) - (L - 1) * H * H
            ),
        },
        lesson="Every layer above the first costs 2 H^2 + H.",
    ),
    "training-shapes": Exercise(
        arguments=("T", "B", "H", "layers", "both_ways"),
        cases=[(7, 3, 5, 1, False), (7, 3, 5, 2, False), (9, 4, 6, 2, True)],
        truth=lambda T, B, H, layers, both_ways: (
            layers * (1 + both_ways),
            B,
            H,
        ),
        slips={
            "this is the shape of the outputs; h_n has the last state of "
            "every layer, and no time.": lambda T, B, H, layers, both_ways: (
                T,
                B,
                H * (1 + both_ways),
            ),
            "each direction has a state of its own, in the first axis.": (
                lambda T, B, H, layers, both_ways: (layers, B, H)
            ),
            "the directions lie behind one another in the outputs; in h_n "
            "they are entries of the first axis.": (
                lambda T, B, H, layers, both_ways: (
                    layers,
                    B,
                    H * (1 + both_ways),
                )
            ),
            "h_n is never batch first, not even with batch_first=True.": (
                lambda T, B, H, layers, both_ways: (
                    B,
                    layers * (1 + both_ways),
                    H,
                )
            ),
        },
        lesson="h_n[-1] is the top layer's last state, backward if both.",
    ),
    "training-patience": Exercise(
        arguments=("scores", "patience"),
        cases=[
            (np.array([0.9, 0.7, 0.8, 0.75, 0.72, 0.6, 0.65]), 3),
            (np.array([0.9, 0.7, 0.8, 0.75, 0.72, 0.6, 0.65]), 4),
            (np.array([0.5, 0.4, 0.3, 0.2, 0.25]), 2),
        ],
        truth=_patience,
        slips={
            "give back the epoch with the best score, not the epoch at which "
            "training ended.": lambda scores, patience: _patience(
                scores, patience, best=False
            ),
            "this is the best of all epochs; training may have ended before "
            "it came.": lambda scores, patience: int(np.argmin(scores)) + 1,
            "count epochs from 1.": lambda scores, patience: (
                _patience(scores, patience) - 1
            ),
            "one too soon: training ends after `patience` epochs in a row "
            "without a better score.": lambda scores, patience: _patience(
                scores, patience - 1
            ),
        },
        lesson="Too little patience, and the best is never seen.",
    ),
    "training-adam": Exercise(
        arguments=("gradients", "rate"),
        cases=[
            (np.array([0.5]), 0.1),
            (np.array([0.5, 0.5, -1.0]), 0.1),
            (np.array([3.0, -0.2, 0.1, 0.1]), 0.01),
        ],
        truth=_adam,
        slips={
            "the corrections for the start at zero are missing: divide by "
            "1 - 0.9**n and by 1 - 0.999**n.": lambda g, rate: _adam(
                g, rate, corrected=False
            ),
            "divide by the square root of the mean square.": (
                lambda g, rate: _adam(g, rate, root=False)
            ),
            "your sign is turned: the weight moves against the gradient.": (
                lambda g, rate: -_adam(g, rate)
            ),
            "this is plain gradient descent: Adam divides each step by the "
            "size of recent gradients.": lambda g, rate: -rate * np.sum(g),
        },
        lesson="The first step has the length of the rate, whatever the "
        "gradient.",
    ),
}
