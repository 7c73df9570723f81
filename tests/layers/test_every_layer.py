"""What every recurrent layer promises, tested on each of them alike."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rnnlib.layers.attention import Attention
from rnnlib.layers.elman import Elman
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.input_gated import InputGated
from rnnlib.layers.lru import LRU
from rnnlib.layers.lstm import LSTM
from rnnlib.layers.matrix_state import RULES, MatrixState
from rnnlib.layers.reflections import Reflections
from rnnlib.layers.stack import Stack
from rnnlib.training.gradients import (
    gradient_check,
    numerical_gradient,
    relative_error,
)

many = settings(max_examples=200, deadline=None, derandomize=True)
some = settings(max_examples=40, deadline=None, derandomize=True)
inits = st.sampled_from(["uniform", "orthogonal", "identity", 0.5, 1.3])


@st.composite
def elmans(draw):
    activation = draw(st.sampled_from(["tanh", "relu", "sigmoid", "identity"]))
    return lambda D, H, seed: Elman(
        D, H, activation=activation, init=draw(inits), seed=seed
    )


@st.composite
def lstms(draw, kind=LSTM):
    options = draw(
        st.sampled_from(
            [
                {},
                {"forget_bias": 1.0},
                {"longest_lag": 50},
                {"forget_gate": False},
            ]
        )
    )
    activation = draw(st.sampled_from(["tanh", "relu"]))
    return lambda D, H, seed: kind(
        D, H, init=draw(inits), activation=activation, seed=seed, **options
    )


@st.composite
def grus(draw):
    return lambda D, H, seed: GRU(D, H, init=draw(inits), seed=seed)


@st.composite
def attentions(draw):
    """H is made even and cut into heads that have a pair of numbers each."""
    options = draw(
        st.sampled_from(
            [{}, {"scaled": False}, {"positions": True}, {"heads": 2}]
        )
    )
    half = 2 * options.get("heads", 1)
    return lambda D, H, seed: Attention(
        D, -(-H // half) * half, seed=seed, **options
    )


@st.composite
def lrus(draw):
    normalize = draw(st.booleans())
    return lambda D, H, seed: LRU(
        D, 2 * H, largest=0.9, normalize=normalize, seed=seed
    )


@st.composite
def input_gated(draw):
    options = draw(
        st.sampled_from([{}, {"forget_bias": 1.0}, {"longest_lag": 50}])
    )
    lowest = draw(st.sampled_from([0.0, -0.5, -1.0]))
    return lambda D, H, seed: InputGated(
        D, H, lowest=lowest, seed=seed, **options
    )


@st.composite
def matrix_states(draw):
    rule, key_size = draw(st.sampled_from(RULES)), draw(st.integers(2, 4))
    return lambda D, H, seed: MatrixState(
        D, H, key_size=key_size, rule=rule, seed=seed
    )


@st.composite
def reflections(draw):
    count = draw(st.integers(1, 3))
    # Of one number the length is all, and that is taken away: gradient zero.
    return lambda D, H, seed: Reflections(D + 1, H + 1, count=count, seed=seed)


@st.composite
def stacks(draw):
    """One to three layers, of one kind and size or of several."""
    depth, alike = draw(st.integers(1, 3)), draw(st.booleans())
    kinds = st.one_of(elmans(), lstms(), lstms(FastLSTM), grus())
    if alike:
        makers, sizes = [draw(kinds)] * depth, [0] * depth
    else:
        makers = [draw(kinds) for _ in range(depth)]
        sizes = [draw(st.integers(0, 2)) for _ in range(depth - 1)] + [0]

    def make(D, H, seed):
        sides = [D, *(H + more for more in sizes)]
        pairs = zip(makers, sides, sides[1:])
        return Stack([one(low, high, seed) for one, low, high in pairs])

    return make


KINDS = {
    "Elman": elmans(),
    "LSTM": lstms(),
    "FastLSTM": lstms(FastLSTM),
    "GRU": grus(),
    "Attention": attentions(),
    "MatrixState": matrix_states(),
    "Stack": stacks(),
    "LRU": lrus(),
    "InputGated": input_gated(),
    "Reflections": reflections(),
}
IN_TORCH = ["Elman", "LSTM", "FastLSTM", "GRU", "Stack"]


def two_layers(input_size, hidden_size, **options):
    """Make a stack as one makes a layer."""
    return Stack(
        [
            Elman(input_size, hidden_size, **options),
            Elman(hidden_size, hidden_size, **options),
        ]
    )


LAYERS = [Elman, LSTM, FastLSTM, GRU, two_layers]
LAYERS += [LRU, InputGated, Reflections, Attention, MatrixState]


@st.composite
def cases(draw, kind=None):
    """Draw a layer, its inputs, its starting state and upstream gradients."""
    make = draw(KINDS[kind] if kind else st.one_of(*KINDS.values()))
    T, B, D, H = (draw(st.integers(1, high)) for high in (7, 4, 4, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    layer = make(D, H, rng)
    for name in layer.parameters:  # biases too may be anything
        if name.startswith("b_"):
            bias = layer.parameters[name]
            bias += rng.normal(0, 0.3, bias.shape)
    H = layer.hidden_size
    state = {
        name + end: rng.normal(size=shape)
        for end, one in by_ending(layer).items()
        for name, shape in state_shapes(one, B).items()
    }
    x = rng.normal(size=(T, B, layer.input_size))
    return layer, x, state, rng.normal(size=(T, B, layer.hidden_size))


def state_shapes(layer, B):
    """Return the shape of each array of a state, by its gradient's name."""
    H = layer.hidden_size
    if isinstance(layer, Attention):  # keys and values of two steps before
        return {"k0": (2, B, H), "v0": (2, B, H)}
    if isinstance(layer, MatrixState):
        return {"h0": (B, layer.key_size, H)}
    names = ["h0", "c0"] if isinstance(layer, LSTM) else ["h0"]
    return dict.fromkeys(names, (B, H))


