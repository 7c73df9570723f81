"""Threshold models: they find the law that made a series."""

from __future__ import annotations

import numpy as np
import pytest

from rnnlib import datasets, models
from rnnlib.models.threshold_ar import (
    ThresholdAR,
    choose_threshold_ar,
    fit_threshold_ar,
)

LAW = ThresholdAR(
    models.ar_from(1.0, [0.9]), models.ar_from(-1.0, [0.5, -0.3]), 0.5, 2
)


def world(steps: int, spread: float, seed: int = 0) -> np.ndarray:
    """Let the law run, pushed by noise."""
    noise = np.random.default_rng(seed).normal(scale=spread, size=steps)
    path = [0.0, 1.0]
    for push in noise:
        path.append(LAW.forecast(np.array(path))[0] + push)
    return np.array(path)


def test_it_finds_the_law_behind_a_series():
    found = fit_threshold_ar(
        world(20_000, 1.0), (1, 2), threshold=0.5, delay=2
    )
    for mine, true in ((found.low, LAW.low), (found.high, LAW.high)):
        assert mine.intercept == pytest.approx(true.intercept, abs=0.05)
        np.testing.assert_allclose(
            mine.coefficients, true.coefficients, atol=0.03
        )


def test_predict_and_forecast_agree_one_step_ahead():
    series = world(200, 1.0)
    ahead = [LAW.forecast(series[:t])[0] for t in range(2, len(series))]
    np.testing.assert_allclose(LAW.predict(series), ahead)


def test_many_steps_feed_forecasts_back():
    history = np.array([0.2, 0.9])
    first = -1 + 0.5 * 0.9 - 0.3 * 0.2 if 0.2 > 0.5 else 1 + 0.9 * 0.9
    second = -1 + 0.5 * first - 0.3 * 0.9  # 0.9 lies above the threshold
    np.testing.assert_allclose(LAW.forecast(history, 2), [first, second])


def test_equal_regimes_are_a_plain_ar():
    one = models.ar_from(2.0, [0.7, -0.2])
    both = ThresholdAR(one, one, 0.0, 2)
    history = np.array([1.0, -1.0, 3.0])
    np.testing.assert_allclose(
        both.forecast(history, 9), one.forecast(history, 9)
    )
    np.testing.assert_allclose(both.predict(history), one.predict(history))


def test_the_sunspots_give_the_numbers_of_the_literature():
    sunspots = datasets.sunspots_yearly().values[:280]
    tong = fit_threshold_ar(sunspots[:221], (4, 12), threshold=36.6, delay=3)
    squares = (tong.predict(sunspots) - sunspots[12:]) ** 2 / 1535
    years = np.arange(1712, 1980)
    for first, last, wanted in (
        (1700, 1920, 0.097),
        (1921, 1955, 0.097),
        (1956, 1979, 0.28),
    ):
        found = squares[(years >= first) & (years <= last)].mean()
        assert found == pytest.approx(wanted, abs=0.005)


def test_choice_finds_delay_and_threshold():
    series = world(4000, 0.5)
    share = (series <= 0.5).mean()
    found = choose_threshold_ar(
        series, 3, delays=(1, 2, 3), shares=(share / 2, share, 0.9)
    )
    assert found.delay == 2
    assert found.threshold == pytest.approx(0.5, abs=0.02)
    assert found.aic <= choose_threshold_ar(series, 3, delays=(1,)).aic


def test_a_regime_without_times_of_its_own_is_refused():
    with pytest.raises(ValueError, match="targets to the high regime"):
        fit_threshold_ar(world(50, 1.0), (1, 2), threshold=99.0, delay=1)
    with pytest.raises(ValueError, match="series must leave 32 targets"):
        choose_threshold_ar(world(120, 1.0), 30, delays=(1,), shares=(0.01,))
