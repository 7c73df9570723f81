"""A linear recurrent unit: complex factors that are the same at every step.

::

    a = exp(-exp(log_decay) + i angle)                   N complex numbers
    s_t = a * s_{t-1} + sqrt(1 - |a|^2) * (x_t W_x)       complex, (B, N)
    h_t = (Re s_t, Im s_t)                                real, (B, 2 N)

Each unit is a mode: what comes in rings with the period 2 pi / angle and
fades by |a| a step. The form of `log_decay` keeps |a| below 1, whatever is
learned. White noise of variance 1 into s_t = a s_{t-1} + x_t gives the
variance 1 / (1 - |a|^2), as in every AR(1); the square root in front of the
input divides by its standard deviation, so that all modes start equally loud.

Since a does not change, the last state is a weighted sum of all inputs whose
weights are powers of a: one matrix product for the whole sequence, which is
what :meth:`LRU.last` computes.

A. Orvieto et al., "Resurrecting recurrent neural networks for long
sequences", ICML 2023.
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
    as_float,
    as_generator,
    as_int,
)
from rnnlib.layers.contract import as_cache, as_state, shown
from rnnlib.layers.scan import run, run_back


class LRUCache(NamedTuple):
    """What backward needs: the inputs and all complex states from 0 on."""

    x: np.ndarray  #: (T, B, D)
    states: np.ndarray  #: (T + 1, B, N), complex

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H = 2 N of the state."""
        return self.x.shape[2], 2 * self.states.shape[2]

    @property
    def last_state(self) -> np.ndarray:
        """State after the last step (B, H), an h0 for what follows."""
        return _side_by_side(self.states[-1])