def by_ending(layer):
    """Return single layers by the ending of their parameters' names."""
    if isinstance(layer, Stack):
        return {f"_l{k}": one for k, one in enumerate(layer.layers)}
    return {"": layer}


def own(values, end):
    """Return the values of one layer, by their plain names."""
    return {
        name.removesuffix(end): value
        for name, value in values.items()
        if name.endswith(end)
    }


def as_h0(state):
    """Put a state in the form that forward takes."""
    endings = list(dict.fromkeys(name[2:] for name in state))
    parts = [tuple(own(state, end).values()) for end in endings]
    states = [part if len(part) == 2 else part[0] for part in parts]
    return states[0] if endings == [""] else states


def far_from_kinks(layer, x, state):
    """Say whether differences are those of a smooth, nearly straight curve."""
    if isinstance(layer, Stack):
        for end, one in by_ending(layer).items():
            part = own(state, end)
            if not far_from_kinks(one, x, part):
                return False
            x, _ = one.forward(x, as_h0(part))
        return True
    if isinstance(layer, MatrixState):  # short keys turn at a touch
        keys = x @ layer.parameters["W_k"]
        return np.linalg.norm(keys, axis=2).min() > 0.1
    if isinstance(layer, Reflections):  # a short direction turns quickly
        return layer.forward(x)[1].lengths.min() > 0.3
    if getattr(layer, "activation", "") != "relu":
        return True
    h, cache = layer.forward(x, as_h0(state))
    w = layer.parameters
    before = np.concatenate([state["h0"][np.newaxis], h[:-1]])
    z = x @ w["W_xh"] + before @ w["W_hh"] + w["b_h"]
    if isinstance(layer, LSTM):
        z = np.concatenate([np.split(z, 4, axis=2)[2], cache.trace("c")])
    return np.abs(z).min() > 1e-3


def in_torch(layer, x, state):
    """Compute the layer step by step in torch, from its equations."""
    tensors = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in {**layer.parameters, "x": x, **state}.items()
    }
    h = tensors["x"]
    for end, one in by_ending(layer).items():
        h = one_layer_in_torch(one, own(tensors, end), h)
    return h, tensors


def one_layer_in_torch(layer, w, x):
    if isinstance(layer, Attention):
        return attention_in_torch(layer, w, x)
    if isinstance(layer, MatrixState):
        return matrix_state_in_torch(layer, w, x)
    outputs, h, c = [], w["h0"], w.get("c0")
    if isinstance(layer, Reflections):
        h = h + 0 * w["h_start"]  # not asked for where there is an h0
    for x_t in x:
        h, c = one_step_in_torch(layer, w, x_t, h, c)
        outputs.append(h)
    return torch.stack(outputs)


