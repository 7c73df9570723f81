"""Attention's own promises: masks, positions, heads, and torch's functions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlib.layers.attention import Attention
from rnnlib.layers.lookup import look_up, look_up_backward
from rnnlib.training.gradients import gradient_check, relative_error

many = settings(max_examples=200, deadline=None, derandomize=True)
rng = np.random.default_rng(0)


@st.composite
def lookups(draw):
    """Draw queries, keys, values, upstream gradients, and the options."""
    T, more, B, D_k, D_v = (
        draw(st.integers(1, high)) for high in (5, 4, 3, 3, 3)
    )
    heads, causal = draw(st.integers(1, 3)), draw(st.booleans())
    S = T + more - 1 if causal else more
    draws = np.random.default_rng(draw(st.integers(0, 2**32)))
    q, k, v, do = (
        draws.normal(size=(steps, B, heads * D))
        for steps, D in ((T, D_k), (S, D_k), (S, D_v), (T, D_v))
    )
    seen = draws.random((S, B)) < 0.6
    seen[0] = True
    options = {"heads": heads, "causal": causal}
    options["scaled"] = draw(st.booleans())
    options["seen"] = draw(st.sampled_from([None, seen]))
    return q, k, v, do, options


def torchs_own(q, k, v, options):
    """Look up with torch's function; masks as it takes them."""
    T, S, heads = len(q), len(k), options["heads"]
    visible = torch.ones(1, 1, T, S, dtype=torch.bool)
    if options["causal"]:
        visible = visible.tril(S - T)
    if options["seen"] is not None:
        visible = visible & torch.tensor(options["seen"].T[:, None, None])
    q, k, v = (
        z.reshape(*z.shape[:2], heads, -1).permute(1, 2, 0, 3)
        for z in (q, k, v)
    )
    scale = None if options["scaled"] else 1.0
    o = torch.nn.functional.scaled_dot_product_attention(
        q, k, v, visible, scale=scale
    )
    return o.permute(2, 0, 1, 3).reshape(T, o.shape[0], -1)


@many
@given(lookups())
def test_looking_up_equals_torchs_own_function_and_gradients(case):
    q, k, v, do, options = case
    o, cache = look_up(q, k, v, **options)
    tensors = [torch.tensor(z, requires_grad=True) for z in (q, k, v)]
    wanted = torchs_own(*tensors, options)
    assert relative_error(o, wanted.detach()) < 1e-12
    wanted.backward(torch.tensor(do))
    for found, tensor in zip(look_up_backward(do, cache), tensors):
        np.testing.assert_allclose(found, tensor.grad, rtol=0, atol=1e-12)


@many
@given(lookups())
def test_gradients_of_a_lookup_equal_central_differences(case):
    q, k, v, do, options = case
    o, cache = look_up(q, k, v, **options)

    def loss():
        return float((do * (look_up(q, k, v, **options)[0] - o)).sum())

    # Where a query sees one key, its gradient is zero: one vector of all.
    parts = [z.ravel() for z in (q, k, v)]
    numbers = np.concatenate(parts)
    q, k, v = (
        part.reshape(z.shape)
        for part, z in zip(
            np.split(numbers, np.cumsum([p.size for p in parts])[:-1]),
            (q, k, v),
        )
    )
    gradient = np.concatenate([g.ravel() for g in look_up_backward(do, cache)])
    errors = gradient_check(loss, {"all": numbers}, {"all": gradient})
    assert errors["all"] < 1e-7


@pytest.mark.parametrize("heads", [1, 2])
def test_torchs_multihead_attention_computes_the_same(heads):
    layer = Attention(4, 4, heads=heads, seed=1)
    module = torch.nn.MultiheadAttention(4, heads, bias=False).double()
    stacked = [layer.parameters[name].T for name in ("W_q", "W_k", "W_v")]
    with torch.no_grad():
        module.in_proj_weight.copy_(torch.tensor(np.vstack(stacked)))
        module.out_proj.weight.copy_(torch.eye(4))
    x = rng.normal(size=(6, 3, 4))
    x_torch = torch.tensor(x, requires_grad=True)
    hidden = torch.ones(6, 6, dtype=torch.bool).triu(1)
    wanted, weights = module(
        x_torch, x_torch, x_torch, attn_mask=hidden, average_attn_weights=False
    )
    h, cache = layer.forward(x)
    np.testing.assert_allclose(h, wanted.detach(), atol=1e-14)
    np.testing.assert_allclose(cache.weights, weights.detach(), atol=1e-14)
    dh = rng.normal(size=h.shape)
    wanted.backward(torch.tensor(dh))
    gradients = layer.backward(dh, cache)
    assert relative_error(gradients["x"], x_torch.grad) < 1e-10
    ours = np.vstack([gradients[name].T for name in ("W_q", "W_k", "W_v")])
    assert relative_error(ours, module.in_proj_weight.grad) < 1e-10


