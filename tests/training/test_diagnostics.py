"""The instruments must themselves be right, or nothing they say counts."""

import numpy as np
import pytest

from rnnlib.layers.elman import Elman
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.lstm import LSTM
from rnnlib.training.gradients import (
    gradient_check,
    numerical_gradient,
    relative_error,
)
from rnnlib.training.memory_span import (
    fading_lag,
    gradient_by_lag,
    input_influence,
    memory_horizon,
    spectral_radius,
    success_interval,
)

rng = np.random.default_rng(0)


def test_numerical_gradient_of_a_cubic_is_known():
    w = np.array([[1.0, -2.0], [0.5, 3.0]])
    found = numerical_gradient(lambda: float((w**3).sum()), w)
    np.testing.assert_allclose(found, 3 * w**2, rtol=1e-9)


def test_the_array_is_put_back_exactly():
    w = np.array([0.1, 1e10, -1e-10])
    before = w.copy()
    numerical_gradient(lambda: float(w.sum()), w)
    np.testing.assert_array_equal(w, before)


@pytest.mark.parametrize("fault", [1.001, -1.0, 0.0])
def test_gradient_check_finds_a_wrong_gradient(fault):
    w, v = np.array([1.0, 2.0]), np.array([0.3])

    def loss():
        return float((w**2).sum() * np.sin(v).sum())

    right = {"w": 2 * w * np.sin(v), "v": (w**2).sum() * np.cos(v)}
    arrays = {"w": w, "v": v}
    assert max(gradient_check(loss, arrays, right).values()) < 1e-9
    wrong = right | {"v": fault * right["v"]}
    errors = gradient_check(loss, arrays, wrong)
    assert errors["w"] < 1e-9
    assert errors["v"] > 0.9e-3


def test_relative_error_is_scaled_by_the_largest_entry():
    assert relative_error([100.0, 0.0], [100.0, 1.0]) == pytest.approx(0.01)
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error([0.0], [1e-30]) == 1


def test_spectral_radius_of_a_rotation_is_its_scale():
    angle = 0.7
    rotation = [
        [np.cos(angle), -np.sin(angle)],
        [np.sin(angle), np.cos(angle)],
    ]
    assert spectral_radius(0.9 * np.array(rotation)) == pytest.approx(0.9)


def test_gradients_of_a_linear_network_shrink_by_powers_of_its_matrix():
    layer = Elman(1, 4, activation="identity", init="orthogonal", seed=1)
    layer.parameters["W_hh"] *= 0.9
    x, upstream = rng.normal(size=(30, 2, 1)), rng.normal(size=(2, 4))
    wanted = 0.9 ** np.arange(31)[:, None]
    np.testing.assert_allclose(
        gradient_by_lag(layer, x, upstream),
        wanted * np.linalg.norm(upstream, axis=1),
    )


@pytest.mark.parametrize("kind", [Elman, LSTM, FastLSTM, GRU])
def test_gradient_by_lag_ends_in_the_gradient_of_the_starting_state(kind):
    layer = kind(2, 3, seed=1)
    x, upstream = rng.normal(size=(9, 4, 2)), rng.normal(size=(4, 3))
    by_lag = gradient_by_lag(layer, x, upstream)
    h, cache = layer.forward(x)
    dh = np.zeros_like(h)
    dh[-1] = upstream
    gradients = layer.backward(dh, cache)
    parts = [gradients[k] for k in ("h0", "c0") if k in gradients]
    assert by_lag.shape == (10, 4)
    np.testing.assert_allclose(by_lag[0], np.linalg.norm(upstream, axis=1))
    np.testing.assert_allclose(
        by_lag[-1], np.linalg.norm(np.hstack(parts), axis=1)
    )


@pytest.mark.parametrize("kind", [Elman, LSTM, FastLSTM, GRU])
def test_input_influence_equals_central_differences(kind):
    layer = kind(2, 3, seed=1)
    x = rng.normal(size=(5, 1, 2))
    columns = [
        numerical_gradient(lambda j=j: layer.forward(x)[0][-1, 0, j], x)
        for j in range(3)
    ]
    wanted = np.sqrt((np.array(columns) ** 2).sum(axis=(0, 3)))[::-1]
    np.testing.assert_allclose(input_influence(layer, x), wanted, rtol=1e-7)


