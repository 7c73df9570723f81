"""Long short-term memory, forward and backward.

::

    i_t, f_t, o_t = sigmoid(x_t W_x. + h_{t-1} W_h. + b_.)
    g_t = tanh(x_t W_xg + h_{t-1} W_hg + b_g)
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

The cell remembers through the first product of c_t alone: dc_t / dc_{t-1}
is the forget gate, along this path nothing else shrinks or grows the
gradient.

Where the speed comes from. (1) State, input and a one for the bias stand
under each other in one column, so that one product gives all gates. (2) A
sigmoid is a shifted tanh, sigmoid(z) = tanh(z / 2) / 2 + 1 / 2, so one tanh
serves all four. (3) The batch is the last axis here, (H, B) in place of
(B, H): each gate is then one block of memory, and a call works on neighbours
at one stroke: i, f times g, c on the way forward; di, df, dg and the carried
dc, all times dc_t, on the way back. (4) Forward computes in one small array
that stays in the processor's nearest memory and is copied once a step.
(5) Backward takes the slopes of all steps before its loop, and the gradients
of weights and inputs after it. (6) For small layers it is NumPy's calls that
cost, not the numbers: the loops have few of them, fetch the functions
beforehand, and pass the result's array, the last argument, by position.

S. Hochreiter & J. Schmidhuber, "Long short-term memory", Neural Computation
9, 1997. F. Gers, J. Schmidhuber & F. Cummins, "Learning to forget", 2000
(forget gate). C. Tallec & Y. Ollivier, "Can recurrent neural networks warp
time?", ICLR 2018 (chrono initialisation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnnlib.recurrent import (
    ACTIVATIONS,
    Init,
    Seed,
    as_cache,
    as_dtype,
    as_generator,
    as_sequences,
    as_state,
    read_torch,
    shown,
    starting_weights,
    write_torch,
)
from rnnlib.validation import (
    as_array,
    as_choice,
    as_flag,
    as_float,
    as_int,
    describe,
)

if TYPE_CHECKING:
    import torch

State = tuple[np.ndarray, np.ndarray]
STRETCH = 2**16  # numbers in one block of all steps of a stretch
ALWAYS_OPEN = 100.0  # sigmoid(100) is 1 to the last digit, its slope 0


class LSTMCache(NamedTuple):
    """What backward needs: blocks of (H, B), one under the other."""

    columns: np.ndarray  #: (T + 1, H + D + 1, B) of h before the step, x, 1
    gates: np.ndarray  #: (T + 1, 5 H, B) of o, i, f, g, c before the step
    squashed: np.ndarray  #: (T, H, B), tanh(c), or relu(c)

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the state."""
        H = self.squashed.shape[1]
        return self.columns.shape[1] - H - 1, H

    @property
    def last_state(self) -> State:
        """(h, c) after the last step, each (B, H), an h0 for what follows."""
        H = self.squashed.shape[1]
        return self.columns[-1, :H].T, self.gates[-1, 4 * H :].T

    def trace(self, name: str) -> np.ndarray:
        """Return "i", "f", "o", "g" or "c" at each step, (T, B, H)."""
        block = "oifgc".index(as_choice(name, "name", tuple("ifogc")))
        H = self.squashed.shape[1]
        steps = slice(1, None) if name == "c" else slice(-1)
        here = slice(block * H, (block + 1) * H)
        return self.gates[steps, here].transpose(0, 2, 1)