def attention_in_torch(layer, w, x):
    """Look up with torch's own function, positions as complex numbers."""
    (T, B, _), S = x.shape, len(w["k0"])
    q, k, v = (x @ w[name] for name in ("W_q", "W_k", "W_v"))
    if layer.positions:
        pairs = layer.hidden_size // layer.heads // 2
        turn = 10_000.0 ** (-torch.arange(pairs, dtype=torch.float64) / pairs)
        angle = torch.outer(torch.arange(S, S + T), turn)[:, None, None]
        turn = torch.polar(torch.ones_like(angle), angle)
        q, k = (
            torch.view_as_real(
                torch.view_as_complex(z.reshape(T, B, layer.heads, pairs, 2))
                * turn
            ).reshape(T, B, -1)
            for z in (q, k)
        )
    k, v = torch.cat([w["k0"], k]), torch.cat([w["v0"], v])
    q, k, v = (
        z.reshape(len(z), B, layer.heads, -1).permute(1, 2, 0, 3)
        for z in (q, k, v)
    )
    visible = torch.ones(T, S + T, dtype=torch.bool).tril(S)
    o = torch.nn.functional.scaled_dot_product_attention(
        q, k, v, visible, scale=None if layer.scaled else 1.0
    )
    return o.permute(2, 0, 1, 3).reshape(T, B, -1)


def matrix_state_in_torch(layer, w, x):
    """Compute S_t = S_{t-1} + b k' (v - k S_{t-1}) sequence by sequence."""
    outputs = []
    for b in range(x.shape[1]):
        S, read = w["h0"][b], []
        for x_t in x[:, b]:
            k = x_t @ w["W_k"]
            k = k / k.norm()
            written = x_t @ w["W_v"]
            if layer.rule == "delta":
                written = written - k @ S
            gate = torch.sigmoid(x_t @ w["W_beta"] + w["b_beta"])
            S = S + torch.outer(gate * k, written)
            read.append(x_t @ w["W_q"] @ S)
        outputs.append(torch.stack(read))
    return torch.stack(outputs, dim=1)


def one_step_in_torch(layer, w, x_t, h, c):
    """Compute (h, c) after one step, straight from the module's equations."""
    activation = {
        "tanh": torch.tanh,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "identity": lambda z: z,
    }[getattr(layer, "activation", "tanh")]
    if isinstance(layer, LRU):
        return one_step_of_modes(layer, w, x_t, h), None
    if isinstance(layer, InputGated):
        f, i, g = (x_t @ w["W_xh"] + w["b_h"]).chunk(3, dim=1)
        f = layer.lowest + (1 - layer.lowest) * torch.sigmoid(f)
        return f * h + torch.sigmoid(i) * torch.tanh(g), None
    if isinstance(layer, Reflections):
        for v in (x_t @ w["W_xh"]).chunk(layer.count, dim=1):
            k = v / torch.linalg.vector_norm(v, dim=1, keepdim=True)
            h = h - 2 * (h * k).sum(dim=1, keepdim=True) * k
        return h, None
    to_x, to_h = x_t @ w["W_xh"] + w["b_h"], h @ w["W_hh"]
    if isinstance(layer, Elman):
        return activation(to_x + to_h), None
    if isinstance(layer, LSTM):
        i, f, g, o = (to_x + to_h).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * activation(g)
        return torch.sigmoid(o) * activation(c), c
    (x_r, x_z, x_n), (h_r, h_z, h_n) = to_x.chunk(3, 1), to_h.chunk(3, 1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * (h_n + w["b_hn"]))
    return (1 - z) * n + z * h, None


def one_step_of_modes(layer, w, x_t, h):
    """Compute the real and imaginary parts of the modes in torch."""
    decay = torch.exp(w["log_decay"])
    a = torch.exp(torch.complex(-decay, w["angle"]))
    gain = torch.sqrt(1 - torch.exp(-2 * decay)) if layer.normalize else 1
    s = torch.complex(*h.chunk(2, dim=1))
    s = a * s + gain * torch.complex(*(x_t @ w["W_xh"]).chunk(2, dim=1))
    return torch.cat([s.real, s.imag], dim=1)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Stack"])
@many
@given(data=st.data())
def test_gradients_equal_central_differences(kind, data):
    gradients_equal_central_differences(kind, data)


@some  # its layers have had their turn
@given(data=st.data())
def test_gradients_of_a_stack_equal_central_differences(data):
    gradients_equal_central_differences("Stack", data)


def gradients_equal_central_differences(kind, data):
    layer, x, state, dh = data.draw(cases(kind))
    assume(far_from_kinks(layer, x, state))
    h, cache = layer.forward(x, as_h0(state))

    def loss():
        # The change of each output is weighed before the sum is taken, so
        # that rounding stays that of one output and not that of the sum.
        return float((dh * (layer.forward(x, as_h0(state))[0] - h)).sum())

    arrays = {**layer.parameters, "x": x, **state}
    gradients = layer.backward(dh, cache)
    if kind in ("Stack", "Attention", "MatrixState"):
        # A gradient shrinks from layer to layer, and where one step alone
        # is seen the one at the queries is zero; the rounding of the outputs
        # does not shrink. So all arrays are compared as one vector; each of
        # them is compared with autograd below.
        numerical = [numerical_gradient(loss, a) for a in arrays.values()]
        numbers = [
            np.concatenate([np.ravel(a) for a in side])
            for side in ([gradients[name] for name in arrays], numerical)
        ]
        assert relative_error(*numbers) < 1e-7
        return
    errors = gradient_check(loss, arrays, gradients)
    assert max(errors.values()) < 1e-7, errors


