"""Heads and losses: gradients, masks, agreement with torch."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from rnnlib.layers.heads import BentHead, LinearHead
from rnnlib.layers.losses import (
    bit_entropy,
    cross_entropy,
    softmax,
    squared_error,
)
from rnnlib.training.gradients import gradient_check, relative_error

many = settings(max_examples=200, deadline=None, derandomize=True)
LOSSES = {
    "squared_error": squared_error,
    "cross_entropy": cross_entropy,
    "bit_entropy": bit_entropy,
}


@st.composite
def cases(draw):
    """Draw a loss, outputs, targets and a mask that counts something."""
    T, B, O = (draw(st.integers(1, high)) for high in (6, 4, 4))  # noqa: E741
    name = draw(st.sampled_from(sorted(LOSSES)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    y_hat = rng.normal(0, 2, (T, B, O))
    target = {
        "squared_error": rng.normal(0, 2, (T, B, O)),
        "cross_entropy": rng.integers(0, O, (T, B)),
        "bit_entropy": rng.uniform(0, 1, (T, B, O)),
    }[name]
    mask = rng.random((T, B)) < 0.7
    mask[rng.integers(T), rng.integers(B)] = True
    return name, y_hat, target, mask


def loss_in_torch(name, y_hat, target, mask):
    y_hat, target = y_hat[mask], torch.tensor(target)[mask]
    if name == "squared_error":
        return functional.mse_loss(y_hat, target)
    if name == "cross_entropy":
        return functional.cross_entropy(y_hat, target)
    return functional.binary_cross_entropy_with_logits(y_hat, target)


@many
@given(cases())
def test_loss_gradients_equal_central_differences(case):
    name, y_hat, target, mask = case
    start, gradient = LOSSES[name](y_hat, target, mask)
    errors = gradient_check(
        lambda: LOSSES[name](y_hat, target, mask)[0] - start,
        {"y_hat": y_hat},
        {"y_hat": gradient},
    )
    # A softmax over one class has loss and gradient zero: nothing to find.
    trivial = name == "cross_entropy" and y_hat.shape[-1] == 1
    assert trivial or errors["y_hat"] < 1e-7


@many
@given(cases())
def test_losses_and_gradients_equal_torch(case):
    name, y_hat, target, mask = case
    loss, gradient = LOSSES[name](y_hat, target, mask)
    tensor = torch.tensor(y_hat, requires_grad=True)
    expected = loss_in_torch(name, tensor, target, torch.tensor(mask))
    expected.backward()
    np.testing.assert_allclose(loss, expected.item(), rtol=1e-12, atol=1e-15)
    assert relative_error(gradient, tensor.grad) < 1e-10


@many
@given(cases(), st.floats(-1e6, 1e6))
def test_what_the_mask_hides_changes_nothing(case, anything):
    name, y_hat, target, mask = case
    loss, gradient = LOSSES[name](y_hat, target, mask)
    y_hat[~mask] = anything
    other_loss, other_gradient = LOSSES[name](y_hat, target, mask)
    assert loss == other_loss
    np.testing.assert_array_equal(gradient, other_gradient)
    assert not gradient[~mask].any()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(*(st.integers(1, 5) for _ in range(4)), st.integers(0, 2**32))
def test_head_gradients_equal_central_differences_and_autograd(
    T, B, H, outputs, seed
):
    rng = np.random.default_rng(seed)
    head = LinearHead(H, outputs, seed=rng)
    h, dy = rng.normal(size=(T, B, H)), rng.normal(size=(T, B, outputs))
    y_hat, cache = head.forward(h)
    gradients = head.backward(dy, cache)
    arrays = {**head.parameters, "h": h}
    errors = gradient_check(
        lambda: float((dy * (head.forward(h)[0] - y_hat)).sum()),
        arrays,
        gradients,
    )
    assert max(errors.values()) < 1e-7
    tensors = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in arrays.items()
    }
    y_torch = tensors["h"] @ tensors["W_hy"] + tensors["b_y"]
    y_torch.backward(torch.tensor(dy))
    for name, tensor in tensors.items():
        assert relative_error(gradients[name], tensor.grad) < 1e-10


def test_head_takes_one_step_as_well_as_a_sequence():
    head = LinearHead(3, 2)
    h = np.random.default_rng(0).normal(size=(4, 5, 3))
    np.testing.assert_allclose(head.forward(h)[0][-1], head.forward(h[-1])[0])


def test_losses_hold_far_out():
    """Scores of a thousand neither overflow nor lose the loss."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, _ = cross_entropy([[1000.0, -1000.0]], [1])
        assert loss == 2000
        loss, _ = bit_entropy([[1000.0, -1000.0]], [[0.0, 0.0]])
        assert loss == 500
        np.testing.assert_array_equal(softmax([1000.0, -1000.0]), [1, 0])