class LastCache(NamedTuple):
    """What :meth:`LRU.last_back` needs."""

    x: np.ndarray  #: (T, B, D)
    powers: np.ndarray  #: (T, N), complex: the weight of each step
    sums: np.ndarray  #: (B, D, N), complex: weighted sums of the inputs

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H = 2 N of the state."""
        return self.x.shape[2], 2 * self.powers.shape[1]


class LRU:
    """A layer of H / 2 complex modes, their real and imaginary parts.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state; H is even.
    smallest, largest : float, optional
        Bounds of |a| at the start; the modes are spread evenly over the ring
        between them.
    widest : float, optional
        Greatest angle at the start, in radians a step.
    normalize : bool, optional
        False leaves out the factor sqrt(1 - |a|^2).
    seed : int or numpy.random.Generator, optional
    dtype : dtype, optional
        float64 (to check gradients) or float32 (to train faster).

    Attributes
    ----------
    parameters : dict of ndarray
        W_xh (D, H), real parts of the input weights, then imaginary ones;
        log_decay (H / 2,) and angle (H / 2,).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        smallest: float = 0.5,
        largest: float = 0.99,
        widest: float = np.pi,
        normalize: bool = True,
        seed: Seed = 0,
        dtype: DTypeLike = np.float64,
    ):
        D = self.input_size = as_int(input_size, "input_size")
        H = self.hidden_size = as_int(hidden_size, "hidden_size", low=2)
        if H % 2:
            raise ValueError(f"hidden_size must be even, found {H}")
        low = as_float(smallest, "smallest", low=0.0, high=1.0, open_high=True)
        high = as_float(largest, "largest", low=0.0, high=1.0, open_high=True)
        if not low < high:
            raise ValueError(f"largest must be above {low:g}, found {high:g}")
        widest = as_float(widest, "widest", low=0.0, high=np.pi)
        self.normalize = as_flag(normalize, "normalize")
        self.dtype, rng = as_dtype(dtype), as_generator(seed)
        # Evenly over a ring: the square of the radius is uniform.
        radius = np.sqrt(high**2 - rng.random(H // 2) * (high**2 - low**2))
        weights = {
            "W_xh": rng.normal(size=(D, H)) / np.sqrt(2 * D),
            "log_decay": np.log(-np.log(radius)),
            "angle": rng.uniform(0, widest, H // 2),
        }
        self.parameters = {
            name: value.astype(self.dtype) for name, value in weights.items()
        }

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size")

    @property
    def a(self) -> np.ndarray:
        """The factors (N,), complex."""
        decay = np.exp(self.parameters["log_decay"])
        return np.exp(-decay + 1j * self.parameters["angle"])

    @property
    def gain(self) -> np.ndarray:
        """What inputs are multiplied with (N,): sqrt(1 - |a|^2), or ones."""
        decay = np.exp(self.parameters["log_decay"])
        if self.normalize:
            return np.sqrt(-np.expm1(-2 * decay))
        return np.ones_like(decay)

    def forward(
        self, x: ArrayLike, h0: ArrayLike | None = None
    ) -> tuple[np.ndarray, LRUCache]:
        """Run the layer over a batch of sequences.

        Parameters
        ----------
        x : array_like, shape (T, B, D)
        h0 : array_like, shape (B, H), optional
            State before the first step; zeros if left out.

        Returns
        -------
        h : ndarray, shape (T, B, H)
            Real parts of the state after each step, then the imaginary
            ones; read-only.
        cache : LRUCache
            What :meth:`backward` needs.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        x = self._as_input(x)
        (T, B, _), H = x.shape, self.hidden_size
        h0 = as_state(h0, "h0", B, H, self.dtype)
        inputs = x @ _complex(self.parameters["W_xh"])  # (T, B, N)
        inputs *= self.gain
        states = np.empty((T + 1, B, H // 2), inputs.dtype)
        states[0] = _complex(h0)
        run(np.broadcast_to(self.a, inputs.shape), inputs, states)
        h = _side_by_side(states[1:])
        states.flags.writeable = h.flags.writeable = False
        return h, LRUCache(x, states)

    def backward(
        self, dh: ArrayLike, cache: LRUCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : LRUCache
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
        x, states = as_cache(cache, LRUCache, self)
        (T, B, D), H = x.shape, self.hidden_size
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        total = _complex(dh)  # (T, B, N)
        later = np.zeros_like(total[0])
        run_back(np.broadcast_to(self.a.conj(), total.shape), total, later)
        rows, flat = x.reshape(T * B, D), total.reshape(T * B, -1)
        da = (states[:-1].conj() * total).sum(axis=(0, 1))
        gradients = self._gradients(da, rows.T @ flat)
        W = self.gain * _complex(self.parameters["W_xh"])  # (D, N)
        gradients["x"] = (flat @ W.conj().T).real.reshape(T, B, D)
        gradients["h0"] = _side_by_side(later)
        return gradients

    def last(self, x: ArrayLike) -> tuple[np.ndarray, LastCache]:
        """Return the state after the last step by one matrix product.

        Parameters
        ----------
        x : array_like, shape (T, B, D)

        Returns
        -------
        h : ndarray, shape (B, H)
            What :meth:`forward` has at the last step, from a start at zero.
        cache : LastCache
            What :meth:`last_back` needs.

        Raises
        ------
        TypeError, ValueError
            If `x` is not finite, real and of the shape wanted.
        """
        x = self._as_input(x)
        T, B, D = x.shape
        powers = self._powers(T)
        rows = x.reshape(T, B * D).T  # (B D, T)
        sums = _complex(rows @ _side_by_side(powers)).reshape(B, D, -1)
        W = self.gain * _complex(self.parameters["W_xh"])  # (D, N)
        h = _side_by_side((sums * W).sum(axis=1))
        return h, LastCache(x, powers, sums)

    def last_back(
        self, dh: ArrayLike, cache: LastCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of the parameters, from that at the state.

        Parameters
        ----------
        dh : array_like, shape (B, H)
            Gradient of the loss with respect to the last state.
        cache : LastCache
            From :meth:`last`.

        Returns
        -------
        gradients : dict of ndarray
            Same keys and shapes as `parameters`.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        x, powers, sums = as_cache(cache, LastCache, self)
        T, B, D = x.shape
        shape = (B, self.hidden_size)
        dh = _complex(as_array(dh, "dh", shape=shape, dtype=self.dtype))
        W = self.gain * _complex(self.parameters["W_xh"])
        dW = (sums.conj() * dh[:, np.newaxis]).sum(axis=0)  # (D, N)
        d_sums = _side_by_side(dh[:, np.newaxis] * W.conj())  # (B, D, H)
        rows = x.reshape(T, B * D)
        d_powers = _complex(rows @ d_sums.reshape(B * D, -1))  # (T, N)
        age = np.arange(T - 1, -1, -1, dtype=self.dtype)
        d_log_a = age @ (powers.conj() * d_powers)  # of a^k it is k a^k
        return self._gradients(d_log_a / self.a.conj(), dW)

    def _powers(self, steps: int) -> np.ndarray:
        """Return a^(T - 1), ..., a, 1, shape (T, N), complex."""
        # Few exponentials: a^(k + n) is a^k times a^n.
        few = int(np.ceil(np.sqrt(steps)))
        log_a = -np.exp(self.parameters["log_decay"].astype(float))
        log_a = log_a + 1j * self.parameters["angle"]
        low = np.exp(np.arange(few)[:, np.newaxis] * log_a)
        high = np.exp(few * np.arange(few)[:, np.newaxis] * log_a)
        kind = np.complex64 if self.dtype == np.float32 else complex
        low, high = low.astype(kind), high.astype(kind)
        every = high[:, np.newaxis] * low
        return every.reshape(few * few, -1)[:steps][::-1]

    def _gradients(
        self, da: np.ndarray, d_inputs: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return gradients of the parameters.

        Parameters
        ----------
        da : ndarray, shape (N,)
            Of the factors, by way of the states alone.
        d_inputs : ndarray, shape (D, N)
            Of the input weights, before the gain.
        """
        W, gain, a = _complex(self.parameters["W_xh"]), self.gain, self.a
        decay = np.exp(self.parameters["log_decay"])
        d_log_a = da * a.conj()
        d_decay = -d_log_a.real
        if self.normalize:
            d_gain = (W.conj() * d_inputs).real.sum(axis=0)
            d_decay = d_decay + d_gain * np.abs(a) ** 2 / gain
        return {
            "W_xh": _side_by_side(gain * d_inputs),
            "log_decay": d_decay * decay,
            "angle": d_log_a.imag,
        }

    def _as_input(self, x: object) -> np.ndarray:
        shape = ("T", "B", self.input_size)
        return as_array(x, "x", shape=shape, dtype=self.dtype)


def _complex(parts: np.ndarray) -> np.ndarray:
    """Return complex numbers (..., N) from their two parts (..., 2 N)."""
    real, imaginary = np.split(parts, 2, axis=-1)
    return real + 1j * imaginary


def _side_by_side(numbers: np.ndarray) -> np.ndarray:
    """Return real parts, then imaginary parts, (..., 2 N)."""
    return np.concatenate([numbers.real, numbers.imag], axis=-1)
