"""The GRU's own promises: its convention, and the way to torch."""

import numpy as np
import pytest
import torch

from rnnlib.layers.gru import GRU
from rnnlib.training.gradients import relative_error

rng = np.random.default_rng(0)


def test_a_closed_update_gate_keeps_the_old_state():
    """With z = 1 nothing is admitted, as torch has it."""
    layer = GRU(1, 2)
    layer.parameters["b_h"][2:4] = 100
    h0 = rng.normal(size=(3, 2))
    h, cache = layer.forward(rng.normal(size=(50, 3, 1)), h0)
    np.testing.assert_allclose(h[-1], h0)
    np.testing.assert_array_equal(cache.trace("z"), 1)


def test_reset_acts_after_the_product():
    """With r = 0 even the candidate's second bias is silenced."""
    layer = GRU(1, 2, seed=1)
    layer.parameters["b_h"][:2] = -1000
    x, h0 = rng.normal(size=(1, 3, 1)), rng.normal(size=(3, 2))
    _, cache = layer.forward(x, h0)
    layer.parameters["b_hn"][:] = 50
    layer.parameters["W_hh"][:, 4:] *= 50
    _, other = layer.forward(x, h0)
    np.testing.assert_array_equal(cache.trace("n"), other.trace("n"))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_torch_computes_the_same_and_the_way_back_is_exact(dtype):
    layer = GRU(3, 5, seed=4, dtype=dtype)
    layer.parameters["b_hn"][:] = rng.normal(size=5)
    module = layer.to_torch()
    x = rng.normal(size=(6, 2, 3)).astype(dtype)
    h, _ = layer.forward(x)
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    np.testing.assert_allclose(
        h, module(torch.tensor(x))[0].detach(), atol=tolerance
    )
    back = GRU.from_torch(module)
    for name, value in layer.parameters.items():
        assert back.parameters[name].dtype == value.dtype
        np.testing.assert_array_equal(back.parameters[name], value)


def test_from_torch_keeps_the_candidates_two_biases_apart():
    module = torch.nn.GRU(2, 3).double()
    layer = GRU.from_torch(module)
    x = torch.randn(4, 2, 2, dtype=torch.float64, requires_grad=True)
    h, cache = layer.forward(x.detach().numpy())
    expected = module(x)[0]
    np.testing.assert_allclose(h, expected.detach(), atol=1e-14)
    dh = rng.normal(size=h.shape)
    expected.backward(torch.tensor(dh))
    gradients = layer.backward(dh, cache)
    second = module.bias_hh_l0.grad[6:]
    assert relative_error(gradients["x"], x.grad) < 1e-10
    assert relative_error(gradients["b_hn"], second) < 1e-10


@pytest.mark.parametrize(
    "module",
    [torch.nn.GRU(1, 2, num_layers=2), torch.nn.GRU(1, 2, bias=False)],
)
def test_from_torch_refuses_what_it_cannot_stand_for(module):
    with pytest.raises(ValueError, match="module must have"):
        GRU.from_torch(module)
