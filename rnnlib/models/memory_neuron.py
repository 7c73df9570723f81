"""The memory neuron: a neuron that sees its own last output.

    O(t) = u O(t-1) + m x(t) + b

Three numbers: u decides how much of the last output is kept, m how much
the new input counts, b is the bias. It is the smallest recurrent network,
W_hh = u, W_xh = m, b_h = b, without a nonlinearity. Written out,

    O(t) = u^t O(0) + Σ_k u^k (m x(t-k) + b),    k = 0 … t-1,

so an input of k steps ago weighs m u^k: u alone decides how long it lasts.

The gradient runs forward in time, with the outputs: from the recursion,

    ∂O(t)/∂u = O(t-1) + u ∂O(t-1)/∂u,

and alike for m and b. Sources: Williams & Zipser (1989) for the forward
gradient; Golub & Pereyra (1973) for solving the linear parameters inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_float, as_instance, as_int, as_series


@dataclass(frozen=True)
class MemoryNeuron:
    """A linear neuron with a recurrent connection to itself.

    Parameters
    ----------
    u : float
        Weight of the last output: the memory.
    m : float
        Weight of the input.
    b : float
        Bias, in the unit of the output.
    """

    u: float
    m: float = 1.0
    b: float = 0.0

    def __post_init__(self) -> None:
        """Check the three numbers."""
        for name in ("u", "m", "b"):
            checked = as_float(getattr(self, name), name)
            object.__setattr__(self, name, checked)

    def run(self, x: ArrayLike, start: float = 0.0) -> np.ndarray:
        """Feed a sequence through the neuron.

        Parameters
        ----------
        x : array_like, shape (T,)
            Inputs, oldest first.
        start : float
            O(0), the output before the first input.

        Returns
        -------
        ndarray, shape (T,)
            The output after each input.

        Raises
        ------
        OverflowError
            If abs(u) > 1 drives the output out of range.
        """
        x = as_series(x, "x")
        last = as_float(start, "start")
        drive = self.m * x + self.b  # does not depend on the recurrence
        outputs = []
        for value in drive.tolist():  # Python floats: no call for each step
            last = self.u * last + value
            outputs.append(last)
        if not np.isfinite(last):
            raise OverflowError(
                f"the output left the range of floats: u = {self.u:g} "
                f"over {len(x)} steps"
            )
        return np.array(outputs)

    def impulse_response(self, steps: int) -> np.ndarray:
        """Weight m u^k of the input of k steps ago, k = 0 … steps - 1.

        Parameters
        ----------
        steps : int
            At least 1.

        Returns
        -------
        ndarray, shape (steps,)

        Raises
        ------
        OverflowError
            If abs(u) > 1 drives a weight out of range.
        """
        steps = as_int(steps, "steps")
        with np.errstate(over="ignore"):
            weights = self.m * self.u ** np.arange(float(steps))
        if not np.isfinite(weights).all():
            raise OverflowError(
                f"the weights left the range of floats: u = {self.u:g} "
                f"over {steps} steps"
            )
        return weights

    @property
    def half_life(self) -> float:
        """Number of steps k after which an input weighs half, u^k = 1/2.

        It is ln(1/2) / ln(abs(u)); 0 where u is 0, and infinite where the
        size of u is 1 or more, since there an input never fades.
        """
        size = abs(self.u)
        if size == 0:
            return 0.0
        return float("inf") if size >= 1 else float(np.log(0.5) / np.log(size))


def fit_least_squares(
    x: ArrayLike,
    target: ArrayLike,
    *,
    start: float = 0.0,
    grid: int = 397,
) -> MemoryNeuron:
    """Fit u, m and b so that O(t) comes closest to `target`.

    For a given u the best m and b follow from a linear regression, so only
    u is searched: on a grid inside (-1, 1), then by golden section between
    the neighbours of the best grid point.

    Parameters
    ----------
    x : array_like, shape (T,)
        Inputs, oldest first; at least 4 values, not all equal.
    target : array_like, shape (T,)
        What O(t) should be. For a one-step forecast, the next input.
    start : float
        O(0), the output before the first input.
    grid : int
        Number of grid points between -0.99 and 0.99, at least 9; u is
        looked for in this range only.

    Returns
    -------
    MemoryNeuron

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit, or x is constant.
    """
    x, target, start = _pair(x, target, start, min_length=4)
    if np.ptp(x) == 0:
        raise ValueError(f"x must vary, found {x[0]:g} throughout")
    u_values = np.linspace(-0.99, 0.99, as_int(grid, "grid", low=9))
    losses = [_best_for(u, x, target, start)[0] for u in u_values]
    best = int(np.argmin(losses))
    low = u_values[max(best - 1, 0)]
    high = u_values[min(best + 1, len(u_values) - 1)]
    ratio = (np.sqrt(5) - 1) / 2
    while high - low > 1e-9:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if (
            _best_for(left, x, target, start)[0]
            < _best_for(right, x, target, start)[0]
        ):
            high = right
        else:
            low = left
    u = (low + high) / 2
    _, m, bias = _best_for(u, x, target, start)
    return MemoryNeuron(float(u), m, bias)


def gradient(
    neuron: MemoryNeuron, x: ArrayLike, target: ArrayLike, start: float = 0.0
) -> tuple[float, np.ndarray]:
    """Mean squared error of a neuron and its gradient, in one pass forward.

    Parameters
    ----------
    neuron : MemoryNeuron
    x, target : array_like, shape (T,)
    start : float
        O(0).

    Returns
    -------
    loss : float
    gradient : ndarray, shape (3,)
        Derivatives with respect to u, m and b.
    """
    x, target, last = _pair(x, target, start)
    neuron = as_instance(neuron, "neuron", MemoryNeuron)
    slopes = np.zeros(3)  # ∂O/∂u, ∂O/∂m, ∂O/∂b
    loss, total = 0.0, np.zeros(3)
    for value, wanted in zip(x, target):
        slopes = np.array([last, value, 1.0]) + neuron.u * slopes
        last = neuron.u * last + neuron.m * value + neuron.b
        loss += (last - wanted) ** 2
        total += 2 * (last - wanted) * slopes
    return float(loss / len(x)), total / len(x)


def fit_gradient(
    neuron: MemoryNeuron,
    x: ArrayLike,
    target: ArrayLike,
    *,
    start: float = 0.0,
    learning_rate: float = 0.1,
    steps: int = 1000,
) -> tuple[MemoryNeuron, np.ndarray]:
    """Walk downhill from `neuron`: every step uses the whole sequence.

    Parameters
    ----------
    neuron : MemoryNeuron
        Where to start.
    x, target : array_like, shape (T,)
        Best standardised, since one learning rate serves three parameters.
    start : float
        O(0).
    learning_rate : float
        Above 0.
    steps : int
        At least 1.

    Returns
    -------
    neuron : MemoryNeuron
        After the last step.
    path : ndarray, shape (steps + 1, 4)
        u, m, b and the loss at the start and after each step.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or the walk diverges.
    """
    x, target, start = _pair(x, target, start)
    learning_rate = as_float(
        learning_rate, "learning_rate", low=0, open_low=True
    )
    path = []
    for step in range(as_int(steps, "steps") + 1):
        with np.errstate(over="ignore", invalid="ignore"):
            loss, slope = gradient(neuron, x, target, start)
        if not np.isfinite(loss):
            raise ValueError(
                f"learning_rate must be smaller: {learning_rate:g} diverged "
                f"after {step} steps"
            )
        path.append((neuron.u, neuron.m, neuron.b, loss))
        if step < steps:
            neuron = MemoryNeuron(
                *(np.array(path[-1][:3]) - learning_rate * slope)
            )
    return neuron, np.array(path)


def learn_online(
    neuron: MemoryNeuron,
    x: ArrayLike,
    target: ArrayLike,
    *,
    start: float = 0.0,
    learning_rate: float = 0.01,
) -> tuple[np.ndarray, np.ndarray]:
    """Update u, m and b after every single step, while the state runs on.

    The slopes are carried along as in :func:`gradient`, with the parameters
    of the moment: real-time recurrent learning (Williams & Zipser 1989),
    exact only as long as the parameters change slowly.

    Parameters
    ----------
    neuron : MemoryNeuron
        Where to start.
    x, target : array_like, shape (T,)
        ``target[t]`` becomes known after the output at t was made.
    start : float
        O(0).
    learning_rate : float
        At least 0; 0 leaves the parameters as they are.

    Returns
    -------
    outputs : ndarray, shape (T,)
        Each made before its target was known.
    parameters : ndarray, shape (T, 3)
        The u, m and b that made each output.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or the updates diverge.
    """
    neuron = as_instance(neuron, "neuron", MemoryNeuron)
    x, target, last = _pair(x, target, start)
    learning_rate = as_float(learning_rate, "learning_rate", low=0)
    now = np.array([neuron.u, neuron.m, neuron.b])
    slopes = np.zeros(3)
    outputs, parameters = np.empty(len(x)), np.empty((len(x), 3))
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(len(x)):
            parameters[t] = now
            inputs = np.array([last, x[t], 1.0])
            slopes = inputs + now[0] * slopes
            outputs[t] = last = now @ inputs
            now = now - learning_rate * 2 * (last - target[t]) * slopes
            if not np.isfinite(now).all():
                raise ValueError(
                    f"learning_rate must be smaller: {learning_rate:g} "
                    f"diverged after {t + 1} steps"
                )
    return outputs, parameters


def _best_for(
    u: float, x: ArrayLike, target: ArrayLike, start: float
) -> tuple[float, float, float]:
    """Loss, m and b of the best neuron with this u."""
    kept = MemoryNeuron(u).run(x)
    ones = MemoryNeuron(u, 0, 1).run(x)
    from_start = start * u ** np.arange(1.0, len(x) + 1)
    design = np.column_stack([kept, ones])
    solution, *_ = np.linalg.lstsq(design, target - from_start, rcond=None)
    errors = target - from_start - design @ solution
    return float(errors @ errors), float(solution[0]), float(solution[1])


def _pair(
    x: ArrayLike, target: ArrayLike, start: float, min_length: int = 1
) -> tuple[np.ndarray, np.ndarray, float]:
    x = as_series(x, "x", min_length=min_length)
    target = as_array(target, "target", shape=(len(x),))
    return x, target, as_float(start, "start")