def test_softmax_sums_to_one():
    p = softmax(np.random.default_rng(0).normal(0, 5, (3, 4, 6)))
    np.testing.assert_allclose(p.sum(axis=-1), 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: squared_error(np.ones((2, 3)), np.ones((2, 1))),
            ValueError,
            "y must have shape",
        ),
        (
            lambda: squared_error(np.ones((2, 3)), np.ones((2, 3)), [1, 0]),
            TypeError,
            "mask must hold booleans",
        ),
        (
            lambda: squared_error(np.ones((2, 3)), np.ones((2, 3)), [True]),
            ValueError,
            "mask must have shape",
        ),
        (
            lambda: squared_error(np.ones((1, 3)), np.ones((1, 3)), [False]),
            ValueError,
            "mask must be True somewhere",
        ),
        (
            lambda: cross_entropy(np.ones((2, 3)), [0, 3]),
            ValueError,
            "classes must lie between 0 and 2",
        ),
        (
            lambda: cross_entropy(np.ones((2, 3)), [0.0, 1.0]),
            TypeError,
            "classes must hold integers",
        ),
        (
            lambda: bit_entropy(np.ones((1, 1)), [[1.5]]),
            ValueError,
            "y must lie between 0 and 1",
        ),
        (
            lambda: LinearHead(3, 2).forward(np.ones((2, 4))),
            ValueError,
            "h must have shape",
        ),
        (
            lambda: LinearHead(3, 2).forward(np.ones(3)),
            ValueError,
            "h must have shape",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@many
@given(
    sizes=st.tuples(*(st.integers(1, 5) for _ in range(5))),
    seed=st.integers(0, 2**32),
)
def test_a_bent_head_equals_torch(sizes, seed):
    T, B, H, Z, O = sizes  # noqa: E741
    rng = np.random.default_rng(seed)
    head = BentHead(H, Z, O, seed=rng)
    h, dy = rng.normal(size=(T, B, H)), rng.normal(size=(T, B, O))
    y_hat, cache = head.forward(h)
    w = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in {**head.parameters, "h": h}.items()
    }
    z = torch.relu(w["h"] @ w["W_hz"] + w["b_z"])
    wanted = z @ w["W_zy"] + w["b_y"]
    assert relative_error(y_hat, wanted.detach().numpy()) < 1e-12
    wanted.backward(torch.tensor(dy))
    gradients = head.backward(dy, cache)
    assert gradients.keys() == w.keys()
    for name, tensor in w.items():
        assert relative_error(gradients[name], tensor.grad) < 1e-10, name
    before = h @ head.parameters["W_hz"] + head.parameters["b_z"]
    assume(np.abs(before).min() > 1e-3)  # no kink within a difference
    errors = gradient_check(
        lambda: float((dy * (head.forward(h)[0] - y_hat)).sum()),
        {**head.parameters, "h": h},
        gradients,
    )
    assert max(errors.values()) < 1e-7, errors


def test_a_bent_head_refuses_the_cache_of_another():
    _, cache = BentHead(3, 2, 1).forward(np.ones((4, 3)))
    with pytest.raises(ValueError, match=r"found \(3, 2\)"):
        BentHead(3, 4, 1).backward(np.ones((4, 1)), cache)
