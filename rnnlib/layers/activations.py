"""Activations, and their slopes as functions of the output."""

from __future__ import annotations

import numpy as np


def sigmoid(z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return 1 / (1 + exp(-z)) as a shifted tanh, which cannot overflow."""
    out = np.tanh(np.multiply(z, 0.5, out=out), out=out)
    out *= 0.5
    out += 0.5
    return out


def relu(z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return z where it is above zero, else zero."""
    return np.maximum(z, 0, out=out)


# activation -> (function of z, slope as a function of the output h)
ACTIVATIONS = {
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (relu, np.sign),
    "sigmoid": (sigmoid, lambda h: h * (1 - h)),
    "identity": (np.positive, np.ones_like),
}
