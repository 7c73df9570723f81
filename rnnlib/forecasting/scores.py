"""Honest scores: with an interval, against a baseline, horizon by horizon.

Sources: Campbell & Thompson (2008) on the out-of-sample R²; Politis & Romano
(1992) on the circular block bootstrap; Ibragimov & Müller (2010) on Student's
t where blocks are few; Vovk, Gammerman & Shafer (2005) and Lei et al. (2018)
on split conformal prediction.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_choice, as_float, as_instance, as_int
from rnnlib.forecasting.rolling_origin import Backtest


def r2_out_of_sample(
    actual: ArrayLike, forecast: ArrayLike, reference: ArrayLike
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


def mae(actual: ArrayLike, forecast: ArrayLike) -> float:
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


def rmse(actual: ArrayLike, forecast: ArrayLike) -> float:
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


# What :func:`score_interval` can be asked for.
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
    circle, so that errors that come in runs stay in runs. The scores of the
    resampled backtests give a standard error, and the interval reaches t of
    them to either side, t from Student's distribution with one degree of
    freedom less than there are blocks: few blocks know little about how much
    they differ. A block should be longer than the time over which errors
    resemble each other.

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
        Origins in a block, at most the number of origins; taken as a third
        of it if longer than that, since the interval needs three blocks.
    resamples : int
        Number of bootstrap draws, at least 100.
    level : float
        Coverage of the interval, strictly between 0 and 1.
    seed : int
        Seed of the draws.

    Returns
    -------
    score, low, high : float
        The bounds lie within what the score can be.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or there are fewer than three origins.
    """
    result = as_instance(result, "result", Backtest)
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
    columns = [result.actual, *(result.forecasts[name] for name in names)]
    found = SCORES[score](*columns)
    power = 1 if score == "mae" else 2
    losses = [
        (np.abs(column - result.actual) ** power).mean(axis=1)
        for column in columns[1:]
    ]
    drawn = _drawn(len(result.actual), block_length, resamples, seed)
    means = [drawn @ loss for loss in losses]
    draws = {
        "mae": lambda ours: ours,
        "rmse": np.sqrt,
        "r2": lambda ours, theirs: 1 - ours / theirs,
    }[score](*means)
    reach = float(_reach(draws, drawn, block_length, level))
    if score == "r2":
        return found, found - reach, min(found + reach, 1.0)
    return found, max(found - reach, 0.0), found + reach


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
    known = tuple(as_instance(result, "result", Backtest).forecasts)
    names = [name] if isinstance(name, str) else name
    if not isinstance(names, Sequence) or not names:
        raise ValueError(f"name must name a forecaster, found {names!r}")
    names = [as_choice(each, "name", known) for each in names]
    reference = as_choice(reference, "reference", known)
    squares = [
        (result.forecasts[each] - result.actual) ** 2
        for each in (*names, reference)
    ]
    ours, theirs = np.mean(squares[:-1], axis=0), squares[-1]
    if (theirs.sum(axis=0) == 0).any():
        raise ValueError("reference must be wrong somewhere at every horizon")
    drawn = _drawn(len(result.actual), block_length, resamples, seed)
    draws = 1 - (drawn @ ours) / (drawn @ theirs)
    skill = 1 - ours.sum(axis=0) / theirs.sum(axis=0)
    reach = _reach(draws, drawn, block_length, level)
    return skill, skill - reach, np.minimum(skill + reach, 1)


def conformal_margin(errors: ArrayLike, level: float) -> np.ndarray:
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


@cache
def _student_t(level: float, freedom: int) -> float:
    """Return t with a share `level` of Student's distribution within ±t.

    Parameters
    ----------
    level : float
        Strictly between 0 and 1.
    freedom : int
        Degrees of freedom, at least 2.

    Returns
    -------
    float
    """
    # t = sqrt(freedom) tan(angle): the angle's density is a power of cos
    angles = np.linspace(-np.pi / 2, np.pi / 2, 100_001)
    density = np.cos(angles) ** (freedom - 1)
    share = np.cumsum(density) - density / 2
    angle = np.interp((1 + level) / 2, share / density.sum(), angles)
    return float(np.sqrt(freedom) * np.tan(angle))


def _drawn(
    count: int, block_length: int, resamples: int, seed: int
) -> np.ndarray:
    """Share of each origin in each draw of a circular block bootstrap.

    Shape (resamples, count); every row sums to 1.
    """
    count = as_int(count, "the number of origins", low=3)
    block_length = as_int(block_length, "block_length", high=count)
    block_length = min(block_length, count // 3)
    resamples = as_int(resamples, "resamples", low=100)
    generator = np.random.default_rng(as_int(seed, "seed", low=0))
    blocks = -(-count // block_length)  # rounded up
    starts = generator.integers(count, size=(resamples, blocks, 1))
    rows = (starts + np.arange(block_length)) % count
    rows = rows.reshape(resamples, -1)[:, :count]
    places = rows + count * np.arange(resamples)[:, np.newaxis]
    times = np.bincount(places.ravel(), minlength=resamples * count)
    return times.reshape(resamples, count) / count


def _reach(
    draws: np.ndarray, drawn: np.ndarray, block_length: int, level: float
) -> np.ndarray:
    """Half the width of the interval: Student's t times standard error."""
    level = as_float(
        level, "level", low=0, high=1, open_low=True, open_high=True
    )
    blocks = max(drawn.shape[1] // block_length, 3)
    # like dividing a variance by q - 1: the blocks share their mean
    error = draws.std(axis=0) * np.sqrt(blocks / (blocks - 1))
    return _student_t(level, blocks - 1) * error


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
