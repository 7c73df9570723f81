"""Optimizers: step for step what torch does, and nothing behind the back."""

import numpy as np
import pytest
import torch

from rnnlib.training.optimizers import SGD, Adam, clip_by_norm, gradient_norm
from rnnlib.training.schedules import one_cycle


def arrays(seed=0):
    rng = np.random.default_rng(seed)
    return {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            lambda p: SGD(p, 0.05),
            lambda p: torch.optim.SGD(p, 0.05),
        ),
        (
            lambda p: SGD(p, 0.05, momentum=0.9),
            lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
        ),
        (
            lambda p: Adam(p, 0.05),
            lambda p: torch.optim.Adam(p, 0.05),
        ),
        (
            lambda p: Adam(p, 0.01, beta1=0.5, beta2=0.9, eps=1e-3),
            lambda p: torch.optim.Adam(p, 0.01, betas=(0.5, 0.9), eps=1e-3),
        ),
    ],
)
def test_fifty_steps_equal_torch(ours, theirs):
    parameters = arrays()
    tensors = {k: torch.tensor(v.copy()) for k, v in parameters.items()}
    mine, other = ours(parameters), theirs(tensors.values())
    for seed in range(50):
        gradients = arrays(seed + 1)
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(gradients[name])
        mine.step(gradients)
        other.step()
    for name, tensor in tensors.items():
        np.testing.assert_allclose(parameters[name], tensor, rtol=1e-12)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_parameters_change_in_place_and_gradients_do_not(kind):
    parameters = arrays()
    same, gradients = parameters["W"], arrays(1)
    kept = {k: v.copy() for k, v in gradients.items()}
    before = same.copy()
    kind(parameters, 0.1).step(gradients | {"x": np.ones(7)})
    assert parameters["W"] is same
    assert (same != before).all()
    for name, value in kept.items():
        np.testing.assert_array_equal(gradients[name], value)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_descent_finds_the_bottom_of_a_bowl(kind):
    parameters = {"w": np.array([3.0, -2.0])}
    optimizer = kind(parameters, 0.1)
    for _ in range(500):
        optimizer.step({"w": parameters["w"] - 1})
    np.testing.assert_allclose(parameters["w"], 1, atol=1e-3)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_schedule_is_asked_for_the_rate_of_each_update(kind):
    rates = [0.3, 0.1, 0.2]
    by_hand, scheduled = arrays(), arrays()
    first = kind(by_hand)
    second = kind(scheduled, lambda update: rates[update])
    for rate in rates:
        first.learning_rate = rate
        first.step(arrays())
        second.step(arrays())
    for name, value in by_hand.items():
        np.testing.assert_array_equal(value, scheduled[name])


def test_nothing_moves_at_a_rate_that_is_no_number():
    parameters = arrays()
    for bad in (np.nan, -1.0, None):
        optimizer = Adam(parameters, lambda update, bad=bad: bad)
        with pytest.raises((ValueError, TypeError), match="learning_rate"):
            optimizer.step(arrays())
    for name, value in arrays().items():
        np.testing.assert_array_equal(value, parameters[name])


@pytest.mark.parametrize("limit", [0.1, 1.0, 100.0])
def test_clipping_keeps_the_direction_and_bounds_the_norm(limit):
    gradients = arrays()
    clipped, norm = clip_by_norm(gradients, limit)
    assert norm == pytest.approx(gradient_norm(gradients))
    assert gradient_norm(clipped) == pytest.approx(min(norm, limit))
    for name, gradient in gradients.items():
        np.testing.assert_allclose(
            clipped[name] * norm, gradient * min(norm, limit)
        )


def test_clipping_nothing_is_no_division_by_zero():
    clipped, norm = clip_by_norm({"w": np.zeros(3)}, 1.0)
    assert norm == 0
    assert not clipped["w"].any()


def test_one_cycle_rises_to_the_peak_and_falls_to_nearly_zero():
    rates = [one_cycle(101, 0.02)(update) for update in range(101)]
    assert rates[0] == pytest.approx(0.02 / 25)
    assert max(rates) == rates[10] == pytest.approx(0.02)
    assert rates[-1] < 1e-6
    assert np.all(np.diff(rates[:11]) > 0)
    assert np.all(np.diff(rates[10:]) < 0)


@pytest.mark.parametrize("updates", [1, 2, 3])
@pytest.mark.parametrize("warm_up", [0.0, 0.5, 1.0])
def test_one_cycle_holds_at_its_ends(updates, warm_up):
    rate = one_cycle(updates, 1.0, warm_up=warm_up)
    for update in range(updates):
        assert 0 < rate(update) <= 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SGD(arrays(), -1), ValueError, "learning_rate must lie"),
        (lambda: SGD(arrays(), momentum=1), ValueError, "momentum must lie"),
        (lambda: Adam(arrays(), beta2=1), ValueError, "beta2 must lie"),
        (lambda: Adam([1.0]), TypeError, "parameters must map names"),
        (lambda: Adam({"w": 1.0}), TypeError, "must be an array of floats"),
        (lambda: Adam(arrays()).step({}), ValueError, "must hold 'W'"),
        (
            lambda: Adam(arrays()).step({"W": np.ones(2), "b": np.ones(2)}),
            ValueError,
            "must have shape",
        ),
        (lambda: clip_by_norm(arrays(), 0), ValueError, "limit must lie"),
        (lambda: one_cycle(5, 1.0)(5), ValueError, "update must be between"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
