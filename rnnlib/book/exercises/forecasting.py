"""Exercises of the chapter on forecasting."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise


def _steps_seen(error: float, growth: float, tolerance: float) -> float:
    # Rounded, or a whole number of steps might fall just below itself.
    return round(float(np.log(tolerance / error) / np.log(growth)), 9)


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


def _shout(
    forecast: np.ndarray, came: np.ndarray, top: float, sign: int = 1
) -> float:
    high = came > np.quantile(came, 1 - top)
    return sign * np.mean((came - forecast)[high])


def _rank(errors: np.ndarray, side: float, more: int = 1) -> int:
    return int(np.ceil(round((len(errors) + more) * side, 9)))


def _margins(errors: np.ndarray, side: float, more: int = 1) -> np.ndarray:
    k = _rank(errors, side, more) - 1
    return np.array([np.sort(-errors)[k], np.sort(errors)[k]])


def _quantiles(errors: np.ndarray, side: float, method: str) -> np.ndarray:
    return np.array(
        [np.quantile(e, side, method=method) for e in (-errors, errors)]
    )


_SERIES = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.0, 6.0])
_ERRORS = np.array(
    [0.5, -3.0, 1.0, 2.0, -4.0, 0.1, -1.5, 2.5, 0.7, 6.0, -0.3, 1.8]
)
_FORECAST = np.array([4.0, 9.0, 6.0, 2.0, 7.0, 8.0, 5.0, 3.0])
_CAME = np.array([5.0, 6.0, 9.0, 1.0, 8.5, 12.0, 2.0, 4.0])

EXERCISES = {
    "forecasting-chaos": Exercise(
        arguments=("error", "growth", "tolerance"),
        cases=[(1e-3, 2.0, 0.5), (1e-6, 2.0, 0.5), (0.02, 1.5, 0.5)],
        truth=lambda error, growth, tolerance: np.floor(
            _steps_seen(error, growth, tolerance)
        ),
        slips={
            "at your last step the error is beyond the tolerance already: "
            "round down.": lambda error, growth, tolerance: np.ceil(
                _steps_seen(error, growth, tolerance)
            ),
            "count whole steps: round down.": _steps_seen,
            "the error multiplies, it does not add up: after k steps it is "
            "error · growth ** k.": lambda error, growth, tolerance: np.floor(
                tolerance / (error * growth)
            ),
            "your logarithm counts the wrong factor: divide by the logarithm "
            "of growth.": lambda error, growth, tolerance: np.floor(
                np.log(tolerance / error)
            ),
            "a logarithm to base 2 is right for doubling only: divide by the "
            "logarithm of growth.": lambda error, growth, tolerance: np.floor(
                np.log2(tolerance / error)
            ),
        },
        lesson="A measurement a thousand times better sees ten doublings "
        "further, and no more: that is why weather forecasts end.",
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
    "forecasting-swindler": Exercise(
        arguments=("forecast", "came", "top"),
        cases=[(_FORECAST, _CAME, 0.25), (_FORECAST, _CAME, 0.375)],
        truth=_shout,
        slips={
            "your number is right for a jury that looks at all cases; this "
            "one looks at the highest that came.": (
                lambda forecast, came, top: np.mean(came - forecast)
            ),
            "you pick the cases by what was forecast; this jury picks them "
            "by what came.": lambda forecast, came, top: np.mean(
                (came - forecast)[forecast > np.quantile(forecast, 1 - top)]
            ),
            "you add what should be taken away: the forecasts are too low "
            "there, so the number is above zero.": (
                lambda forecast, came, top: _shout(
                    forecast, came, top, sign=-1
                )
            ),
            "you leave out only the lowest cases: the quantile is 1 - top.": (
                lambda forecast, came, top: np.mean(
                    (came - forecast)[came > np.quantile(came, top)]
                )
            ),
            "a median makes the absolute error smallest; for the squared "
            "error take the mean.": lambda forecast, came, top: np.median(
                (came - forecast)[came > np.quantile(came, 1 - top)]
            ),
        },
        lesson="Whoever is judged by the disasters alone does best by "
        "announcing one every day.",
    ),
    "forecasting-margin": Exercise(
        arguments=("errors", "level"),
        cases=[(_ERRORS, 0.6), (_ERRORS[:9], 0.6), (_ERRORS, 0.7)],
        truth=lambda errors, level: _margins(errors, (1 + level) / 2),
        slips={
            "each side of yours covers `level`, both together less: what may "
            "be missed is shared, so each side covers (1 + level) / 2.": (
                _margins
            ),
            "these margins are equal; the errors lean to one side. Keep "
            "their signs.": lambda errors, level: np.full(
                2, np.sort(np.abs(errors))[_rank(errors, level) - 1]
            ),
            "down and up are swapped: an error above zero means that more "
            "came than was forecast.": lambda errors, level: _margins(
                -errors, (1 + level) / 2
            ),
            "down is a distance, above zero here: forecast - down is the "
            "lower end.": lambda errors, level: (
                _margins(errors, (1 + level) / 2) * [-1, 1]
            ),
            "the error to come is one more: the rank is (n + 1) times the "
            "share, rounded up.": lambda errors, level: _margins(
                errors, (1 + level) / 2, more=0
            ),
            "a quantile between two errors is not large enough for certain: "
            "take the error of rank (n + 1) times the share, rounded up.": (
                lambda errors, level: _quantiles(
                    errors, (1 + level) / 2, "linear"
                )
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
