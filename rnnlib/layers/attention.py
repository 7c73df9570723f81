"""Causal attention as a layer: each step looks back at all steps so far.

::

    q_t, k_t, v_t = x_t W_q, x_t W_k, x_t W_v
    alpha_ts = softmax over s <= t of (q_t . k_s / sqrt(D_k))
    h_t = sum over s <= t of alpha_ts v_s

Nothing in it is recurrent: all steps are computed at once. Its state, what a
later step needs to know, is all keys and values so far, and it grows.

Without more, h_t is the same for any order of the steps before it. With
`positions` each pair of numbers of q_t and k_t is turned by an angle that
grows with t, so that a score depends on how far apart two steps are::

    (q_t e^{i t w}) . (k_s e^{i s w}) = Re(q_t k_s* e^{i (t - s) w})

with one frequency w for each pair, from 1 radian a step down to nearly none.

A. Vaswani et al., "Attention is all you need", NIPS 2017. J. Su et al.,
"RoFormer: enhanced transformer with rotary position embedding", 2021.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnnlib.checks import (
    Seed,
    as_array,
    as_dtype,
    as_flag,
    as_generator,
    as_int,
    describe,
)
from rnnlib.layers.contract import State, as_cache, shown
from rnnlib.layers.lookup import LookupCache, look_up, look_up_backward

SLOWEST = 10_000  # the last pair turns so many times slower than the first


class AttentionCache(NamedTuple):
    """What backward needs: the inputs, the lookup, and steps before x_0."""

    x: np.ndarray  #: (T, B, D)
    lookup: LookupCache
    last_state: State  #: keys and values of all steps so far, (S, B, H)

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of an output."""
        return self.x.shape[2], self.last_state[1].shape[2]

    @property
    def weights(self) -> np.ndarray:
        """How much step t looks at step s: (B, heads, T, S)."""
        return self.lookup.weights


