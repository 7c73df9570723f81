"""The gated recurrent unit, forward and backward: a shorter cell.

::

    r_t, z_t = sigmoid(x_t W_x. + h_{t-1} W_h. + b_.)
    m_t = h_{t-1} W_hn + b_hn
    n_t = tanh(x_t W_xn + b_n + r_t * m_t)
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

This is torch's convention: the reset gate r acts after the matrix product,
on m, so that the candidate n needs two biases that cannot be merged; and z
keeps the old state, as a forget gate does. The article that introduced the
unit resets h before the product; its z keeps the old state too. Others, such
as Chung et al. (2014), let z admit the new.

Where the speed comes from is told in :mod:`rnnlib.layers.fast_lstm`: the
batch is the last axis, so that each gate is one block of memory; what comes
from the inputs is computed for all steps at once; a sigmoid is a shifted
tanh. In backward every slope at step t multiplies the same dh_t, so all
slopes are taken before the loop over time, which only scales and multiplies.

K. Cho et al., "Learning phrase representations using RNN encoder-decoder",
EMNLP 2014. J. Chung, C. Gulcehre, K. Cho & Y. Bengio, "Empirical evaluation of
gated recurrent neural networks on sequence modeling", 2014.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnnlib.checks import Seed, as_array, as_choice, as_dtype, as_int
from rnnlib.layers.contract import as_cache, as_state, shown
from rnnlib.layers.starting_weights import Init, starting_weights
from rnnlib.layers.torch_weights import read_torch, write_torch

if TYPE_CHECKING:
    import torch


class GRUCache(NamedTuple):
    """What backward needs: blocks of (H, B), one under the other."""

    inputs: np.ndarray  #: (T, D + 1, B) of x and 1
    states: np.ndarray  #: (T + 1, H + 1, B) of h, from h_0 on, and 1
    gates: np.ndarray  #: (T, 4 H, B) of r, z, m, n

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the state."""
        return self.inputs.shape[1] - 1, self.states.shape[1] - 1

    @property
    def last_state(self) -> np.ndarray:
        """State after the last step (B, H), an h0 for what follows."""
        return self.states[-1, :-1].T

    def trace(self, name: str) -> np.ndarray:
        """Return "r", "z" or "n" at each step, (T, B, H)."""
        block = "rz n".index(as_choice(name, "name", tuple("rzn")))
        return np.split(self.gates, 4, axis=1)[block].transpose(0, 2, 1)


