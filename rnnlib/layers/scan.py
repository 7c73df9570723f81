"""The linear recurrence h_t = a_t h_{t-1} + b_t, step by step or in rounds.

With a given, nothing bends: one step after another is again such a step.
First (a_1, b_1), then (a_2, b_2) is the step (a_1 a_2, a_2 b_1 + b_2), and it
does not matter which pairs of neighbours are put together first. So all
states can be had in rounds, in three ways::

    loop       T rounds, one for each step; two operations a step
    doubling   log2 T rounds; in round k every step takes in the 2^k before
               it. All steps work in every round: T log2 T steps of work
    pairs      2 log2 T rounds: put neighbours together, do the half as many
               in the same way, fill in those between. 2 T steps of work

Backward, the gradient of a state is a linear recurrence too, from the last
step to the first, with the factor of the step after::

    dh_t  <-  dh_t + conj(a_{t+1}) dh_{t+1}
    db_t = dh_t,    da_t = dh_t conj(h_{t-1})

For complex numbers a gradient holds dL/dRe + i dL/dIm, hence the conjugates.

W. D. Hillis & G. L. Steele, "Data parallel algorithms", Communications of
the ACM 29, 1986 (doubling). G. E. Blelloch, "Prefix sums and their
applications", 1990 (pairs). E. Martin & C. Cundy, "Parallelizing linear
recurrent neural nets over sequence length", ICLR 2018.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_choice

WAYS = ("loop", "doubling", "pairs")


def linear_scan(
    a: ArrayLike,
    b: ArrayLike,
    h0: ArrayLike | None = None,
    *,
    way: str = "loop",
) -> np.ndarray:
    """Return all states of h_t = a_t h_{t-1} + b_t, real or complex.

    Parameters
    ----------
    a, b : array_like, shape (T, B, H)
        Factors and inputs of all steps.
    h0 : array_like, shape (B, H), optional
        State before the first step; zeros if left out.
    way : {"loop", "doubling", "pairs"}, optional
        How it is computed; all give the same up to rounding.

    Returns
    -------
    h : ndarray, shape (T, B, H)

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite and of the shape wanted.
    """
    a = _as_numbers(a, "a", ("T", "B", "H"))
    b = _as_numbers(b, "b", a.shape)
    way = as_choice(way, "way", WAYS)
    dtype = np.result_type(a, b)
    states = np.zeros((len(b) + 1, *b.shape[1:]), dtype)
    if h0 is not None:
        h0 = _as_numbers(h0, "h0", b.shape[1:])
        states = states.astype(np.result_type(dtype, h0))
        states[0] = h0
    if way == "loop":
        run(a, b, states)
        return states[1:]
    b = b.astype(states.dtype)  # a copy: its first row takes in h0
    b[0] += a[0] * states[0]
    return _doubling(a, b) if way == "doubling" else _pairs(a, b)


def linear_scan_back(
    dh: ArrayLike,
    a: ArrayLike,
    h: ArrayLike,
    h0: ArrayLike | None = None,
    *,
    way: str = "loop",
) -> dict[str, np.ndarray]:
    """Return the gradients of a loss, given its gradients at the states.

    Parameters
    ----------
    dh : array_like, shape (T, B, H)
        Gradient of the loss with respect to each h_t alone.
    a : array_like, shape (T, B, H)
        The factors.
    h : array_like, shape (T, B, H)
        What :func:`linear_scan` returned.
    h0 : array_like, shape (B, H), optional
        As it was there.
    way : {"loop", "doubling", "pairs"}, optional

    Returns
    -------
    gradients : dict of ndarray
        "a" and "b" (T, B, H), and "h0" (B, H).

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite and of the shape wanted.
    """
    dh = _as_numbers(dh, "dh", ("T", "B", "H"))
    a = _as_numbers(a, "a", dh.shape)
    h = _as_numbers(h, "h", dh.shape)
    later = np.zeros_like(a)  # at each step the factor of the step after
    later[:-1] = a[1:].conj()
    total = linear_scan(later[::-1], dh[::-1], way=way)[::-1]
    before = np.zeros_like(h)
    before[1:] = h[:-1]
    if h0 is not None:
        before[0] = _as_numbers(h0, "h0", dh.shape[1:])
    return {
        "a": total * before.conj(),
        "b": total,
        "h0": total[0] * a[0].conj(),
    }


def run(a: np.ndarray, b: np.ndarray, states: np.ndarray) -> None:
    """Fill states[1:] from states[0], one step after another, in place.

    Parameters
    ----------
    a, b : ndarray, shape (T, B, H)
    states : ndarray, shape (T + 1, B, H)
    """
    multiply, add = np.multiply, np.add
    for a_t, b_t, before, now in zip(a, b, states, states[1:]):
        multiply(a_t, before, now)
        add(now, b_t, now)


def run_back(a: np.ndarray, dh: np.ndarray, later: np.ndarray) -> None:
    """Turn dh_t into the whole gradient of h_t, from the last step, in place.

    Parameters
    ----------
    a : ndarray, shape (T, B, H)
        The conjugate factors.
    dh : ndarray, shape (T, B, H)
    later : ndarray, shape (B, H)
        What the step after the last sends back to it; overwritten with what
        the first sends back to the state before it.
    """
    multiply, add = np.multiply, np.add
    for a_t, dh_t in zip(a[::-1], dh[::-1]):
        add(dh_t, later, dh_t)
        multiply(a_t, dh_t, later)


def _doubling(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the states (T, B, H) from a start at zero; `b` is used up."""
    a, reach = a.copy(), 1  # every step stands for so many steps up to it
    while reach < len(b):
        b[reach:] += a[reach:] * b[:-reach]
        a[reach:] = a[reach:] * a[:-reach]
        reach *= 2
    return b


def _pairs(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the states (T, B, H) from a start at zero."""
    h = b.copy()
    if len(b) == 1:
        return h
    first, second = slice(0, len(b) - 1, 2), slice(1, None, 2)
    h[second] = _pairs(a[first] * a[second], a[second] * b[first] + b[second])
    h[2::2] += a[2::2] * h[1:-1:2]  # those between: one step on
    return h


def _as_numbers(value: object, name: str, shape: tuple) -> np.ndarray:
    """Return finite numbers, real or complex, in the precision found."""
    kind = value.dtype if isinstance(value, np.ndarray) else np.dtype(float)
    if kind.kind != "c":
        single = kind == np.float32
        return as_array(
            value, name, shape=shape, dtype=kind if single else float
        )
    for part in (value.real, value.imag):
        as_array(part, name, shape=shape)
    return value
