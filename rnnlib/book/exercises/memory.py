"""Exercises of the chapter on the memory neuron."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise


def _run(
    x: np.ndarray,
    u: float,
    m: float,
    bias: float,
    start: float = 0.0,
    seen: str = "output",
) -> np.ndarray:
    """Run the neuron, or one of its misreadings (what it sees of step t-1)."""
    outputs, last_output, last_input = [], start, start
    for value in x:
        seen_now = {"output": last_output, "input": last_input, "none": 0.0}
        last_output = u * seen_now[seen] + m * value + bias
        last_input = value
        outputs.append(last_output)
    return np.array(outputs)


def _slope(x: np.ndarray, u: float, m: float, bias: float) -> float:
    o1 = m * x[0] + bias
    o2 = u * o1 + m * x[1] + bias
    return o2 + u * o1


_X = np.array([1.0, -2.0, 0.5, 3.0])

EXERCISES = {
    "memory-run": Exercise(
        arguments=("x", "u", "m", "b", "start"),
        cases=[
            (_X, 0.5, 2.0, 0.3, 0.0),
            (np.array([0.5, 0.6]), -0.4, 1.0, 0.1, 3.0),
        ],
        truth=_run,
        slips={
            "you ignore `start`: the first input meets the output before "
            "it, O(0) = start.": lambda x, u, m, b, start: _run(x, u, m, b),
            "you return O(0) as well; only the outputs after each input are "
            "asked for.": lambda x, u, m, b, start: np.append(
                start, _run(x, u, m, b, start)
            ),
            "the bias is part of every output, and so of what the next step "
            "sees; you add it only at the end.": (
                lambda x, u, m, b, start: _run(x, u, m, 0.0, start) + b
            ),
            "u and m are swapped: u weighs the last output, m the input.": (
                lambda x, u, m, b, start: _run(x, m, u, b, start)
            ),
            "your neuron sees its last input; it must see its last output.": (
                lambda x, u, m, b, start: _run(x, u, m, b, start, "input")
            ),
            "your neuron forgets: every step starts from 0 again. Keep the "
            "output from one step to the next.": (
                lambda x, u, m, b, start: _run(x, u, m, b, start, "none")
            ),
            "the bias b is missing: it is added at every step.": (
                lambda x, u, m, b, start: _run(x, u, m, 0.0, start)
            ),
            "you return the last output; all of them are asked for.": (
                lambda x, u, m, b, start: _run(x, u, m, b, start)[-1]
            ),
        },
        lesson="With `start` you can feed a long series in pieces.",
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
            "steps. Turn it round: u^steps = 1/2.": lambda steps: 0.5**steps,
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
            "your slope counts the earlier path twice.": (
                lambda x, u, m, b: _slope(x, u, m, b) + u * (m * x[0] + b)
            ),
        },
        lesson="One weight, many paths: a gradient that runs with time.",
    ),
}