class GRU:
    """A layer of gated recurrent units.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state.
    init : {"uniform", "orthogonal", "identity"} or float, optional
        Start of each gate's recurrent matrix, see `starting_weights`.
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
        dtype: DTypeLike = np.float64,
    ):
        D = self.input_size = as_int(input_size, "input_size")
        H = self.hidden_size = as_int(hidden_size, "hidden_size")
        self.dtype = as_dtype(dtype)
        self.parameters = starting_weights(D, H, 3, init, seed, self.dtype)
        self.parameters["b_hn"] = np.zeros(H, self.dtype)

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size")

    def forward(
        self, x: ArrayLike, h0: ArrayLike | None = None
    ) -> tuple[np.ndarray, GRUCache]:
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
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        (T, B, D), H = x.shape, self.hidden_size
        inputs = np.ones((T, D + 1, B), self.dtype)
        inputs[:, :-1] = x.transpose(0, 2, 1)
        states = np.ones((T + 1, H + 1, B), self.dtype)
        states[0, :-1] = as_state(h0, "h0", B, H, self.dtype).T
        gates = np.empty((T, 4 * H, B), self.dtype)
        W_x, W_h = self._stacked()
        W_x[: 2 * H] /= 2  # sigmoid(z) = tanh(z / 2) / 2 + 1 / 2
        W_h[: 2 * H] /= 2
        half = np.array(0.5, self.dtype)
        now = np.empty((4 * H, B), self.dtype)
        r_z, r, z = now[: 2 * H], now[:H], now[H : 2 * H]
        r_z_m, m, n = now[: 3 * H], now[2 * H : 3 * H], now[3 * H :]
        dot, tanh, multiply, add = W_h.dot, np.tanh, np.multiply, np.add
        from_inputs = np.matmul(W_x, inputs)  # (T, 3 H, B), all steps at once
        for to_r_z, to_n, column, h_before, h, kept in zip(
            from_inputs[:, : 2 * H],
            from_inputs[:, 2 * H :],
            states,
            states[:, :-1],
            states[1:, :-1],
            gates,
        ):
            dot(column, r_z_m)
            add(r_z, to_r_z, r_z)
            tanh(r_z, r_z)
            multiply(r_z, half, r_z)
            add(r_z, half, r_z)
            multiply(r, m, n)
            add(n, to_n, n)
            tanh(n, n)
            kept[:] = now
            np.subtract(h_before, n, h)
            multiply(h, z, h)
            add(h, n, h)
        states.flags.writeable = gates.flags.writeable = False
        h = states[1:, :-1].transpose(0, 2, 1)
        return h, GRUCache(inputs, states, gates)

    def backward(
        self, dh: ArrayLike, cache: GRUCache
    ) -> dict[str, np.ndarray]:
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
        inputs, states, gates = as_cache(cache, GRUCache, self)
        (T, _, B), H, D = inputs.shape, self.hidden_size, self.input_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        r, z, m, n = gates.reshape(T, 4, H, B).swapaxes(0, 1)
        to_n = 1 - n * n
        to_n *= 1 - z  # dh_t / d(tanh's argument)
        slopes = np.empty((T, 3, H, B), self.dtype)  # to r, z and m
        to_r, to_z, to_m = slopes.swapaxes(0, 1)
        np.multiply(to_n, r, out=to_m)
        np.subtract(1, r, out=to_r)
        to_r *= to_m
        to_r *= m
        np.subtract(1, z, out=to_z)
        to_z *= z
        to_z *= states[:-1, :-1] - n

        W_x, W_h = self._stacked()
        whole = dh.transpose(0, 2, 1).copy()  # becomes dL/dh_t by every path
        from_later = np.zeros((H, B), self.dtype)
        kept = np.empty((H, B), self.dtype)
        dot, multiply, add = W_h[:, :-1].T.dot, np.multiply, np.add
        flat = slopes.reshape(T, 3 * H, B)
        for dh_t, d_rzm, flat_t, z_t in zip(
            whole[::-1], slopes[::-1], flat[::-1], z[::-1]
        ):
            add(dh_t, from_later, dh_t)
            multiply(d_rzm, dh_t, d_rzm)
            dot(flat_t, from_later)
            multiply(dh_t, z_t, kept)
            add(from_later, kept, from_later)

        to_state = _side_by_side(flat)
        to_h = _side_by_side(states[:-1]) @ to_state.T  # (H + 1, 3 H)
        # On the input side n stands outside of r's product.
        np.multiply(whole, to_n, out=to_m)
        to_input = _side_by_side(flat)
        to_x = _side_by_side(inputs) @ to_input.T  # (D + 1, 3 H)
        return {
            "W_xh": to_x[:-1],
            "W_hh": to_h[:-1],
            "b_h": to_x[-1],
            "b_hn": to_h[-1, 2 * H :],
            "x": (to_input.T @ W_x[:, :-1]).reshape(T, B, D),
            "h0": from_later.T,
        }

    def _stacked(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what stands against (x, 1) and (h, 1): gates r, z, n."""
        weights, H = self.parameters, self.hidden_size
        b_h = np.zeros(3 * H, self.dtype)
        b_h[2 * H :] = weights["b_hn"]
        return (
            np.vstack([weights["W_xh"], weights["b_h"]]).T.copy(),
            np.vstack([weights["W_hh"], b_h]).T.copy(),
        )

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


def _side_by_side(columns: np.ndarray) -> np.ndarray:
    """Return the columns (T, K, B) of all steps as one matrix (K, T B)."""
    return columns.transpose(1, 0, 2).reshape(columns.shape[1], -1)
