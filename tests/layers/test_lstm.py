"""The LSTM's own promises: options, the cell's path, the way to torch."""

import ast
import inspect

import numpy as np
import pytest
import torch

from rnnlib.layers import fast_lstm, lstm
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.lstm import LSTM
from rnnlib.training.gradients import relative_error

both = pytest.mark.parametrize("LSTM", [LSTM, FastLSTM])
rng = np.random.default_rng(0)


@both
def test_a_cell_with_open_gates_adds_up_its_inputs(LSTM):
    """With i = f = o = 1 and g = relu(x) the cell is an integrator."""
    layer = LSTM(1, 1, activation="relu")
    for value in layer.parameters.values():
        value[...] = 0
    i, f, g, o = range(4)
    layer.parameters["b_h"][[i, f, o]] = 100
    layer.parameters["W_xh"][0, g] = 1
    h, cache = layer.forward(np.ones((1000, 1, 1)))
    np.testing.assert_array_equal(h.ravel(), np.arange(1, 1001))
    for gate in "ifo":
        np.testing.assert_array_equal(cache.trace(gate), 1)


@both
def test_along_the_cell_the_gradient_shrinks_by_the_forget_gate_alone(LSTM):
    layer = LSTM(1, 3, seed=1)
    layer.parameters["W_hh"][:] = 0  # no other way back than the cell
    x = rng.normal(size=(20, 2, 1))
    h, cache = layer.forward(x)
    upstream = rng.normal(size=(2, 3))
    gradients = layer.backward(np.zeros_like(h), cache, dc=upstream)
    product = cache.trace("f").prod(axis=0)
    np.testing.assert_allclose(gradients["c0"], product * upstream)


@both
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "options",
    [{}, {"forget_bias": 2.0}, {"longest_lag": 9}, {"forget_gate": False}],
)
def test_torch_computes_the_same_and_the_way_back_is_exact(
    LSTM, options, dtype
):
    layer = LSTM(3, 5, seed=4, dtype=dtype, **options)
    module = layer.to_torch()
    x = rng.normal(size=(6, 2, 3)).astype(dtype)
    h, cache = layer.forward(x)
    h_torch, (_, c_torch) = module(torch.tensor(x))
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    np.testing.assert_allclose(h, h_torch.detach(), atol=tolerance)
    np.testing.assert_allclose(
        cache.last_state[1], c_torch.detach()[0], atol=tolerance
    )
    back = LSTM.from_torch(module)
    for name, value in layer.parameters.items():
        assert back.parameters[name].dtype == value.dtype
        np.testing.assert_array_equal(back.parameters[name], value)


@both
def test_from_torch_adds_the_two_biases(LSTM):
    module = torch.nn.LSTM(2, 3).double()
    x = torch.randn(4, 2, 2, dtype=torch.float64)
    h, _ = LSTM.from_torch(module).forward(x.numpy())
    np.testing.assert_allclose(h, module(x)[0].detach(), atol=1e-14)


@both
def test_gradients_of_the_last_cell_state_equal_torchs_own_layer(LSTM):
    layer = LSTM(2, 3, seed=2)
    module = layer.to_torch()
    x, h0, c0 = (rng.normal(size=s) for s in ((7, 4, 2), (4, 3), (4, 3)))
    dh, dc = rng.normal(size=(7, 4, 3)), rng.normal(size=(4, 3))
    _, cache = layer.forward(x, (h0, c0))
    gradients = layer.backward(dh, cache, dc=dc)
    tensors = [torch.tensor(a, requires_grad=True) for a in (x, h0, c0)]
    h, (_, c) = module(tensors[0], (tensors[1][None], tensors[2][None]))
    (h * torch.tensor(dh)).sum().add((c * torch.tensor(dc)).sum()).backward()
    for name, tensor in zip(("x", "h0", "c0"), tensors):
        assert relative_error(gradients[name], tensor.grad) < 1e-10
    wanted = module.weight_hh_l0.grad.T
    assert relative_error(gradients["W_hh"], wanted) < 1e-10


@pytest.mark.parametrize("size", [1, 20, 47, 10**6])
def test_the_length_of_a_stretch_does_not_matter(size, monkeypatch):
    layer = FastLSTM(2, 3, seed=2)
    x, dh = rng.normal(size=(17, 4, 2)), rng.normal(size=(17, 4, 3))
    _, cache = layer.forward(x)
    wanted = layer.backward(dh, cache)
    monkeypatch.setattr(fast_lstm, "STRETCH", size)
    for name, value in layer.backward(dh, cache).items():
        np.testing.assert_allclose(value, wanted[name], atol=1e-13)


def test_forget_bias_is_set_and_nothing_else():
    plain, biased = LSTM(2, 3), LSTM(2, 3, forget_bias=1.5)
    np.testing.assert_array_equal(biased.parameters["b_h"][3:6], 1.5)
    others = [0, 1, 2, *range(6, 12)]
    np.testing.assert_array_equal(
        biased.parameters["b_h"][others], plain.parameters["b_h"][others]
    )


def test_chrono_biases_spread_memories_up_to_the_longest_lag():
    b = LSTM(1, 2000, longest_lag=100, dtype=np.float32).parameters["b_h"]
    b_i, b_f = b[:2000], b[2000:4000]
    np.testing.assert_array_equal(b_i, -b_f)
    lags = np.exp(b_f)  # log of U[1, 99]
    assert 1 <= lags.min() < 2
    assert 98 < lags.max() <= 99
    assert abs(lags.mean() - 50) < 2


@both
def test_without_forget_gate_it_is_one_and_never_learns(LSTM):
    layer = LSTM(2, 3, forget_gate=False, seed=1)
    h, cache = layer.forward(rng.normal(size=(9, 2, 2)))
    np.testing.assert_array_equal(cache.trace("f"), 1)
    gradients = layer.backward(np.ones_like(h), cache)
    for name in ("W_xh", "W_hh", "b_h"):
        assert not np.split(gradients[name], 4, axis=-1)[1].any()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: LSTM(1, 2, forget_bias=1.0, longest_lag=10),
            ValueError,
            "exclude each other",
        ),
        (
            lambda: LSTM(1, 2, forget_bias=1.0, forget_gate=False),
            ValueError,
            "exclude each other",
        ),
        (lambda: LSTM(1, 2, longest_lag=2), ValueError, "longest_lag must"),
        (lambda: LSTM(1, 2, activation="sigmoid"), ValueError, "activation"),
        (
            lambda: LSTM(1, 2, activation="relu").to_torch(),
            ValueError,
            "activation must be one of 'tanh'",
        ),
        (
            lambda: LSTM(1, 2).forward(np.ones((3, 1, 1)), np.zeros((1, 2))),
            TypeError,
            r"h0 must be a pair \(h, c\)",
        ),
        (
            lambda: LSTM.from_torch(torch.nn.LSTM(1, 2, proj_size=1)),
            ValueError,
            "proj_size=0",
        ),
        (lambda: LSTM.from_torch(torch.nn.GRU(1, 2)), TypeError, "module"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_plain_lstm_can_be_read_in_one_sitting():
    """At most a hundred lines besides its docstrings."""
    source = inspect.getsource(lstm)
    lines = dict(enumerate(source.splitlines(), start=1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            for number in range(node.lineno, node.end_lineno + 1):
                lines.pop(number)
    assert sum(bool(line.strip()) for line in lines.values()) <= 100