def test_the_mask_hides_what_comes_later():
    x = rng.normal(size=(6, 2, 3))
    other = x.copy()
    other[4:] = rng.normal(size=(2, 2, 3))
    masked, open_ = (Attention(3, 4, causal=c, seed=1) for c in (True, False))
    np.testing.assert_array_equal(
        masked.forward(x)[0][:4], masked.forward(other)[0][:4]
    )
    apart = open_.forward(x)[0][:4] - open_.forward(other)[0][:4]
    assert np.abs(apart).max() > 0.01
    weights = masked.forward(x)[1].weights
    assert not np.triu(weights[0, 0], 1).any()
    np.testing.assert_allclose(weights.sum(axis=3), 1)


@pytest.mark.parametrize("positions", [False, True])
def test_only_positions_tell_the_order_of_the_steps_before(positions):
    x = rng.normal(size=(6, 2, 3))
    mixed = x[[3, 1, 4, 0, 2, 5]]  # the last step stays the last
    layer = Attention(3, 4, positions=positions, seed=1)
    apart = np.abs(layer.forward(x)[0][-1] - layer.forward(mixed)[0][-1])
    assert apart.max() > 0.01 if positions else apart.max() < 1e-14


def test_with_positions_the_distance_counts_and_not_the_time():
    """The same two steps, after one step of zero keys and after fifty."""
    layer = Attention(3, 4, positions=True, seed=1)
    x = rng.normal(size=(2, 1, 3))
    scores = []
    for before in (1, 50):
        keys = np.zeros((before, 1, 4))
        _, cache = layer.forward(x, (keys, keys))
        w = cache.weights[0, 0, 1, -2:]
        scores.append(np.log(w[0] / w[1]))
    assert abs(scores[0]) > 0.01
    np.testing.assert_allclose(*scores, rtol=1e-10)


def test_padding_is_not_looked_at():
    q, k = rng.normal(size=(2, 1, 4)), rng.normal(size=(5, 1, 4))
    seen = np.array([[False], [False], [True], [True], [True]])
    o, cache = look_up(q, k, k, seen=seen)
    np.testing.assert_allclose(o, look_up(q, k[2:], k[2:])[0])
    assert not cache.weights[..., :2].any()


def test_scores_of_a_thousand_do_not_overflow():
    q = np.full((1, 1, 1), 1000.0)
    k = np.array([1000.0, 999.0, -1000.0]).reshape(3, 1, 1)
    with np.errstate(over="raise", invalid="raise"):
        o, _ = look_up(q, k, k)
    np.testing.assert_allclose(o, 1000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Attention(2, 3, heads=2), "heads must cut hidden_size 3"),
        (lambda: Attention(2, 3, positions=True), "into even parts"),
        (lambda: look_up(*np.ones((3, 2, 1, 3)), heads=2), "heads must div"),
        (
            lambda: look_up(*np.ones((3, 2, 1, 3)), seen=[[False], [False]]),
            "seen must leave every query a key",
        ),
        (
            lambda: look_up(
                np.ones((3, 1, 2)), *np.ones((2, 2, 1, 2)), causal=True
            ),
            "causal must leave every query a key",
        ),
        (
            lambda: Attention(2, 4).forward(
                np.ones((1, 1, 2)), (np.ones((2, 1, 4)), np.ones((3, 1, 4)))
            ),
            r"h0\[1\] must have shape",
        ),
        (
            lambda: Attention(2, 4).backward(
                np.ones((1, 1, 4)),
                Attention(2, 4, heads=2).forward(np.ones((1, 1, 2)))[1],
            ),
            "cache must come from a layer of 1 heads",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
