"""The backtest: an origin walks through the series, past in hand.

At each origin a forecaster is handed a copy of the values before it and
nothing else, so that it cannot see the future.

L. J. Tashman, "Out-of-sample tests of forecasting accuracy", International
Journal of Forecasting 16, 2000.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_function, as_int, as_series
from rnnlib.forecasting.forecasters import Fit, Forecaster


@dataclass(frozen=True)
class Learner:
    """A forecaster that is fitted now and then, not at every origin.

    Between two fits it still reads each new value; only what was fitted
    stays: weights, order, scale.

    Parameters
    ----------
    fit : callable
        Takes the values known so far, returns a forecaster fitted to them.
    every : int, optional
        Origins, in steps of the series, from one fit to the next; fitted
        once, at the first origin, if left out.

    Raises
    ------
    TypeError, ValueError
        If `fit` is no function or `every` no integer of at least 1.
    """

    fit: Fit
    every: int | None = None

    def __post_init__(self):
        as_function(self.fit, "fit")
        if self.every is not None:
            as_int(self.every, "every")


@dataclass(frozen=True)
class Backtest:
    """What was forecast and what came, as :func:`backtest` returns it.

    Attributes
    ----------
    origins : ndarray of int, shape (N,)
        Index of the first value that was still unknown.
    actual : ndarray, shape (N, horizon)
        What came.
    forecasts : dict of str to ndarray, shape (N, horizon)
        What each forecaster said.
    """

    origins: np.ndarray
    actual: np.ndarray
    forecasts: dict[str, np.ndarray]


def backtest(
    series: ArrayLike,
    forecasters: Mapping[str, Forecaster | Learner],
    *,
    first_origin: int,
    horizon: int = 1,
    step: int = 1,
    window: int | None = None,
) -> Backtest:
    """Let every forecaster forecast from every origin, past in hand.

    Parameters
    ----------
    series : array_like, shape (T,)
        The series, oldest first.
    forecasters : mapping of str to callable or Learner
        Names and forecasters; at least one. A :class:`Learner` is fitted
        to the values before the first origin, and again to those before
        the first origin that lies `every` steps or more after its last fit.
    first_origin : int
        Number of values known at the first origin, at least 1.
    horizon : int
        Steps forecast from each origin.
    step : int
        Distance of one origin to the next.
    window : int, optional
        Hand over only the last `window` known values (a rolling window);
        all of them if left out (an expanding window).

    Returns
    -------
    Backtest

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, no origin is left, or a forecaster
        returns the wrong shape or values that are not finite.
    """
    horizon = as_int(horizon, "horizon")
    step = as_int(step, "step")
    first_origin = as_int(first_origin, "first_origin")
    if window is not None:
        window = as_int(window, "window")
    series = as_series(
        series,
        "series",
        min_length=first_origin + horizon,
        why=f"for first_origin={first_origin} and horizon={horizon}",
    )
    if not isinstance(forecasters, Mapping) or not forecasters:
        raise TypeError(
            "forecasters must map at least one name to a function, "
            f"found {forecasters!r}"
        )
    origins = np.arange(first_origin, len(series) - horizon + 1, step)
    forecasts = {name: [] for name in forecasters}
    fits: dict[str, tuple[int, Forecaster]] = {}  # last origin of a fit
    for origin in origins:
        start = 0 if window is None else max(0, origin - window)
        for name, forecaster in forecasters.items():
            # a copy: not even a view could be stretched into the future
            if isinstance(forecaster, Learner):
                when, fitted = fits.get(name, (None, None))
                every = forecaster.every or len(series)
                if when is None or origin - when >= every:
                    fitted = forecaster.fit(series[start:origin].copy())
                    fits[name] = origin, fitted
                forecaster = fitted
            answer = forecaster(series[start:origin].copy(), horizon)
            forecasts[name].append(
                as_array(
                    answer,
                    f"the forecast of {name!r} at origin {origin}",
                    shape=(horizon,),
                )
            )
    return Backtest(
        origins,
        np.stack([series[origin : origin + horizon] for origin in origins]),
        {name: np.stack(said) for name, said in forecasts.items()},
    )
