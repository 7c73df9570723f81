"""The memory neuron does what its equation says, and learns it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.tsa.arima.model import ARIMA

from rnnlib import datasets, models
from rnnlib.models.memory_neuron import MemoryNeuron

numbers = st.floats(-2, 2)
sequences = st.lists(st.floats(-5, 5), min_size=4, max_size=30)


@given(u=st.floats(-1, 1), m=numbers, b=numbers, x=sequences)
def test_output_is_the_sum_over_the_impulse_response(u, m, b, x):
    neuron = MemoryNeuron(u, m, b)
    outputs = neuron.run(x, start=0.7)
    age = np.arange(len(x))
    for t in range(len(x)):
        weights = neuron.impulse_response(t + 1)
        inputs = weights @ np.array(x[: t + 1])[::-1]
        biases = b * (u ** age[: t + 1].astype(float)).sum()
        expected = u ** (t + 1.0) * 0.7 + inputs + biases
        assert outputs[t] == pytest.approx(expected, abs=1e-8)


@given(u=st.floats(0.01, 0.999))
def test_half_life_is_where_the_weight_is_half(u):
    assert u ** MemoryNeuron(u).half_life == pytest.approx(0.5)
    assert MemoryNeuron(-u).half_life == MemoryNeuron(u).half_life


def test_half_life_at_the_ends():
    assert MemoryNeuron(0).half_life == 0
    assert MemoryNeuron(1).half_life == np.inf
    assert MemoryNeuron(-1.5).half_life == np.inf


@given(
    u=st.floats(-0.95, 0.95),
    m=numbers,
    b=numbers,
    x=sequences,
    start=numbers,
)
def test_gradient_equals_central_differences(u, m, b, x, start):
    target = np.sin(np.arange(len(x)))
    _, slope = models.gradient(MemoryNeuron(u, m, b), x, target, start)
    step = 1e-5
    for i in range(3):
        ends = []
        for sign in (1, -1):
            moved = np.array([u, m, b])
            moved[i] += sign * step
            outputs = MemoryNeuron(*moved).run(x, start)
            ends.append(((outputs - target) ** 2).mean())
        numerical = (ends[0] - ends[1]) / (2 * step)
        assert slope[i] == pytest.approx(numerical, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("u", [-0.8, -0.3, 0.0, 0.6, 0.97])
def test_least_squares_finds_the_neuron_that_made_the_data(u):
    x = np.random.default_rng(0).normal(size=300)
    true = MemoryNeuron(u, 1.3, -0.4)
    found = models.fit_least_squares(x, true.run(x, 0.5), start=0.5)
    assert found.u == pytest.approx(u, abs=1e-5)
    assert found.m == pytest.approx(1.3, abs=1e-4)
    assert found.b == pytest.approx(-0.4, abs=1e-4)


def test_trained_to_forecast_it_is_an_arma_1_1():
    """The forecast of an ARMA(1,1) is u = -theta, m = phi + theta."""
    z = datasets.sunspots_yearly().values
    z = z - z.mean()
    ours = models.fit_least_squares(z[:-1], z[1:])
    theirs = ARIMA(z, order=(1, 0, 1), trend="n").fit()
    phi, theta = theirs.params[:2]
    assert ours.u == pytest.approx(-theta, abs=0.02)
    assert ours.m == pytest.approx(phi + theta, abs=0.02)


def test_gradient_descent_and_least_squares_meet():
    z = datasets.sunspots_yearly().values
    z = (z - z.mean()) / z.std()
    x, target = z[:-1], z[1:]
    best = models.fit_least_squares(x, target, start=0.0)
    found, path = models.fit_gradient(
        MemoryNeuron(0.0, 0.0), x, target, learning_rate=0.1, steps=500
    )
    assert found.u == pytest.approx(best.u, abs=1e-4)
    assert found.m == pytest.approx(best.m, abs=1e-4)
    assert path.shape == (501, 4)
    assert (np.diff(path[:, 3]) < 1e-12).all(), "a step went uphill"


def test_online_without_learning_is_a_plain_run():
    x, target = np.arange(6.0), np.ones(6)
    neuron = MemoryNeuron(0.5, 0.2, 0.1)
    outputs, used = models.learn_online(neuron, x, target, learning_rate=0.0)
    np.testing.assert_allclose(outputs, neuron.run(x))
    np.testing.assert_array_equal(used, np.tile([0.5, 0.2, 0.1], (6, 1)))


def test_online_learning_never_uses_a_target_before_its_output():
    x = np.linspace(-1, 1, 20)
    target = np.cos(x)
    neuron = MemoryNeuron(0.3, 0.3)
    plain, _ = models.learn_online(neuron, x, target)
    target[12] += 100.0
    changed, _ = models.learn_online(neuron, x, target)
    np.testing.assert_array_equal(plain[:13], changed[:13])
    assert plain[13] != changed[13]


def test_overflow_is_an_error_and_not_an_infinity():
    with pytest.raises(OverflowError, match=r"u = 1\.1 over 10000 steps"):
        MemoryNeuron(1.1).run(np.ones(10_000))
    with pytest.raises(OverflowError, match="over 10000 steps"):
        MemoryNeuron(1.1).impulse_response(10_000)


def test_diverging_learning_names_the_rate():
    returns = datasets.apple_returns().values
    with pytest.raises(ValueError, match="learning_rate must be smaller"):
        models.learn_online(MemoryNeuron(1, 1, 1), returns[:-1], returns[1:])
    with pytest.raises(ValueError, match="learning_rate must be smaller"):
        models.fit_gradient(
            MemoryNeuron(1, 1, 1), returns[:-1], returns[1:], learning_rate=1.0
        )
