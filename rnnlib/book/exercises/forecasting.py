"""Exercises of the chapter on forecasting."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise


def _season(history: np.ndarray, period: int, horizon: int) -> np.ndarray:
    return history[len(history) - period + np.arange(horizon) % period]


def _feed_back(x: float, a: float, horizon: int, start: int = 0) -> np.ndarray:
    path = [x]
    for _ in range(horizon):
        path.append(a * path[-1] * (1 - path[-1]))
    return np.array(path[1 - start :][:horizon])


def _targets(series: np.ndarray, horizon: int, first: int = 1) -> np.ndarray:
    rows = len(series) - horizon - first + 1
    return np.array(
        [series[t + first : t + first + horizon] for t in range(rows)]
    )


def _bent(
    history: np.ndarray,
    threshold: float,
    low: np.ndarray,
    high: np.ndarray,
    delay: int = 2,
) -> float:
    weights = low if history[-delay] <= threshold else high
    return weights[0] + weights[1] * history[-1] + weights[2] * history[-2]


def _margin(errors: np.ndarray, level: float) -> float:
    rank = int(np.ceil(round((len(errors) + 1) * level, 9)))
    return np.sort(np.abs(errors))[rank - 1]


_SERIES = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.0, 6.0])
_HISTORY = np.array([1.0, 5.0, 3.0])
_LOW, _HIGH = np.array([0.5, 1.2, -0.3]), np.array([2.0, 0.4, 0.1])
_ERRORS = np.array([0.5, -3.0, 1.0, 2.0, -4.0, 0.1, -1.5, 2.5, 0.7])

EXERCISES = {
    "forecasting-season": Exercise(
        arguments=("history", "period", "horizon"),
        cases=[(_SERIES, 3, 2), (_SERIES, 3, 7)],
        truth=_season,
        slips={
            "beyond one period you run out of values; start again at its "
            "beginning: use the remainder, step % period.": (
                lambda history, period, horizon: history[-period:][:horizon]
            ),
            "you start at the newest value; the next value was last seen a "
            "period before it, at history[-period].": (
                lambda history, period, horizon: np.resize(
                    history[-1:], horizon
                )
            ),
            "you repeat the first period of the history; repeat the last "
            "one.": lambda history, period, horizon: np.resize(
                history[:period], horizon
            ),
            "your forecasts run backward in time.": (
                lambda history, period, horizon: _season(
                    history, period, horizon
                )[::-1]
            ),
        },
        lesson="No parameter, no fit, and at eleven years hard to beat.",
    ),
    "forecasting-threshold": Exercise(
        arguments=("history", "threshold", "low", "high"),
        cases=[
            (_HISTORY, 4.0, _LOW, _HIGH),
            (_HISTORY, 6.0, _LOW, _HIGH),
            (_HISTORY, 5.0, _LOW, _HIGH),
        ],
        truth=_bent,
        slips={
            "you ask the newest value which regime speaks; the delay is 2, "
            "so ask history[-2].": (
                lambda history, threshold, low, high: _bent(
                    history, threshold, low, high, delay=1
                )
            ),
            "at most the threshold means low, above means high: a value "
            "equal to the threshold is low.": (
                lambda history, threshold, low, high: _bent(
                    history, threshold - 1e-9, low, high
                )
            ),
            "the regimes are swapped: at most the threshold, low speaks.": (
                lambda history, threshold, low, high: _bent(
                    history, threshold, high, low
                )
            ),
            "the weights are swapped: the first after the intercept belongs "
            "to the newest value.": lambda history, threshold, low, high: (
                _bent(history, threshold, low[[0, 2, 1]], high[[0, 2, 1]])
            ),
            "the intercept is missing: the first of the three numbers.": (
                lambda history, threshold, low, high: _bent(
                    history, threshold, low * [0, 1, 1], high * [0, 1, 1]
                )
            ),
        },
        lesson="Two lines that meet at a threshold: bent, and still least "
        "squares.",
    ),
    "forecasting-recursive": Exercise(
        arguments=("x", "a", "horizon"),
        cases=[(0.3, 4.0, 3), (0.6, 2.5, 5)],
        truth=_feed_back,
        slips={
            "your first forecast is x itself, which is known; start with "
            "what follows it.": lambda x, a, horizon: _feed_back(
                x, a, horizon, start=1
            ),
            "every forecast of yours starts from x; start each from the "
            "forecast before it.": lambda x, a, horizon: np.full(
                horizon, a * x * (1 - x)
            ),
            "you return the last forecast; all of them are asked for.": (
                lambda x, a, horizon: _feed_back(x, a, horizon)[-1]
            ),
        },
        lesson="At a = 4 an error in x doubles at each step: recursion "
        "repeats what the model does to errors.",
    ),
    "forecasting-targets": Exercise(
        arguments=("series", "horizon"),
        cases=[(_SERIES, 2), (_SERIES, 3)],
        truth=_targets,
        slips={
            "your first column is the value that is known at that time; "
            "the targets begin one step later.": (
                lambda series, horizon: _targets(series, horizon, first=0)
            ),
            "your first target lies two steps ahead; the next value is a "
            "target too.": lambda series, horizon: _targets(
                series, horizon, first=2
            ),
            "your columns run from far to near; the first column is one "
            "step ahead.": lambda series, horizon: _targets(series, horizon)[
                :, ::-1
            ],
            "rows and columns are swapped: one row for each time.": (
                lambda series, horizon: _targets(series, horizon).T
            ),
        },
        lesson="The last `horizon` times have no row: their future is not "
        "known yet.",
    ),
    "forecasting-margin": Exercise(
        arguments=("errors", "level"),
        cases=[(_ERRORS, 0.8), (_ERRORS, 0.5), (_ERRORS[:4], 0.7)],
        truth=_margin,
        slips={
            "an error of -4 is as large as one of 4: take absolute values "
            "first.": lambda errors, level: np.sort(errors)[
                int(np.ceil(round((len(errors) + 1) * level, 9))) - 1
            ],
            "you take rank n · level; the error to come is one more, so the "
            "rank is (n + 1) · level, rounded up.": (
                lambda errors, level: np.sort(np.abs(errors))[
                    int(np.ceil(round(len(errors) * level, 9))) - 1
                ]
            ),
            "a quantile between two errors is not large enough for certain: "
            "take the error of rank (n + 1) · level, rounded up.": (
                lambda errors, level: np.quantile(np.abs(errors), level)
            ),
            "Python counts from 0: the error of rank k stands at k - 1.": (
                lambda errors, level: np.sort(np.abs(errors))[
                    min(
                        int(np.ceil(round((len(errors) + 1) * level, 9))),
                        len(errors) - 1,
                    )
                ]
            ),
        },
        lesson="The promise needs no model of the errors, only that the "
        "next one is like the last ones.",
    ),
    "forecasting-known": Exercise(
        arguments=("now", "first", "horizon"),
        cases=[(100, 60, 1), (100, 60, 12), (100, 95, 12)],
        truth=lambda now, first, horizon: max(0, now - first - horizon + 1),
        slips={
            "these are the forecasts that were made; count those whose "
            "target has come.": lambda now, first, horizon: now - first,
            "at horizon 1 the forecast from origin 99 is about value 99, "
            "which is known: you are one short.": (
                lambda now, first, horizon: max(0, now - first - horizon)
            ),
            "there is no negative number of errors: before the first target "
            "has come the answer is 0.": (
                lambda now, first, horizon: now - first - horizon + 1
            ),
        },
        lesson="Eleven years ahead, the newest error that you may look at "
        "belongs to a forecast eleven years old.",
        on_error="Count the origins t from `first` on with "
        "t + horizon - 1 below `now`.",
    ),
}
