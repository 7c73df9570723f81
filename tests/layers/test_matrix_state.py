"""A matrix state's own promises: what each rule stores and gives back."""

import numpy as np
import pytest

from rnnlib.layers.matrix_state import RULES, MatrixState


def by_hand(rule, keys, values):
    """Return a layer and inputs (key, value) that it stores as they are."""
    K, H = keys.shape[1], values.shape[1]
    layer = MatrixState(K + H, H, key_size=K, rule=rule)
    w = layer.parameters
    w["W_q"][:], w["W_k"][:] = np.eye(K + H, K), np.eye(K + H, K)
    w["W_v"][:] = np.eye(K + H)[:, K:]
    w["W_beta"][:], w["b_beta"][:] = 0, 100  # write all of it
    return layer, np.hstack([keys, values])[:, np.newaxis]


@pytest.mark.parametrize("rule", RULES)
def test_keys_at_right_angles_give_back_their_values(rule):
    rng = np.random.default_rng(0)
    keys = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    values = rng.normal(size=(6, 4))
    layer, x = by_hand(rule, keys, values)
    _, cache = layer.forward(x)
    np.testing.assert_allclose(keys @ cache.last_state[0], values, atol=1e-13)


def test_a_key_shown_again_is_added_by_one_rule_and_overwritten_by_the_other():
    keys, values = np.ones((2, 1)), np.array([[3.0], [5.0]])
    last = {}
    for rule in RULES:
        layer, x = by_hand(rule, keys, values)
        last[rule] = layer.forward(x)[0][-1, 0, 0]
    assert last == pytest.approx({"sum": 8.0, "delta": 5.0})


def test_a_step_of_zeros_writes_nothing():
    layer = MatrixState(3, 2)
    x = np.random.default_rng(0).normal(size=(4, 2, 3))
    x[2] = 0
    h, cache = layer.forward(x)
    np.testing.assert_array_equal(cache.states[2], cache.states[3])
    assert not h[2].any()
    gradients = layer.backward(np.ones_like(h), cache)
    assert all(np.isfinite(g).all() for g in gradients.values())


def test_the_state_is_a_matrix_of_keys_times_values():
    layer = MatrixState(3, 5, key_size=2)
    _, cache = layer.forward(np.ones((4, 7, 3)))
    assert cache.last_state.shape == (7, 2, 5)
    assert MatrixState(3, 5).key_size == 5


def test_the_cache_of_another_width_of_keys_is_refused():
    _, cache = MatrixState(3, 5, key_size=2).forward(np.ones((4, 7, 3)))
    with pytest.raises(ValueError, match="keys of 5 numbers, found 2"):
        MatrixState(3, 5).backward(np.ones((4, 7, 5)), cache)