class Attention:
    """A layer in which every step looks up earlier steps by content.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of an output, all heads together.
    heads : int, optional
        Into how many parts the H numbers are cut; each looks up by itself.
    positions : bool, optional
        Whether a score depends on how far apart two steps are; H / heads
        must then be even.
    causal : bool, optional
        Whether a step sees only itself and the steps before.
    scaled : bool, optional
        Whether scores are divided by the root of a key's width.
    seed : int or numpy.random.Generator, optional
    dtype : dtype, optional
        float64 (to check gradients) or float32 (to train faster).

    Attributes
    ----------
    parameters : dict of ndarray
        W_q, W_k and W_v, each (D, H).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        heads: int = 1,
        positions: bool = False,
        causal: bool = True,
        scaled: bool = True,
        seed: Seed = 0,
        dtype: DTypeLike = np.float64,
    ):
        D = self.input_size = as_int(input_size, "input_size")
        H = self.hidden_size = as_int(hidden_size, "hidden_size")
        self.heads = as_int(heads, "heads")
        self.positions = as_flag(positions, "positions")
        self.causal = as_flag(causal, "causal")
        self.scaled = as_flag(scaled, "scaled")
        if H % self.heads or (positions and H // self.heads % 2):
            parts = "even parts" if positions else "equal parts"
            raise ValueError(
                f"heads must cut hidden_size {H} into {parts}, found {heads}"
            )
        self.dtype, rng = as_dtype(dtype), as_generator(seed)
        bound = np.sqrt(3 / D)  # variance 1 / D: q and k as large as x
        self.parameters = {
            name: rng.uniform(-bound, bound, (D, H)).astype(self.dtype)
            for name in ("W_q", "W_k", "W_v")
        }

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size", "heads", "positions")

    def forward(
        self, x: ArrayLike, h0: State | None = None
    ) -> tuple[np.ndarray, AttentionCache]:
        """Run the layer over a batch of sequences.

        Parameters
        ----------
        x : array_like, shape (T, B, D)
        h0 : pair of array_like, each (S, B, H), optional
            Keys and values of steps before the first; none if left out.

        Returns
        -------
        h : ndarray, shape (T, B, H)
            What each step has looked up; read-only.
        cache : AttentionCache
            What :meth:`backward` needs; it shows the weights too.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        k_before, v_before = self._as_memory(h0, x.shape[1])
        before = len(k_before)
        q, k, v = (x @ self.parameters[w] for w in ("W_q", "W_k", "W_v"))
        q, k = (self._turn(array, before) for array in (q, k))
        k = np.concatenate([k_before, k])
        v = np.concatenate([v_before, v])
        h, lookup = look_up(
            q,
            k,
            v,
            heads=self.heads,
            causal=self.causal,
            scaled=self.scaled,
            dtype=self.dtype,
        )
        for array in (h, k, v):
            array.flags.writeable = False
        return h, AttentionCache(x.copy(), lookup, (k, v))

    def backward(
        self, dh: ArrayLike, cache: AttentionCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : AttentionCache
            From the :meth:`forward` pass; neither it nor the layer changes.

        Returns
        -------
        gradients : dict of ndarray
            Same keys and shapes as `parameters`, "x" (T, B, D), and "k0" and
            "v0" (S, B, H) for the keys and values handed in.

        Raises
        ------
        TypeError, ValueError
            If `dh` is not finite, real and of the shape wanted, or `cache`
            comes from another kind or size of layer.
        """
        x, lookup, (k, _) = as_cache(cache, AttentionCache, self)
        if lookup.q.shape[1] != self.heads:
            raise ValueError(
                f"cache must come from a layer of {self.heads} heads, "
                f"found {lookup.q.shape[1]}"
            )
        (T, B, D), H = x.shape, self.hidden_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        before = len(k) - T
        dq, dk, dv = look_up_backward(dh, lookup)
        inner = {
            "W_q": self._turn(dq, before, back=True),
            "W_k": self._turn(dk[before:], before, back=True),
            "W_v": dv[before:],
        }
        flat = x.reshape(T * B, D).T
        gradients = {
            name: flat @ upstream.reshape(T * B, H)
            for name, upstream in inner.items()
        }
        dx = sum(inner[w] @ self.parameters[w].T for w in inner)
        return gradients | {"x": dx, "k0": dk[:before], "v0": dv[:before]}

    def _turn(
        self, array: np.ndarray, first: int, *, back: bool = False
    ) -> np.ndarray:
        """Turn pairs of numbers of (T, B, H) by angles that grow with t."""
        if not self.positions:
            return array
        T, B, H = array.shape
        pairs = H // self.heads // 2
        frequency = SLOWEST ** (-np.arange(pairs) / pairs)
        angle = np.arange(first, first + T)[:, np.newaxis] * frequency
        angle = (-angle if back else angle)[:, np.newaxis, np.newaxis]
        parts = array.reshape(T, B, self.heads, pairs, 2)
        a, b = parts[..., 0], parts[..., 1]
        cos, sin = np.cos(angle), np.sin(angle)
        turned = np.stack([a * cos - b * sin, a * sin + b * cos], axis=-1)
        return turned.reshape(T, B, H).astype(self.dtype, copy=False)

    def _as_memory(self, h0: object, batch: int) -> State:
        """Return keys and values before the first step, (S, B, H) each."""
        if h0 is None:
            nothing = np.zeros((0, batch, self.hidden_size), self.dtype)
            return nothing, nothing
        if not isinstance(h0, (tuple, list)) or len(h0) != 2:
            raise TypeError(
                f"h0 must be a pair (keys, values), found {describe(h0)}"
            )
        shape = ("S", batch, self.hidden_size)
        k = as_array(h0[0], "h0[0]", shape=shape, dtype=self.dtype)
        v = as_array(h0[1], "h0[1]", shape=k.shape, dtype=self.dtype)
        return k, v
