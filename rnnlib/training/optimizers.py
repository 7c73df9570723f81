"""Gradient descent, with memory of past gradients and without.

With g the gradient and a the learning rate, a parameter w moves by::

    SGD     v <- momentum v + g,              w <- w - a v
    Adam    m <- b1 m + (1 - b1) g,  s <- b2 s + (1 - b2) g^2,
            w <- w - a m^ / (sqrt(s^) + eps)

where m^ = m / (1 - b1^n) and s^ = s / (1 - b2^n) make up for the start at
zero after n steps. The arrays that the optimizer was given change in place,
so that the layer they belong to learns; nothing else is touched. The
learning rate a belongs to the optimizer alone: a number, or a function of the
update, see :mod:`rnnlib.training.schedules`.

B. T. Polyak, "Some methods of speeding up the convergence of iteration
methods", 1964. D. P. Kingma & J. Ba, "Adam", ICLR 2015. R. Pascanu,
T. Mikolov & Y. Bengio, "On the difficulty of training recurrent neural
networks", ICML 2013 (clipping by norm).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from rnnlib.checks import as_array, as_arrays, as_float, describe

Arrays = Mapping[str, np.ndarray]
Rate = float | Callable[[int], float]


class Optimizer:
    """What SGD and Adam have in common: the arrays, the rate, the count.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        Arrays to learn; they are changed in place.
    learning_rate : float or callable
        A number, or a function of the update, from 0.
    """

    def __init__(self, parameters: Arrays, learning_rate: Rate):
        self.parameters = as_arrays(parameters, "parameters")
        if not callable(learning_rate):
            as_float(learning_rate, "learning_rate", low=0.0)
        self.learning_rate = learning_rate
        self.steps = 0

    def step(self, gradients: Arrays) -> None:
        """Move every parameter once.

        Parameters
        ----------
        gradients : mapping of str to ndarray
            At least the keys of the parameters, each of the same shape.

        Raises
        ------
        TypeError, ValueError
            If one is missing, misshapen or not finite, or the learning rate
            is no number from 0 on; nothing has moved.
        """
        gradients = _as_gradients(gradients, self.parameters)
        rate = self.learning_rate
        if callable(rate):
            rate = rate(self.steps)
        rate = as_float(rate, "learning_rate", low=0.0)
        self.steps += 1
        for name, parameter in self.parameters.items():
            parameter -= self._move(name, gradients[name], rate)

    def _move(
        self, name: str, gradient: np.ndarray, rate: float
    ) -> np.ndarray:
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent, with momentum if asked for.

    Parameters
    ----------
    parameters, learning_rate
        See :class:`Optimizer`.
    momentum : float, optional
        Share of the last move that is kept, from 0 up to but below 1.
    """

    def __init__(
        self,
        parameters: Arrays,
        learning_rate: Rate = 0.01,
        *,
        momentum: float = 0.0,
    ):
        super().__init__(parameters, learning_rate)
        self.momentum = as_float(
            momentum, "momentum", low=0.0, high=1.0, open_high=True
        )
        self.velocity = {k: np.zeros_like(w) for k, w in parameters.items()}

    def _move(
        self, name: str, gradient: np.ndarray, rate: float
    ) -> np.ndarray:
        velocity = self.velocity[name]
        velocity *= self.momentum
        velocity += gradient
        return rate * velocity


class Adam(Optimizer):
    """Gradient descent with a step size of its own for every weight.

    Parameters
    ----------
    parameters, learning_rate
        See :class:`Optimizer`.
    beta1, beta2 : float, optional
        Memory of the mean gradient and of the mean squared gradient.
    eps : float, optional
        Keeps the division finite.
    """

    def __init__(
        self,
        parameters: Arrays,
        learning_rate: Rate = 0.001,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ):
        super().__init__(parameters, learning_rate)
        self.beta1 = as_float(beta1, "beta1", low=0, high=1, open_high=True)
        self.beta2 = as_float(beta2, "beta2", low=0, high=1, open_high=True)
        self.eps = as_float(eps, "eps", low=0.0, open_low=True)
        self.mean = {k: np.zeros_like(w) for k, w in parameters.items()}
        self.square = {k: np.zeros_like(w) for k, w in parameters.items()}

    def _move(
        self, name: str, gradient: np.ndarray, rate: float
    ) -> np.ndarray:
        mean, square = self.mean[name], self.square[name]
        mean += (1 - self.beta1) * (gradient - mean)
        square += (1 - self.beta2) * (gradient * gradient - square)
        rate = rate / (1 - self.beta1**self.steps)
        correction = math.sqrt(1 - self.beta2**self.steps)
        return rate * mean / (np.sqrt(square) / correction + self.eps)


def clip_by_norm(
    gradients: Arrays, limit: float
) -> tuple[dict[str, np.ndarray], float]:
    """Shorten the gradient, taken as one long vector, to at most `limit`.

    The direction stays; only the length changes.

    Parameters
    ----------
    gradients : mapping of str to ndarray
    limit : float
        Greatest norm let through.

    Returns
    -------
    clipped : dict of ndarray
    norm : float
        Euclidean norm before clipping.

    Raises
    ------
    TypeError, ValueError
        If `limit` is no positive number or the norm is not finite.
    """
    limit = as_float(limit, "limit", low=0.0, open_low=True)
    norm = gradient_norm(gradients)
    if not math.isfinite(norm):
        raise ValueError(f"gradients must have a finite norm, found {norm}")
    scale = min(1.0, limit / norm) if norm > 0 else 1.0
    return {name: scale * g for name, g in gradients.items()}, norm


def gradient_norm(gradients: Arrays) -> float:
    """Return the Euclidean norm of all gradients taken as one vector.

    It is infinite or NaN where a gradient is.
    """
    as_arrays(gradients, "gradients")
    return math.sqrt(sum(float(np.vdot(g, g)) for g in gradients.values()))


def _as_gradients(gradients: Arrays, parameters: Arrays) -> Arrays:
    """Return finite gradients, one in the shape of each parameter."""
    if not isinstance(gradients, Mapping):
        raise TypeError(
            f"gradients must map names to arrays, found {describe(gradients)}"
        )
    checked = {}
    for name, parameter in parameters.items():
        if name not in gradients:
            raise ValueError(f"gradients must hold {name!r}, found it missing")
        checked[name] = as_array(
            gradients[name],
            f"gradients[{name!r}]",
            shape=parameter.shape,
            dtype=parameter.dtype,
        )
    return checked
