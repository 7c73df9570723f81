"""The gated recurrent unit, forward and backward: a shorter cell.

::

    r_t, z_t = sigmoid(x_t W_x. + h_{t-1} W_h. + b_.)
    m_t = h_{t-1} W_hn + b_hn
    n_t = tanh(x_t W_xn + b_n + r_t * m_t)
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

This is torch's convention: the reset gate r acts after the matrix product,
on m, so that the candidate n needs two biases that cannot be merged; and z
keeps the old state, as a forget gate does. The article that introduced the
unit resets h before the product and lets z admit the new.

In backward every slope at step t multiplies the same dh_t, so all slopes
are taken before the loop over time, and the loop only scales and multiplies.

K. Cho et al., "Learning phrase representations using RNN encoder-decoder",
EMNLP 2014.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnnlib.recurrent import (
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
from rnnlib.validation import as_array, as_choice, as_int

if TYPE_CHECKING:
    import torch


class GRUCache(NamedTuple):
    """What backward needs: inputs, states from h_0 on, and gates."""

    x: np.ndarray  #: (T, B, D)
    states: np.ndarray  #: (T + 1, B, H)
    gates: np.ndarray  #: (T, B, 3 H), for r, z, n
    m: np.ndarray  #: (T, B, H), what r acts on

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the state."""
        return self.x.shape[2], self.states.shape[2]

    @property
    def last_state(self) -> np.ndarray:
        """State after the last step (B, H), an h0 for what follows."""
        return self.states[-1]

    def trace(self, name: str) -> np.ndarray:
        """Return "r", "z" or "n" at each step, (T, B, H)."""
        block = "rzn".index(as_choice(name, "name", tuple("rzn")))
        return np.split(self.gates, 3, axis=2)[block]


