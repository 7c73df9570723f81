"""Linear recurrences: the scan, and what is theirs alone."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlib.layers.input_gated import InputGated
from rnnlib.layers.lru import LRU
from rnnlib.layers.reflections import Reflections
from rnnlib.layers.scan import WAYS, linear_scan, linear_scan_back
from rnnlib.training.gradients import (
    gradient_check,
    numerical_gradient,
    relative_error,
)

many = settings(max_examples=200, deadline=None, derandomize=True)


def numbers(rng, kind, *shape):
    """Draw real or complex numbers."""
    found = rng.normal(size=shape)
    return found + 1j * rng.normal(size=shape) if kind == "complex" else found


def as_real(array):
    """Return real and imaginary parts, real numbers as they are."""
    return array.view(float) if np.iscomplexobj(array) else array


@st.composite
def scans(draw):
    """Draw factors, inputs, a start or none, and upstream gradients."""
    T, B, H = (draw(st.integers(1, high)) for high in (40, 3, 4))
    kind = draw(st.sampled_from(["real", "complex"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    a, b, dh = (numbers(rng, kind, T, B, H) for _ in range(3))
    h0 = numbers(rng, kind, B, H) if draw(st.booleans()) else None
    return a / np.maximum(1, abs(a)), b, h0, dh


@pytest.mark.parametrize("way", WAYS)
@many
@given(case=scans())
def test_every_way_to_scan_equals_the_loop_as_it_is_written(way, case):
    a, b, h0, _ = case
    h = linear_scan(a, b, h0, way=way)
    assert h.shape == b.shape
    now = np.zeros_like(b[0]) if h0 is None else h0
    for h_t, a_t, b_t in zip(h, a, b):
        now = a_t * now + b_t
        np.testing.assert_allclose(h_t, now, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("way", WAYS)
@many
@given(case=scans())
def test_gradients_of_a_scan_equal_autograd(way, case):
    a, b, h0, dh = case
    found = linear_scan_back(dh, a, linear_scan(a, b, h0), h0, way=way)
    h0 = np.zeros_like(b[0]) if h0 is None else h0
    w = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in {"a": a, "b": b, "h0": h0}.items()
    }
    h, loss = w["h0"], 0
    for a_t, b_t, dh_t in zip(w["a"], w["b"], torch.tensor(dh)):
        h = a_t * h + b_t
        loss = loss + (dh_t.conj() * h).real.sum()
    loss.backward()
    assert found.keys() == w.keys()
    for name, tensor in w.items():
        apart = [as_real(each) for each in (found[name], tensor.grad.numpy())]
        assert relative_error(*apart) < 1e-10


@many
@given(case=scans())
def test_gradients_of_a_scan_equal_central_differences(case):
    a, b, h0, dh = case
    h = linear_scan(a, b, h0)
    found = linear_scan_back(dh, a, h, h0)
    arrays = {"a": a, "b": b} | ({} if h0 is None else {"h0": h0})

    def loss():
        change = linear_scan(a, b, h0) - h
        return float((dh.conj() * change).real.sum())

    for name, array in arrays.items():
        wanted = numerical_gradient(loss, as_real(array))  # moved in place
        assert relative_error(as_real(found[name]), wanted) < 1e-7


@pytest.mark.parametrize("way", WAYS)
def test_a_scan_changes_nothing_that_it_was_given(way):
    rng = np.random.default_rng(0)
    a, b, h0 = rng.normal(size=(9, 2, 3)), rng.normal(size=(9, 2, 3)), 1.0
    kept = a.copy(), b.copy()
    h = linear_scan(a, b, np.full((2, 3), h0), way=way)
    linear_scan_back(b, a, h, way=way)
    np.testing.assert_array_equal((a, b), kept)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [np.float32, np.complex64])
def test_single_precision_stays(way, kind):
    a = np.full((9, 1, 1), 0.5, kind)
    assert linear_scan(a, a, way=way).dtype == kind


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b": np.ones((4, 2, 1))}, r"b must have shape \(4, 1, 1\)"),
        ({"a": np.full((4, 1, 1), 1j * np.inf)}, "a must be finite"),
        ({"h0": np.ones(1)}, "h0 must have shape"),
        ({"way": "jump"}, "way must be one of"),
    ],
)
def test_scan_refuses_what_does_not_fit(change, message):
    good = {"a": np.ones((4, 1, 1)), "b": np.ones((4, 1, 1))}
    with pytest.raises(ValueError, match=message):
        linear_scan(**good | change)


@st.composite
def modes(draw):
    """Draw an LRU, inputs, and a gradient at the last state."""
    T, B, D, N = (draw(st.integers(1, high)) for high in (30, 3, 3, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    layer = LRU(D, 2 * N, normalize=draw(st.booleans()), seed=rng)
    return layer, rng.normal(size=(T, B, D)), rng.normal(size=(B, 2 * N))


@many
@given(case=modes())
def test_the_last_state_by_one_product_equals_the_recurrence(case):
    layer, x, dh = case
    every, cache = layer.forward(x)
    last, last_cache = layer.last(x)
    np.testing.assert_allclose(last, every[-1], rtol=1e-10, atol=1e-12)
    upstream = np.zeros_like(every)
    upstream[-1] = dh
    wanted = layer.backward(upstream, cache)
    found = layer.last_back(dh, last_cache)
    assert found.keys() == layer.parameters.keys()
    for name, gradient in found.items():
        assert relative_error(gradient, wanted[name]) < 1e-10, name


def test_a_mode_normalized_has_the_variance_of_its_input():
    """White noise in: variance 1 / (1 - |a|^2), times the gain's square."""
    layer = LRU(1, 6, smallest=0.9, largest=0.99, seed=1)
    layer.parameters["W_xh"][:] = 1
    x = np.random.default_rng(2).normal(size=(20_000, 4, 1))
    real, imaginary = np.split(layer.forward(x)[0][2000:], 2, axis=2)
    loud = (real**2 + imaginary**2).mean(axis=(0, 1))
    np.testing.assert_allclose(loud, 2, rtol=0.15)  # |W|^2 = 1 + 1


