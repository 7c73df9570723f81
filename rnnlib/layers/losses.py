"""Losses: compare outputs with targets at every step that counts.

::

    squared error     mean of (y_hat - y)^2
    cross-entropy     mean of -log softmax(y_hat)[class]
    bit entropy       mean of -y log p - (1 - y) log(1 - p), p = sigmoid(y_hat)

Each loss returns its value and its gradient with respect to y_hat. A mask
says which steps count: padding after the end of a short sequence does not,
nor does any step that has no target. What does not count has gradient zero
and cannot change the loss, whatever stands there.

J. S. Bridle, "Probabilistic interpretation of feedforward classification
network outputs", Neurocomputing, 1990 (softmax with cross-entropy).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array
from rnnlib.layers.activations import sigmoid


def squared_error(
    y_hat: ArrayLike, y: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, np.ndarray]:
    """Return the mean squared error and its gradient.

    Parameters
    ----------
    y_hat, y : array_like, shape (..., O)
        Outputs and targets of the same shape.
    mask : array_like of bool, shape (...), optional
        Which steps count; all if left out.

    Returns
    -------
    loss : float
        Mean over the steps that count and over the O outputs.
    gradient : ndarray, shape (..., O)
        Gradient of the loss with respect to `y_hat`.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit each other or no step counts.
    """
    y_hat = _as_outputs(y_hat)
    y = as_array(y, "y", shape=y_hat.shape, dtype=y_hat.dtype)
    weight = _weights(mask, y_hat) / y_hat.shape[-1]
    error = y_hat - y
    loss = float((weight * error * error).sum())
    return loss, 2 * weight * error


def cross_entropy(
    y_hat: ArrayLike, classes: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, np.ndarray]:
    """Return the cross-entropy of softmax(y_hat) and its gradient.

    Parameters
    ----------
    y_hat : array_like, shape (..., O)
        Scores before the softmax.
    classes : array_like of int, shape (...)
        The right class, 0 to O - 1, at every step; where `mask` is False
        any class will do.
    mask : array_like of bool, shape (...), optional
        Which steps count; all if left out.

    Returns
    -------
    loss : float
        Mean over the steps that count, in nats.
    gradient : ndarray, shape (..., O)
        Gradient of the loss with respect to `y_hat`.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit each other or no step counts.
    """
    y_hat = _as_outputs(y_hat)
    classes = as_array(
        classes, "classes", shape=y_hat.shape[:-1], dtype=np.intp
    )
    if classes.min() < 0 or classes.max() >= y_hat.shape[-1]:
        raise ValueError(
            f"classes must lie between 0 and {y_hat.shape[-1] - 1}, found "
            f"{classes.min()} to {classes.max()}"
        )
    weight = _weights(mask, y_hat)  # (..., 1)
    log_p = y_hat - y_hat.max(axis=-1, keepdims=True)
    log_p -= np.log(np.exp(log_p).sum(axis=-1, keepdims=True))
    chosen = classes[..., np.newaxis]
    loss = -float((weight * np.take_along_axis(log_p, chosen, axis=-1)).sum())
    gradient = np.exp(log_p)
    ones = np.take_along_axis(gradient, chosen, axis=-1) - 1
    np.put_along_axis(gradient, chosen, ones, axis=-1)
    gradient *= weight
    return loss, gradient


def bit_entropy(
    y_hat: ArrayLike, y: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, np.ndarray]:
    """Return the mean entropy of targets between 0 and 1, and its gradient.

    Parameters
    ----------
    y_hat : array_like, shape (..., O)
        Scores before the sigmoid.
    y : array_like, shape (..., O)
        Targets between 0 and 1: bits, or probabilities.
    mask : array_like of bool, shape (...), optional
        Which steps count; all if left out.

    Returns
    -------
    loss : float
        Mean over the steps that count and over the O outputs, in nats.
    gradient : ndarray, shape (..., O)
        Gradient of the loss with respect to `y_hat`.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit each other or no step counts.
    """
    y_hat = _as_outputs(y_hat)
    y = as_array(y, "y", shape=y_hat.shape, dtype=y_hat.dtype)
    if y.min() < 0 or y.max() > 1:
        raise ValueError(
            f"y must lie between 0 and 1, found {y.min():g} to {y.max():g}"
        )
    weight = _weights(mask, y_hat) / y_hat.shape[-1]
    # log(1 + exp(z)) - y z, in a form in which exp cannot overflow
    entropy = np.log1p(np.exp(-np.abs(y_hat))) + np.maximum(y_hat, 0)
    loss = float((weight * (entropy - y * y_hat)).sum())
    return loss, weight * (sigmoid(y_hat) - y)


def softmax(y_hat: ArrayLike) -> np.ndarray:
    """Return probabilities over the last axis, shape (..., O)."""
    y_hat = _as_outputs(y_hat)
    p = np.exp(y_hat - y_hat.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def _as_outputs(y_hat: object) -> np.ndarray:
    y_hat = as_array(y_hat, "y_hat", shape=(..., "O"), dtype=None)
    single = y_hat.dtype == np.float32
    return y_hat.astype(np.float32 if single else np.float64, copy=False)


def _weights(mask: object, y_hat: np.ndarray) -> np.ndarray:
    """Return each step's share in the mean, shape (..., 1): sums to one."""
    steps = y_hat.shape[:-1]
    if mask is None:
        mask = np.ones(steps, bool)
    mask = as_array(mask, "mask", shape=steps, dtype=bool)
    if not mask.any():
        raise ValueError("mask must be True somewhere, found it all False")
    return (mask / mask.sum()).astype(y_hat.dtype)[..., np.newaxis]
