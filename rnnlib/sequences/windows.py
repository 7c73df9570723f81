"""Windows on a series, and a series as one sequence.

Windows come as (samples, steps, features), the form in which most articles
and libraries speak of them; layers are time first, (T, B, D):
`Windows.to_sequences` leads from one to the other.

A window belongs to the part of the series in which its *target* lies, so no
target is ever trained on and tested on.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_instance, as_int
from rnnlib.sequences.padded import Sequences, answer_at_end


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
        return answer_at_end(self.x.transpose(1, 0, 2), self.y)


def sliding_windows(
    series: ArrayLike, steps: int, *, horizon: int = 1
) -> Windows:
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


def next_values(series: ArrayLike, *, from_time: int = 1) -> Sequences:
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
