"""A backtest in which nobody sees the future, and scores that mean it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib import datasets, forecasting, models
from rnnlib.forecasting import scores

SUN = datasets.sunspots_yearly().values


def test_nobody_sees_the_future():
    """Poison everything after an origin: forecasts before must not move."""
    rivals = {
        "mean": forecasting.mean_forecast,
        "naive": forecasting.naive_forecast,
        "season": forecasting.seasonal_naive(11),
        "AR": forecasting.ar_forecaster(9),
        "chosen AR": forecasting.chosen_ar_forecaster(12),
    }
    clean = forecasting.backtest(SUN, rivals, first_origin=100, horizon=3)
    poisoned = SUN.copy()
    poisoned[203:] = 1e9
    other = forecasting.backtest(poisoned, rivals, first_origin=100, horizon=3)
    before = clean.origins <= 203
    for name in rivals:
        np.testing.assert_array_equal(
            clean.forecasts[name][before], other.forecasts[name][before]
        )
        assert not np.array_equal(
            clean.forecasts[name][-1], other.forecasts[name][-1]
        )


def test_history_is_a_copy_that_cannot_harm_the_series():
    def vandal(history, horizon):
        history[:] = 0.0
        return np.zeros(horizon)

    result = forecasting.backtest(SUN, {"vandal": vandal}, first_origin=300)
    np.testing.assert_array_equal(result.actual[:, 0], SUN[300:])


@given(
    first=st.integers(1, 20), horizon=st.integers(1, 5), step=st.integers(1, 4)
)
def test_every_origin_is_followed_by_what_came(first, horizon, step):
    series = np.arange(30.0)
    result = forecasting.backtest(
        series,
        {"last": forecasting.naive_forecast},
        first_origin=first,
        horizon=horizon,
        step=step,
    )
    for origin, came, said in zip(
        result.origins, result.actual, result.forecasts["last"]
    ):
        np.testing.assert_array_equal(came, origin + np.arange(horizon))
        np.testing.assert_array_equal(said, np.full(horizon, origin - 1))
    assert result.origins[-1] + horizon + step > 30


def test_window_limits_what_is_handed_over():
    lengths = []

    def spy(history, horizon):
        lengths.append(len(history))
        return np.zeros(horizon)

    forecasting.backtest(SUN[:40], {"spy": spy}, first_origin=5, window=20)
    assert lengths[:4] == [5, 6, 7, 8]
    assert max(lengths) == lengths[-1] == 20


def test_baselines_say_what_they_should():
    history = np.array([1.0, 2.0, 6.0])
    assert forecasting.mean_forecast(history, 2).tolist() == [3.0, 3.0]
    assert forecasting.naive_forecast(history, 2).tolist() == [6.0, 6.0]
    season = forecasting.seasonal_naive(2)
    assert season(history, 5).tolist() == [2.0, 6.0, 2.0, 6.0, 2.0]


def test_scores_of_known_answers():
    actual = np.array([1.0, 2.0, 3.0])
    reference = np.full(3, 2.0)
    r2 = forecasting.r2_out_of_sample
    assert r2(actual, actual, reference) == 1
    assert r2(actual, reference, reference) == 0
    assert r2(actual, actual[::-1], reference) == pytest.approx(-3)
    assert forecasting.mae(actual, reference) == pytest.approx(2 / 3)
    assert forecasting.rmse(actual, reference) == pytest.approx((2 / 3) ** 0.5)


@pytest.mark.parametrize("score", ["mae", "rmse"])
def test_interval_holds_the_score_and_repeats_with_its_seed(score):
    result = forecasting.backtest(
        SUN, {"naive": forecasting.naive_forecast}, first_origin=100
    )
    first = forecasting.score_interval(result, "naive", score=score, seed=3)
    again = forecasting.score_interval(result, "naive", score=score, seed=3)
    other = forecasting.score_interval(result, "naive", score=score, seed=4)
    value, low, high = first
    assert low < value < high
    assert first == again != other
    assert other[0] == value


def test_interval_covers_the_truth_about_as_often_as_it_says():
    """In 200 worlds of white noise the true error lies in the interval."""
    generator = np.random.default_rng(0)
    inside = 0
    for _ in range(200):
        errors = generator.normal(size=(120, 1))
        result = forecasting.Backtest(
            np.arange(120), errors, {"zero": np.zeros((120, 1))}
        )
        _, low, high = forecasting.score_interval(
            result, "zero", score="rmse", block_length=6, resamples=200
        )
        inside += low <= 1.0 <= high
    assert 160 <= inside <= 195, f"{inside} of 200, wanted about 180"


def worlds_like_the_sun(count, years):
    """Yield backtests in worlds whose law is the sun's AR(9)."""
    law = models.fit_ar(SUN, 9)
    generator = np.random.default_rng(0)
    for _ in range(count):
        noise = generator.normal(size=250 + years)
        world = law.simulate(SUN[:9], law.residual_variance**0.5 * noise)
        world = world[100:]
        fits = {p: models.fit_ar(world[:150], p) for p in (2, 9)}
        said = {
            f"AR({p})": fit.predict(world)[150 - p :, np.newaxis]
            for p, fit in fits.items()
        }
        said["mean"] = np.full((years, 1), world[:150].mean())
        yield forecasting.Backtest(
            np.arange(150, 150 + years), world[150:, np.newaxis], said
        )


