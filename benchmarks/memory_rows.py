"""The rows of the map of memories: who learns, of which size, how it starts.

Every network has about as many weights as an LSTM of 16 units with a linear
head. Where the state bends from step to step (Elman, GRU, LSTM) the head is
linear. Where it does not, only the head can bend: the state has up to 32
numbers (16 where it is reflected, 16 times 16 in the matrix), and what is
left of the weights goes into a layer of ReLU units between state and answer.
An AR model and a memory neuron are as small as they are: a linear head of
the last 31 inputs, and of one number.

Where a lag is asked, the start knows it: orthogonal (Elman), chrono (gates),
a ring of modes whose memory is about as long (LRU). Where every length is to
be mastered: uniform (Elman, GRU, gates from -1 to 1), forget bias 1 (LSTM,
gates from 0 to 1), and the LRU's usual ring from 0.5 to 0.99.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnnlib.layers.attention import Attention
from rnnlib.layers.elman import Elman
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.heads import BentHead, LinearHead
from rnnlib.layers.input_gated import InputGated
from rnnlib.layers.lru import LRU
from rnnlib.layers.matrix_state import MatrixState
from rnnlib.layers.reflections import Reflections
from rnnlib.layers.scan import linear_scan, linear_scan_back

ROWS = (
    "AR(30)",
    "memory neuron",
    "Elman",
    "GRU",
    "LSTM",
    "fixed modes",
    "input gates",
    "input gates, -1 to 1",
    "reflections",
    "matrix state",
    "attention",
)
LAST = 30  # inputs that AR sees beside the current one
KEY = 16  # rows and columns of the matrix state; what is reflected
LSTM_UNITS = 16
BENT = ROWS[5:]  # rows whose head bends


class Last(NamedTuple):
    """What backward needs of a layer without a loop."""

    x: np.ndarray
    h: np.ndarray
    start: np.ndarray
    last_state: object


class Window:
    """A layer that learns nothing: the last inputs, side by side."""

    def __init__(self, input_size: int, last: int = LAST):
        self.input_size, self.last = input_size, last
        self.hidden_size = (last + 1) * input_size
        self.parameters = {}

    def forward(self, x, h0=None):
        """Return (T, B, (last + 1) D): the current input comes last."""
        T, B, D = x.shape
        if h0 is None:
            h0 = np.zeros((self.last, B, D), x.dtype)
        seen = np.concatenate([h0, x])
        h = np.concatenate([seen[k : k + T] for k in range(self.last + 1)], 2)
        h = h.astype(np.float32, copy=False)
        return h, Last(x, h, h0, seen[-self.last :])

    def backward(self, dh, cache):
        """Return no gradients."""
        return {}


class MemoryNeuron:
    """O_t = u O_{t-1} + x_t W + b: one number, learned like the others."""

    def __init__(self, input_size: int, u: float, seed: np.random.Generator):
        self.input_size, self.hidden_size = input_size, 1
        self.parameters = {
            "u": np.array([u], np.float32),
            "W_xh": seed.uniform(-1, 1, (input_size, 1)).astype(np.float32),
            "b_h": np.zeros(1, np.float32),
        }

    def forward(self, x, h0=None):
        """Return the outputs (T, B, 1)."""
        x, w = np.asarray(x, np.float32), self.parameters
        start = np.zeros((x.shape[1], 1), np.float32) if h0 is None else h0
        drive = x @ w["W_xh"] + w["b_h"]
        u = np.full_like(drive, w["u"][0])
        h = linear_scan(u, drive, start)
        return h, Last(x, h, start, h[-1])

    def backward(self, dh, cache):
        """Return the gradients of the three weights."""
        x, h, start, _ = cache
        u = np.full_like(h, self.parameters["u"][0])
        back = linear_scan_back(np.asarray(dh, np.float32), u, h, start)
        rows = x.reshape(-1, x.shape[2])
        return {
            "u": back["a"].sum(keepdims=True).reshape(1),
            "W_xh": rows.T @ back["b"].reshape(-1, 1),
            "b_h": back["b"].sum(axis=(0, 1)),
        }


class WithOne:
    """A layer without biases that is shown a constant one at every step."""

    def __init__(self, layer):
        self.layer = layer
        self.input_size = layer.input_size - 1
        self.hidden_size = layer.hidden_size
        self.parameters = layer.parameters

    def forward(self, x, h0=None):
        """Return what the layer returns."""
        return self.layer.forward(_with_one(x), h0)

    def backward(self, dh, cache):
        """Return the gradients of the layer's weights."""
        return self.layer.backward(dh, cache)


class AskedAtEnd(WithOne):
    """Attention of which only the last step's answer is wanted.

    The same numbers there as from the whole layer, for T instead of T^2.
    The other steps hold zeros.
    """

    def forward(self, x, h0=None):
        """Return (T, B, H), filled at the last step."""
        x = _with_one(x)
        keys, values = (
            x[:-1] @ self.parameters[name] for name in ("W_k", "W_v")
        )
        answer, cache = self.layer.forward(x[-1:], (keys, values))
        h = np.zeros((*x.shape[:2], self.hidden_size), np.float32)
        h[-1] = answer[0]
        return h, Last(x, h, cache, cache.last_state)

    def backward(self, dh, cache):
        """Return the gradients of W_q, W_k and W_v."""
        x, _, inner, _ = cache
        found = self.layer.backward(dh[-1:], inner)
        rows = x[:-1].reshape(-1, x.shape[2]).T
        for name, key in (("W_k", "k0"), ("W_v", "v0")):
            before = found[key].reshape(-1, self.hidden_size)
            found[name] = found[name] + rows @ before
        return found


