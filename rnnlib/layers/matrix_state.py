"""A layer whose state is a matrix: it stores values under keys.

::

    k_t = x_t W_k / |x_t W_k|,   q_t, v_t = x_t W_q, x_t W_v
    beta_t = sigmoid(x_t W_beta + b_beta)          how much to write

    sum     S_t = S_{t-1} + beta_t k_t' v_t
    delta   S_t = S_{t-1} + beta_t k_t' (v_t - k_t S_{t-1})
    h_t = q_t S_t

The sum rule adds a value under its key. What an old key returns is then
its own value, and a share of every value whose key is not at right angles.
The delta rule first looks up what the key would return already, and writes
the difference: with beta_t = 1, k_t returns exactly v_t afterwards.

Backward, with dS_t the whole gradient at S_t, u_t = beta_t k_t and e_t what is
written under it (v_t, or v_t - k_t S_{t-1})::

    dS_t += q_t' dh_t,   dq_t = dh_t S_t'
    du_t = e_t dS_t',    de_t = u_t dS_t
    dS_{t-1} = dS_t                  sum
    dS_{t-1} = dS_t - k_t' de_t      delta

T. Kohonen, "Correlation matrix memories", 1972. B. Widrow & M. E. Hoff,
"Adaptive switching circuits", 1960 (the rule). I. Schlag, K. Irie & J.
Schmidhuber, "Linear transformers are secretly fast weight programmers",
ICML 2021 (both rules as layers).
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
from rnnlib.layers.activations import sigmoid
from rnnlib.layers.contract import as_cache, shown

RULES = ("delta", "sum")
SMALL = 1e-30  # keeps the length of a key above zero


class MatrixCache(NamedTuple):
    """What backward needs: inputs, their projections, and all states."""

    x: np.ndarray  #: (T, B, D)
    q: np.ndarray  #: (T, B, D_k)
    k: np.ndarray  #: (T, B, D_k), each of length one
    length: np.ndarray  #: (T, B, 1), the length that k had
    beta: np.ndarray  #: (T, B, 1), how much is written
    written: np.ndarray  #: (T, B, H), e_t
    states: np.ndarray  #: (T + 1, B, D_k, H), from S_0 on

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of an output."""
        return self.x.shape[2], self.states.shape[3]

    @property
    def last_state(self) -> np.ndarray:
        """State after the last step (B, D_k, H), an h0 for what follows."""
        return self.states[-1]