@pytest.mark.parametrize("years", [159, 36])
@pytest.mark.parametrize(
    "model, reference", [("AR(9)", "AR(2)"), ("AR(2)", "mean")]
)
def test_three_long_blocks_cover_where_errors_come_in_runs(
    model, reference, years
):
    """Nine tenths of 300 worlds, give or take the luck of the draw.

    The truth is the skill over all worlds. With the middle 90 % of the
    resampled skills it would be covered in half to three quarters of them.
    """
    worlds = list(worlds_like_the_sun(300, years))
    squares = {
        name: sum(((w.actual - w.forecasts[name]) ** 2).sum() for w in worlds)
        for name in (model, reference)
    }
    truth = 1 - squares[model] / squares[reference]
    found = [
        forecasting.score_interval(
            world,
            model,
            reference=reference,
            block_length=years // 3,
            resamples=100,
        )
        for world in worlds
    ]
    inside = np.mean([low <= truth <= high for _, low, high in found])
    assert 0.85 <= inside <= 0.99, f"covered in {inside:.0%} of the worlds"


@pytest.mark.parametrize(
    "freedom, level, quantile",
    [(2, 0.9, 2.9200), (6, 0.9, 1.9432), (14, 0.99, 2.9768)],
)
def test_reach_is_student_s(freedom, level, quantile):
    """Against the printed table of Student's distribution."""
    found = scores._student_t(level, freedom)
    assert found == pytest.approx(quantile, abs=5e-4)


@given(
    blocks=st.integers(3, 10),
    level=st.sampled_from([0.5, 0.8, 0.95]),
)
def test_interval_widens_with_its_level_and_stays_possible(blocks, level):
    result = forecasting.backtest(
        SUN,
        {"AR": forecasting.naive_forecast, "mean": forecasting.mean_forecast},
        first_origin=249,
    )
    found = [
        forecasting.score_interval(
            result,
            "AR",
            reference="mean",
            block_length=60 // blocks,
            level=each,
            resamples=100,
        )
        for each in (level, 0.99)
    ]
    (_, low, high), (_, lower, higher) = found
    assert lower < low < high <= higher <= 1


def test_longer_blocks_widen_the_interval_where_errors_come_in_runs():
    result = forecasting.backtest(
        SUN, {"mean": forecasting.mean_forecast}, first_origin=100
    )
    widths = []
    for block in (1, 22):
        _, low, high = forecasting.score_interval(
            result, "mean", score="mae", block_length=block
        )
        widths.append(high - low)
    assert widths[1] > 1.2 * widths[0]


