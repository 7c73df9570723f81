"""The encoder and decoder's own promises: gradients, padding, no leak."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlib.layers.elman import Elman
from rnnlib.layers.encoder_decoder import EncoderDecoder
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.lstm import LSTM
from rnnlib.training.gradients import numerical_gradient, relative_error

many = settings(max_examples=200, deadline=None, derandomize=True)
KINDS = (Elman, GRU, LSTM, FastLSTM)


@st.composite
def cases(draw, kinds=KINDS):
    """Draw a layer, inputs with padding in front, and upstream gradients."""
    kind, attention = draw(st.sampled_from(kinds)), draw(st.booleans())
    R, U, B, D, H = (draw(st.integers(1, high)) for high in (4, 3, 3, 3, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    layer = EncoderDecoder(
        kind(D, H, seed=rng), kind(D, H, seed=rng), R, attention=attention
    )
    x = rng.normal(size=(R + U, B, D))
    for b in range(B):
        x[: rng.integers(R), b] = 0
    return layer, x, rng.normal(size=(R + U, B, layer.hidden_size))


@many
@given(cases())
def test_gradients_equal_central_differences(case):
    layer, x, dh = case
    h, cache = layer.forward(x)

    def loss():
        return float((dh * (layer.forward(x)[0] - h)).sum())

    gradients = layer.backward(dh, cache)
    found = [gradients[name].ravel() for name in layer.parameters]
    wanted = [
        numerical_gradient(loss, w).ravel() for w in layer.parameters.values()
    ]
    # Not the inputs: a step away from zero would make padding be seen.
    assert relative_error(*map(np.concatenate, (found, wanted))) < 1e-7


@many
@given(cases((GRU, LSTM)))
def test_outputs_and_gradients_equal_torchs_own_layers(case):
    layer, x, dh = case
    h, cache = layer.forward(x)
    encoder, decoder = layer.encoder.to_torch(), layer.decoder.to_torch()
    x_torch = torch.tensor(x, requires_grad=True)
    states, last = encoder(x_torch[: layer.reads])
    written, _ = decoder(x_torch[layer.reads :], last)
    wanted = written
    if layer.attention:
        seen = torch.tensor(x[: layer.reads].any(axis=2).T[:, None])
        own = {
            name: torch.tensor(w, requires_grad=True)
            for name, w in layer.lookup.items()
        }
        q, k = written @ own["W_q"], states @ own["W_k"]
        q, k, v = (z.transpose(0, 1) for z in (q, k, states))
        found = torch.nn.functional.scaled_dot_product_attention(q, k, v, seen)
        wanted = torch.cat([written, found.transpose(0, 1)], dim=2)
    assert relative_error(h[layer.reads :], wanted.detach()) < 1e-12
    wanted.backward(torch.tensor(dh[layer.reads :]))
    gradients = layer.backward(dh, cache)
    assert relative_error(gradients["x"], x_torch.grad) < 1e-10
    for name in layer.lookup:
        np.testing.assert_allclose(
            gradients[name], own[name].grad, rtol=0, atol=1e-12
        )
    for end, module in (("e", encoder), ("d", decoder)):
        for ours, theirs in (("W_xh", "weight_ih"), ("W_hh", "weight_hh")):
            grad = getattr(module, f"{theirs}_l0").grad.T
            assert relative_error(gradients[f"{ours}_{end}"], grad) < 1e-10


def translator(**options):
    return EncoderDecoder(GRU(3, 4, seed=1), GRU(3, 4, seed=2), 5, **options)


def test_the_decoder_looks_at_no_padding_and_says_where_it_looks():
    x = np.random.default_rng(0).normal(size=(8, 2, 3))
    x[:2, 0] = 0
    _, cache = translator().forward(x)
    assert cache.weights.shape == (2, 1, 3, 5)
    np.testing.assert_allclose(cache.weights.sum(axis=3), 1)
    assert not cache.weights[0, ..., :2].any()
    assert cache.weights[1].all()


def test_what_is_written_later_does_not_reach_back():
    x = np.random.default_rng(0).normal(size=(8, 2, 3))
    other = x.copy()
    other[7:] = 1
    layer = translator()
    np.testing.assert_array_equal(
        layer.forward(x)[0][:7], layer.forward(other)[0][:7]
    )
    assert not layer.forward(x)[0][:5].any()


def test_without_attention_there_are_no_weights_to_see():
    _, cache = translator(attention=False).forward(np.ones((6, 1, 3)))
    with pytest.raises(ValueError, match="attention must be on"):
        cache.weights  # noqa: B018


def test_outputs_cannot_be_changed_behind_the_cache():
    h, _ = translator().forward(np.ones((6, 1, 3)))
    with pytest.raises(ValueError, match="read-only"):
        h += 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: EncoderDecoder(GRU(3, 4), LSTM(3, 4), 5),
            "decoder must be another layer of the encoder's kind",
        ),
        (lambda: EncoderDecoder(*[GRU(3, 4)] * 2, 5), "found the same"),
        (
            lambda: EncoderDecoder(GRU(3, 4), GRU(3, 5), 5),
            "decoder must have the encoder's hidden_size 4, found 5",
        ),
        (
            lambda: translator().forward(np.ones((5, 1, 3))),
            "x must have more than 5 steps",
        ),
        (
            lambda: translator().backward(
                np.ones((6, 1, 8)), translator().forward(np.ones((7, 1, 3)))[1]
            ),
            r"dh must have shape \(7, 1, 8\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
