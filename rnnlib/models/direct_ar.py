"""One regression for each horizon on the same last values.

An AR fitted one step ahead is asked for a longer horizon by feeding its
forecasts back. Here each horizon has weights of its own.

A. E. Hoerl & R. W. Kennard, "Ridge regression", Technometrics, 1970.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_float, as_int, as_series
from rnnlib.models.lags import lag_matrix


@dataclass(frozen=True)
class DirectAR:
    """One regression for each horizon, as :func:`fit_direct_ar` makes them.

    Attributes
    ----------
    intercepts : ndarray, shape (horizon,)
    coefficients : ndarray, shape (p, horizon)
        Column j forecasts the value j + 1 steps ahead; the first row
        belongs to the most recent value.
    """

    intercepts: np.ndarray
    coefficients: ArrayLike

    def forecast(self, history: ArrayLike, horizon: int = 1) -> np.ndarray:
        """Forecast the next `horizon` values, each from the last p known.

        Parameters
        ----------
        history : array_like, shape (T,)
            What is known, oldest first; at least p values.
        horizon : int
            Number of steps, from 1 to the number fitted.

        Returns
        -------
        ndarray, shape (horizon,)

        Raises
        ------
        TypeError, ValueError
            If `history` is too short or not finite, or `horizon` is beyond
            what was fitted.
        """
        order, fitted = self.coefficients.shape
        horizon = as_int(horizon, "horizon", high=fitted)
        history = as_series(
            history, "history", min_length=order, why=f"for {order} lags"
        )
        past = history[len(history) - order :][::-1]
        return (self.intercepts + past @ self.coefficients)[:horizon]


def fit_direct_ar(
    series: ArrayLike, order: int, horizon: int, *, ridge: float = 0.0
) -> DirectAR:
    """Regress the value 1, 2, … `horizon` steps ahead on the last p values.

    An AR fitted one step ahead is asked for a longer horizon by feeding
    its forecasts back. Here each horizon has weights of its own.

    Parameters
    ----------
    series : array_like, shape (T,)
        At least 2 p + horizon + 1 values.
    order : int
        p, at least 1.
    horizon : int
        Longest horizon, at least 1.
    ridge : float, optional
        Pull of the weights towards zero, as so many more targets at which
        each lag, in units of its spread, had no effect; 0 is least squares.

    Returns
    -------
    DirectAR

    Raises
    ------
    TypeError, ValueError
        If the series is too short, not finite or constant.

    References
    ----------
    A. E. Hoerl & R. W. Kennard, "Ridge regression", Technometrics, 1970.
    """
    order, horizon = as_int(order, "order"), as_int(horizon, "horizon")
    ridge = as_float(ridge, "ridge", low=0.0)
    series = as_series(
        series,
        "series",
        min_length=2 * order + horizon + 1,
        why=f"for {order} lags and horizon {horizon}",
    )
    if np.ptp(series) <= 1e-12 * np.abs(series).max():
        raise ValueError(f"series must vary, found {series[0]:g} throughout")
    future = np.lib.stride_tricks.sliding_window_view(series[order:], horizon)
    past = lag_matrix(series, order)[: len(future)]  # (N, p)
    shift, spread = past.mean(axis=0), series.std()
    level = future.mean(axis=0)
    x = (past - shift) / spread
    # Rows of a diagonal below the data are the pull of the ridge.
    pull = np.sqrt(ridge) * np.eye(order)
    weights, *_ = np.linalg.lstsq(
        np.vstack([x, pull]),
        np.vstack([future - level, np.zeros((order, horizon))]),
        rcond=None,
    )
    weights /= spread
    return DirectAR(level - shift @ weights, weights)