def test_a_learner_is_fitted_before_the_first_origin_and_then_rarely():
    fitted = []

    def fit(history):
        fitted.append(len(history))
        return lambda history, n: np.full(n, float(fitted[-1]))

    result = forecasting.backtest(
        np.arange(60.0),
        {"rare": forecasting.Learner(fit, 12)},
        first_origin=20,
        step=5,
    )
    assert fitted == [20, 35, 50]  # origins 20, 25, …: the first past 12
    np.testing.assert_array_equal(
        result.forecasts["rare"][:, 0], [20, 20, 20, 35, 35, 35, 50, 50]
    )
    forecasting.backtest(
        np.arange(60.0), {"once": forecasting.Learner(fit)}, first_origin=20
    )
    assert fitted == [20, 35, 50, 20]


def test_nothing_learns_from_a_future_of_nan():
    """Scale, order and weights are fitted to what lies before the origin."""
    fits = {
        "AR": lambda h: (
            models.fit_ar(h, models.choose_order(h, 12)[0]).forecast
        ),
        "direct": lambda h: models.fit_direct_ar(h, 9, 5, ridge=3.0).forecast,
        "threshold": lambda h: (
            models.choose_threshold_ar(h, 4, delays=(2, 3)).forecast
        ),
    }
    fits |= {
        f"{name}, roots": forecasting.on_square_roots(fit)
        for name, fit in fits.items()
    }
    rivals = {n: forecasting.Learner(fit, 30) for n, fit in fits.items()}
    whole = forecasting.backtest(SUN, rivals, first_origin=150, horizon=5)
    for origin in (150, 179, 180, 200):
        poisoned = SUN.copy()
        poisoned[origin:] = np.nan
        for name, fit in fits.items():
            forecaster = fit(poisoned[: 150 + (origin - 150) // 30 * 30])
            np.testing.assert_array_equal(
                whole.forecasts[name][origin - 150],
                forecaster(poisoned[:origin], 5),
            )


def test_square_roots_are_fitted_and_squared_again():
    seen = []

    def fit(history):
        seen.append(history)
        return lambda history, n: np.resize([history[-1], -1.0], n)

    forecast = forecasting.on_square_roots(fit)(np.array([1.0, 4.0]))
    np.testing.assert_array_equal(seen[0], [1.0, 2.0])
    np.testing.assert_array_equal(forecast(np.array([4.0, 9.0]), 2), [9, 0])
    with pytest.raises(ValueError, match="history must not be negative"):
        forecast(np.array([4.0, -1.0]), 2)


def test_skill_by_horizon_is_the_skill_of_each_column():
    rivals = {
        "mean": forecasting.mean_forecast,
        "season": forecasting.seasonal_naive(11),
        "AR": forecasting.ar_forecaster(2),
    }
    result = forecasting.backtest(SUN, rivals, first_origin=150, horizon=4)
    skill, low, high = forecasting.skill_by_horizon(
        result, "AR", reference="mean", block_length=22, seed=1
    )
    for h in range(4):
        column = forecasting.Backtest(
            result.origins,
            result.actual[:, [h]],
            {n: f[:, [h]] for n, f in result.forecasts.items()},
        )
        np.testing.assert_allclose(
            (skill[h], low[h], high[h]),
            forecasting.score_interval(
                column, "AR", reference="mean", block_length=22, seed=1
            ),
        )
    both, _, _ = forecasting.skill_by_horizon(
        result, ["AR", "season"], reference="mean"
    )
    other, _, _ = forecasting.skill_by_horizon(
        result, "season", reference="mean"
    )
    np.testing.assert_allclose(both, (skill + other) / 2)


@given(count=st.integers(20, 200), percent=st.integers(5, 95))
def test_conformal_margin_covers_the_share_that_it_promises(count, percent):
    """Each of n + 1 exchangeable errors may be the one to come."""
    errors = np.random.default_rng(count).normal(size=count + 1)
    inside = 0
    for i in range(count + 1):
        margin = forecasting.conformal_margin(
            np.delete(errors, i), percent / 100
        )
        inside += abs(errors[i]) <= margin
    assert percent / 100 <= inside / (count + 1) + 1e-9
    assert inside / (count + 1) < percent / 100 + 2 / (count + 1)


def test_conformal_margin_takes_every_horizon_for_itself():
    errors = np.array([[1.0, -10.0], [-2.0, 20.0], [3.0, 30.0]])
    np.testing.assert_array_equal(
        forecasting.conformal_margin(errors, 0.5), [2.0, 20.0]
    )
