"""The simple recurrent layer of Elman (1990), forward and backward.

::

    z_t = x_t W_xh + h_{t-1} W_hh + b_h
    h_t = activation(z_t)

Backward walks the same path from the last step to the first. With dh_t the
upstream gradient, what the loss feels of h_t directly, and dz_t the whole
gradient with respect to z_t::

    dz_t = (dh_t + dz_{t+1} W_hh') * activation'(z_t)

Only these two lines need a loop over time. The input product, the slopes
and the sums that give the weights' gradients are one operation each for all
steps at once, which is where the layer's speed comes from.

J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
P. J. Werbos, "Backpropagation through time", Proc. IEEE 78, 1990.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnnlib.checks import Seed, as_array, as_choice, as_dtype, as_int
from rnnlib.layers.activations import ACTIVATIONS
from rnnlib.layers.contract import as_cache, as_state
from rnnlib.layers.starting_weights import Init, starting_weights
from rnnlib.layers.torch_weights import InTorch


class ElmanCache(NamedTuple):
    """What backward needs: the inputs and all states from h_0 on."""

    x: np.ndarray  #: (T, B, D)
    states: np.ndarray  #: (T + 1, B, H)

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the state."""
        return self.x.shape[2], self.states.shape[2]

    @property
    def last_state(self) -> np.ndarray:
        """State after the last step (B, H), an h0 for what follows."""
        return self.states[-1]


class Elman(InTorch):
    """A recurrent layer: h_t = activation(x_t W_xh + h_{t-1} W_hh + b_h).

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state.
    activation : {"tanh", "relu", "sigmoid", "identity"}, optional
    init : {"uniform", "orthogonal", "identity"} or float, optional
        Start of the recurrent matrix; a number is its spectral radius. See
        :mod:`rnnlib.layers.starting_weights`.
    seed : int or numpy.random.Generator, optional
        Source of the starting weights.
    dtype : dtype, optional
        float64 (to check gradients) or float32 (to train faster).

    Attributes
    ----------
    parameters : dict of ndarray
        W_xh (D, H), W_hh (H, H) and b_h (H,).
    """

    torch_name = "RNN"
    torch_activations = ("tanh", "relu")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: str = "tanh",
        init: Init = "uniform",
        seed: Seed = 0,
        dtype: DTypeLike = np.float64,
    ):
        self.input_size = as_int(input_size, "input_size")
        self.hidden_size = as_int(hidden_size, "hidden_size")
        self.activation = as_choice(activation, "activation", ACTIVATIONS)
        self.dtype = as_dtype(dtype)
        self.parameters = starting_weights(
            self.input_size, self.hidden_size, 1, init, seed, self.dtype
        )

    def forward(
        self, x: ArrayLike, h0: ArrayLike | None = None
    ) -> tuple[np.ndarray, ElmanCache]:
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
        cache : ElmanCache
            What :meth:`backward` needs.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        T, B, D = x.shape
        h0 = as_state(h0, "h0", B, self.hidden_size, self.dtype)
        W_xh, W_hh, b_h = (self.parameters[k] for k in ("W_xh", "W_hh", "b_h"))
        activate, _ = ACTIVATIONS[self.activation]
        z = x.reshape(T * B, D) @ W_xh + b_h  # (T * B, H), all steps at once
        z = z.reshape(T, B, self.hidden_size)
        states = np.empty((T + 1, B, self.hidden_size), self.dtype)
        states[0] = h0
        for z_t, h_before, h_t in zip(z, states, states[1:]):
            np.dot(h_before, W_hh, out=h_t)  # twice as fast as @ if small
            h_t += z_t
            activate(h_t, out=h_t)
        states.flags.writeable = False
        return states[1:], ElmanCache(x, states)

    def backward(
        self, dh: ArrayLike, cache: ElmanCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : ElmanCache
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
        x, states = as_cache(cache, ElmanCache, self)
        (T, B, D), H = x.shape, self.hidden_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        _, slope = ACTIVATIONS[self.activation]
        W_hh_T = self.parameters["W_hh"].T.copy()  # rows in order: faster
        dz = slope(states[1:])  # (T, B, H), all slopes at once
        dh_next = np.zeros((B, H), self.dtype)  # what step t + 1 sends back
        for dz_t, dh_t in zip(dz[::-1], dh[::-1]):
            dh_next += dh_t
            dz_t *= dh_next
            np.dot(dz_t, W_hh_T, out=dh_next)
        dz = dz.reshape(T * B, H)
        return {
            "W_xh": x.reshape(T * B, D).T @ dz,
            "W_hh": states[:-1].reshape(T * B, H).T @ dz,
            "b_h": dz.sum(axis=0),
            "x": (dz @ self.parameters["W_xh"].T).reshape(T, B, D),
            "h0": dh_next,
        }
