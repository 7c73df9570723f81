"""Is a gradient right? It is compared with central differences.

The slope between two points at a small distance on either side of where the
network stands::

    dL/dw  is close to  (L(w + s) - L(w - s)) / (2 s)

In float64 and with s near 1e-5 the two agree to about ten digits; a wrong
gradient seldom agrees to two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import (
    as_array,
    as_arrays,
    as_float,
    as_function,
    as_instance,
    describe,
)


def numerical_gradient(
    loss: Callable[[], float], array: np.ndarray, *, step: float = 1e-5
) -> np.ndarray:
    """Return the gradient of `loss` by central differences.

    Parameters
    ----------
    loss : callable
        Takes nothing and returns the loss, computed from `array` as it
        stands.
    array : ndarray of float64
        What to vary. Each entry is moved in place, then put back.
    step : float, optional
        Distance to either side.

    Returns
    -------
    gradient : ndarray, the shape of `array`

    Raises
    ------
    TypeError
        If `array` is no float64 array: in float32 differences are noise.
    """
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise TypeError(
            f"array must be an array of dtype float64, found {describe(array)}"
        )
    as_array(array, "array", shape=(...,))
    loss = as_function(loss, "loss")
    step = as_float(step, "step", low=0.0, open_low=True)
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + step
        above = loss()
        array[index] = kept - step
        below = loss()
        array[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(found: ArrayLike, wanted: ArrayLike) -> float:
    """Return the largest difference relative to the largest entry.

    That is max(abs(found - wanted)) / max(abs(found), abs(wanted)), or 0 if
    both are 0. The largest entries of the whole array set the scale, so that
    an entry that is zero up to rounding makes no right gradient look wrong.

    Parameters
    ----------
    found, wanted : array_like of the same shape
    """
    found = as_array(found, "found", shape=(...,))
    wanted = as_array(wanted, "wanted", shape=found.shape)
    scale = max(np.abs(found).max(), np.abs(wanted).max())
    return float(np.abs(found - wanted).max() / scale) if scale > 0 else 0.0


def gradient_check(
    loss: Callable[[], float],
    arrays: Mapping[str, np.ndarray],
    gradients: Mapping[str, np.ndarray],
    *,
    step: float = 1e-5,
) -> dict[str, float]:
    """Compare gradients with central differences, array by array.

    Parameters
    ----------
    loss : callable
        Takes nothing and returns the loss, computed from `arrays` as they
        stand.
    arrays : mapping of str to ndarray of float64
        Parameters, inputs, starting states: whatever has a gradient.
    gradients : mapping of str to ndarray
        The gradients to check; those of names not in `arrays` are passed by.
    step : float, optional
        Distance to either side.

    Returns
    -------
    errors : dict of float
        Relative error of each array, see :func:`relative_error`.

    Raises
    ------
    TypeError, ValueError
        If an array is not float64 or a gradient is missing or misshapen.
    """
    arrays = as_arrays(arrays, "arrays", dtype=np.float64)
    gradients = as_instance(gradients, "gradients", Mapping)
    errors = {}
    for name, array in arrays.items():
        if name not in gradients:
            raise ValueError(f"gradients must hold {name!r}, found it missing")
        gradient = as_array(
            gradients[name], f"gradients[{name!r}]", shape=np.shape(array)
        )
        numerical = numerical_gradient(loss, array, step=step)
        errors[name] = relative_error(gradient, numerical)
    return errors
