"""Threshold autoregression: one AR for low times, another for high ones.

    x_t = φ_0 + φ_1 x_{t-1} + … + φ_p x_{t-p} + noise,

with one set of weights where x_{t-d} is at most r, and another where it is
above. The threshold r and the delay d decide which of the two speaks. Each
is fitted by least squares to the times of its own.

Sources: Tong & Lim (1980); Tong (1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import (
    as_array,
    as_float,
    as_int,
    as_series,
    describe,
)
from rnnlib.models.ar import AR, regress_on_lags
from rnnlib.models.lags import lag_matrix


@dataclass(frozen=True)
class ThresholdAR:
    """A threshold model, as :func:`fit_threshold_ar` returns it.

    Attributes
    ----------
    low, high : AR
        Speaks where the value `delay` steps back is at most `threshold`,
        and where it is above.
    threshold : float
        r, in the unit of the series.
    delay : int
        d, in steps.
    """

    low: AR
    high: AR
    threshold: float
    delay: int

    @property
    def reach(self) -> int:
        """The number of past values that a forecast needs."""
        return max(self.low.order, self.high.order, self.delay)

    @property
    def aic(self) -> float:
        """Akaike's criterion of both regimes together, lower is better."""
        return self.low.aic + self.high.aic

    def predict(self, series: ArrayLike) -> np.ndarray:
        """Forecast each value of `series` from the values before it.

        Parameters
        ----------
        series : array_like, shape (T,)
            More than `reach` values.

        Returns
        -------
        ndarray, shape (T - reach,)
            The forecast of ``series[reach:]``, each one step ahead.

        Raises
        ------
        TypeError, ValueError
            If `series` is too short or not finite.
        """
        series = as_series(series, "series", min_length=self.reach + 1)
        past = lag_matrix(series, self.reach)  # (T - reach, reach)
        low, high = (
            model.intercept + past[:, : model.order] @ model.coefficients
            for model in (self.low, self.high)
        )
        return np.where(past[:, self.delay - 1] <= self.threshold, low, high)

    def forecast(self, history: ArrayLike, horizon: int = 1) -> np.ndarray:
        """Forecast the next `horizon` values, each fed back as if it came.

        For one step this is the mean of what may come. For more it is not:
        the mean of a bent function is not the function of the mean.

        Parameters
        ----------
        history : array_like, shape (T,)
            What is known, oldest first; at least `reach` values.
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
        horizon, reach = as_int(horizon, "horizon"), self.reach
        history = as_series(
            history, "history", min_length=reach, why="for a threshold AR"
        )
        path = np.concatenate([history[len(history) - reach :], [0] * horizon])
        for t in range(reach, len(path)):
            is_low = path[t - self.delay] <= self.threshold
            model = self.low if is_low else self.high
            past = path[t - model.order : t][::-1]  # most recent first
            path[t] = model.intercept + model.coefficients @ past
        return path[reach:]


def fit_threshold_ar(
    series: ArrayLike,
    orders: tuple[int, int],
    *,
    threshold: float,
    delay: int,
) -> ThresholdAR:
    """Fit both regimes of a threshold AR by ordinary least squares.

    Parameters
    ----------
    series : array_like, shape (T,)
    orders : (int, int)
        Number of lags in the low and in the high regime, each at least 1.
    threshold : float
        r, in the unit of the series.
    delay : int
        d, at least 1.

    Returns
    -------
    ThresholdAR

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or a regime has too few times of its
        own to be fitted.
    """
    if not isinstance(orders, (tuple, list)) or len(orders) != 2:
        raise TypeError(
            "orders must be two integers, for the low and the high regime, "
            f"found {describe(orders)}"
        )
    low, high = (as_int(order, "orders") for order in orders)
    delay = as_int(delay, "delay")
    threshold = as_float(threshold, "threshold")
    reach = max(low, high, delay)
    series = as_series(
        series,
        "series",
        min_length=reach + low + high + 4,
        why=f"to fit orders {low} and {high} at delay {delay}",
    )
    past, target = lag_matrix(series, reach), series[reach:]
    is_low = past[:, delay - 1] <= threshold
    models = []
    for name, order, rows in (("low", low, is_low), ("high", high, ~is_low)):
        if rows.sum() < order + 2:
            raise ValueError(
                f"threshold must leave at least {order + 2} targets to the "
                f"{name} regime, found {rows.sum()} at {threshold:g}"
            )
        models.append(regress_on_lags(past[rows, :order], target[rows]))
    return ThresholdAR(*models, threshold, delay)


def choose_threshold_ar(
    series: ArrayLike,
    max_order: int,
    *,
    delays: Sequence[int],
    shares: Sequence[float] = (0.3, 0.4, 0.5, 0.6, 0.7),
) -> ThresholdAR:
    """Choose delay, threshold and both orders by Akaike's criterion.

    All candidates are fitted to the same targets; otherwise their criteria
    could not be compared. Tong & Lim (1980) choose in this way.

    Parameters
    ----------
    series : array_like, shape (T,)
    max_order : int
        Orders 1 to `max_order` are tried in each regime.
    delays : sequence of int
        Delays to try.
    shares : sequence of float, optional
        Thresholds to try, as quantiles of the series: the share of values
        below, strictly between 0 and 1.

    Returns
    -------
    ThresholdAR
        The one with the lowest criterion.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or a regime has too few times of its
        own for `max_order` lags.
    """
    max_order = as_int(max_order, "max_order")
    delays = as_array(delays, "delays", shape=("N",), dtype=int)
    if delays.min() < 1:
        raise ValueError(f"delays must be at least 1, found {delays.min()}")
    shares = as_array(shares, "shares", shape=("N",))
    if shares.min() <= 0 or shares.max() >= 1:
        raise ValueError(f"shares must lie in (0, 1), found {shares}")
    reach = max(max_order, int(delays.max()))
    series = as_series(
        series,
        "series",
        min_length=reach + 2 * max_order + 4,
        why=f"to try orders up to {max_order}",
    )
    past, target = lag_matrix(series, reach), series[reach:]
    best = None
    for delay in delays.tolist():
        for threshold in np.quantile(series, shares).tolist():
            is_low = past[:, delay - 1] <= threshold
            if min(is_low.sum(), (~is_low).sum()) < max_order + 2:
                raise ValueError(
                    f"series must leave {max_order + 2} targets to each "
                    f"regime, found {is_low.sum()} and {(~is_low).sum()}"
                )
            low, high = (
                min(
                    (
                        regress_on_lags(past[rows, :p], target[rows])
                        for p in range(1, max_order + 1)
                    ),
                    key=lambda model: model.aic,
                )
                for rows in (is_low, ~is_low)
            )
            found = ThresholdAR(low, high, threshold, delay)
            if best is None or found.aic < best.aic:
                best = found
    return best
