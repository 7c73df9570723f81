"""Forecasts judged fairly: baselines, a rolling origin, honest scores.

A *forecaster* is any function ``forecaster(history, horizon)`` that takes
the values known so far and returns its forecast of the next `horizon`
values. The backtest walks an *origin* through the series; at each origin a
forecaster is handed a copy of the values before it and nothing else, so that
it cannot see the future.

Sources: Tashman (2000) on rolling origins; Campbell & Thompson (2008) on the
out-of-sample R²; Politis & Romano (1992) on the circular block bootstrap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rnnlib.linear import choose_order, fit_ar
from rnnlib.validation import as_array, as_choice, as_float, as_int, as_series

Forecaster = Callable[[np.ndarray, int], np.ndarray]


def mean_forecast(history: np.ndarray, horizon: int = 1) -> np.ndarray:
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


def naive_forecast(history: np.ndarray, horizon: int = 1) -> np.ndarray:
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

    def forecast(history: np.ndarray, horizon: int = 1) -> np.ndarray:
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

    def forecast(history: np.ndarray, horizon: int = 1) -> np.ndarray:
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
        What decides, see :func:`rnnlib.linear.choose_order`.

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

    def forecast(history: np.ndarray, horizon: int = 1) -> np.ndarray:
        history = as_series(
            history,
            "history",
            min_length=2 * max_order + 2,
            why=f"to try orders up to {max_order}",
        )
        order, _ = choose_order(history, max_order, criterion=criterion)
        return fit_ar(history, order).forecast(history, horizon)

    return forecast


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
    series: np.ndarray,
    forecasters: Mapping[str, Forecaster],
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
    forecasters : mapping of str to callable
        Names and forecasters; at least one.
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
    for origin in origins:
        start = 0 if window is None else max(0, origin - window)
        for name, forecaster in forecasters.items():
            # a copy: not even a view could be stretched into the future
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


def r2_out_of_sample(
    actual: np.ndarray, forecast: np.ndarray, reference: np.ndarray
) -> float:
    """Share of the reference's squared error that a forecast removes.

    1 is perfect, 0 is as good as the reference, below 0 is worse.

    Parameters
    ----------
    actual, forecast, reference : array_like, shape (N,) or (N, horizon)
        What came, what the model said, what the baseline said.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If shapes differ, a value is not finite, or the reference is perfect.
    """
    actual, forecast, reference = _same_shape(
        actual=actual, forecast=forecast, reference=reference
    )
    errors = ((actual - reference) ** 2).sum()
    if errors == 0:
        raise ValueError(
            "reference must be wrong somewhere, found a perfect one: "
            "no error is left to remove"
        )
    return float(1 - ((actual - forecast) ** 2).sum() / errors)


def mae(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Mean absolute error, in the unit of the series.

    Parameters
    ----------
    actual, forecast : array_like, shape (N,) or (N, horizon)

    Raises
    ------
    TypeError, ValueError
        If shapes differ or a value is not finite.
    """
    actual, forecast = _same_shape(actual=actual, forecast=forecast)
    return float(np.abs(actual - forecast).mean())


def rmse(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Root of the mean squared error, in the unit of the series.

    Parameters
    ----------
    actual, forecast : array_like, shape (N,) or (N, horizon)

    Raises
    ------
    TypeError, ValueError
        If shapes differ or a value is not finite.
    """
    actual, forecast = _same_shape(actual=actual, forecast=forecast)
    return float(np.sqrt(((actual - forecast) ** 2).mean()))


SCORES = {"r2": r2_out_of_sample, "mae": mae, "rmse": rmse}


def score_interval(
    result: Backtest,
    name: str,
    *,
    score: str = "r2",
    reference: str | None = None,
    block_length: int = 12,
    resamples: int = 2000,
    level: float = 0.9,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Score one forecaster, with a block-bootstrap interval.

    Whole blocks of consecutive origins are drawn with replacement, on a
    circle, so that errors that come in runs stay in runs. The interval is
    the middle `level` of the scores of the resampled backtests.

    Parameters
    ----------
    result : Backtest
        Its forecasts are scored, all horizons together.
    name : str
        Forecaster to score.
    score : {"r2", "mae", "rmse"}
        Which score.
    reference : str, optional
        Baseline of ``"r2"``; needed there and only there.
    block_length : int
        Origins in a block, at most the number of origins.
    resamples : int
        Number of bootstrap draws, at least 100.
    level : float
        Coverage of the interval, strictly between 0 and 1.
    seed : int
        Seed of the draws.

    Returns
    -------
    score, low, high : float

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """
    score = as_choice(score, "score", tuple(SCORES))
    names = [as_choice(name, "name", tuple(result.forecasts))]
    if score == "r2":
        if reference is None:
            raise ValueError("reference must be named for score 'r2'")
        names.append(
            as_choice(reference, "reference", tuple(result.forecasts))
        )
    elif reference is not None:
        raise ValueError(
            f"reference must be left out for score {score!r}, "
            f"found {reference!r}"
        )
    count = len(result.actual)
    block_length = as_int(block_length, "block_length", high=count)
    resamples = as_int(resamples, "resamples", low=100)
    level = as_float(
        level, "level", low=0, high=1, open_low=True, open_high=True
    )
    seed = as_int(seed, "seed", low=0)

    columns = [result.actual, *(result.forecasts[name] for name in names)]
    generator = np.random.default_rng(seed)
    blocks = -(-count // block_length)  # rounded up
    draws = np.empty(resamples)
    for i in range(resamples):
        starts = generator.integers(count, size=(blocks, 1))
        rows = ((starts + np.arange(block_length)) % count).ravel()[:count]
        draws[i] = SCORES[score](*(column[rows] for column in columns))
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return SCORES[score](*columns), float(low), float(high)


def _same_shape(**arrays: np.ndarray) -> list[np.ndarray]:
    checked = [as_array(value, name) for name, value in arrays.items()]
    first = next(iter(arrays))
    for name, array in zip(arrays, checked):
        if array.shape != checked[0].shape:
            raise ValueError(
                f"{name} must have the shape of {first}, "
                f"{checked[0].shape}, found {array.shape}"
            )
    if checked[0].size == 0:
        raise ValueError(f"{first} must hold at least one value, found none")
    return checked
