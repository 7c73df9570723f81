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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnlib.linear import choose_order, fit_ar
from rnnlib.validation import (
    as_array,
    as_choice,
    as_float,
    as_function,
    as_int,
    as_series,
)

Forecaster = Callable[[np.ndarray, int], np.ndarray]
Fit = Callable[[np.ndarray], Forecaster]


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

    def roots(history: np.ndarray) -> np.ndarray:
        history = as_series(history, "history")
        if history.min() < 0:
            raise ValueError(
                "history must not be negative for square roots, "
                f"found {history.min():g}"
            )
        return np.sqrt(history)

    def fit_roots(history: np.ndarray) -> Forecaster:
        fitted = fit(roots(history))

        def forecast(history: np.ndarray, horizon: int = 1) -> np.ndarray:
            return np.maximum(fitted(roots(history), horizon), 0) ** 2

        return forecast

    return fit_roots


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
    level = as_float(
        level, "level", low=0, high=1, open_low=True, open_high=True
    )
    columns = [result.actual, *(result.forecasts[name] for name in names)]
    draws = [
        SCORES[score](*(column[rows] for column in columns))
        for rows in _block_rows(count, block_length, resamples, seed)
    ]
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return SCORES[score](*columns), float(low), float(high)


def skill_by_horizon(
    result: Backtest,
    name: str | Sequence[str],
    *,
    reference: str,
    block_length: int = 12,
    resamples: int = 2000,
    level: float = 0.9,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score every horizon for itself, with a block-bootstrap interval.

    The skill at a horizon is the share of the reference's squared error
    that the forecaster removes there. The same blocks of origins are drawn
    for all horizons, see :func:`score_interval`.

    Parameters
    ----------
    result : Backtest
    name : str or sequence of str
        Forecaster to score; of several, such as the seeds of one network,
        the squared errors are averaged.
    reference : str
        Baseline.
    block_length, resamples, level, seed
        See :func:`score_interval`.

    Returns
    -------
    skill, low, high : ndarray, shape (horizon,)

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or the reference is perfect somewhere.
    """
    known = tuple(result.forecasts)
    names = [name] if isinstance(name, str) else list(name)
    names = [as_choice(each, "name", known) for each in names]
    if not names:
        raise ValueError("name must name a forecaster, found none")
    reference = as_choice(reference, "reference", known)
    count = len(result.actual)
    level = as_float(
        level, "level", low=0, high=1, open_low=True, open_high=True
    )
    rows = _block_rows(count, block_length, resamples, seed)
    drawn = np.zeros((len(rows), count))  # how often each origin is drawn
    np.add.at(drawn, (np.arange(len(rows))[:, np.newaxis], rows), 1)

    squares = [
        (result.forecasts[each] - result.actual) ** 2
        for each in (*names, reference)
    ]
    ours, theirs = np.mean(squares[:-1], axis=0), squares[-1]
    if (theirs.sum(axis=0) == 0).any():
        raise ValueError("reference must be wrong somewhere at every horizon")
    draws = 1 - (drawn @ ours) / (drawn @ theirs)
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return 1 - ours.sum(axis=0) / theirs.sum(axis=0), low, high


def conformal_margin(errors: np.ndarray, level: float) -> np.ndarray:
    """Return how far a forecast must reach to cover what comes.

    Of n past errors, in absolute size, take the one of rank (n + 1) level,
    rounded up. If the next error is as likely to have any rank as any
    other, forecast plus and minus this margin covers what comes in at least
    `level` of all cases, whatever model made the forecast.

    Parameters
    ----------
    errors : array_like, shape (n,) or (n, horizon)
        Errors on values that were not used to fit.
    level : float
        Wanted coverage, strictly between 0 and 1; n must be at least
        level / (1 - level).

    Returns
    -------
    ndarray, shape () or (horizon,)

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or there are too few errors.

    References
    ----------
    V. Vovk, A. Gammerman & G. Shafer, "Algorithmic Learning in a Random
    World", 2005; J. Lei et al., "Distribution-free predictive inference for
    regression", 2018 (split conformal).
    """
    errors = as_array(errors, "errors")
    if errors.ndim not in (1, 2) or errors.size == 0:
        raise ValueError(
            "errors must have shape (n,) or (n, horizon), "
            f"found {errors.shape}"
        )
    level = as_float(
        level, "level", low=0, high=1, open_low=True, open_high=True
    )
    count = len(errors)
    rank = int(np.ceil(round((count + 1) * level, 9)))
    if rank > count:
        raise ValueError(
            f"errors must number at least {level / (1 - level):.0f} for "
            f"level {level:g}, found {count}"
        )
    return np.sort(np.abs(errors), axis=0)[rank - 1]


def _block_rows(
    count: int, block_length: int, resamples: int, seed: int
) -> np.ndarray:
    """Draw rows of a circular block bootstrap, (resamples, count)."""
    block_length = as_int(block_length, "block_length", high=count)
    resamples = as_int(resamples, "resamples", low=100)
    seed = as_int(seed, "seed", low=0)
    generator = np.random.default_rng(seed)
    blocks = -(-count // block_length)  # rounded up
    starts = generator.integers(count, size=(resamples, blocks, 1))
    rows = (starts + np.arange(block_length)) % count
    return rows.reshape(resamples, -1)[:, :count]


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
