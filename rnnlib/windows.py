"""From series and sequences to the arrays that a network takes.

Windows come as (samples, steps, features), the form in which most articles
and libraries speak of them; the layers of rnnlib are time first, (T, B, D),
and :func:`time_first` leads from one to the other.

Two leaks spoil more forecasts than any bad model, and both are closed here.
A window belongs to the part of the series in which its *target* lies, so no
target is ever trained on and tested on. A scaler takes the training values
when it is made, once, and has no way to see others later.

Sequences of unequal length share one array, padded with zeros at the end;
a mask says at which steps there is something to predict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnnlib.validation import (
    as_array,
    as_choice,
    as_instance,
    as_int,
    describe,
)


@dataclass(frozen=True)
class Sequences:
    """Sequences of equal or unequal length with their targets.

    Parameters
    ----------
    x : ndarray, shape (T, N, D)
        Inputs, time first; zeros after the end of a short sequence.
    y : ndarray, shape (T, N, O) of float or (T, N) of int
        Target at every step: numbers, or classes.
    mask : ndarray of bool, shape (T, N)
        Where a target counts.
    lengths : ndarray of int, shape (N,), optional
        Steps of each sequence; T for all if left out.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit each other, or a target counts beyond the
        end of its sequence.
    """

    x: np.ndarray
    y: np.ndarray
    mask: np.ndarray
    lengths: np.ndarray | None = None

    def __post_init__(self):
        x = as_array(self.x, "x", shape=("T", "N", "D"))
        T, N, _ = x.shape
        y = as_array(self.y, "y", dtype=None)
        if y.shape[:1] == (N,) and y.ndim == 2 and y.shape != (T, N):
            raise ValueError(
                f"y must hold a target at every step, shape ({T}, {N}, O), "
                f"found {y.shape}: one target after each window? "
                "sliding_windows(...).to_sequences() puts it at the last step"
            )
        wanted = (T, N) if y.ndim == 2 else (T, N, "O")
        y = as_array(y, "y", shape=wanted, dtype=None)
        mask = as_array(self.mask, "mask", shape=(T, N), dtype=bool)
        lengths = np.full(N, T) if self.lengths is None else self.lengths
        lengths = as_array(lengths, "lengths", shape=(N,), dtype=np.intp)
        if lengths.min() < 1 or lengths.max() > T:
            raise ValueError(
                f"lengths must lie between 1 and {T}, "
                f"found {lengths.min()} to {lengths.max()}"
            )
        if (mask & (np.arange(T)[:, np.newaxis] >= lengths)).any():
            raise ValueError("mask must be False after a sequence's end")
        for name, value in zip(
            ("x", "y", "mask", "lengths"), (x, y, mask, lengths)
        ):
            object.__setattr__(self, name, value)  # the way of frozen classes

    def __repr__(self) -> str:
        T, N, D = self.x.shape
        return (
            f"{N:,} sequences of up to {T:,} steps with {D:,} inputs each; "
            f"{self.mask.sum():,} targets count"
        )

    def __len__(self) -> int:
        """Return the number N of sequences."""
        return self.x.shape[1]

    def take(self, which: Sequence[int] | np.ndarray) -> Sequences:
        """Return some of the sequences, cut after the longest of them.

        Parameters
        ----------
        which : array_like of int, shape (B,)
            Indices, each from 0 to N - 1.
        """
        which = as_array(which, "which", shape=("B",), dtype=np.intp)
        if which.min() < 0 or which.max() >= len(self):
            raise ValueError(
                f"which must lie between 0 and {len(self) - 1}, "
                f"found {which.min()} to {which.max()}"
            )
        lengths = self.lengths[which]
        T = lengths.max()
        return Sequences(
            self.x[:T, which], self.y[:T, which], self.mask[:T, which], lengths
        )


def pad(sequences: Sequence) -> tuple[np.ndarray, np.ndarray]:
    """Put sequences of unequal length into one array.

    Parameters
    ----------
    sequences : sequence of array_like, each of shape (T_n, D) or (T_n,)

    Returns
    -------
    x : ndarray, shape (T, N, D)
        Zeros after the end of each sequence; T is the greatest length.
    lengths : ndarray of int, shape (N,)

    Raises
    ------
    TypeError, ValueError
        If there is no sequence, or they differ in D.
    """
    if not isinstance(sequences, (Sequence, np.ndarray)):
        raise TypeError(
            "sequences must be a list of sequences, "
            f"found {describe(sequences)}"
        )
    if len(sequences) == 0:
        raise ValueError("sequences must hold at least one, found none")
    arrays = []
    for n, sequence in enumerate(sequences):
        array = as_array(sequence, f"sequences[{n}]")
        array = array[:, np.newaxis] if array.ndim == 1 else array
        wanted = ("T", arrays[0].shape[1] if arrays else "D")
        arrays.append(as_array(array, f"sequences[{n}]", shape=wanted))
    lengths = np.array([len(array) for array in arrays])
    x = np.zeros((lengths.max(), len(arrays), arrays[0].shape[1]))
    for n, array in enumerate(arrays):
        x[: len(array), n] = array
    return x, lengths


class Windows(NamedTuple):
    """Windows on a series with what follows each of them."""

    x: np.ndarray  #: (samples, steps, features)
    y: np.ndarray  #: (samples, features), the value `horizon` steps later
    time: np.ndarray  #: (samples,), index of y in the series

    def to_sequences(self) -> Sequences:
        """Return the windows as a network takes them, time first.

        The target of each window counts at its last step; the steps before
        are only read.

        Returns
        -------
        sequences : Sequences
            x (steps, samples, features), y of the same shape, which holds
            the targets at the last step and zeros before.
        """
        x = time_first(self.x)
        y, mask = np.zeros_like(x), np.zeros(x.shape[:2], bool)
        y[-1], mask[-1] = self.y, True
        return Sequences(x, y, mask)


def sliding_windows(series, steps: int, *, horizon: int = 1) -> Windows:
    """Cut a series into all its windows, each with a later value as target.

    Parameters
    ----------
    series : array_like, shape (T,) or (T, features)
    steps : int
        Length of a window.
    horizon : int, optional
        How many steps after the window's last value the target lies.

    Returns
    -------
    windows : Windows
        T - steps - horizon + 1 samples, oldest first.

    Raises
    ------
    TypeError, ValueError
        If the series is too short for one window and its target.
    """
    series = as_array(series, "series")
    series = series[:, np.newaxis] if series.ndim == 1 else series
    series = as_array(series, "series", shape=("T", "features"))
    steps, horizon = as_int(steps, "steps"), as_int(horizon, "horizon")
    samples = len(series) - steps - horizon + 1
    if samples < 1:
        raise ValueError(
            f"series must hold at least steps + horizon = {steps + horizon} "
            f"values, found {len(series)}"
        )
    first = np.arange(samples)
    x = series[first[:, np.newaxis] + np.arange(steps)]
    time = first + steps + horizon - 1
    return Windows(x, series[time], time)


def split_windows(windows: Windows, *boundaries: int) -> tuple[Windows, ...]:
    """Split windows by the time at which their target lies.

    A window may reach back over a boundary, as a forecaster may look back
    at all that has happened; its target belongs to one part alone.

    Parameters
    ----------
    windows : Windows
    *boundaries : int
        Rising indices into the series: each begins a new part.

    Returns
    -------
    parts : tuple of Windows
        One more than there are boundaries.

    Raises
    ------
    TypeError, ValueError
        If the boundaries do not rise or leave a part without windows.
    """
    as_instance(windows, "windows", Windows)
    for boundary in boundaries:
        as_int(boundary, "boundaries", low=0)
    cuts = np.searchsorted(windows.time, boundaries)
    edges = [0, *cuts.tolist(), len(windows.time)]
    if any(stop <= start for start, stop in pairwise(edges)):
        raise ValueError(
            "boundaries must rise and leave windows in every part; targets "
            f"lie at {windows.time[0]} to {windows.time[-1]}, "
            f"found {list(boundaries)}"
        )
    return tuple(
        Windows(*(field[start:stop] for field in windows))
        for start, stop in pairwise(edges)
    )


def time_first(windows: np.ndarray) -> np.ndarray:
    """Turn (samples, steps, features) into (steps, samples, features)."""
    windows = as_array(
        windows, "windows", shape=("samples", "steps", "features")
    )
    return np.ascontiguousarray(windows.transpose(1, 0, 2))


def next_values(series, *, from_time: int = 1) -> Sequences:
    """Pose a series as one sequence, the next value wanted at every step.

    Parameters
    ----------
    series : array_like, shape (T,)
    from_time : int, optional
        Index in the series of the first target that counts: what comes
        before only warms up the state.

    Returns
    -------
    sequences : Sequences
        One sequence of T - 1 steps: x_t = series[t], y_t = series[t + 1].
    """
    series = as_array(series, "series", shape=("T",))
    if len(series) < 2:
        raise ValueError("series must hold at least 2 values, found 1")
    from_time = as_int(from_time, "from_time", low=1, high=len(series) - 1)
    values = series[:, np.newaxis, np.newaxis]  # (T, 1, 1)
    mask = np.arange(1, len(series)) >= from_time
    return Sequences(values[:-1], values[1:], mask[:, np.newaxis])


class Scaler:
    """Shift and scale by what the training values say, and nothing else.

    Parameters
    ----------
    training : array_like, shape (T,) or (T, features)
        The training part alone; each feature is scaled on its own.
    kind : {"standard", "range"}, optional
        To mean 0 and standard deviation 1, or to the range 0 to 1.

    Raises
    ------
    TypeError, ValueError
        If a feature of the training values is constant.
    """

    def __init__(self, training, kind: str = "standard"):
        training = as_array(training, "training")
        if training.ndim not in (1, 2) or len(training) == 0:
            raise ValueError(
                "training must have shape (T,) or (T, features), "
                f"found {training.shape}"
            )
        kind = as_choice(kind, "kind", ("standard", "range"))
        if kind == "standard":
            shift, scale = training.mean(axis=0), training.std(axis=0)
        else:
            shift, scale = training.min(axis=0), np.ptp(training, axis=0)
        if not np.all(scale > 0):
            raise ValueError("training must vary, found a constant feature")
        self._shift, self._scale = shift, scale

    def scale(self, values) -> np.ndarray:
        """Return `values` in the scale of the network."""
        return (self._checked(values) - self._shift) / self._scale

    def unscale(self, values) -> np.ndarray:
        """Return `values` in the units of the series."""
        return self._checked(values) * self._scale + self._shift

    def _checked(self, values) -> np.ndarray:
        """Return values whose last axis holds the features, if several."""
        return as_array(values, "values", shape=(..., *self._shift.shape))
