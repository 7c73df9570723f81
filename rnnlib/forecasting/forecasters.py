"""Forecasters: functions of what is known so far.

A *forecaster* is any function ``forecaster(history, horizon)`` that takes
the values known so far and returns its forecast of the next `horizon`
values. Here are the baselines, autoregression refitted at every origin, and
a wrapper that lets any of them work on square roots.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_choice, as_function, as_int, as_series
from rnnlib.models.ar import choose_order, fit_ar

Forecaster = Callable[[np.ndarray, int], np.ndarray]
Fit = Callable[[np.ndarray], Forecaster]


def mean_forecast(history: ArrayLike, horizon: int = 1) -> np.ndarray:
    """Forecast the mean of everything seen so far.

    Parameters
    ----------
    history : array_like, shape (T,)
        At least one value.
    horizon : int
        Number of steps, at least 1.

    Returns
    -------
    ndarray, shape (horizon,)

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """
    history = as_series(history, "history")
    return np.full(as_int(horizon, "horizon"), history.mean())


def naive_forecast(history: ArrayLike, horizon: int = 1) -> np.ndarray:
    """Forecast that nothing changes: repeat the last value.

    Parameters, returns and errors as in :func:`mean_forecast`.
    """
    history = as_series(history, "history")
    return np.full(as_int(horizon, "horizon"), history[-1])


def seasonal_naive(period: int) -> Forecaster:
    """Make the forecaster that repeats the last full period.

    Parameters
    ----------
    period : int
        Length of the season in steps, at least 1.

    Returns
    -------
    callable
        A forecaster; it needs at least `period` values of history.

    Raises
    ------
    TypeError, ValueError
        If `period` is no integer of at least 1.
    """
    period = as_int(period, "period")

    def forecast(history: ArrayLike, horizon: int = 1) -> np.ndarray:
        history = as_series(
            history, "history", min_length=period, why="(one period)"
        )
        steps = np.arange(as_int(horizon, "horizon"))
        return history[len(history) - period + steps % period]

    return forecast


def ar_forecaster(order: int) -> Forecaster:
    """Make the forecaster that refits an AR(p) at every origin.

    Parameters
    ----------
    order : int
        p, at least 1.

    Returns
    -------
    callable
        A forecaster; it needs at least 2 p + 2 values of history.

    Raises
    ------
    TypeError, ValueError
        If `order` is no integer of at least 1.
    """
    order = as_int(order, "order")

    def forecast(history: ArrayLike, horizon: int = 1) -> np.ndarray:
        history = as_series(
            history,
            "history",
            min_length=2 * order + 2,
            why=f"to fit an AR({order})",
        )
        return fit_ar(history, order).forecast(history, horizon)

    return forecast


def chosen_ar_forecaster(
    max_order: int, *, criterion: str = "aic"
) -> Forecaster:
    """Make the forecaster that chooses order and weights at every origin.

    Parameters
    ----------
    max_order : int
        Orders 0 to `max_order` are tried.
    criterion : {"aic", "bic"}
        What decides, see :func:`rnnlib.models.ar.choose_order`.

    Returns
    -------
    callable
        A forecaster; it needs at least 2 max_order + 2 values of history.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """
    max_order = as_int(max_order, "max_order")
    criterion = as_choice(criterion, "criterion", ("aic", "bic"))

    def forecast(history: ArrayLike, horizon: int = 1) -> np.ndarray:
        history = as_series(
            history,
            "history",
            min_length=2 * max_order + 2,
            why=f"to try orders up to {max_order}",
        )
        order, _ = choose_order(history, max_order, criterion=criterion)
        return fit_ar(history, order).forecast(history, horizon)

    return forecast


def on_square_roots(fit: Fit) -> Fit:
    """Fit and forecast the square roots of a series instead of its values.

    Where the noise grows with the level, as it does in counts, roots make
    it even. A forecast of a root below zero counts as zero.

    Parameters
    ----------
    fit : callable
        Takes values known so far, returns a forecaster.

    Returns
    -------
    callable
        The same for a series whose values are not negative.

    Raises
    ------
    TypeError
        If `fit` is no function.
    """
    fit = as_function(fit, "fit")

    def roots(history: ArrayLike) -> np.ndarray:
        history = as_series(history, "history")
        if history.min() < 0:
            raise ValueError(
                "history must not be negative for square roots, "
                f"found {history.min():g}"
            )
        return np.sqrt(history)

    def fit_roots(history: ArrayLike) -> Forecaster:
        fitted = fit(roots(history))

        def forecast(history: ArrayLike, horizon: int = 1) -> np.ndarray:
            return np.maximum(fitted(roots(history), horizon), 0) ** 2

        return forecast

    return fit_roots
