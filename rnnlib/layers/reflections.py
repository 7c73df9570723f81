"""A state that is turned and never grows: reflections chosen by the input.

::

    v = x_t W_x                 a direction; M of them a step, one by one
    k = v / |v|
    h <- h - 2 (h . k) k        the mirror image of h in the plane across k

A reflection keeps every length, and so does a product of them: nothing fades
and nothing explodes, over any number of steps. Two reflections make a
rotation. The order matters, which it does not for factors that multiply each
unit by itself: so a state can hold in which order things were done.

The layer starts from a learned vector instead of zeros, since zeros have no
mirror image but themselves. An input of zeros leaves the state as it is.

R. Grazzi et al., "Unlocking state-tracking in linear RNNs through negative
eigenvalues", ICLR 2025. J. Siems et al., "DeltaProduct: improving
state-tracking in linear RNNs via Householder products", 2025.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnnlib.checks import Seed, as_array, as_dtype, as_generator, as_int
from rnnlib.layers.contract import as_cache, as_state, shown


class ReflectionsCache(NamedTuple):
    """What backward needs: inputs, directions, and states between them."""

    x: np.ndarray  #: (T, B, D)
    directions: np.ndarray  #: (T, M, B, H), of length 1, or 0
    lengths: np.ndarray  #: (T, M, B, 1), before they were made so
    states: np.ndarray  #: (T M + 1, B, H), before and after each reflection
    started: bool  #: from the layer's own start

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the state."""
        return self.x.shape[2], self.states.shape[2]

    @property
    def last_state(self) -> np.ndarray:
        """State after the last step (B, H), an h0 for what follows."""
        return self.states[-1]


class Reflections:
    """A layer whose state is reflected, M times a step, as the input says.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state.
    count : int, optional
        Number M of reflections a step.
    seed : int or numpy.random.Generator, optional
        Source of the starting weights, standard normal.
    dtype : dtype, optional
        float64 (to check gradients) or float32 (to train faster).

    Attributes
    ----------
    parameters : dict of ndarray
        W_xh (D, M H), the directions of the first reflection, then of the
        next; and h_start (H,), the state before the first step.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        count: int = 1,
        seed: Seed = 0,
        dtype: DTypeLike = np.float64,
    ):
        D = self.input_size = as_int(input_size, "input_size")
        H = self.hidden_size = as_int(hidden_size, "hidden_size")
        self.count = as_int(count, "count")
        self.dtype, rng = as_dtype(dtype), as_generator(seed)
        W_xh = rng.normal(size=(D, self.count * H))
        self.parameters = {
            "W_xh": W_xh.astype(self.dtype),
            "h_start": rng.normal(size=H).astype(self.dtype),
        }

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size", "count")

    def forward(
        self, x: ArrayLike, h0: ArrayLike | None = None
    ) -> tuple[np.ndarray, ReflectionsCache]:
        """Run the layer over a batch of sequences.

        Parameters
        ----------
        x : array_like, shape (T, B, D)
        h0 : array_like, shape (B, H), optional
            State before the first step; the learned start if left out.

        Returns
        -------
        h : ndarray, shape (T, B, H)
            State after each step; read-only, since the cache shares it.
        cache : ReflectionsCache
            What :meth:`backward` needs.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        (T, B, D), M, H = x.shape, self.count, self.hidden_size
        v = (x.reshape(T * B, D) @ self.parameters["W_xh"]).reshape(T, B, M, H)
        v = v.transpose(0, 2, 1, 3)
        lengths = np.sqrt((v * v).sum(axis=-1, keepdims=True))
        unit = np.divide(v, lengths, out=np.zeros(v.shape, self.dtype),
                         where=lengths > 0)  # fmt: skip
        states = np.empty((T * M + 1, B, H), self.dtype)
        states[0] = self.parameters["h_start"]
        if h0 is not None:
            states[0] = as_state(h0, "h0", B, H, self.dtype)
        for k, before, after in zip(
            unit.reshape(T * M, B, H), states, states[1:]
        ):
            along = (before * k).sum(axis=-1, keepdims=True)  # (B, 1)
            np.subtract(before, 2 * along * k, out=after)
        states.flags.writeable = False
        cache = ReflectionsCache(x, unit, lengths, states, h0 is None)
        return states[M::M], cache

    def backward(
        self, dh: ArrayLike, cache: ReflectionsCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : ReflectionsCache
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
        x, unit, lengths, states, started = as_cache(
            cache, ReflectionsCache, self
        )
        (T, M, B, H), D = unit.shape, self.input_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        total = np.zeros((B, H), self.dtype)  # at the state after k
        dk = np.empty((T * M, B, H), self.dtype)
        directions = unit.reshape(T * M, B, H)
        for n in reversed(range(T * M)):
            if n % M == M - 1:
                total += dh[n // M]
            k, before = directions[n], states[n]
            felt = (total * k).sum(axis=-1, keepdims=True)  # (B, 1)
            along = (before * k).sum(axis=-1, keepdims=True)
            dk[n] = -2 * (felt * before + along * total)
            total -= 2 * felt * k
        dk = dk.reshape(T, M, B, H)
        # What points along k only changes its length, which is taken away.
        dk -= (dk * unit).sum(axis=-1, keepdims=True) * unit
        dv = np.divide(dk, lengths, out=np.zeros_like(dk), where=lengths > 0)
        dv = dv.transpose(0, 2, 1, 3).reshape(T * B, M * H)
        d_start = total.sum(axis=0) if started else np.zeros(H, self.dtype)
        return {
            "W_xh": x.reshape(T * B, D).T @ dv,
            "h_start": d_start,
            "x": (dv @ self.parameters["W_xh"].T).reshape(T, B, D),
            "h0": total,
        }