@pytest.mark.parametrize("kind", KINDS)
@many
@given(data=st.data())
def test_outputs_and_gradients_equal_autograd(kind, data):
    layer, x, state, dh = data.draw(cases(kind))
    h, cache = layer.forward(x, as_h0(state))
    gradients = layer.backward(dh, cache)
    h_torch, tensors = in_torch(layer, x, state)
    assert relative_error(h, h_torch.detach().numpy()) < 1e-12
    h_torch.backward(torch.tensor(dh))
    assert gradients.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert gradients[name].shape == tensor.shape
        assert relative_error(gradients[name], tensor.grad) < 1e-10, name


@pytest.mark.parametrize("kind", IN_TORCH)
@many
@given(data=st.data())
def test_torchs_own_layer_computes_the_same(kind, data):
    """From zero, as most train; both biases and the order of the gates."""
    layer, x, _, dh = data.draw(cases(kind))
    assume(torch_has(layer))
    h, cache = layer.forward(x)
    gradients = layer.backward(dh, cache)
    module = layer.to_torch()
    x_torch = torch.tensor(x, requires_grad=True)
    h_torch, _ = module(x_torch)
    h_torch.backward(torch.tensor(dh))
    assert relative_error(h, h_torch.detach()) < 1e-10
    assert relative_error(gradients["x"], x_torch.grad) < 1e-10
    for k, end in enumerate(by_ending(layer)):
        ours = own(gradients, end)
        for found, wanted in (
            (ours["W_xh"].T, f"weight_ih_l{k}"),
            (ours["W_hh"].T, f"weight_hh_l{k}"),
            (ours["b_h"], f"bias_ih_l{k}"),
        ):
            grad = getattr(module, wanted).grad
            assert relative_error(found, grad) < 1e-10


def torch_has(layer):
    """Say whether torch.nn has the layer, and all of a stack as one."""
    parts = by_ending(layer).values()
    alike = {
        (
            one.torch_name if hasattr(one, "torch_name") else "GRU",
            one.hidden_size,
            getattr(one, "activation", "tanh"),
        )
        for one in parts
    }
    known = all(
        getattr(one, "activation", "tanh")
        in getattr(one, "torch_activations", ("tanh",))
        for one in parts
    )
    return known and len(alike) == 1


@many
@given(data=st.data())
def test_the_fast_lstm_equals_the_plain_one(data):
    plain, x, state, dh = data.draw(cases("LSTM"))
    fast = FastLSTM(
        plain.input_size, plain.hidden_size, activation=plain.activation
    )
    fast.parameters = plain.parameters
    dc = data.draw(st.sampled_from([None, np.ones_like(state["c0"])]))
    found = {}
    for layer in (plain, fast):
        h, cache = layer.forward(x, as_h0(state))
        parts = {"h": h, "last h": cache.last_state[0]}
        parts |= {name: cache.trace(name) for name in "ifogc"}
        found[layer] = parts | layer.backward(dh, cache, dc)
    assert found[plain].keys() == found[fast].keys()
    for name, wanted in found[plain].items():
        assert relative_error(found[fast][name], wanted) < 1e-10, name


@pytest.mark.parametrize("options", [{}, {"longest_lag": 9}, {"init": 1.5}])
def test_the_fast_lstm_starts_from_the_same_weights(options):
    plain, fast = (kind(3, 5, seed=4, **options) for kind in (LSTM, FastLSTM))
    for name, value in plain.parameters.items():
        np.testing.assert_array_equal(value, fast.parameters[name])


@some
@given(cases())
def test_backward_twice_gives_the_same_and_changes_nothing(case):
    layer, x, state, dh = case
    before = {name: w.copy() for name, w in layer.parameters.items()}
    x_before, dh_before = x.copy(), dh.copy()
    h, cache = layer.forward(x, as_h0(state))
    first = layer.backward(dh, cache)
    layer.forward(2 * x)  # another call must leave no trace
    second = layer.backward(dh, cache)
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    for name in before:
        np.testing.assert_array_equal(before[name], layer.parameters[name])
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dh, dh_before)
    np.testing.assert_array_equal(h, layer.forward(x, as_h0(state))[0])


