"""Argument checks: bad input is refused at the door, in one voice.

Every public function of rnnlib hands its arguments to one of these checks
before it computes anything. Each check either returns the argument in the
form the caller needs or raises an error that names the argument, says what
was found and says what was wanted. Nothing is broadcast, truncated or
turned into NaN along the way.
"""

from __future__ import annotations

from collections.abc import Collection
from numbers import Integral, Real

import numpy as np


def as_float(
    value: float,
    name: str,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    open_low: bool = False,
    open_high: bool = False,
) -> float:
    """Return `value` as a finite float inside the stated bounds.

    Parameters
    ----------
    value : float
        The number to check; booleans are refused.
    name : str
        Name of the argument, used in the message.
    low, high : float, optional
        Bounds, both allowed values unless `open_low` or `open_high`.
    open_low, open_high : bool, optional
        Whether the bound itself is excluded.

    Raises
    ------
    TypeError
        If `value` is no real number.
    ValueError
        If it is NaN, infinite or out of bounds.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(
            f"{name} must be a real number, found {describe(value)}"
        )
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, found {number}")
    too_low = number <= low if open_low else number < low
    too_high = number >= high if open_high else number > high
    if too_low or too_high:
        left = "(" if open_low or np.isinf(low) else "["
        right = ")" if open_high or np.isinf(high) else "]"
        raise ValueError(
            f"{name} must lie in {left}{low:g}, {high:g}{right}, "
            f"found {number:g}"
        )
    return number


def as_int(
    value: int, name: str, *, low: int = 1, high: int | None = None
) -> int:
    """Return `value` as an int between `low` and `high`, both allowed.

    Raises
    ------
    TypeError
        If `value` is no integer (a float such as 3.0 is refused too).
    ValueError
        If it is out of bounds.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, found {describe(value)}")
    number = int(value)
    if number < low or (high is not None and number > high):
        wanted = (
            f"at least {low}" if high is None else f"between {low} and {high}"
        )
        raise ValueError(f"{name} must be {wanted}, found {number}")
    return number


def as_choice(value: str, name: str, choices: Collection[str]) -> str:
    """Return `value` if it is one of `choices`.

    Raises
    ------
    TypeError
        If `value` is no string.
    ValueError
        If it is none of the choices; the message lists them.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, found {describe(value)}")
    if value not in choices:
        listed = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {listed}; found {value!r}")
    return value


def as_array(
    value: object,
    name: str,
    *,
    shape: tuple[int | str, ...] | None = None,
    dtype: type | np.dtype | str = float,
) -> np.ndarray:
    """Return `value` as a finite array of the wanted shape.

    Parameters
    ----------
    value : array_like
        Numbers; strings and objects are refused.
    name : str
        Name of the argument, used in the message.
    shape : tuple of int or str, optional
        Wanted shape. An int must be met exactly; a letter stands for any
        size of at least one, and the same letter for the same size.
    dtype : dtype, optional
        Type of the returned array.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        If the shape does not fit or a value is NaN or infinite.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:  # ragged nested lists
        raise ValueError(
            f"{name} must be a regular array, found {describe(value)} "
            "with rows of unequal length"
        ) from error
    if array.dtype.kind not in "iuf":
        raise TypeError(
            f"{name} must hold real numbers, found {describe(value)}"
        )
    if shape is not None and not _fits(array.shape, shape):
        wanted = "(" + ", ".join(str(size) for size in shape)
        wanted += ",)" if len(shape) == 1 else ")"
        raise ValueError(
            f"{name} must have shape {wanted}, found {array.shape}"
        )
    array = array.astype(dtype, copy=False)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        where = bad[0] if len(bad) == 1 else bad
        raise ValueError(
            f"{name} must be finite, found {array[bad]} at index {where}"
        )
    return array


def as_series(
    value: object, name: str, *, min_length: int = 1, why: str = ""
) -> np.ndarray:
    """Return `value` as a one-dimensional finite float array, shape (T,).

    Parameters
    ----------
    value : array_like, shape (T,)
        The series, oldest value first.
    name : str
        Name of the argument, used in the message.
    min_length : int, optional
        Least length that the caller can work with.
    why : str, optional
        Reason for `min_length`, added to the message.

    Raises
    ------
    TypeError
        If `value` does not hold real numbers.
    ValueError
        If it has more than one dimension, is too short, or is not finite.
    """
    array = np.asarray(value) if not np.isscalar(value) else np.array(value)
    if array.size == 0 and array.dtype.kind not in "US":
        array = np.zeros(array.shape)
    if array.ndim != 1:
        raise ValueError(
            f"{name} must be a series of shape (T,), found {describe(value)}"
        )
    if len(array) < min_length:
        reason = f" {why}" if why else ""
        raise ValueError(
            f"{name} must hold at least {min_length} "
            f"value{'s' if min_length != 1 else ''}{reason}, "
            f"found {len(array)}"
        )
    return as_array(array, name)


def describe(value: object) -> str:
    """Say in a few words what `value` is, for an error message."""
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and shape {value.shape}"
    if isinstance(value, (str, bool, int, float, complex, type(None))):
        return f"{value!r} ({type(value).__name__})"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} items"
    return f"a {type(value).__name__}"


def _fits(found: tuple[int, ...], wanted: tuple[int | str, ...]) -> bool:
    if len(found) != len(wanted):
        return False
    sizes: dict[str, int] = {}
    for have, want in zip(found, wanted):
        if isinstance(want, str):
            if have < 1 or sizes.setdefault(want, have) != have:
                return False
        elif have != want:
            return False
    return True
