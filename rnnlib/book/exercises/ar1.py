"""Exercises of the chapter on AR(1)."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise


def _windows(series: np.ndarray, newest_first: bool, shift: int) -> np.ndarray:
    """Two neighbours beside each other, ending `shift` before the target."""
    rows = [
        (series[t - shift], series[t - shift - 1])
        for t in range(2, len(series))
    ]
    return np.array(rows)[:, :: 1 if newest_first else -1]


def _expanding(
    series: np.ndarray, first: int, including: bool = False
) -> np.ndarray:
    """Mean of what came before each value, or leakily with that value."""
    return np.array(
        [series[: t + including].mean() for t in range(first, len(series))]
    )


def _skill(series: np.ndarray, forecast: np.ndarray, means: object) -> float:
    actual = series[len(series) - len(forecast) :]
    return 1 - ((actual - forecast) ** 2).sum() / ((actual - means) ** 2).sum()


_HISTORY = np.array([4.0, -2.0, 5.0])
_SERIES = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.0])
_FORECAST = np.array([3.0, 2.0, 4.0])

EXERCISES = {
    "ar1-forecast": Exercise(
        arguments=("history", "intercept", "phi"),
        cases=[(_HISTORY, 2.0, 0.5), (_SERIES, -1.0, -0.3)],
        truth=lambda history, c, phi: c + phi * history[-1],
        slips={
            "your forecast starts from the oldest value; the next value "
            "depends on the most recent one, history[-1].": (
                lambda history, c, phi: c + phi * history[0]
            ),
            "your forecast leaves out the intercept.": (
                lambda history, c, phi: phi * history[-1]
            ),
            "you start from the second-to-last value; the most recent "
            "one is history[-1].": (
                lambda history, c, phi: c + phi * history[-2]
            ),
            "you return a forecast for every value; only the next one is "
            "asked for.": lambda history, c, phi: c + phi * history,
        },
        lesson="One multiplication and one addition: that is all of AR(1).",
    ),
    "ar1-level": Exercise(
        arguments=("intercept", "coefficients"),
        cases=[(2.0, np.array([0.5])), (15.0, np.array([1.4, -0.7]))],
        truth=lambda c, coefficients: c / (1 - coefficients.sum()),
        slips={
            "the intercept is the level only if all coefficients are 0: put "
            "x = φ_0 + φ_1 x + … + φ_p x and solve for x.": (
                lambda c, coefficients: c
            ),
            "you multiply by 1 - Σφ; solving for the level divides by it.": (
                lambda c, coefficients: c * (1 - coefficients.sum())
            ),
            "the sign of Σφ is reversed: bring φ x to the left side first.": (
                lambda c, coefficients: c / (1 + coefficients.sum())
            ),
            "only the first coefficient is used; all p of them count.": (
                lambda c, coefficients: c / (1 - coefficients[0])
            ),
        },
        lesson="Every long forecast of a stable AR ends at this level.",
    ),
    "ar1-memory": Exercise(
        arguments=("phi",),
        cases=[(0.5,), (-0.9,), (0.1159,), (0.99,), (0.1,), (-0.1,)],
        truth=lambda phi: int(np.floor(np.log(0.01) / np.log(abs(phi)))) + 1,
        slips={
            "you return the lag as a fraction; steps are whole, so take "
            "the first whole k at which |φ|^k is below 0.01.": (
                lambda phi: np.log(0.01) / np.log(abs(phi))
            ),
            "at φ = 0.1 your k is 2, and 0.1² is exactly 1 %, not less: count "
            "on while |φ|^k ≥ 0.01.": (
                lambda phi: int(
                    np.ceil(np.round(np.log(0.01) / np.log(abs(phi)), 9))
                )
            ),
            "at your k more than 1 % of the shock is left: one step more.": (
                lambda phi: int(np.log(0.01) / np.log(abs(phi)))
            ),
            "you solve for one half (0.5), the question is one hundredth.": (
                lambda phi: int(np.floor(np.log(0.5) / np.log(abs(phi)))) + 1
            ),
        },
        lesson="From 0.1 to 0.99 the memory grows from 3 steps to 459.",
    ),
    "ar1-lags": Exercise(
        arguments=("series",),
        cases=[(_SERIES,), (np.arange(5.0) ** 2,)],
        truth=lambda series: _windows(series, True, 1),
        slips={
            "your first column is x(t), the value to be forecast: the "
            "answer needs x(t-1) there. This is how the future leaks in.": (
                lambda series: _windows(series, True, 0)
            ),
            "your columns are swapped: the first belongs to φ_1, so it "
            "holds the most recent value, x(t-1).": (
                lambda series: _windows(series, False, 1)
            ),
            "your last row has no target: it would be needed to forecast "
            "the value after the end of the series.": (
                lambda series: np.column_stack([series[1:], series[:-1]])
            ),
            "rows and columns are swapped: one row for each target.": (
                lambda series: _windows(series, True, 1).T
            ),
        },
        lesson="One row a target, nothing in it from its own time or later.",
    ),
    "ar1-skill": Exercise(
        arguments=("series", "forecast"),
        cases=[
            (_SERIES, _FORECAST),
            (np.array([1.0, 3.0, 2.0, 6.0]), np.array([2.5, 5.0])),
        ],
        truth=lambda series, forecast: _skill(
            series, forecast, _expanding(series, len(series) - len(forecast))
        ),
        slips={
            "your baseline is the mean of the test values: nobody knew it "
            "at the time. Use, for each value, the mean of what came "
            "before.": lambda series, forecast: _skill(
                series, forecast, series[-len(forecast) :].mean()
            ),
            "your baseline is the mean of the whole series, the test values "
            "included. Use, for each value, the mean of what came before.": (
                lambda series, forecast: _skill(
                    series, forecast, series.mean()
                )
            ),
            "your baseline is frozen at the first origin; let the mean grow "
            "with the values that have come in.": (
                lambda series, forecast: _skill(
                    series, forecast, series[: -len(forecast)].mean()
                )
            ),
            "your mean before each value includes that value: stop one "
            "earlier, series[:t] and not series[:t + 1].": (
                lambda series, forecast: _skill(
                    series,
                    forecast,
                    _expanding(
                        series, len(series) - len(forecast), including=True
                    ),
                )
            ),
            "your baseline is the last value; the mean of all values known "
            "before is asked for.": lambda series, forecast: _skill(
                series, forecast, series[-len(forecast) - 1 : -1]
            ),
            "you compare roots of the errors; the skill compares the sums "
            "of squares themselves.": lambda series, forecast: (
                1
                - np.sqrt(
                    1
                    - _skill(
                        series,
                        forecast,
                        _expanding(series, len(series) - len(forecast)),
                    )
                )
            ),
            "you return the ratio of the errors; the skill is one minus "
            "it.": lambda series, forecast: (
                1
                - _skill(
                    series,
                    forecast,
                    _expanding(series, len(series) - len(forecast)),
                )
            ),
        },
        lesson="A baseline may know what the model knew, and no more.",
    ),
}
