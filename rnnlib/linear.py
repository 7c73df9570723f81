"""Autoregression: tomorrow as a weighted sum of the last p values.

    x_t = φ_0 + φ_1 x_{t-1} + … + φ_p x_{t-p} + noise

fitted by ordinary least squares, with an intercept. Around it: the sample
autocorrelation, the partial autocorrelation, and the choice of the order p
by an information criterion.

Sources: Yule (1927); Box, Jenkins, Reinsel & Ljung (2015), chapters 3 to 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnlib.validation import (
    as_array,
    as_choice,
    as_float,
    as_int,
    as_series,
)


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
    coefficients: np.ndarray
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

    def predict(self, series: np.ndarray) -> np.ndarray:
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

    def forecast(self, history: np.ndarray, horizon: int = 1) -> np.ndarray:
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

    def simulate(self, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
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

    def _roll(self, history: np.ndarray, noise: np.ndarray) -> np.ndarray:
        p = self.order
        history = as_series(
            history, "history", min_length=p, why=f"for an AR({p})"
        )
        path = np.concatenate([history[len(history) - p :], noise])
        for t in range(p, len(path)):
            past = path[t - p : t][::-1]  # most recent first
            path[t] += self.intercept + self.coefficients @ past
        return path[p:]


def lag_matrix(series: np.ndarray, order: int) -> np.ndarray:
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


def fit_ar(series: np.ndarray, order: int) -> AR:
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


def regress_on_lags(past: np.ndarray, target: np.ndarray) -> AR:
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
    # -2 log-likelihood; a perfect fit would be -inf, hence the floor
    floor = np.finfo(float).tiny
    deviance = n * (np.log(2 * np.pi * max(squares / n, floor)) + 1)
    return AR(
        intercept=float(solution[0]),
        coefficients=solution[1:],
        standard_errors=errors,
        residual_variance=variance,
        aic=deviance + 2 * (p + 1),
        bic=deviance + np.log(n) * (p + 1),
    )


def choose_order(
    series: np.ndarray, max_order: int, *, criterion: str = "aic"
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
    criteria = np.array(
        [
            getattr(regress_on_lags(past[:, :p], target), criterion)
            for p in range(max_order + 1)
        ]
    )
    return int(np.argmin(criteria)), criteria


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
    coefficients: np.ndarray

    def forecast(self, history: np.ndarray, horizon: int = 1) -> np.ndarray:
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
    series: np.ndarray, order: int, horizon: int, *, ridge: float = 0.0
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


def autocorrelation(series: np.ndarray, max_lag: int) -> np.ndarray:
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


def partial_autocorrelation(series: np.ndarray, max_lag: int) -> np.ndarray:
    """Sample partial autocorrelation at lags 0 to `max_lag`.

    The correlation of x_t and x_{t-k} that is left once the values between
    them are accounted for: the last coefficient of a least-squares AR(k).

    Parameters
    ----------
    series : array_like, shape (T,)
        At least 2 * max_lag + 2 values, not all equal.
    max_lag : int
        Largest lag, at least 1.

    Returns
    -------
    ndarray, shape (max_lag + 1,)
        Entry 0 is 1.

    Raises
    ------
    TypeError, ValueError
        If the series is too short, not finite or constant.
    """
    max_lag = as_int(max_lag, "max_lag")
    series = as_series(
        series,
        "series",
        min_length=2 * max_lag + 2,
        why=f"for lag {max_lag}",
    )
    last = [fit_ar(series, k).coefficients[-1] for k in range(1, max_lag + 1)]
    return np.concatenate([[1.0], last])


def ar_from(intercept: float, coefficients: np.ndarray) -> AR:
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
