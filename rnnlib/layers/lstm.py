"""Long short-term memory, forward and backward, as the course derives it.

::

    i_t, f_t, o_t = sigmoid(x_t W_x. + h_{t-1} W_h. + b_.)
    g_t = tanh(x_t W_xg + h_{t-1} W_hg + b_g)
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

Backward, c_t is felt through h_t and by the next cell: add both, then the
product rule in every line. Along the cell a gradient is multiplied by f_t
and by nothing else. :mod:`rnnlib.layers.fast_lstm` computes the same sooner.

S. Hochreiter & J. Schmidhuber, "Long short-term memory", Neural Computation
9, 1997. F. Gers, J. Schmidhuber & F. Cummins, "Learning to forget", 2000.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnnlib.checks import (
    Seed,
    as_array,
    as_choice,
    as_dtype,
    as_generator,
    as_int,
)
from rnnlib.layers.activations import ACTIVATIONS, sigmoid
from rnnlib.layers.contract import State, as_cache, as_pair, as_state
from rnnlib.layers.starting_weights import Init, open_gates, starting_weights
from rnnlib.layers.torch_weights import InTorch


class LSTMCache(NamedTuple):
    """What backward needs: inputs, states and cells from 0 on, and gates."""

    x: np.ndarray  #: (T, B, D)
    h: np.ndarray  #: (T + 1, B, H)
    c: np.ndarray  #: (T + 1, B, H)
    gates: np.ndarray  #: (4, T, B, H), of i, f, g and o

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the state."""
        return self.x.shape[2], self.h.shape[2]

    @property
    def last_state(self) -> State:
        """(h, c) after the last step, each (B, H), an h0 for what follows."""
        return self.h[-1], self.c[-1]

    def trace(self, name: str) -> np.ndarray:
        """Return "i", "f", "o", "g" or "c" at each step, (T, B, H)."""
        as_choice(name, "name", tuple("ifogc"))
        return self.c[1:] if name == "c" else self.gates["ifgo".index(name)]


class LSTM(InTorch):
    """A long short-term memory layer.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state.
    init : {"uniform", "orthogonal", "identity"} or float, optional
        Start of each gate's recurrent matrix, see `starting_weights`.
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

    torch_name = "LSTM"

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
        dtype: DTypeLike = np.float64,
    ):
        D = self.input_size = as_int(input_size, "input_size")
        H = self.hidden_size = as_int(hidden_size, "hidden_size")
        self.activation = as_choice(activation, "activation", ("tanh", "relu"))
        self.dtype, rng = as_dtype(dtype), as_generator(seed)
        w = self.parameters = starting_weights(D, H, 4, init, rng, self.dtype)
        open_gates(w, forget_bias, longest_lag, forget_gate, rng)

    def forward(
        self, x: ArrayLike, h0: State | None = None
    ) -> tuple[np.ndarray, LSTMCache]:
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
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        (T, B, _), H = x.shape, self.hidden_size
        W_xh, W_hh, b_h = (self.parameters[k] for k in ("W_xh", "W_hh", "b_h"))
        squash, _ = ACTIVATIONS[self.activation]
        h, c = np.empty((2, T + 1, B, H), self.dtype)
        h[0], c[0] = as_pair(h0, "h0", B, H, self.dtype)
        i, f, g, o = gates = np.empty((4, T, B, H), self.dtype)
        for t in range(T):
            z = x[t] @ W_xh + h[t] @ W_hh + b_h  # (B, 4 H)
            z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
            i[t], f[t], o[t] = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o)
            g[t] = squash(z_g)
            c[t + 1] = f[t] * c[t] + i[t] * g[t]
            h[t + 1] = o[t] * squash(c[t + 1])
        h.flags.writeable = False
        return h[1:], LSTMCache(x, h, c, gates)

    def backward(
        self, dh: ArrayLike, cache: LSTMCache, dc: ArrayLike | None = None
    ) -> dict[str, np.ndarray]:
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
        x, h, c, (i, f, g, o) = as_cache(cache, LSTMCache, self)
        (T, B, D), H = x.shape, self.hidden_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        dc = as_state(dc, "dc", B, H, self.dtype)
        squash, slope = ACTIVATIONS[self.activation]
        dz = np.empty((T, B, 4 * H), self.dtype)
        dh_later = np.zeros((B, H), self.dtype)  # what step t + 1 sends back
        for t in reversed(range(T)):
            dh_t, said = dh[t] + dh_later, squash(c[t + 1])
            dc = dc + dh_t * o[t] * slope(said)  # both ways into c_t
            dz_i = dc * g[t] * i[t] * (1 - i[t])
            dz_f = dc * c[t] * f[t] * (1 - f[t])
            dz_g = dc * i[t] * slope(g[t])
            dz_o = dh_t * said * o[t] * (1 - o[t])
            dz[t] = np.hstack([dz_i, dz_f, dz_g, dz_o])
            dh_later = dz[t] @ self.parameters["W_hh"].T
            dc = dc * f[t]  # along the cell
        dz = dz.reshape(T * B, 4 * H)
        return {
            "W_xh": x.reshape(T * B, D).T @ dz,
            "W_hh": h[:-1].reshape(T * B, H).T @ dz,
            "b_h": dz.sum(axis=0),
            "x": (dz @ self.parameters["W_xh"].T).reshape(T, B, D),
            "h0": dh_later,
            "c0": dc,
        }