@some
@given(cases())
def test_no_state_hides_between_calls(case):
    """Two pieces, the state handed over by hand, equal the whole."""
    layer, x, _, _ = case
    whole, cache = layer.forward(x)
    cut = len(x) // 2
    if cut:
        first, middle = layer.forward(x[:cut])
        second, end = layer.forward(x[cut:], middle.last_state)
        parts = np.concatenate([first, second])
        np.testing.assert_allclose(parts, whole, rtol=0, atol=1e-13)
        for found, wanted in zip(
            flat(end.last_state), flat(cache.last_state), strict=True
        ):
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-13)


def flat(state):
    """Return the arrays of a state in one list."""
    if isinstance(state, np.ndarray):
        return [state]
    return [array for part in state for array in flat(part)]


@some
@given(cases())
def test_sequences_of_a_batch_do_not_touch_each_other(case):
    layer, x, state, dh = case
    h, cache = layer.forward(x, as_h0(state))
    together = layer.backward(dh, cache)
    total = dict.fromkeys(layer.parameters, 0.0)
    for b in range(x.shape[1]):
        one = slice(b, b + 1)
        start = as_h0(
            {
                name: s[:, one] if name[0] in "kv" else s[one]
                for name, s in state.items()
            }
        )
        h_one, cache = layer.forward(x[:, one], start)
        np.testing.assert_allclose(h[:, one], h_one, rtol=0, atol=1e-12)
        alone = layer.backward(dh[:, one], cache)
        np.testing.assert_allclose(
            together["x"][:, one], alone["x"], rtol=1e-12, atol=1e-12
        )
        for name in total:
            total[name] += alone[name]
    for name, value in total.items():
        np.testing.assert_allclose(
            together[name], value, rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("kind", LAYERS)
def test_float32_stays_float32_and_near_float64(kind):
    x = np.random.default_rng(0).normal(size=(20, 3, 2))
    fine = kind(2, 4, seed=1)
    coarse = kind(2, 4, seed=1, dtype=np.float32)
    h, cache = coarse.forward(x)
    gradients = coarse.backward(np.ones_like(h), cache)
    assert h.dtype == np.float32
    assert {g.dtype for g in gradients.values()} == {np.dtype(np.float32)}
    np.testing.assert_allclose(h, fine.forward(x)[0], atol=1e-6)


@pytest.mark.parametrize("kind", LAYERS)
def test_outputs_cannot_be_changed_behind_the_cache(kind):
    h, _ = kind(1, 2).forward(np.ones((3, 1, 1)))
    with pytest.raises(ValueError, match="read-only"):
        h += 1


@pytest.mark.parametrize("kind", LAYERS)
def test_changing_an_input_later_does_not_reach_the_result(kind):
    """A layer of float64 may keep the very array that it was given."""
    x = np.ones((3, 1, 1))
    h, _ = kind(1, 2).forward(x)
    before = h.copy()
    x[:] = 7
    np.testing.assert_array_equal(h, before)


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize(
    ("x", "h0", "message"),
    [
        (np.ones((3, 2)), None, "x must have shape"),
        (np.ones((3, 2, 4)), None, "x must have shape"),
        (np.ones((0, 2, 1)), None, "x must have shape"),
        (np.full((3, 2, 1), np.nan), None, "x must be finite"),
        (np.ones((3, 2, 1)), np.ones((1, 6)), "must have shape"),
        (np.ones((3, 2, 1)), np.full((2, 6), np.inf), "must be finite"),
    ],
)
def test_forward_refuses_what_does_not_fit(kind, x, h0, message):
    if h0 is not None:
        other = np.zeros((2, 6))
        h0 = {
            LSTM: (h0, other),
            FastLSTM: (h0, other),
            Attention: ([h0], [other]),
            MatrixState: h0[..., np.newaxis] * np.ones(6),
            two_layers: [other, h0],
        }.get(kind, h0)
    with pytest.raises(ValueError, match=message):
        kind(1, 6).forward(x, h0)


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("shape", [(3, 2, 4), (2, 2, 6), (3, 1, 6), (2, 6)])
def test_backward_refuses_what_does_not_fit(kind, shape):
    layer = kind(1, 6)
    _, cache = layer.forward(np.ones((3, 2, 1)))
    with pytest.raises(ValueError, match="dh must have shape"):
        layer.backward(np.ones(shape), cache)


@pytest.mark.parametrize("kind", LAYERS)
def test_text_is_no_input(kind):
    with pytest.raises(TypeError, match="x must hold real numbers"):
        kind(1, 6).forward([[["a"]]])