def test_fading_lag_is_where_a_power_falls_below_the_share_for_good():
    powers = 0.5 ** np.arange(20)
    assert fading_lag(powers) == 7  # 1/128 is the first below 1/100
    assert fading_lag(powers, share=0.3) == 2
    assert fading_lag([1.0, 0.001, 0.5, 0.001]) == 3
    assert fading_lag(np.ones(4)) == np.inf


def _seeds(*wins, of=10):
    return np.array([[k < won for k in range(of)] for won in wins])


LAGS = [5, 10, 20, 50]


@pytest.mark.parametrize(
    ("wins", "wanted", "told"),
    [
        ((10, 10, 5, 0), (20, 10, 50), "10 to below 50"),
        ((10, 10, 10, 0), (20, 20, 50), "20 to below 50"),
        ((10, 4, 10, 10), (5, 5, np.inf), "5 or more"),  # a gap ends it
        ((10, 8, 10, 1), (20, 5, 50), "5 to below 50"),
        ((10, 10, 10, 10), (50, 50, np.inf), "50 or more"),  # censored
        ((0, 0, 0, 0), (0, 0, 5), "0 to below 5"),
    ],
)
def test_memory_horizon_ends_at_a_gap_and_says_what_is_shown(
    wins, wanted, told
):
    found = memory_horizon(LAGS, _seeds(*wins))
    assert found == wanted
    assert found.interval() == told


def test_memory_horizon_can_ask_for_more_than_half():
    wins = _seeds(10, 9, 8, 5)
    lags = [memory_horizon(LAGS, wins, share=k).lag for k in (0.5, 0.9, 1)]
    assert lags == [50, 10, 5]
    # Nine wins of ten are no proof of a share of 0.7, ten are.
    assert memory_horizon(LAGS, wins, share=0.7).low == 5


def test_three_seeds_show_nothing():
    found = memory_horizon(LAGS, _seeds(3, 3, 0, 0, of=3))
    assert found == (10, 0, np.inf)


@pytest.mark.parametrize("slope", [1.0, 3.0, 10.0])
@pytest.mark.parametrize("middle", [12.0, 20.0, 40.0])
def test_interval_of_the_horizon_covers_the_truth(slope, middle):
    share = 1 / (1 + (np.array(LAGS) / middle) ** slope)
    truth = max(lag for lag, p in zip(LAGS, share) if p >= 0.5)
    draws = np.random.default_rng(1).random((400, len(LAGS), 10))
    found = [memory_horizon(LAGS, draw < share[:, None]) for draw in draws]
    covered = np.mean([f.low <= truth < f.high for f in found])
    assert covered >= 0.95


def test_success_interval_equals_wilsons_formula_and_stays_inside():
    assert success_interval(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    low, high = success_interval(10, 10)
    assert (round(low, 4), high) == (0.7225, 1.0)
    low, high = success_interval(0, 10)
    assert (low, round(high, 4)) == (0.0, 0.2775)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: numerical_gradient(float, np.ones(2, np.float32)),
            TypeError,
            "dtype float64",
        ),
        (
            lambda: memory_horizon([2, 1], np.ones((2, 3), bool)),
            ValueError,
            "lags must rise",
        ),
        (
            lambda: memory_horizon([1, 2], np.ones((2, 3))),
            TypeError,
            "success must hold booleans",
        ),
        (lambda: fading_lag([1.0, -1.0]), ValueError, "norms must be at"),
        (lambda: fading_lag([0.0, 0.0]), ValueError, "norms must be at"),
        (lambda: spectral_radius(np.ones((2, 3))), ValueError, "W must have"),
        (lambda: success_interval(3, 2), ValueError, "successes must be"),
        (
            lambda: gradient_check(float, {"w": np.ones(2)}, {}),
            ValueError,
            "must hold 'w'",
        ),
        (
            lambda: gradient_check(
                float, {"w": np.ones(2)}, {"w": np.ones(3)}
            ),
            ValueError,
            "must have shape",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