def _with_one(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, np.float32)
    return np.concatenate([x, np.ones_like(x[..., :1])], axis=2)


def layer(row: str, column: str, size: tuple[int, int], lag: int, rng):
    """Return a row's layer before training.

    Parameters
    ----------
    row, column : str
    size : (int, int)
        Of an input and of the state.
    lag : int
        Steps over which the task asks to remember; 0 where every length
        is to be mastered.
    rng : numpy.random.Generator
    """
    D, H = size
    rest = {"seed": rng, "dtype": "float32"}
    slow = max(lag, 10)
    gates = {"longest_lag": lag} if lag else {"forget_bias": 1.0}
    if row == "AR(30)":
        return Window(D)
    if row == "memory neuron":
        return MemoryNeuron(D, float(np.exp(-1 / slow)), rng)
    if row == "Elman":
        return Elman(D, H, init="orthogonal" if lag else "uniform", **rest)
    if row == "GRU":
        made = GRU(D, H, **rest)
        if lag:  # chrono: z keeps
            made.parameters["b_h"][H : 2 * H] = np.log(
                rng.uniform(1, lag - 1, H)
            )
        return made
    if row == "LSTM":
        return FastLSTM(D, H, **gates, **rest)
    if row == "fixed modes":
        ring = {"smallest": np.exp(-2 / slow), "largest": np.exp(-0.2 / slow)}
        return LRU(D, H, **(ring if lag else {}), **rest)
    if row == "input gates":
        return InputGated(D, H, **gates, **rest)
    if row == "input gates, -1 to 1":
        gates = gates if lag else {}
        return InputGated(D, H, lowest=-1.0, **gates, **rest)
    if row == "reflections":
        return Reflections(D, H, count=2, **rest)
    if row == "matrix state":
        return WithOne(MatrixState(D + 1, H, key_size=KEY, **rest))
    wrap = AskedAtEnd if column in ("keeps", "adds") else WithOne
    positions = column in ("flips", "composes")
    return wrap(Attention(D + 1, H, positions=positions, **rest))


def head(row: str, hidden: int, units: int, answers: int, rng):
    """Return a row's head: linear, or bent with so many units."""
    if row in BENT:
        return BentHead(hidden, units, answers, seed=rng, dtype="float32")
    return LinearHead(hidden, answers, seed=rng, dtype="float32")


def count(parts: dict[str, np.ndarray]) -> int:
    """Return the number of weights."""
    return sum(array.size for array in parts.values())


def sizes(row: str, inputs: int, answers: int) -> tuple[int, int]:
    """Return the size of the state and the units of the head.

    The number of weights comes nearest to that of the LSTM; of the states
    of at most 32 numbers the largest is taken whose layer uses at most
    three quarters of it.
    """
    rng = np.random.default_rng(0)
    H = LSTM_UNITS
    lstm = 4 * H * (inputs + H + 1) + (H + 1) * answers
    if row in ("AR(30)", "memory neuron"):
        return layer(row, "flips", (inputs, 1), 0, rng).hidden_size, 0

    def layer_weights(hidden: int) -> int:
        made = layer(row, "flips", (inputs, hidden), 0, rng)
        return count(made.parameters)

    if row not in BENT:

        def far(hidden: int) -> int:
            return abs(layer_weights(hidden) + (hidden + 1) * answers - lstm)

        return min(range(4, 80), key=far), 0
    small = row in ("reflections", "matrix state")
    choices = (KEY,) if small else range(32, 3, -4)
    hidden = next(H for H in choices if layer_weights(H) <= 0.75 * lstm)
    left = lstm - layer_weights(hidden) - answers
    return hidden, round(left / (hidden + 1 + answers))


def step(row: str, inputs: int, hidden: int, steps: int) -> dict:
    """Return what a step costs: multiplications, and numbers carried on.

    Parameters
    ----------
    row : str
    inputs, hidden : int
        Sizes D and H.
    steps : int
        T, after which the step is taken.
    """
    D, H, T = inputs, hidden, steps
    K = KEY
    table = {
        "AR(30)": ("p D", LAST * D, "p D", LAST * D, "yes"),
        "memory neuron": ("D + 1", D + 1, "H", 1, "yes"),
        "Elman": ("H (D + H)", H * (D + H), "H", H, "no"),
        "GRU": ("3 H (D + H + 1)", 3 * H * (D + H + 1), "H", H, "no"),
        "LSTM": ("H (4 D + 4 H + 3)", H * (4 * D + 4 * H + 3),
                 "2 H", 2 * H, "no"),
        "fixed modes": ("H (D + 2)", H * (D + 2), "H", H, "yes"),
        "input gates": ("H (3 D + 2)", H * (3 * D + 2), "H", H, "yes"),
        "input gates, -1 to 1": (
            "H (3 D + 2)", H * (3 * D + 2), "H", H, "yes"),
        "reflections": ("2 H (D + 4)", 2 * H * (D + 4), "H", H, "in blocks"),
        "matrix state": (
            "H (3 D + 3 K)", H * (3 * D + 3 * K), "K H", K * H, "in blocks"),
        "attention": ("H (3 D + 2 T)", H * (3 * D + 2 * T),
                      "2 H T", 2 * H * T, "yes"),
    }  # fmt: skip
    names = ("formula", "multiplications", "state", "numbers", "at once")
    return dict(zip(names, table[row]))
