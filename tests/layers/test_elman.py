"""Elman's own promises: activations, starts, and the way to torch."""

import numpy as np
import pytest
import torch

from rnnlib.layers.activations import sigmoid
from rnnlib.layers.elman import Elman
from rnnlib.layers.starting_weights import recurrent_matrix


def test_one_unit_follows_its_equation():
    """h_1 = tanh(0.5), h_2 = tanh(0.5 - 2 h_1), set and computed by hand."""
    layer = Elman(1, 1)
    layer.parameters["W_xh"][:] = 0.5
    layer.parameters["W_hh"][:] = -2.0
    layer.parameters["b_h"][:] = 0.0
    h, _ = layer.forward(np.ones((2, 1, 1)))
    first = np.tanh(0.5)
    np.testing.assert_allclose(h.ravel(), [first, np.tanh(0.5 - 2 * first)])


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_torch_computes_the_same_and_the_way_back_is_exact(activation, dtype):
    layer = Elman(3, 5, activation=activation, seed=4, dtype=dtype)
    module = layer.to_torch()
    x = np.random.default_rng(0).normal(size=(6, 2, 3)).astype(dtype)
    h, _ = layer.forward(x)
    h_torch, _ = module(torch.tensor(x))
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    np.testing.assert_allclose(h, h_torch.detach().numpy(), atol=tolerance)
    back = Elman.from_torch(module)
    assert back.activation == activation
    for name, value in layer.parameters.items():
        assert back.parameters[name].dtype == value.dtype
        np.testing.assert_array_equal(back.parameters[name], value)


def test_from_torch_adds_the_two_biases():
    module = torch.nn.RNN(2, 3).double()
    layer = Elman.from_torch(module)
    x = torch.randn(4, 2, 2, dtype=torch.float64)
    h, _ = layer.forward(x.numpy())
    np.testing.assert_allclose(h, module(x)[0].detach().numpy(), atol=1e-14)


def test_the_copies_do_not_share_memory():
    layer = Elman(2, 3)
    module = layer.to_torch()
    back = Elman.from_torch(module)
    with torch.no_grad():
        module.weight_hh_l0.zero_()
    assert layer.parameters["W_hh"].any()
    assert back.parameters["W_hh"].any()


@pytest.mark.parametrize(
    ("module", "error"),
    [
        (torch.nn.RNN(2, 3, num_layers=2), ValueError),
        (torch.nn.RNN(2, 3, batch_first=True), ValueError),
        (torch.nn.RNN(2, 3, bidirectional=True), ValueError),
        (torch.nn.RNN(2, 3, bias=False), ValueError),
        (torch.nn.LSTM(2, 3), TypeError),
        (torch.nn.Linear(2, 3), TypeError),
    ],
)
def test_from_torch_refuses_what_it_cannot_stand_for(module, error):
    with pytest.raises(error, match="module must"):
        Elman.from_torch(module)


@pytest.mark.parametrize("activation", ["sigmoid", "identity"])
def test_to_torch_refuses_what_torch_does_not_know(activation):
    with pytest.raises(ValueError, match="activation must be one of"):
        Elman(1, 2, activation=activation).to_torch()


def test_each_start_has_the_form_that_its_name_says():
    W = recurrent_matrix(6, "orthogonal", 0)
    np.testing.assert_allclose(W @ W.T, np.eye(6), atol=1e-14)
    np.testing.assert_array_equal(
        recurrent_matrix(6, "identity", 0), np.eye(6)
    )
    assert np.abs(recurrent_matrix(6, "uniform", 0)).max() <= 1 / np.sqrt(6)
    for radius in (0.0, 0.9, 1.1):
        W = recurrent_matrix(6, radius, 0)
        found = np.abs(np.linalg.eigvals(W)).max()
        np.testing.assert_allclose(found, radius, atol=1e-14)


def test_seed_decides_the_start():
    first, again, other = (Elman(2, 3, seed=s) for s in (1, 1, 2))
    for name, value in first.parameters.items():
        np.testing.assert_array_equal(value, again.parameters[name])
        assert (value != other.parameters[name]).any()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"activation": "softmax"}, ValueError, "activation must be one of"),
        ({"activation": None}, TypeError, "activation must be a string"),
        ({"init": "zeros"}, ValueError, "init must be one of"),
        ({"init": -1.0}, ValueError, "init must lie in"),
        ({"init": None}, TypeError, "init must be a string"),
        ({"dtype": np.int64}, ValueError, "dtype must be float32 or float64"),
        ({"seed": "a"}, TypeError, "seed must be an integer"),
        ({"hidden_size": 0}, ValueError, "hidden_size must be at least 1"),
        ({"input_size": 1.0}, TypeError, "input_size must be an integer"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        Elman(**{"input_size": 1, "hidden_size": 2, **arguments})


def test_sigmoid_holds_far_out_without_overflow():
    z = np.array([-1e4, -30.0, 0.0, 30.0, 1e4])
    with np.errstate(all="raise"):
        p = sigmoid(z)
    np.testing.assert_allclose(p[[0, 2, 4]], [0, 0.5, 1])
    np.testing.assert_allclose(p[1:4], 1 / (1 + np.exp(-z[1:4])), atol=1e-15)