class MatrixState:
    """A recurrent layer that stores values under keys in one matrix.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of a value, which is that of an output.
    key_size : int, optional
        Size D_k of a key; H if left out. The state has D_k * H numbers.
    rule : {"delta", "sum"}, optional
    seed : int or numpy.random.Generator, optional
    dtype : dtype, optional
        float64 (to check gradients) or float32 (to train faster).

    Attributes
    ----------
    parameters : dict of ndarray
        W_q and W_k (D, D_k), W_v (D, H), W_beta (D, 1), b_beta (1,).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        key_size: int | None = None,
        rule: str = "delta",
        seed: Seed = 0,
        dtype: DTypeLike = np.float64,
    ):
        D = self.input_size = as_int(input_size, "input_size")
        H = self.hidden_size = as_int(hidden_size, "hidden_size")
        key_size = H if key_size is None else key_size
        K = self.key_size = as_int(key_size, "key_size")
        self.rule = as_choice(rule, "rule", RULES)
        self.dtype, rng = as_dtype(dtype), as_generator(seed)
        bound = np.sqrt(3 / D)  # variance 1 / D: q, k and v as large as x
        widths = {"W_q": K, "W_k": K, "W_v": H, "W_beta": 1}
        self.parameters = {
            name: rng.uniform(-bound, bound, (D, width)).astype(self.dtype)
            for name, width in widths.items()
        }
        self.parameters["b_beta"] = np.zeros(1, self.dtype)

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size", "key_size", "rule")

    def forward(
        self, x: ArrayLike, h0: ArrayLike | None = None
    ) -> tuple[np.ndarray, MatrixCache]:
        """Run the layer over a batch of sequences.

        Parameters
        ----------
        x : array_like, shape (T, B, D)
        h0 : array_like, shape (B, D_k, H), optional
            Matrix before the first step; zeros if left out.

        Returns
        -------
        h : ndarray, shape (T, B, H)
            What each query reads from the matrix, once its own step has
            written; read-only.
        cache : MatrixCache
            What :meth:`backward` needs.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        (T, B, _), (K, H) = x.shape, (self.key_size, self.hidden_size)
        w = self.parameters
        q, k, written = x @ w["W_q"], x @ w["W_k"], x @ w["W_v"]
        length = np.linalg.norm(k, axis=2, keepdims=True) + SMALL
        k /= length
        beta = sigmoid(x @ w["W_beta"] + w["b_beta"])  # (T, B, 1)
        states = np.zeros((T + 1, B, K, H), self.dtype)
        if h0 is not None:
            shape = (B, K, H)
            states[0] = as_array(h0, "h0", shape=shape, dtype=self.dtype)
        u = beta * k
        for t in range(T):
            if self.rule == "delta":
                written[t] -= _row_times(k[t], states[t])
            states[t + 1] = states[t] + _outer(u[t], written[t])
        h = _row_times(q, states[1:])
        for array in (h, states):
            array.flags.writeable = False
        return h, MatrixCache(x.copy(), q, k, length, beta, written, states)

    def backward(
        self, dh: ArrayLike, cache: MatrixCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : MatrixCache
            From the :meth:`forward` pass; neither it nor the layer changes.

        Returns
        -------
        gradients : dict of ndarray
            Same keys and shapes as `parameters`, and "x" (T, B, D) and
            "h0" (B, D_k, H).

        Raises
        ------
        TypeError, ValueError
            If `dh` is not finite, real and of the shape wanted, or `cache`
            comes from another kind or size of layer.
        """
        x, q, k, length, beta, written, states = as_cache(
            cache, MatrixCache, self
        )
        if q.shape[2] != self.key_size:
            raise ValueError(
                f"cache must come from a layer with keys of {self.key_size} "
                f"numbers, found {q.shape[2]}"
            )
        (T, B, D), H = x.shape, self.hidden_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        u = beta * k
        du, dk, de = np.zeros_like(k), np.zeros_like(k), np.zeros_like(dh)
        dS = np.zeros(states.shape[1:], self.dtype)
        for t in reversed(range(T)):
            dS += _outer(q[t], dh[t])
            du[t] = _times_column(dS, written[t])
            de[t] = _row_times(u[t], dS)
            if self.rule == "delta":
                dk[t] = -_times_column(states[t], de[t])
                dS -= _outer(k[t], de[t])
        dk += beta * du
        dbeta = (k * du).sum(axis=2, keepdims=True) * beta * (1 - beta)
        inner = {
            "W_q": _times_column(states[1:], dh),
            "W_k": (dk - k * (k * dk).sum(axis=2, keepdims=True)) / length,
            "W_v": de,
            "W_beta": dbeta,
        }
        flat = x.reshape(T * B, D).T
        gradients = {
            name: flat @ upstream.reshape(T * B, -1)
            for name, upstream in inner.items()
        }
        dx = sum(inner[w] @ self.parameters[w].T for w in inner)
        return gradients | {
            "b_beta": dbeta.sum(axis=(0, 1)),
            "x": dx,
            "h0": dS,
        }


def _outer(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return k' v, (..., K, H)."""
    return column[..., :, np.newaxis] * row[..., np.newaxis, :]


def _row_times(row: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return k S, (..., H)."""
    return (row[..., np.newaxis, :] @ matrix)[..., 0, :]


def _times_column(matrix: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return (S v')', (..., K)."""
    return (matrix @ row[..., :, np.newaxis])[..., 0]