class LSTM:
    """A long short-term memory layer.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state.
    init : {"uniform", "orthogonal", "identity"} or float, optional
        Start of each gate's recurrent matrix. See :mod:`rnnlib.recurrent`.
    forget_bias : float, optional
        Bias of the forget gate at the start; as `init` has it if left out.
    longest_lag : int, optional
        Chrono initialisation: forget biases log(u), u from U[1, lag - 1],
        and the input biases their negatives, so that units start out with
        memories of 1 to about `longest_lag` steps.
    forget_gate : bool, optional
        False gives the cell of 1997, f_t = 1: its weights are zero, its
        bias is so large that the gate is 1 exactly, and never learns.
    activation : {"tanh", "relu"}, optional
        Of g_t and of the cell on its way out.
    seed : int or numpy.random.Generator, optional
    dtype : dtype, optional
        float64 (to check gradients) or float32 (to train faster).

    Attributes
    ----------
    parameters : dict of ndarray
        W_xh (D, 4 H), W_hh (H, 4 H) and b_h (4 H,): columns in the order
        i, f, g, o, as in torch.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        init: Init = "uniform",
        forget_bias: float | None = None,
        longest_lag: int | None = None,
        forget_gate: bool = True,
        activation: str = "tanh",
        seed: Seed = 0,
        dtype: object = np.float64,
    ):
        self.input_size = as_int(input_size, "input_size")
        self.hidden_size = H = as_int(hidden_size, "hidden_size")
        self.activation = as_choice(activation, "activation", ("tanh", "relu"))
        self.dtype = as_dtype(dtype)
        forget_gate = as_flag(forget_gate, "forget_gate")
        rng = as_generator(seed)
        self.parameters = starting_weights(
            self.input_size, H, 4, init, rng, self.dtype
        )
        asked = (forget_bias, longest_lag, None if forget_gate else False)
        if sum(option is not None for option in asked) > 1:
            raise ValueError(
                "forget_bias, longest_lag and forget_gate=False exclude each "
                "other, found more than one of them"
            )
        b_i, b_f = self.parameters["b_h"][: 2 * H].reshape(2, H)
        if forget_bias is not None:
            b_f[:] = as_float(forget_bias, "forget_bias")
        if longest_lag is not None:
            longest_lag = as_int(longest_lag, "longest_lag", low=3)
            b_f[:] = np.log(rng.uniform(1, longest_lag - 1, H))
            b_i[:] = -b_f
        if not forget_gate:
            for name in ("W_xh", "W_hh"):
                self.parameters[name][:, H : 2 * H] = 0
            b_f[:] = ALWAYS_OPEN

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size", "activation")

    def forward(self, x, h0=None) -> tuple[np.ndarray, LSTMCache]:
        """Run the layer over a batch of sequences.

        Parameters
        ----------
        x : array_like, shape (T, B, D)
        h0 : pair of array_like, each of shape (B, H), optional
            (h, c) before the first step; zeros if left out.

        Returns
        -------
        h : ndarray, shape (T, B, H)
            State after each step; read-only, since the cache shares it.
        cache : LSTMCache
            What :meth:`backward` needs; it shows gates and cells too.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        x = as_sequences(x, "x", self.input_size, self.dtype)
        (T, B, D), H = x.shape, self.hidden_size
        h0, c0 = _as_pair(h0, "h0", B, H, self.dtype)
        columns = np.empty((T + 1, H + D + 1, B), self.dtype)
        columns[0, :H] = h0.T
        columns[:-1, H:-1] = x.transpose(0, 2, 1)
        columns[:, -1] = 1
        gates = np.empty((T + 1, 5 * H, B), self.dtype)
        squashed = np.empty((T, H, B), self.dtype)
        W = self._stacked()  # (4 H, H + D + 1)
        W[: 3 * H] /= 2  # for tanh(z / 2)
        half = np.array(0.5, self.dtype)  # a float is converted at each call
        squash, _ = ACTIVATIONS[self.activation]
        relu = squash is not np.tanh
        now = np.empty((5 * H, B), self.dtype)
        z, sigmoids, g = now[: 4 * H], now[: 3 * H], now[3 * H : 4 * H]
        o, i_f, g_c, c = now[:H], now[H : 3 * H], now[3 * H :], now[4 * H :]
        bent = sigmoids if relu else z
        products = np.empty((2 * H, B), self.dtype)
        ig, fc = products[:H], products[H:]
        c[:] = c0.T
        dot, tanh, multiply, add = W.dot, np.tanh, np.multiply, np.add
        for column, kept, s, h in zip(
            columns, gates, squashed, columns[1:, :H]
        ):
            dot(column, z)
            tanh(bent, bent)
            multiply(sigmoids, half, sigmoids)
            add(sigmoids, half, sigmoids)
            if relu:
                squash(g, g)
            kept[:] = now
            multiply(i_f, g_c, products)
            add(ig, fc, c)
            squash(c, s)
            multiply(o, s, h)
        gates[-1, 4 * H :] = c
        columns.flags.writeable = gates.flags.writeable = False
        h = columns[1:, :H].transpose(0, 2, 1)
        return h, LSTMCache(columns, gates, squashed)

    def backward(self, dh, cache: LSTMCache, dc=None) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : LSTMCache
            From the :meth:`forward` pass; neither it nor the layer changes.
        dc : array_like, shape (B, H), optional
            Gradient with respect to the last cell state; zero if left out.

        Returns
        -------
        gradients : dict of ndarray
            Same keys and shapes as `parameters`, and "x" (T, B, D), "h0"
            and "c0" (B, H).

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        T, H, B = as_cache(cache, LSTMCache, self).squashed.shape
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        dc = as_state(dc, "dc", B, H, self.dtype).T
        D, W = self.input_size, self._stacked()  # (4 H, H + D + 1)
        total = np.zeros(W.T.shape, self.dtype)
        dx = np.empty((T, B, D), self.dtype)
        dh_0 = np.zeros((H, B), self.dtype)
        # Stretches of steps that fit into the processor's nearer memory.
        stretch = max(1, STRETCH // (H * B))
        for stop in range(T, 0, -stretch):
            start = max(0, stop - stretch)
            part = LSTMCache(
                cache.columns[start : stop + 1],
                cache.gates[start : stop + 1],
                cache.squashed[start:stop],
            )
            dz, dc = self._back_over(
                part, W[:, :H].T, dh[start:stop], dh_0, dc
            )
            dz = _side_by_side(dz)
            total += _side_by_side(part.columns[:-1]) @ dz.T
            dx[start:stop] = (dz.T @ W[:, H:-1]).reshape(-1, B, D)
        total = np.roll(total, -H, axis=1)  # to i, f, g, o
        return {
            "W_xh": total[H:-1],
            "W_hh": total[:H],
            "b_h": total[-1],
            "x": dx,
            "h0": dh_0.T,
            "c0": dc.T,
        }

    def _back_over(self, cache, W_T, dh, dh_t, dc):
        """Return dz (T, 4 H, B) and dc (H, B) at the start of some steps.

        On entry `dh_t` and `dc` (H, B) come from the steps after these;
        `dh_t` is overwritten with the gradient at the start.
        """
        T, H, B = cache.squashed.shape
        gates = cache.gates[:-1].reshape(T, 5, H, B)
        o, i, f, g, _ = gates.swapaxes(0, 1)
        _, slope = ACTIVATIONS[self.activation]
        # Slopes of all steps. That of a sigmoid p times its partner q is
        # q p (1 - p), and q p is i g, f c or o tanh(c) = h.
        blocks = np.empty((T, 5, H, B), self.dtype)
        np.subtract(1, gates[:, :3], out=blocks[:, :3])
        blocks[:, 0] *= cache.columns[1:, :H]
        blocks[:, 1:3] *= gates[:, 1:3]
        blocks[:, 1:3] *= gates[:, 3:]
        np.multiply(i, slope(g), out=blocks[:, 3])
        blocks[:, 4] = f  # dc_t / dc_{t-1}
        to_cell = slope(cache.squashed)  # dh_t / dc_t
        to_cell *= o

        # The loop multiplies them, in place, by dh_t (o) and dc_t (others).
        dz = blocks[:, :4].reshape(T, 4 * H, B)
        dot, multiply, add = W_T.dot, np.multiply, np.add
        for upstream, dc_t, do, others, carried, dz_t in zip(
            dh.transpose(0, 2, 1).copy()[::-1],
            to_cell[::-1],
            blocks[::-1, 0],
            blocks[::-1, 1:],
            blocks[::-1, 4],
            dz[::-1],
        ):
            add(dh_t, upstream, dh_t)
            multiply(do, dh_t, do)
            multiply(dc_t, dh_t, dc_t)
            add(dc_t, dc, dc_t)
            multiply(others, dc_t, others)
            dc = carried
            dot(dz_t, dh_t)
        return dz, dc.copy()

    def _stacked(self) -> np.ndarray:
        """Return one matrix, gates o, i, f, g against h, x and 1."""
        rows = [self.parameters[name] for name in ("W_hh", "W_xh", "b_h")]
        return np.roll(np.vstack(rows), self.hidden_size, axis=1).T

    def to_torch(self) -> torch.nn.LSTM:
        """Return the same layer as a `torch.nn.LSTM`, time first.

        The gates stand in the same order. torch keeps transposed weights
        and two biases; the whole of b_h goes to `bias_ih_l0`.

        Raises
        ------
        ValueError
            If the activation is ReLU, which torch's LSTM does not know.
        """
        from torch import nn

        as_choice(self.activation, "activation", ("tanh",))
        module = nn.LSTM(self.input_size, self.hidden_size)
        b_h = self.parameters["b_h"]
        biases = {"b_xh": b_h, "b_hh": np.zeros_like(b_h)}
        return write_torch(module, self.parameters | biases)

    @classmethod
    def from_torch(cls, module: torch.nn.LSTM) -> LSTM:
        """Return the layer that computes what a `torch.nn.LSTM` computes.

        Raises
        ------
        TypeError, ValueError
            If `module` is no LSTM of one layer, one direction, time first.
        """
        weights = read_torch(module, "LSTM")
        dtype = weights["W_xh"].dtype
        layer = cls(module.input_size, module.hidden_size, dtype=dtype)
        layer.parameters = {
            "W_xh": weights["W_xh"],
            "W_hh": weights["W_hh"],
            "b_h": weights["b_xh"] + weights["b_hh"],
        }
        return layer


def _side_by_side(columns: np.ndarray) -> np.ndarray:
    """Return the columns (T, K, B) of all steps as one matrix (K, T B)."""
    return columns.transpose(1, 0, 2).reshape(columns.shape[1], -1)


def _as_pair(
    state: object, name: str, batch: int, size: int, dtype: np.dtype
) -> State:
    """Return (h, c), each of shape (B, H); zeros where `state` is None."""
    if state is None:
        state = (None, None)
    if not isinstance(state, (tuple, list)) or len(state) != 2:
        raise TypeError(
            f"{name} must be a pair (h, c), found {describe(state)}"
        )
    return tuple(
        as_state(part, f"{name}[{k}]", batch, size, dtype)
        for k, part in enumerate(state)
    )
