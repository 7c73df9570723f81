"""What a stack adds to what every layer promises: the layers fit."""

import numpy as np
import pytest
import torch

from rnnlib.layers.elman import Elman
from rnnlib.layers.gru import GRU
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import squared_error
from rnnlib.layers.lstm import LSTM
from rnnlib.layers.stack import Stack
from rnnlib.sequences.padded import Sequences
from rnnlib.training.gradients import relative_error
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam

MODULES = {
    "RNN": torch.nn.RNN(2, 3, 2, nonlinearity="relu"),
    "LSTM": torch.nn.LSTM(2, 3, 3),
    "GRU": torch.nn.GRU(2, 3, 2),
}


def test_a_stack_of_one_is_that_layer():
    x = np.random.default_rng(0).normal(size=(6, 3, 2))
    layer = LSTM(2, 4)
    found, cache = Stack([layer]).forward(x)
    wanted, one = layer.forward(x)
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(cache.last_state[0], one.last_state)


def test_parameters_are_the_arrays_of_the_layers():
    lower, upper = Elman(2, 3), GRU(3, 4)
    stack = Stack([lower, upper])
    assert stack.parameters["W_xh_l0"] is lower.parameters["W_xh"]
    assert stack.parameters["b_hn_l1"] is upper.parameters["b_hn"]
    assert len(stack.parameters) == 7


@pytest.mark.parametrize("name", MODULES)
def test_from_torch_and_back_computes_what_torch_computes(name):
    """Both ways, the last states of all layers too."""
    module = MODULES[name].double()
    stack = Stack.from_torch(module)
    x = np.random.default_rng(1).normal(size=(7, 4, 2))
    h, cache = stack.forward(x)
    h_torch, h_n = module(torch.from_numpy(x))
    assert relative_error(h, h_torch.detach().numpy()) < 1e-12
    h_n = h_n[0] if name == "LSTM" else h_n
    for k, state in enumerate(cache.last_state):
        state = state[0] if name == "LSTM" else state
        assert relative_error(state, h_n[k].detach().numpy()) < 1e-12
    again = stack.to_torch()(torch.from_numpy(x))[0]
    assert relative_error(h, again.detach().numpy()) < 1e-12


@pytest.mark.parametrize(
    "option",
    [{"bidirectional": True}, {"batch_first": True}, {"bias": False}],
)
def test_from_torch_refuses_what_no_stack_computes(option):
    with pytest.raises(ValueError, match=next(iter(option))):
        Stack.from_torch(torch.nn.GRU(2, 3, 2, **option))
    with pytest.raises(TypeError, match="RNN, LSTM or GRU"):
        Stack.from_torch(torch.nn.Linear(2, 3))


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([], TypeError, "list of layers"),
        (Elman(1, 2), TypeError, "list of layers"),
        ([Elman(1, 2), "Elman"], TypeError, r"layers\[1\] must be"),
        ([Elman(1, 2), Elman(3, 2)], ValueError, "inputs of size 2, found 3"),
        (
            [Elman(1, 2), Elman(2, 2, dtype=np.float32)],
            ValueError,
            "must be of float64",
        ),
        ([Elman(2, 2, seed=0)] * 2, ValueError, "found one twice"),
    ],
)
def test_layers_that_do_not_fit_are_refused(layers, error, message):
    with pytest.raises(error, match=message):
        Stack(layers)


@pytest.mark.parametrize(
    "layers", [[Elman(1, 2), LSTM(2, 2)], [GRU(1, 2), GRU(2, 3)]]
)
def test_to_torch_refuses_what_is_no_single_module_there(layers):
    with pytest.raises(ValueError, match="one kind, activation and size"):
        Stack(layers).to_torch()


def test_states_and_caches_of_other_stacks_are_refused():
    x = np.ones((3, 2, 1))
    two = Stack([Elman(1, 2), Elman(2, 2)])
    _, cache = Stack([Elman(1, 2), Elman(2, 2), Elman(2, 2)]).forward(x)
    with pytest.raises(TypeError, match="h0 must hold 2 states"):
        two.forward(x, [np.zeros((2, 2))])
    with pytest.raises(ValueError, match="must come from 2 layers, found 3"):
        two.backward(np.ones((3, 2, 2)), cache)


def test_fit_trains_every_layer_in_pieces_too():
    rng = np.random.default_rng(0)
    stack = Stack([Elman(1, 4, seed=rng), Elman(4, 4, seed=rng)])
    network = Network(stack, LinearHead(4, 1, seed=rng), squared_error)
    x = rng.normal(size=(40, 5, 1))
    data = Sequences(x, np.roll(x, 1, axis=0), np.ones((40, 5), bool))
    before = {name: w.copy() for name, w in network.parameters.items()}
    optimizer = Adam(network.parameters, 0.01)
    history = fit(network, [data], optimizer, epochs=60, piece=10)
    assert history.loss[-1] < 0.3 * history.loss[0]
    for name, w in network.parameters.items():
        assert not np.array_equal(w, before[name]), name