def test_modes_start_on_the_ring_asked_for():
    layer = LRU(1, 400, smallest=0.8, largest=0.95, widest=1.0)
    assert (abs(layer.a) >= 0.8).all() and (abs(layer.a) <= 0.95).all()
    angles = np.angle(layer.a)
    assert angles.min() >= 0 and 0.9 < angles.max() <= 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden_size": 3}, "hidden_size must be even, found 3"),
        ({"smallest": 0.9, "largest": 0.5}, "largest must be above 0.9"),
        ({"largest": 1.0}, "largest must lie in"),
        ({"widest": 4.0}, "widest must lie in"),
    ],
)
def test_modes_refuse_what_does_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        LRU(**{"input_size": 1, "hidden_size": 4} | options)


def test_gates_depend_on_the_input_alone():
    layer = InputGated(2, 3, seed=1)
    x = np.random.default_rng(0).normal(size=(5, 2, 2))
    gates = [
        layer.forward(x, h0)[1].trace("f") for h0 in (None, np.ones((2, 3)))
    ]
    np.testing.assert_array_equal(*gates)


@pytest.mark.parametrize("lowest", [0.0, -0.5, -1.0])
def test_a_forget_gate_keeps_to_its_range(lowest):
    layer = InputGated(1, 1, lowest=lowest)
    layer.parameters["W_xh"][:], layer.parameters["b_h"][:] = 50, 0
    cache = layer.forward([[[-1.0]], [[1.0]], [[0.0]]])[1]
    f = cache.trace("f").ravel()
    np.testing.assert_allclose(f, [lowest, 1, (1 + lowest) / 2], atol=1e-12)


def test_chrono_starts_with_memories_up_to_the_lag():
    layer = InputGated(1, 2000, longest_lag=100)
    b_f, b_i, _ = np.split(layer.parameters["b_h"], 3)
    np.testing.assert_array_equal(b_f, -b_i)
    assert b_f.min() >= 0 and np.log(98) < b_f.max() <= np.log(99)
    biased = InputGated(1, 3, forget_bias=2.5).parameters["b_h"]
    np.testing.assert_array_equal(biased[:3], 2.5)
    with pytest.raises(ValueError, match="exclude each other, found both"):
        InputGated(1, 1, forget_bias=1.0, longest_lag=9)


def test_many_stretches_equal_one(monkeypatch):
    layer = InputGated(2, 3, seed=1)
    rng = np.random.default_rng(0)
    x, dh = rng.normal(size=(50, 2, 2)), rng.normal(size=(50, 2, 3))
    found = []
    for stretch in (10**6, 40):
        monkeypatch.setattr("rnnlib.layers.input_gated.STRETCH", stretch)
        h, cache = layer.forward(x)
        found.append({"h": h, **layer.backward(dh, cache)})
    for name, value in found[0].items():
        np.testing.assert_allclose(value, found[1][name], atol=1e-12)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_reflections_keep_lengths_and_mirror_twice_is_nothing(count):
    layer = Reflections(4, 5, count=count, seed=1)
    x = np.random.default_rng(0).normal(size=(300, 2, 4))
    h, _ = layer.forward(x)
    start = np.linalg.norm(layer.parameters["h_start"])
    np.testing.assert_allclose(np.linalg.norm(h, axis=2), start, rtol=1e-12)
    if count == 1:
        twice, _ = layer.forward(np.stack([x[0], x[0]]))
        wanted = np.broadcast_to(layer.parameters["h_start"], (2, 5))
        np.testing.assert_allclose(twice[1], wanted, atol=1e-12)


def test_an_input_of_zeros_leaves_the_state_alone():
    layer = Reflections(3, 4, count=2)
    h, cache = layer.forward(np.zeros((3, 2, 3)))
    np.testing.assert_array_equal(h[2, 1], layer.parameters["h_start"])
    gradients = layer.backward(np.ones_like(h), cache)
    assert not gradients["W_xh"].any()
    np.testing.assert_array_equal(gradients["h_start"], 6)


@many
@given(
    sizes=st.tuples(*(st.integers(1, high) for high in (5, 3, 3, 4, 3))),
    seed=st.integers(0, 2**32),
)
def test_the_learned_start_has_its_gradient(sizes, seed):
    T, B, D, H, count = sizes
    rng = np.random.default_rng(seed)
    layer = Reflections(D, H, count=count, seed=rng)
    x, dh = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
    h, cache = layer.forward(x)

    def loss():
        return float((dh * (layer.forward(x)[0] - h)).sum())

    start = {"h_start": layer.parameters["h_start"]}
    errors = gradient_check(loss, start, layer.backward(dh, cache))
    assert errors["h_start"] < 1e-7
