"""The code that a chapter prints computes what rnnlib computes.

The cells are taken out of the notebooks, not copied: whoever edits a chapter
edits what is tested here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnnlib import LSTM, Elman, LinearHead
from rnnlib.layers import (
    InputGated,
    Reflections,
    cross_entropy,
    linear_scan,
    linear_scan_back,
)
from rnnlib.sequences.names import spell
from rnnlib.training import Adam, Network, clip_by_norm

CHAPTERS = Path(__file__).parent.parent / "chapters"
sizes = st.tuples(*(st.integers(1, top) for top in (9, 4, 4, 6)))


def source(chapter: str, name: str) -> str:
    """Return the one cell of a chapter that defines `name`."""
    notebook = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4)
    cells = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and f"def {name}(" in cell.source
    ]
    assert cells, f"{chapter} prints no {name}"
    return cells[0]


def printed(chapter: str, name: str) -> dict[str, Callable]:
    """Run the one cell of a chapter that defines `name`."""
    namespace: dict[str, object] = {"np": np}
    exec(source(chapter, name), namespace)
    return namespace


@given(sizes, st.integers(0, 2**32))
def test_forward_of_chapter_3_equals_rnnlib(shape, seed):
    T, B, D, H = shape
    run = printed("03_elman", "run")["run"]
    rng = np.random.default_rng(seed)
    layer = Elman(D, H, seed=rng)
    x, h0 = rng.normal(size=(T, B, D)), rng.normal(size=(B, H))
    h, _ = layer.forward(x, h0)
    ours = run(x, h0, **layer.parameters)
    np.testing.assert_allclose(ours, h, rtol=0, atol=1e-12)


@given(sizes, st.integers(0, 2**32))
def test_backward_of_chapter_4_equals_rnnlib(shape, seed):
    T, B, D, H = shape
    cell = printed("04_bptt", "backward")
    rng = np.random.default_rng(seed)
    layer = Elman(D, H, seed=rng)
    x, h0 = rng.normal(size=(T, B, D)), rng.normal(size=(B, H))
    dh = rng.normal(size=(T, B, H))
    h, cache = layer.forward(x, h0)
    states = cell["forward"](x, h0, **layer.parameters)
    np.testing.assert_allclose(states[1:], h, rtol=0, atol=1e-12)
    ours = cell["backward"](dh, x, states, **layer.parameters)
    theirs = layer.backward(dh, cache)
    for name, gradient in ours.items():
        np.testing.assert_allclose(gradient, theirs[name], atol=1e-10)


@given(sizes, st.integers(0, 2**32))
def test_lstm_step_of_chapter_6_equals_rnnlib_both_ways(shape, seed):
    T, B, D, H = shape
    step = printed("07_lstm", "lstm_step")["lstm_step"]
    step_back = printed("07_lstm", "lstm_step_back")["lstm_step_back"]
    rng = np.random.default_rng(seed)
    layer = LSTM(D, H, seed=rng)
    x, dh = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
    wanted, cache = layer.forward(x)
    h, c, trace, states = np.zeros((B, H)), np.zeros((B, H)), [], []
    for x_t in x:
        before = h
        h, c, gates = step(x_t, h, c, **layer.parameters)
        states.append(h)
        trace.append((before, gates))
    np.testing.assert_allclose(states, wanted, rtol=0, atol=1e-12)
    later, dc, dW_hh = np.zeros((B, H)), np.zeros((B, H)), 0.0
    for t in reversed(range(T)):
        before, gates = trace[t]
        dz, dc = step_back(dh[t] + later, dc, gates)
        dW_hh = dW_hh + before.T @ dz
        later = dz @ layer.parameters["W_hh"].T
    gradients = layer.backward(dh, cache)
    np.testing.assert_allclose(dW_hh, gradients["W_hh"], atol=1e-10)
    np.testing.assert_allclose(dc, gradients["c0"], atol=1e-10)


def test_the_trainer_of_chapter_4_has_the_right_gradient():
    rng = np.random.default_rng(0)
    space = {
        "np": np,
        "H": 4,
        "characters": ".abcdefghijklmnopqrstuvwxyz",
        "layer": Elman(27, 4, seed=rng).parameters,
        "head": LinearHead(4, 27, seed=rng).parameters,
    }
    for name in ("backward", "batch", "probabilities", "learn_from"):
        exec(source("04_bptt", name), space)
    names = ["jazz", "al", "bo"]
    bits, gradients = space["learn_from"](names)
    network = Network(Elman(27, 4), LinearHead(4, 27), cross_entropy)
    network.layer.parameters = space["layer"]
    network.head.parameters = space["head"]
    nats, wanted, _ = network.gradients(spell(names))
    assert abs(bits * np.log(2) - nats) < 1e-12
    for name, gradient in wanted.items():
        np.testing.assert_allclose(gradients[name], gradient, atol=1e-12)


def test_the_update_of_chapter_4_is_adam_behind_a_clip():
    rng = np.random.default_rng(0)
    shapes = {"W": (3, 2), "b": (2,)}
    space = {
        "np": np,
        "weights": {k: rng.normal(size=s) for k, s in shapes.items()},
    }
    copies = {k: w.copy() for k, w in space["weights"].items()}
    exec(source("04_bptt", "update"), space)
    adam = Adam(copies, 0.1)
    for n in range(1, 6):
        gradients = {k: rng.normal(size=s) for k, s in shapes.items()}
        space["update"](gradients, n, 0.1)
        adam.step(clip_by_norm(gradients, 1.0)[0])
    for name, w in copies.items():
        np.testing.assert_allclose(space["weights"][name], w, atol=1e-12)


@given(st.integers(1, 70), st.integers(0, 2**32))
def test_scan_of_chapter_13_equals_rnnlib_both_ways(T, seed):
    scan = printed("13_linear_recurrences", "scan")["scan"]
    back = source("13_linear_recurrences", "scan_back")
    space = {"np": np, "scan": scan}
    exec(back, space)
    a, b, dh = np.random.default_rng(seed).uniform(-1, 1, (3, T))
    columns = [each.reshape(T, 1, 1) for each in (a, b, dh)]
    h, rounds = scan(a, b)
    wanted = linear_scan(*columns[:2])
    np.testing.assert_allclose(h, wanted.ravel(), rtol=0, atol=1e-12)
    assert rounds == int(np.ceil(np.log2(T)))
    gradients = linear_scan_back(columns[2], columns[0], wanted)
    for found, name in zip(space["scan_back"](dh, a, h), "ab"):
        np.testing.assert_allclose(
            found, gradients[name].ravel(), rtol=0, atol=1e-12
        )


@given(sizes, st.integers(0, 2**32))
def test_gates_of_chapter_13_equal_rnnlib(shape, seed):
    T, B, D, H = shape
    space = {"np": np, "linear_scan": linear_scan}
    exec(source("13_linear_recurrences", "gated_by_input"), space)
    rng = np.random.default_rng(seed)
    layer = InputGated(D, H, seed=rng)
    x = rng.normal(size=(T, B, D))
    ours = space["gated_by_input"](x, **layer.parameters)
    np.testing.assert_allclose(ours, layer.forward(x)[0], rtol=0, atol=1e-12)


def test_mirror_of_chapter_13_equals_rnnlib():
    mirror = printed("13_linear_recurrences", "mirror")["mirror"]
    layer = Reflections(3, 4, seed=1)
    v = layer.parameters["W_xh"][2]
    h, _ = layer.forward(np.eye(3)[2].reshape(1, 1, 3))
    ours = mirror(layer.parameters["h_start"], v / np.linalg.norm(v))
    np.testing.assert_allclose(ours, h[0, 0], rtol=0, atol=1e-12)
