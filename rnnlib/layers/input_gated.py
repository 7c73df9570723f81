"""A linear recurrence whose gates see the input and never the state.

::

    f_t = sigmoid(x_t W_xf + b_f)      keeps    (or from -1 to 1, see below)
    i_t = sigmoid(x_t W_xi + b_i)      lets in
    g_t = tanh(x_t W_xg + b_g)         the candidate
    h_t = f_t * h_{t-1} + i_t * g_t

This is the cell of an LSTM without W_hh and without an output gate. All that
bends depends on x_t alone, so that it is computed for all steps at once; what
is left in the loop over time is one product and one sum. Backward the same
holds: dh_t adds f_{t+1} dh_{t+1}, and everything else is one operation for
all steps.

With `lowest` = -1 a forget gate runs from -1 to 1, f_t = 2 sigmoid(.) - 1:
the state may change its sign. A gate between 0 and 1 cannot do that.

E. Martin & C. Cundy, "Parallelizing linear recurrent neural nets over
sequence length", ICLR 2018 (with i = 1 - f). L. Feng et al., "Were RNNs all
we needed?", 2024 (minGRU and minLSTM). R. Grazzi et al., "Unlocking
state-tracking in linear RNNs through negative eigenvalues", ICLR 2025.
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
    as_float,
    as_generator,
    as_int,
)
from rnnlib.layers.contract import as_cache, as_state, shown
from rnnlib.layers.scan import run, run_back

# Numbers of a gate that are worked on at a time: they fit into the
# processor's nearer memory.
STRETCH = 16384


class InputGatedCache(NamedTuple):
    """What backward needs: inputs, states from h_0 on, and gates."""

    x: np.ndarray  #: (T, B, D)
    states: np.ndarray  #: (T + 1, B, H)
    gates: np.ndarray  #: (3, T, B, H), of f, i and g

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the state."""
        return self.x.shape[2], self.states.shape[2]

    @property
    def last_state(self) -> np.ndarray:
        """State after the last step (B, H), an h0 for what follows."""
        return self.states[-1]

    def trace(self, name: str) -> np.ndarray:
        """Return "f", "i" or "g" at each step, (T, B, H)."""
        return self.gates["fig".index(as_choice(name, "name", tuple("fig")))]


