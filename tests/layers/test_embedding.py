"""The table of learned rows in front of a layer."""

import numpy as np

from rnnlib.layers.embedding import Embedding
from rnnlib.layers.lstm import LSTM
from rnnlib.sequences.names import spell
from rnnlib.training.gradients import gradient_check

NAMES = ["anna", "bo", "jazz"]


def test_an_embedding_picks_a_row_and_its_gradient_is_right():
    rng = np.random.default_rng(0)
    layer = Embedding(LSTM(3, 4, seed=rng), 27, start=0.5, seed=rng)
    data = spell(NAMES)
    h, cache = layer.forward(data.x)
    rows = layer.parameters["W_e"][data.x[data.mask].argmax(axis=1)]
    np.testing.assert_array_equal(
        (data.x @ layer.parameters["W_e"])[data.mask], rows
    )
    dh = rng.normal(size=h.shape)
    gradients = layer.backward(dh, cache)
    found = gradient_check(
        lambda: (layer.forward(data.x)[0] * dh).sum(),
        layer.parameters,
        {name: gradients[name] for name in layer.parameters},
    )
    assert max(found.values()) < 1e-6
    inputs = data.x.copy()
    found = gradient_check(
        lambda: (layer.forward(inputs)[0] * dh).sum(),
        {"x": inputs},
        {"x": gradients["x"]},
    )
    assert found["x"] < 1e-6


def test_an_embedding_is_a_product_of_two_matrices():
    layer = Embedding(LSTM(3, 4), 27)
    plain = LSTM(27, 4)
    weights = layer.parameters
    plain.parameters = {
        "W_xh": weights["W_e"] @ weights["W_xh"],
        "W_hh": weights["W_hh"],
        "b_h": weights["b_h"],
    }
    x = spell(NAMES).x
    np.testing.assert_allclose(
        layer.forward(x)[0], plain.forward(x)[0], atol=1e-12
    )
