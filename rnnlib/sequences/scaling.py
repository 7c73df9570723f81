"""A scaler that cannot leak: it sees the training values, once, alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_choice


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

    def __init__(self, training: ArrayLike, kind: str = "standard"):
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

    def scale(self, values: ArrayLike) -> np.ndarray:
        """Return `values` in the scale of the network."""
        return (self._checked(values) - self._shift) / self._scale

    def unscale(self, values: ArrayLike) -> np.ndarray:
        """Return `values` in the units of the series."""
        return self._checked(values) * self._scale + self._shift

    def _checked(self, values) -> np.ndarray:
        """Return values whose last axis holds the features, if several."""
        return as_array(values, "values", shape=(..., *self._shift.shape))