class GRU:
    """A layer of gated recurrent units.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state.
    init : {"uniform", "orthogonal", "identity"} or float, optional
        Start of each gate's recurrent matrix. See :mod:`rnnlib.recurrent`.
    seed : int or numpy.random.Generator, optional
    dtype : dtype, optional
        float64 (to check gradients) or float32 (to train faster).

    Attributes
    ----------
    parameters : dict of ndarray
        W_xh (D, 3 H), W_hh (H, 3 H), b_h (3 H,): columns in the order
        r, z, n, as in torch; and b_hn (H,).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        init: Init = "uniform",
        seed: Seed = 0,
        dtype: object = np.float64,
    ):
        self.input_size = as_int(input_size, "input_size")
        self.hidden_size = as_int(hidden_size, "hidden_size")
        self.dtype = as_dtype(dtype)
        self.parameters = starting_weights(
            self.input_size,
            self.hidden_size,
            3,
            init,
            as_generator(seed),
            self.dtype,
        )
        self.parameters["b_hn"] = np.zeros(self.hidden_size, self.dtype)

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size")

    def forward(self, x, h0=None) -> tuple[np.ndarray, GRUCache]:
        """Run the layer over a batch of sequences.

        Parameters
        ----------
        x : array_like, shape (T, B, D)
        h0 : array_like, shape (B, H), optional
            State before the first step; zeros if left out.

        Returns
        -------
        h : ndarray, shape (T, B, H)
            State after each step; read-only, since the cache shares it.
        cache : GRUCache
            What :meth:`backward` needs; it shows the gates too.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        x = as_sequences(x, "x", self.input_size, self.dtype)
        (T, B, D), H = x.shape, self.hidden_size
        weights = self.parameters
        halves = np.ones(3 * H, self.dtype)
        halves[: 2 * H] = 0.5  # sigmoid(z) = tanh(z / 2) / 2 + 1 / 2
        W_hh, b_hn = weights["W_hh"] * halves, weights["b_hn"]
        gates = x.reshape(T * B, D) @ (weights["W_xh"] * halves)
        gates += weights["b_h"] * halves
        gates = gates.reshape(T, B, 3 * H)  # all inputs at once
        states = np.empty((T + 1, B, H), self.dtype)
        states[0] = as_state(h0, "h0", B, H, self.dtype)
        m = np.empty((T, B, H), self.dtype)
        from_state = np.empty((B, 3 * H), self.dtype)
        for h_before, h, m_t, r_z, r, z, n in zip(
            states,
            states[1:],
            m,
            gates[..., : 2 * H],
            gates[..., :H],
            gates[..., H : 2 * H],
            gates[..., 2 * H :],
        ):
            np.dot(h_before, W_hh, out=from_state)
            r_z += from_state[:, : 2 * H]
            np.tanh(r_z, out=r_z)
            r_z *= 0.5
            r_z += 0.5
            np.add(from_state[:, 2 * H :], b_hn, out=m_t)
            n += r * m_t
            np.tanh(n, out=n)
            np.subtract(h_before, n, out=h)
            h *= z
            h += n
        for array in (states, gates, m):
            array.flags.writeable = False
        return states[1:], GRUCache(x, states, gates, m)

    def backward(self, dh, cache: GRUCache) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : GRUCache
            From the :meth:`forward` pass; neither it nor the layer changes.

        Returns
        -------
        gradients : dict of ndarray
            Same keys and shapes as `parameters`, and "x" (T, B, D) and
            "h0" (B, H).

        Raises
        ------
        TypeError, ValueError
            If `dh` is not finite, real and of the shape wanted, or `cache`
            comes from another kind or size of layer.
        """
        x, states, gates, m = as_cache(cache, GRUCache, self)
        (T, B, D), H = x.shape, self.hidden_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        r, z, n = np.split(gates, 3, axis=2)  # each (T, B, H)
        W_hh_T = self.parameters["W_hh"].T.copy()
        to_n = (1 - z) * (1 - n * n)  # dh_t / d(tanh's argument)
        slopes = np.empty((T, B, 3, H), self.dtype)  # to r, z and m
        np.multiply(to_n, r, out=slopes[:, :, 2])
        np.multiply(slopes[:, :, 2] * m, 1 - r, out=slopes[:, :, 0])
        np.multiply((states[:-1] - n) * z, 1 - z, out=slopes[:, :, 1])

        whole = dh.copy()  # becomes dL/dh_t by every path
        from_later = np.zeros((B, H), self.dtype)
        for dh_t, d_rzm, flat, z_t in zip(
            whole[::-1],
            slopes[::-1],
            slopes.reshape(T, B, 3 * H)[::-1],
            z[::-1],
        ):
            dh_t += from_later
            d_rzm *= dh_t[:, np.newaxis]
            np.dot(flat, W_hh_T, out=from_later)
            from_later += dh_t * z_t

        to_state = slopes.reshape(T * B, 3 * H)
        b_hn = to_state[:, 2 * H :].sum(axis=0)
        W_hh = states[:-1].reshape(T * B, H).T @ to_state
        # On the input side n stands outside of r's product.
        np.multiply(whole, to_n, out=slopes[:, :, 2])
        to_input = to_state
        return {
            "W_xh": x.reshape(T * B, D).T @ to_input,
            "W_hh": W_hh,
            "b_h": to_input.sum(axis=0),
            "b_hn": b_hn,
            "x": (to_input @ self.parameters["W_xh"].T).reshape(T, B, D),
            "h0": from_later,
        }

    def to_torch(self) -> torch.nn.GRU:
        """Return the same layer as a `torch.nn.GRU`, time first.

        The gates stand in the same order; torch keeps transposed weights.
        Of its second bias only the candidate's part, b_hn, is not zero.
        """
        from torch import nn

        module = nn.GRU(self.input_size, self.hidden_size)
        b_h, b_hn = self.parameters["b_h"], self.parameters["b_hn"]
        b_hh = np.zeros_like(b_h)
        b_hh[2 * self.hidden_size :] = b_hn
        return write_torch(
            module, self.parameters | {"b_xh": b_h, "b_hh": b_hh}
        )

    @classmethod
    def from_torch(cls, module: torch.nn.GRU) -> GRU:
        """Return the layer that computes what a `torch.nn.GRU` computes.

        Raises
        ------
        TypeError, ValueError
            If `module` is no GRU of one layer, one direction, time first.
        """
        weights = read_torch(module, "GRU")
        dtype, kept = weights["W_xh"].dtype, 2 * module.hidden_size
        layer = cls(module.input_size, module.hidden_size, dtype=dtype)
        b_h = weights["b_xh"]
        b_h[:kept] += weights["b_hh"][:kept]  # r and z need only the sum
        layer.parameters = {
            "W_xh": weights["W_xh"],
            "W_hh": weights["W_hh"],
            "b_h": b_h,
            "b_hn": weights["b_hh"][kept:].copy(),
        }
        return layer
