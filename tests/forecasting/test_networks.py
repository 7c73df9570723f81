"""Networks as forecasters: no future, right targets, the same as torch."""

from __future__ import annotations

import numpy as np
import pytest

from rnnlib import forecasting
from rnnlib.forecasting.forecasters import on_square_roots
from rnnlib.forecasting.networks import (
    KINDS,
    NetworkForecaster,
    network_learner,
    random_pieces,
)
from rnnlib.forecasting.rolling_origin import Learner, backtest

WAVE = 5 + 3 * np.sin(np.arange(400) * 2 * np.pi / 20)
SMALL = {"updates": 3, "learning_rate": 0.01, "steps": 30, "warm_up": 5}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("horizon", [1, 4])
def test_nobody_sees_the_future(kind, horizon):
    """Poison everything after the last origin with NaN."""
    fit = network_learner(kind, 4, horizon=horizon, **SMALL)
    seen = []

    def spy(history):
        seen.append(len(history))
        return fit(history)

    rival = {"net": Learner(spy, 20), "roots": Learner(on_square_roots(fit))}
    whole = backtest(WAVE, rival, first_origin=200, horizon=4)
    assert seen[:3] == [200, 220, 240]
    for origin in (200, 219, 220, 263):
        poisoned = WAVE.copy()
        poisoned[origin:] = np.nan
        forecaster = fit(poisoned[: 200 + (origin - 200) // 20 * 20])
        np.testing.assert_allclose(
            whole.forecasts["net"][origin - 200],
            forecaster(poisoned[:origin], 4),
            rtol=1e-4,
        )


@pytest.mark.parametrize("kind", KINDS)
def test_reading_on_is_the_same_as_reading_again(kind):
    forecaster = network_learner(kind, 4, horizon=3, **SMALL)(WAVE[:200])
    again = NetworkForecaster(forecaster.network, forecaster.scaler)
    for known in (200, 201, 230, 210, 230):
        fresh = NetworkForecaster(forecaster.network, forecaster.scaler)
        np.testing.assert_allclose(
            again(WAVE[:known], 3), fresh(WAVE[:known], 3), rtol=1e-4
        )
    changed = WAVE[:230].copy()
    changed[-9] += 100.0  # another past of the same length
    assert not np.array_equal(again(changed, 3), again(WAVE[:230], 3))


def test_recursive_forecasts_feed_back_what_they_said():
    fit = network_learner("GRU", 4, **SMALL)
    history, forecaster = WAVE[:200], fit(WAVE[:200])
    ahead = forecaster(history, 5)
    for step in range(5):
        extended = np.append(history, ahead[:step])
        fresh = NetworkForecaster(forecaster.network, forecaster.scaler)
        np.testing.assert_allclose(fresh(extended), ahead[step], rtol=1e-4)


def test_direct_forecasts_are_the_outputs_of_the_last_step():
    forecaster = network_learner("LSTM", 4, horizon=6, **SMALL)(WAVE[:200])
    scaled = forecaster.scaler.scale(WAVE[:200])
    wanted = forecaster.network.predict(scaled[:, None, None])[-1, 0]
    np.testing.assert_allclose(
        forecaster(WAVE[:200], 6), forecaster.scaler.unscale(wanted), rtol=1e-4
    )
    assert len(forecaster(WAVE[:200], 2)) == 2
    with pytest.raises(ValueError, match="horizon must be between 1 and 6"):
        forecaster(WAVE[:200], 7)


def test_pieces_have_the_targets_that_follow_and_none_from_outside():
    series = np.arange(50.0)
    draw = random_pieces(series, steps=10, horizon=4, warm_up=3, size=200)
    data = draw(np.random.default_rng(0))
    assert data.x.shape == (10, 200, 1) and data.y.shape == (10, 200, 4)
    np.testing.assert_array_equal(data.y, data.x + np.arange(1, 5))
    assert data.x.min() == 0 and data.y.max() == 49  # both ends are reached
    assert not data.mask[:3].any() and data.mask[3:].all()


def test_a_network_learns_a_wave():
    fit = network_learner(
        "Elman", 8, updates=200, learning_rate=0.01, horizon=10, steps=40,
        warm_up=10,
    )  # fmt: skip
    rivals = {"mean": forecasting.mean_forecast, "net": Learner(fit)}
    result = backtest(WAVE, rivals, first_origin=200, horizon=10, step=7)
    skill, _, _ = forecasting.skill_by_horizon(
        result, "net", reference="mean", block_length=3
    )
    assert skill.min() > 0.9


def test_the_whole_history_at_every_update_is_one_sequence():
    fit = network_learner(
        "Elman", 4, updates=5, learning_rate=0.01, steps=None, seed=3
    )
    first, second = fit(WAVE[:100]), fit(WAVE[:100])
    np.testing.assert_array_equal(first(WAVE, 3), second(WAVE, 3))
    with pytest.raises(ValueError, match="steps must be given"):
        network_learner(
            "Elman", 4, updates=5, learning_rate=0.01, steps=None, horizon=2
        )
