"""Exercises of the chapter on the memory neuron."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise


def _left(cups: np.ndarray, night: int, u: float) -> float:
    """Caffeine in mg, of which a fraction u stays from hour to hour."""
    return float(80 * np.sum(u ** (night - cups)))


def _slope(x: np.ndarray, u: float, m: float, bias: float) -> float:
    o1 = m * x[0] + bias
    o2 = u * o1 + m * x[1] + bias
    return o2 + u * o1


EXERCISES = {
    "memory-coffee": Exercise(
        arguments=("cups", "night"),
        cases=[
            # Whole hours: who loops over them may write range(night).
            (np.array([8, 12, 16]), 23),
            (np.array([7, 7]), 12),
            (np.array([9, 21]), 22),
        ],
        truth=lambda cups, night: _left(cups, night, 0.5 ** (1 / 5)),
        slips={
            "u = 0.5 halves every hour; half is gone after five hours, "
            "u^5 = 1/2.": lambda cups, night: _left(cups, night, 0.5),
            "u = 0.9 loses a tenth an hour; after five hours 59 % are left, "
            "not half. Solve u^5 = 1/2.": (
                lambda cups, night: _left(cups, night, 0.9)
            ),
            "you take the same amount off at each hour; forgetting takes the "
            "same fraction of what is left.": lambda cups, night: float(
                80 * np.maximum(0, 1 - (night - cups) / 10).sum()
            ),
            "you count the hours from the first cup for all of them; each cup "
            "has its own age.": lambda cups, night: (
                len(cups) * _left(cups[:1], night, 0.5 ** (1 / 5))
            ),
            "only the last cup is counted; what is left of the earlier ones "
            "adds to it.": lambda cups, night: _left(
                cups[-1:], night, 0.5 ** (1 / 5)
            ),
            "two cups may be drunk in the same hour; yours counts one of "
            "them.": lambda cups, night: _left(
                np.unique(cups), night, 0.5 ** (1 / 5)
            ),
            "your caffeine is one hour too young: a cup of 22 o'clock is "
            "one hour old at 23.": lambda cups, night: _left(
                cups, night - 1, 0.5 ** (1 / 5)
            ),
            "your caffeine is one hour too old: a cup of 22 o'clock is one "
            "hour old at 23.": lambda cups, night: _left(
                cups, night + 1, 0.5 ** (1 / 5)
            ),
            "you return one value for each cup; add them up.": (
                lambda cups, night: 80 * 0.5 ** ((night - cups) / 5)
            ),
            "a cup brings 80 mg: that is the m of this neuron.": (
                lambda cups, night: _left(cups, night, 0.5 ** (1 / 5)) / 80
            ),
        },
        lesson="Cups at 8, 12 and 16 leave 58 mg at 23: 7 tenths of a cup.",
    ),
    "memory-half-life": Exercise(
        arguments=("steps",),
        cases=[(1.0,), (11.0,), (1000.0,)],
        truth=lambda steps: 0.5 ** (1 / steps),
        slips={
            "u = 1 - 1/(2 steps) takes the same amount off at each step; "
            "forgetting takes the same share. Solve u^steps = 1/2.": (
                lambda steps: 1 - 0.5 / steps
            ),
            "u = 1 - 1/steps loses one part in `steps` at each step, which "
            "leaves about 37 %; one half is asked for. Solve "
            "u^steps = 1/2.": lambda steps: 1 - 1 / steps,
            "u = e^(-1/steps) leaves 37 % after `steps` steps; one half is "
            "asked for.": lambda steps: np.exp(-1 / steps),
            "0.5^steps is what a neuron with u = 1/2 has left after so many "
            "steps. Solve the other way: u^steps = 1/2.": lambda steps: (
                0.5**steps
            ),
        },
        lesson="For a half-life of 1,000 steps u must be 0.9993.",
    ),
    "memory-weights": Exercise(
        arguments=("u", "m", "p"),
        cases=[(0.5, 2.0, 4), (-0.5, 1.2, 6)],
        truth=lambda u, m, p: m * u ** np.arange(p),
        slips={
            "your first weight is m u; the newest input has passed through "
            "no recurrent connection yet, so its weight is m.": (
                lambda u, m, p: m * u ** np.arange(1, p + 1)
            ),
            "your weights run from old to new; the first one belongs to the "
            "newest input.": lambda u, m, p: m * u ** np.arange(p)[::-1],
            "m is missing: every input enters through m.": (
                lambda u, m, p: u ** np.arange(p)
            ),
            "you raise m to the power k as well; an input passes m once and "
            "u k times.": lambda u, m, p: (m * u) ** np.arange(p),
        },
        lesson="These are the φ_1 … φ_p of an AR(p) with two free numbers.",
    ),
    "memory-average": Exercise(
        arguments=("u",),
        cases=[(0.9,), (0.5,), (0.0,)],
        truth=lambda u: (u, 1 - u, 0.0),
        slips={
            "with m = 1 the weights sum to 1/(1 - u), not to 1: a constant "
            "input comes out too large.": lambda u: (u, 1.0, 0.0),
            "with m = u the weights sum to u/(1 - u); choose m so that the "
            "sum m/(1 - u) is 1.": lambda u: (u, u, 0.0),
            "m = 1/(1 - u) makes the output too large once more; the sum of "
            "the weights is m/(1 - u), and must be 1.": (
                lambda u: (u, 1 / (1 - u), 0.0)
            ),
            "m must be different: for a constant input of 7 this works, for "
            "every other one it does not.": lambda u: (u, 0.0, 7 * (1 - u)),
            "your bias moves the average away from the values: b = 0.": (
                lambda u: (u, 1 - u, 1.0)
            ),
        },
        lesson="This neuron is simple exponential smoothing (Brown 1956).",
    ),
    "memory-slope": Exercise(
        arguments=("x", "u", "m", "b"),
        cases=[
            (np.array([1.0, 2.0, 3.0]), 0.5, 1.0, 0.0),
            (np.array([-1.0, 0.5, 2.0]), 0.8, 1.5, 0.2),
        ],
        truth=_slope,
        slips={
            "O(2) alone is the direct path; u also changed O(2) itself, "
            "one step earlier. Add that path.": (
                lambda x, u, m, b: u * (m * x[0] + b) + m * x[1] + b
            ),
            "the earlier path passes the recurrent weight on its way to "
            "O(3): it counts u O(1), not O(1).": (
                lambda x, u, m, b: (
                    _slope(x, u, m, b) + (1 - u) * (m * x[0] + b)
                )
            ),
            "you have the earlier path; u also stands directly before O(2), "
            "and this path counts O(2).": lambda x, u, m, b: (
                u * (m * x[0] + b)
            ),
            "your inputs are one step late: x(1) is x[0] in Python.": (
                lambda x, u, m, b: _slope(x[1:], u, m, b)
            ),
            "your slope counts the earlier path twice.": (
                lambda x, u, m, b: _slope(x, u, m, b) + u * (m * x[0] + b)
            ),
        },
        lesson="One weight, many paths: a gradient that runs with time.",
    ),
}
