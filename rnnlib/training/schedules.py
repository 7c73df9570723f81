"""Schedules: the learning rate as a function of the update.

An optimizer takes one in place of a number::

    Adam(network.parameters, one_cycle(1600, 0.01))

L. N. Smith & N. Topin, "Super-convergence", 2018.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from rnnlib.checks import as_float, as_int


def one_cycle(
    updates: int, peak: float, *, warm_up: float = 0.1
) -> Callable[[int], float]:
    """Return a learning rate that rises and falls once.

    Half a cosine wave rises from peak / 25 to `peak` over the first share
    `warm_up` of all updates, another falls to nearly zero at the last.

    Parameters
    ----------
    updates : int
        Their number.
    peak : float
        Greatest learning rate.
    warm_up : float, optional
        Share of the updates on the way up.

    Returns
    -------
    rate : callable
        The learning rate at an update, from 0 to updates - 1.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit; and from `rate`, if there are more
        updates than there were to be.
    """
    last = as_int(updates, "updates") - 1
    peak = as_float(peak, "peak", low=0.0, open_low=True)
    top = as_float(warm_up, "warm_up", low=0.0, high=1.0) * last

    def rate(update: int) -> float:
        update = as_int(update, "update", low=0, high=last)
        if update < top:
            low, done = peak / 25, update / top
        else:
            low, done = peak * 4e-6, (last - update) / max(1, last - top)
        return low + (peak - low) * (1 - math.cos(math.pi * done)) / 2

    return rate
