"""A series beside its own past: lags side by side, and autocorrelation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_int, as_series


def lag_matrix(series: ArrayLike, order: int) -> np.ndarray:
    """Lay the p values before each target side by side.

    Parameters
    ----------
    series : array_like, shape (T,)
        At least p + 1 values.
    order : int
        p, at least 0.

    Returns
    -------
    ndarray, shape (T - p, p)
        Row i holds the values before ``series[p + i]``, most recent first.

    Raises
    ------
    TypeError, ValueError
        If `series` is too short or not finite, or `order` is negative.
    """
    order = as_int(order, "order", low=0)
    series = as_series(
        series, "series", min_length=order + 1, why=f"for {order} lags"
    )
    if order == 0:
        return np.empty((len(series), 0))
    windows = np.lib.stride_tricks.sliding_window_view(series[:-1], order)
    return windows[:, ::-1].copy()


def autocorrelation(series: ArrayLike, max_lag: int) -> np.ndarray:
    """Sample autocorrelation at lags 0 to `max_lag`.

    Parameters
    ----------
    series : array_like, shape (T,)
        More than `max_lag` values, not all equal.
    max_lag : int
        Largest lag, at least 1.

    Returns
    -------
    ndarray, shape (max_lag + 1,)
        The usual estimate, which divides by T at every lag; entry 0 is 1.

    Raises
    ------
    TypeError, ValueError
        If the series is too short, not finite or constant.
    """
    max_lag = as_int(max_lag, "max_lag")
    series = as_series(
        series, "series", min_length=max_lag + 1, why=f"for lag {max_lag}"
    )
    if np.ptp(series) <= 1e-12 * np.abs(series).max():
        raise ValueError(
            f"series must vary, found {series[0]:g} throughout: "
            "a constant has no autocorrelation"
        )
    deviation = series - series.mean()
    deviation = deviation / np.abs(deviation).max()  # no under- or overflow
    products = [
        deviation[: len(series) - lag] @ deviation[lag:]
        for lag in range(max_lag + 1)
    ]
    return np.array(products) / products[0]
