"""Looking up by content: values weighed by how well their keys fit a query.

::

    alpha_ts = softmax over s of (q_t . k_s / sqrt(D_k))
    h_t      = sum over s of alpha_ts v_s

A mask leaves out steps that a query may not see: with `causal` those after
it, with `seen` those where nothing stands. Several heads cut queries, keys
and values into equal parts, and each part looks up by itself.

Backward, with dh_t the upstream gradient: a weight feels how well its value
fits it, the softmax takes the mean of that away, and what is left moves
queries and keys towards each other::

    dv_s = sum over t of alpha_ts dh_t
    dalpha_ts = dh_t . v_s
    dz_ts = alpha_ts (dalpha_ts - sum over r of alpha_tr dalpha_tr)
    dq_t = sum over s of dz_ts k_s / sqrt(D_k)
    dk_s = sum over t of dz_ts q_t / sqrt(D_k)

D. Bahdanau, K. Cho & Y. Bengio, "Neural machine translation by jointly
learning to align and translate", ICLR 2015. A. Vaswani et al., "Attention is
all you need", NIPS 2017 (the division by sqrt(D_k), several heads).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnnlib.checks import as_array, as_dtype, as_flag, as_instance, as_int


class LookupCache(NamedTuple):
    """What backward needs: all by sequence and head."""

    q: np.ndarray  #: (B, heads, T, D_k)
    k: np.ndarray  #: (B, heads, S, D_k)
    v: np.ndarray  #: (B, heads, S, D_v)
    weights: np.ndarray  #: (B, heads, T, S), each row of sum one
    scale: float  #: what a score is multiplied by


def look_up(
    q: ArrayLike,
    k: ArrayLike,
    v: ArrayLike,
    *,
    heads: int = 1,
    causal: bool = False,
    scaled: bool = True,
    seen: ArrayLike | None = None,
    dtype: DTypeLike = np.float64,
) -> tuple[np.ndarray, LookupCache]:
    """Return, for each query, the values weighed by how well keys fit it.

    Parameters
    ----------
    q : array_like, shape (T, B, heads * D_k)
        Queries.
    k : array_like, shape (S, B, heads * D_k)
        Keys.
    v : array_like, shape (S, B, heads * D_v)
        Values.
    heads : int, optional
    causal : bool, optional
        Whether the last query sees all S keys, the one before it all but
        the last, and so on; every query sees all keys if left out.
    scaled : bool, optional
        Whether scores are divided by sqrt(D_k).
    seen : array_like of bool, shape (S, B), optional
        Which keys may be seen at all; every query must see one.
    dtype : dtype, optional
        float64 or float32.

    Returns
    -------
    h : ndarray, shape (T, B, heads * D_v)
    cache : LookupCache
        What :func:`look_up_backward` needs; its `weights` are the alpha_ts.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit each other, or a query sees no key.
    """
    heads, dtype = as_int(heads, "heads"), as_dtype(dtype)
    q = as_array(q, "q", shape=("T", "B", "D"), dtype=dtype)
    T, B, D = q.shape
    k = as_array(k, "k", shape=("S", B, D), dtype=dtype)
    S = len(k)
    v = as_array(v, "v", shape=(S, B, "D"), dtype=dtype)
    for name, array in (("q", q), ("v", v)):
        if array.shape[2] % heads:
            raise ValueError(
                f"heads must divide the width of {name}, {array.shape[2]}, "
                f"found {heads}"
            )
    visible = _visible(T, S, B, as_flag(causal, "causal"), seen)
    q, k, v = (_by_head(array, heads) for array in (q, k, v))
    scale = float(D // heads) ** -0.5 if as_flag(scaled, "scaled") else 1.0
    scores = scale * (q @ k.swapaxes(2, 3))  # (B, heads, T, S)
    if visible is not None:
        scores = np.where(visible, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=3, keepdims=True))
    weights /= weights.sum(axis=3, keepdims=True)
    weights.flags.writeable = False
    weights = weights.astype(dtype, copy=False)
    return _side_by_side(weights @ v), LookupCache(q, k, v, weights, scale)


def look_up_backward(
    dh: ArrayLike, cache: LookupCache
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of a loss at queries, keys and values.

    Parameters
    ----------
    dh : array_like, shape (T, B, heads * D_v)
        Gradient of the loss with respect to the outputs.
    cache : LookupCache
        From :func:`look_up`.

    Returns
    -------
    dq, dk, dv : ndarray
        Each of the shape of q, k and v.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """
    q, k, v, weights, scale = as_instance(cache, "cache", LookupCache)
    (B, heads, T, _), D_v = q.shape, v.shape[3]
    shape = (T, B, heads * D_v)
    dh = _by_head(as_array(dh, "dh", shape=shape, dtype=q.dtype), heads)
    dv = weights.swapaxes(2, 3) @ dh  # (B, heads, S, D_v)
    dw = dh @ v.swapaxes(2, 3)  # (B, heads, T, S)
    dz = weights * (dw - (weights * dw).sum(axis=3, keepdims=True))
    dz *= scale
    dq, dk = dz @ k, dz.swapaxes(2, 3) @ q
    return _side_by_side(dq), _side_by_side(dk), _side_by_side(dv)


def _visible(
    T: int, S: int, B: int, causal: bool, seen: object
) -> np.ndarray | None:
    """Return which keys a query sees, (B or 1, 1, T or 1, S); None: all."""
    visible = None
    if causal:
        last = np.arange(T)[:, np.newaxis] + S - T  # of each query
        visible = (np.arange(S) <= last)[np.newaxis, np.newaxis]
    if seen is not None:
        seen = as_array(seen, "seen", shape=(S, B), dtype=bool)
        seen = seen.T[:, np.newaxis, np.newaxis]
        visible = seen if visible is None else visible & seen
    if visible is not None and not visible.any(axis=3).all():
        name = "causal" if seen is None else "seen"
        raise ValueError(
            f"{name} must leave every query a key to see, found one without"
        )
    return visible


def _by_head(array: np.ndarray, heads: int) -> np.ndarray:
    """Turn (T, B, heads * D) into (B, heads, T, D)."""
    T, B, _ = array.shape
    return array.reshape(T, B, heads, -1).transpose(1, 2, 0, 3)


def _side_by_side(array: np.ndarray) -> np.ndarray:
    """Turn (B, heads, T, D) into (T, B, heads * D)."""
    B, heads, T, D = array.shape
    return array.transpose(2, 0, 1, 3).reshape(T, B, heads * D)
