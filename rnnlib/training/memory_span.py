"""How far back a network remembers: measured backward, and by what it learns.

Backward, by how much the last state still feels of what was there k steps
before::

    dh_T / dh_{T-k} = J_{T-k+1} ... J_T,   J_t = dh_t / dh_{t-1}

Forward, by what a trained network can still answer: its horizon is the
last lag before the first that fewer than half of the seeds have learned.

S. Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen", 1991.
Y. Bengio, P. Simard & P. Frasconi, "Learning long-term dependencies with
gradient descent is difficult", 1994. E. B. Wilson, "Probable inference, the
law of succession, and statistical inference", 1927.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_float, as_int
from rnnlib.layers.contract import Layer, as_layer


def spectral_radius(W: ArrayLike) -> float:
    """Return the largest absolute eigenvalue of W, shape (H, H)."""
    W = as_array(W, "W", shape=("H", "H"))
    return float(np.abs(np.linalg.eigvals(W)).max())


def gradient_by_lag(
    layer: Layer, x: ArrayLike, upstream: ArrayLike, h0: object = None
) -> np.ndarray:
    """Return the norm of dL / dh_{T-k} for k = 0, ..., T.

    The loss is felt at the last state alone. For an LSTM the state is (h, c)
    and the norm is that of both gradients together.

    Parameters
    ----------
    layer : Elman, LSTM or GRU
    x : array_like, shape (T, B, D)
    upstream : array_like, shape (B, H)
        dL / dh_T.
    h0 : optional
        State before the first step, as the layer's `forward` takes it.

    Returns
    -------
    norms : ndarray, shape (T + 1, B)
    """
    layer = as_layer(layer)
    x = as_array(x, "x", shape=("T", "B", layer.input_size))
    shape = (x.shape[1], layer.hidden_size)
    gradient = {"h0": as_array(upstream, "upstream", shape=shape)}
    caches, state = [], h0
    for x_t in x:  # one step at a time, so that no state stays inside
        _, cache = layer.forward(x_t[np.newaxis], state)
        caches.append(cache)
        state = cache.last_state
    norms = []
    for cache in [*caches[::-1], None]:
        parts = [gradient[k] for k in ("h0", "c0") if k in gradient]
        norms.append(np.linalg.norm(np.hstack(parts), axis=1))
        if cache is not None:
            dc = {"dc": gradient["c0"]} if "c0" in gradient else {}
            dh = gradient["h0"][np.newaxis]
            gradient = layer.backward(dh, cache, **dc)
    return np.array(norms)


def fading_lag(norms: ArrayLike, *, share: float = 0.01) -> float:
    """Return the first lag from which on less than `share` is left.

    Parameters
    ----------
    norms : array_like, shape (K + 1,)
        Size by lag, from lag 0, such as from :func:`gradient_by_lag`.
    share : float, optional
        Of the largest of them.

    Returns
    -------
    lag : float
        Infinity if more is left at the last lag still.

    Raises
    ------
    TypeError, ValueError
        If a norm is negative, all are zero, or `share` is not in (0, 1).
    """
    norms = as_array(norms, "norms", shape=("K",))
    if norms.min() < 0 or norms.max() == 0:
        raise ValueError(
            "norms must be at least 0, one of them above 0, found "
            f"{norms.min():g} to {norms.max():g}"
        )
    share = as_float(
        share, "share", low=0, high=1, open_low=True, open_high=True
    )
    last = np.flatnonzero(norms >= share * norms.max())[-1]
    return float(last + 1) if last + 1 < len(norms) else math.inf


def input_influence(
    layer: Layer, x: ArrayLike, h0: object = None
) -> np.ndarray:
    """Return the Frobenius norm of dh_T / dx_{T-k} for k = 0, ..., T - 1.

    Parameters
    ----------
    layer : Elman, LSTM or GRU
    x : array_like, shape (T, B, D)
    h0 : optional
        State before the first step, as the layer's `forward` takes it.

    Returns
    -------
    norms : ndarray, shape (T, B)
    """
    h, cache = as_layer(layer).forward(x, h0)
    squares = np.zeros(h.shape[:2])
    for unit in range(h.shape[2]):
        dh = np.zeros_like(h)
        dh[-1, :, unit] = 1
        squares += (layer.backward(dh, cache)["x"] ** 2).sum(axis=2)
    return np.sqrt(squares)[::-1]


class Horizon(NamedTuple):
    """How far back a network can learn to remember."""

    lag: float  #: up to here every lag is learned by the share asked for
    low: float  #: up to here every lag is shown to be
    high: float  #: the first lag shown not to be; infinity if there is none

    def interval(self) -> str:
        """Return the interval in words."""
        if math.isinf(self.high):
            return f"{self.low:g} or more"
        return f"{self.low:g} to below {self.high:g}"


def memory_horizon(
    lags: ArrayLike,
    success: ArrayLike,
    *,
    share: float = 0.5,
    z: float = 1.96,
) -> Horizon:
    """Return the last lag before fewer than half of the seeds succeed.

    A gap ends it: lags beyond one at which most seeds failed do not count.
    The interval asks the same of the ends of :func:`success_interval` at
    each lag. It runs from the last lag before one that is not shown to be
    learned by more than half of all seeds, to the first lag that is shown
    to be learned by fewer than half. Where even the longest lag is not, the
    horizon may lie anywhere beyond: it is censored.

    Parameters
    ----------
    lags : array_like, shape (L,)
        Rising.
    success : array_like of bool, shape (L, S)
        Whether each of S seeds learned each lag, under an equal budget.
    share : float, optional
        Another share of the seeds than half.
    z : float, optional
        Half width of the intervals in standard deviations.

    Raises
    ------
    TypeError, ValueError
        If the lags do not rise or the shapes do not fit.
    """
    lags = as_array(lags, "lags", shape=("L",))
    if np.any(np.diff(lags) <= 0):
        raise ValueError(f"lags must rise, found {lags.tolist()}")
    success = as_array(success, "success", shape=(len(lags), "S"), dtype=bool)
    share = as_float(share, "share", low=0.0, high=1.0, open_low=True)
    wins, seeds = success.sum(axis=1), success.shape[1]
    ends = [success_interval(int(n), seeds, z=z) for n in wins]
    low, high = np.array(ends).T
    beyond = lags[high < share]
    return Horizon(
        _last_before_a_gap(lags, wins / seeds >= share),
        _last_before_a_gap(lags, low > share),
        float(beyond[0]) if beyond.size else math.inf,
    )


def _last_before_a_gap(lags: np.ndarray, reached: np.ndarray) -> float:
    """Return the last lag of those reached without a gap; 0 if none is."""
    unbroken = int(np.logical_and.accumulate(reached).sum())
    return float(lags[unbroken - 1]) if unbroken else 0.0


def success_interval(
    successes: int, trials: int, *, z: float = 1.96
) -> tuple[float, float]:
    """Return Wilson's interval for a share of successes.

    Parameters
    ----------
    successes, trials : int
    z : float, optional
        Half width in standard deviations; 1.96 for 95 %.
    """
    trials = as_int(trials, "trials")
    successes = as_int(successes, "successes", low=0, high=trials)
    z = as_float(z, "z", low=0.0, open_low=True)
    share, spread = successes / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4)
    half /= 1 + spread
    return max(0.0, middle - half), min(1.0, middle + half)
