"""Autoregression: tomorrow as a weighted sum of the last p values.

    x_t = φ_0 + φ_1 x_{t-1} + … + φ_p x_{t-p} + noise

fitted by ordinary least squares, with an intercept; the order p is chosen by
an information criterion.

Sources: Yule (1927); Box, Jenkins, Reinsel & Ljung (2015), chapters 3 to 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_choice, as_int, as_series
from rnnlib.models.lags import lag_matrix


@dataclass(frozen=True)
class AR:
    """An autoregressive model of order p, as :func:`fit_ar` returns it.

    Attributes
    ----------
    intercept : float
        φ_0, in the unit of the series.
    coefficients : ndarray, shape (p,)
        φ_1 … φ_p; the first belongs to the most recent value.
    standard_errors : ndarray, shape (p + 1,)
        Of the intercept and of each coefficient, in this order.
    residual_variance : float
        Sum of squared residuals over its degrees of freedom, unit squared.
    aic, bic : float
        Information criteria of the Gaussian likelihood; lower is better.
        Only comparable between models fitted to the same targets.
    """

    intercept: float
    coefficients: ArrayLike
    standard_errors: np.ndarray
    residual_variance: float
    aic: float
    bic: float

    @property
    def order(self) -> int:
        """The number p of past values that the model looks at."""
        return len(self.coefficients)

    @property
    def mean(self) -> float:
        """The level φ_0 / (1 - Σφ) that a stable model settles at."""
        return float(self.intercept / (1 - self.coefficients.sum()))

    def poles(self) -> np.ndarray:
        """Roots of z^p - φ_1 z^{p-1} - … - φ_p, largest modulus first.

        Returns
        -------
        ndarray of complex, shape (p,)
            All inside the unit circle if and only if the model is stable.
            The largest modulus is the factor by which a deviation from the
            mean shrinks at each step, in the long run.
        """
        roots = np.roots(np.concatenate([[1.0], -self.coefficients]))
        # np.roots drops roots at zero when the last coefficients are zero
        roots = np.pad(roots.astype(complex), (0, self.order - len(roots)))
        return roots[np.argsort(-np.abs(roots), kind="stable")]

    def predict(self, series: ArrayLike) -> np.ndarray:
        """Forecast every value of `series` from the p values before it.

        Parameters
        ----------
        series : array_like, shape (T,)
            At least p + 1 values.

        Returns
        -------
        ndarray, shape (T - p,)
            The forecast of ``series[p:]``, each one step ahead.

        Raises
        ------
        TypeError, ValueError
            If `series` is no finite series of at least p + 1 values.
        """
        series = as_series(series, "series", min_length=self.order + 1)
        past = lag_matrix(series, self.order)
        return self.intercept + past @ self.coefficients

    def forecast(self, history: ArrayLike, horizon: int = 1) -> np.ndarray:
        """Forecast the next `horizon` values, each fed back as if it came.

        Parameters
        ----------
        history : array_like, shape (T,)
            What is known, oldest first; at least p values.
        horizon : int
            Number of steps, at least 1.

        Returns
        -------
        ndarray, shape (horizon,)

        Raises
        ------
        TypeError, ValueError
            If `history` is too short or not finite, or `horizon` is below 1.
        """
        horizon = as_int(horizon, "horizon")
        return self._roll(history, np.zeros(horizon))

    def simulate(self, history: ArrayLike, noise: ArrayLike) -> np.ndarray:
        """Let the model run, pushed at each step by `noise`.

        Parameters
        ----------
        history : array_like, shape (T,)
            Start, oldest first; at least p values.
        noise : array_like, shape (steps,)
            Added at each step, in the unit of the series.

        Returns
        -------
        ndarray, shape (steps,)

        Raises
        ------
        TypeError, ValueError
            If an argument is not a finite series, or `history` is too short.
        """
        return self._roll(history, as_series(noise, "noise"))

    def _roll(self, history: ArrayLike, noise: ArrayLike) -> np.ndarray:
        p = self.order
        history = as_series(
            history, "history", min_length=p, why=f"for an AR({p})"
        )
        path = np.concatenate([history[len(history) - p :], noise])
        for t in range(p, len(path)):
            past = path[t - p : t][::-1]  # most recent first
            path[t] += self.intercept + self.coefficients @ past
        return path[p:]


def fit_ar(series: ArrayLike, order: int) -> AR:
    """Fit an AR(p) with intercept by ordinary least squares.

    Parameters
    ----------
    series : array_like, shape (T,)
        At least 2 p + 2 values, so that a residual is left over.
    order : int
        p, at least 0; an AR(0) is the mean.

    Returns
    -------
    AR

    Raises
    ------
    TypeError, ValueError
        If the series is too short for the order, not finite, or constant,
        so that the coefficients are not determined.
    """
    order = as_int(order, "order", low=0)
    series = as_series(
        series,
        "series",
        min_length=2 * order + 2,
        why=f"to fit an AR({order})",
    )
    return regress_on_lags(lag_matrix(series, order), series[order:])


def ar_from(intercept: float, coefficients: ArrayLike) -> AR:
    """Make an AR model from known parameters instead of from data.

    Parameters
    ----------
    intercept : float
        φ_0, in the unit of the series.
    coefficients : array_like, shape (p,)
        φ_1 … φ_p, most recent first.

    Returns
    -------
    AR
        With unknown (NaN) standard errors, variance and criteria.

    Raises
    ------
    TypeError, ValueError
        If a parameter is not finite.
    """
    coefficients = as_series(coefficients, "coefficients")
    intercept = float(as_array(intercept, "intercept", shape=()))
    unknown = float("nan")
    return AR(
        intercept,
        coefficients,
        np.full(len(coefficients) + 1, unknown),
        unknown,
        unknown,
        unknown,
    )


def regress_on_lags(past: ArrayLike, target: ArrayLike) -> AR:
    """Fit an AR to rows of past values and what followed each of them.

    :func:`fit_ar` hands over every time of a series; hand over some of them
    to fit a model to these times alone.

    Parameters
    ----------
    past : array_like, shape (N, p)
        As :func:`lag_matrix` makes it, most recent value first.
    target : array_like, shape (N,)
        What followed each row; N must be at least p + 2.

    Returns
    -------
    AR

    Raises
    ------
    TypeError, ValueError
        If there are too few rows, or they do not determine p coefficients.
    """
    target = as_series(target, "target", min_length=2)
    past = as_array(past, "past")  # no columns: an AR(0), the mean
    if past.ndim != 2 or len(past) != len(target):
        raise ValueError(
            f"past must have shape ({len(target)}, p), found {past.shape}"
        )
    if len(target) < past.shape[1] + 2:
        raise ValueError(
            f"target must hold at least {past.shape[1] + 2} values for "
            f"{past.shape[1]} lags, found {len(target)}"
        )
    n, p = past.shape
    design = np.column_stack([np.ones(n), past])  # (n, p + 1)
    # Centred and scaled columns decide about rank, whatever the unit.
    spread = past.std(axis=0)
    level = np.abs(past).max(initial=0.0)
    if (spread <= 1e-12 * max(level, np.finfo(float).tiny)).any():
        raise ValueError(
            "series must vary: its lagged values are constant, found "
            f"{past[0, 0]:g} throughout"
        )
    scaled = (past - past.mean(axis=0)) / spread
    if p and np.linalg.matrix_rank(scaled) < p:
        raise ValueError(
            f"series must determine {p} coefficients: its lagged values "
            "are linearly dependent"
        )
    solution, *_ = np.linalg.lstsq(design, target, rcond=None)
    residuals = target - design @ solution
    squares = float(residuals @ residuals)
    variance = squares / (n - p - 1)
    # (X'X)^-1 through the triangular factor: no squared condition number
    inverse_r = np.linalg.inv(np.linalg.qr(design, mode="r"))
    errors = np.sqrt(variance * (inverse_r**2).sum(axis=1))
    deviance = float(_deviance(squares, n))
    return AR(
        intercept=float(solution[0]),
        coefficients=solution[1:],
        standard_errors=errors,
        residual_variance=variance,
        aic=deviance + 2 * (p + 1),
        bic=deviance + np.log(n) * (p + 1),
    )


def choose_order(
    series: ArrayLike, max_order: int, *, criterion: str = "aic"
) -> tuple[int, np.ndarray]:
    """Choose the order of an AR model by an information criterion.

    All orders are fitted to the same targets, ``series[max_order:]``;
    otherwise their likelihoods could not be compared.

    Parameters
    ----------
    series : array_like, shape (T,)
        At least 2 * max_order + 2 values.
    max_order : int
        Orders 0 to `max_order` are tried; order 0 is the mean.
    criterion : {"aic", "bic"}
        Akaike's or the Bayesian information criterion.

    Returns
    -------
    order : int
        The order with the lowest criterion.
    criteria : ndarray, shape (max_order + 1,)
        The criterion of orders 0 to `max_order`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or the series is too short.
    """
    max_order = as_int(max_order, "max_order")
    criterion = as_choice(criterion, "criterion", ("aic", "bic"))
    series = as_series(
        series,
        "series",
        min_length=2 * max_order + 2,
        why=f"to try orders up to {max_order}",
    )
    past = lag_matrix(series, max_order)
    target = series[max_order:]
    regress_on_lags(past, target)  # refuses what cannot be fitted
    # Lag by lag made orthogonal to those before: what a lag explains does
    # not change when further ones come, so one pass serves all orders.
    design = np.column_stack([np.ones(len(target)), past])
    directions = np.linalg.qr(design).Q
    along = directions.T @ target
    rest = target - directions @ along
    later = np.cumsum(along[:0:-1] ** 2)[::-1]  # of lags beyond the order
    squares = np.append(later, 0.0) + rest @ rest
    deviance = _deviance(squares, len(target))
    penalty = {"aic": 2.0, "bic": np.log(len(target))}[criterion]
    criteria = deviance + penalty * np.arange(1, max_order + 2)
    return int(np.argmin(criteria)), criteria


def _deviance(squares: ArrayLike, count: int) -> np.ndarray:
    """-2 log-likelihood; a perfect fit would be -inf, hence the floor."""
    floor = np.finfo(float).tiny
    return count * (np.log(2 * np.pi * np.maximum(squares / count, floor)) + 1)