class InputGated:
    """A layer of h_t = f_t * h_{t-1} + i_t * g_t, gates from x_t alone.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state.
    lowest : float, optional
        The value that a shut forget gate has, from -1 to 0.
    forget_bias : float, optional
        Bias of the forget gate at the start.
    longest_lag : int, optional
        Chrono initialisation: forget biases log(u), u from U[1, lag - 1],
        and the input biases their negatives.
    seed : int or numpy.random.Generator, optional
        Source of the starting weights, uniform on [-1/sqrt(H), 1/sqrt(H)].
    dtype : dtype, optional
        float64 (to check gradients) or float32 (to train faster).

    Attributes
    ----------
    parameters : dict of ndarray
        W_xh (D, 3 H) and b_h (3 H,): columns in the order f, i, g.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        lowest: float = 0.0,
        forget_bias: float | None = None,
        longest_lag: int | None = None,
        seed: Seed = 0,
        dtype: DTypeLike = np.float64,
    ):
        D = self.input_size = as_int(input_size, "input_size")
        H = self.hidden_size = as_int(hidden_size, "hidden_size")
        self.lowest = as_float(lowest, "lowest", low=-1.0, high=0.0)
        self.dtype, rng = as_dtype(dtype), as_generator(seed)
        bound = 1 / np.sqrt(H)
        W_xh = rng.uniform(-bound, bound, (D, 3 * H))
        b_h = rng.uniform(-bound, bound, 3 * H)
        if forget_bias is not None and longest_lag is not None:
            raise ValueError(
                "forget_bias and longest_lag exclude each other, found both"
            )
        if forget_bias is not None:
            b_h[:H] = as_float(forget_bias, "forget_bias")
        if longest_lag is not None:
            longest_lag = as_int(longest_lag, "longest_lag", low=3)
            b_h[:H] = np.log(rng.uniform(1, longest_lag - 1, H))
            b_h[H : 2 * H] = -b_h[:H]
        self.parameters = {
            "W_xh": W_xh.astype(self.dtype),
            "b_h": b_h.astype(self.dtype),
        }

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size", "lowest")

    def forward(
        self, x: ArrayLike, h0: ArrayLike | None = None
    ) -> tuple[np.ndarray, InputGatedCache]:
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
        cache : InputGatedCache
            What :meth:`backward` needs; it shows the gates too.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        (T, B, D), H = x.shape, self.hidden_size
        states = np.empty((T + 1, B, H), self.dtype)
        states[0] = as_state(h0, "h0", B, H, self.dtype)
        gates = np.empty((3, T, B, H), self.dtype)
        weights, biases = self._by_gate()
        half = self.dtype.type(0.5)  # sigmoid(z) = tanh(z / 2) / 2 + 1 / 2
        scale = self.dtype.type((1 - self.lowest) / 2)
        for now in _stretches(T, B * H):
            rows = x[now].reshape(-1, D)
            for W, b, gate in zip(weights, biases, gates[:, now]):
                z = gate.reshape(-1, H)
                np.matmul(rows, W, out=z)
                z += b
                np.tanh(z, out=z)
            f, i, g = gates[:, now]
            f *= scale
            f += 1 - scale  # from `lowest` to 1
            i *= half
            i += half
            run(f, i * g, states[now.start : now.stop + 1])
        states.flags.writeable = gates.flags.writeable = False
        return states[1:], InputGatedCache(x, states, gates)

    def backward(
        self, dh: ArrayLike, cache: InputGatedCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : InputGatedCache
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
        x, states, gates = as_cache(cache, InputGatedCache, self)
        (T, B, D), H = x.shape, self.hidden_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        W_xh = self.parameters["W_xh"]
        dW, db = np.zeros_like(W_xh), np.zeros_like(self.parameters["b_h"])
        dx = np.empty_like(x)
        later = np.zeros((B, H), self.dtype)  # what step t + 1 sends back
        for now in reversed(_stretches(T, B * H)):
            f, i, g = gates[:, now]
            total = dh[now].copy()
            run_back(f, total, later)
            dz = np.empty((len(total), B, 3, H), self.dtype)
            # The slope of low + (1 - low) s is (f - low) (1 - f) / (1 - low).
            slope = (f - self.dtype.type(self.lowest)) * (1 - f)
            slope *= self.dtype.type(1 / (1 - self.lowest))
            slope *= states[now]  # h_{t-1}
            np.multiply(slope, total, out=dz[:, :, 0])
            total *= i
            kept = total * g
            np.multiply(kept, 1 - i, out=dz[:, :, 1])
            kept *= g
            np.subtract(total, kept, out=dz[:, :, 2])
            dz = dz.reshape(-1, 3 * H)
            dW += x[now].reshape(-1, D).T @ dz
            db += dz.sum(axis=0)
            dx[now] = (dz @ W_xh.T).reshape(-1, B, D)
        return {"W_xh": dW, "b_h": db, "x": dx, "h0": later}

    def _by_gate(self) -> tuple[np.ndarray, np.ndarray]:
        """Return weights (3, D, H) and biases (3, H); f and i are halved."""
        H, scale = self.hidden_size, np.ones((3, 1), self.dtype)
        scale[:2] = 0.5
        W = self.parameters["W_xh"].reshape(-1, 3, H) * scale
        b = self.parameters["b_h"].reshape(3, H) * scale
        return np.ascontiguousarray(W.transpose(1, 0, 2)), b


def _stretches(steps: int, width: int) -> list[slice]:
    """Cut all steps into stretches that are worked on together."""
    size = max(1, STRETCH // width)
    return [
        slice(start, min(start + size, steps))
        for start in range(0, steps, size)
    ]
