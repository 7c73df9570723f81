"""Argument checks: bad input is refused at the door, in one voice.

Each check either returns the argument in the form the caller needs or raises
an error that names the argument, says what was found and says what was
wanted: a TypeError where the kind is wrong, a ValueError where the value is.
Nothing is broadcast, truncated or turned into NaN along the way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from numbers import Integral, Real
from pathlib import Path
from types import EllipsisType
from typing import Any

import numpy as np

Seed = int | np.random.Generator


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
    """Return `value` as an int between `low` and `high`, both allowed."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, found {describe(value)}")
    number = int(value)
    if number < low or (high is not None and number > high):
        wanted = (
            f"at least {low}" if high is None else f"between {low} and {high}"
        )
        raise ValueError(f"{name} must be {wanted}, found {number}")
    return number


def as_generator(seed: Seed, name: str = "seed") -> np.random.Generator:
    """Return a random generator for `seed`, an int or a generator."""
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(as_int(seed, name, low=0))


def as_dtype(dtype: object) -> np.dtype:
    """Return `dtype` if a layer can compute in it: float32 or float64."""
    try:
        found = np.dtype("none" if dtype is None else dtype)
    except TypeError as error:
        raise TypeError(
            f"dtype must be float32 or float64, found {describe(dtype)}"
        ) from error
    if found not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype must be float32 or float64, found {found}")
    return found


def as_choice(value: str, name: str, choices: Collection[str]) -> str:
    """Return `value` if it is one of `choices`."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, found {describe(value)}")
    if value not in choices:
        listed = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {listed}; found {value!r}")
    return value


def as_line(value: str, name: str, *, empty: bool = False) -> str:
    """Return `value` if it is one line of text.

    Parameters
    ----------
    value : str
        The text to check.
    name : str
        Name of the argument, used in the message.
    empty : bool, optional
        Whether it may be empty.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, found {describe(value)}")
    if len(value.splitlines()) > 1 or not (empty or value.strip()):
        wanted = "at most one" if empty else "one"
        raise ValueError(
            f"{name} must be {wanted} line of text, found {value!r}"
        )
    return value


def as_path(value: str | Path, name: str) -> Path:
    """Return `value` as the path of a file that is there."""
    if not isinstance(value, (str, Path)):
        raise TypeError(
            f"{name} must be the path of a file, found {describe(value)}"
        )
    if not Path(value).is_file():
        raise ValueError(f"{name} must be a file, found none at {value}")
    return Path(value)


def as_array(
    value: object,
    name: str,
    *,
    shape: tuple[int | str | EllipsisType, ...] | None = None,
    dtype: type | np.dtype | str | None = float,
) -> np.ndarray:
    """Return `value` as a finite array of the wanted shape.

    Parameters
    ----------
    value : array_like
        Numbers, or booleans where `dtype` is bool; strings and objects are
        refused, and so are floats where `dtype` is an integer.
    name : str
        Name of the argument, used in the message.
    shape : tuple of int or str, optional
        Wanted shape. An int must be met exactly; a letter stands for any
        size of at least one, and the same letter for the same size. An
        ellipsis in front stands for any axes before, none of size zero.
    dtype : dtype, optional
        Type of the returned array; None keeps that of the numbers found.
    """
    array = _regular(value, name)
    kinds, wanted = _KINDS.get(
        np.dtype(dtype or float).kind, ("iuf", "real numbers")
    )
    if array.dtype.kind not in kinds:
        raise TypeError(f"{name} must hold {wanted}, found {describe(value)}")
    if shape is not None and not _fits(array.shape, shape):
        sizes = ("..." if size is ... else str(size) for size in shape)
        wanted = "(" + ", ".join(sizes)
        wanted += ",)" if len(shape) == 1 else ")"
        raise ValueError(
            f"{name} must have shape {wanted}, found {array.shape}"
        )
    array = array.astype(dtype or array.dtype, copy=False)
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
    """
    array = _regular(value, name)
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


def as_arrays(
    value: object, name: str, *, dtype: type | None = None
) -> Mapping[str, np.ndarray]:
    """Return `value` if it maps names to arrays of floats.

    Parameters
    ----------
    value : mapping of str to ndarray
        At least one array; it is returned as it is, since such arrays are
        changed in place. They may hold NaN.
    name : str
        Name of the argument, used in the message.
    dtype : dtype, optional
        The one type of float allowed.
    """
    if not isinstance(value, Mapping):
        raise TypeError(
            f"{name} must map names to arrays, found {describe(value)}"
        )
    if not value:
        raise ValueError(f"{name} must hold at least one array, found none")
    for key, array in value.items():
        if (
            not isinstance(array, np.ndarray)
            or array.dtype.kind != "f"
            or (dtype is not None and array.dtype != dtype)
        ):
            floats = "floats" if dtype is None else np.dtype(dtype).name
            raise TypeError(
                f"{name}[{key!r}] must be an array of {floats}, "
                f"found {describe(array)}"
            )
    return value


def as_flag(value: bool, name: str) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(
            f"{name} must be True or False, found {describe(value)}"
        )
    return bool(value)


def as_function(value: Any, name: str) -> Any:
    """Return `value` if it can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, found {describe(value)}")
    return value


def as_instance(value: Any, name: str, kind: type) -> Any:
    """Return `value` if it is an instance of `kind`."""
    if not isinstance(value, kind):
        raise TypeError(
            f"{name} must be of type {kind.__name__}, found {describe(value)}"
        )
    return value


def as_like(
    value: Any, name: str, wanted: str, abilities: Collection[str]
) -> Any:
    """Return `value` if it can do what something else can do.

    Parameters
    ----------
    value : object
        The thing to check; a class of your own will do.
    name : str
        Name of the argument, used in the message.
    wanted : str
        What it must be like, in words.
    abilities : collection of str
        Names of the methods and attributes that are needed.
    """
    missing = [able for able in abilities if not hasattr(value, able)]
    if missing or isinstance(value, type):
        raise TypeError(f"{name} must be {wanted}, found {describe(value)}")
    return value


def describe(value: object) -> str:
    """Say in a few words what `value` is, for an error message."""
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and shape {value.shape}"
    if isinstance(value, (str, bool, int, float, complex, type(None))):
        return f"{value!r} ({type(value).__name__})"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} items"
    return f"a {type(value).__name__}"


def _regular(value: object, name: str) -> np.ndarray:
    try:
        return np.asarray(value)
    except ValueError as error:  # ragged nested lists
        raise ValueError(
            f"{name} must be a regular array, found {describe(value)} "
            "with rows of unequal length"
        ) from error


# kind of the wanted dtype -> kinds of numbers let through, and their name
_KINDS = {"b": ("b", "booleans"), "i": ("iu", "integers")}


def _fits(
    found: tuple[int, ...], wanted: tuple[int | str | EllipsisType, ...]
) -> bool:
    if wanted[:1] == (...,):
        before = len(found) - len(wanted) + 1
        if before < 0 or 0 in found[:before]:
            return False
        found, wanted = found[before:], wanted[1:]
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
