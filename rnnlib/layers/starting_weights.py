"""How weights start.

A recurrent matrix may start in four ways::

    uniform      entries from U[-1/sqrt(H), 1/sqrt(H)], as torch.nn starts
    orthogonal   every singular value is 1: lengths are kept
    identity     the state copies itself: Le, Jaitly & Hinton 2015
    a number     Gaussian entries, scaled so that the spectral radius, the
                 largest absolute eigenvalue, is that number

Input weights and biases start uniform on [-1/sqrt(H), 1/sqrt(H)]; the
biases start at zero when the recurrent matrix is given a form of its own,
so that the form says everything about the first memory.

C. Tallec & Y. Ollivier, "Can recurrent neural networks warp time?", ICLR
2018 (chrono initialisation).
"""

from __future__ import annotations

from numbers import Real

import numpy as np

from rnnlib.checks import (
    Seed,
    as_choice,
    as_flag,
    as_float,
    as_generator,
    as_int,
    describe,
)

Init = str | float
INITS = ("uniform", "orthogonal", "identity")
ALWAYS_OPEN = 100.0  # sigmoid(100) is 1 to the last digit, its slope 0


def starting_weights(
    input_size: int,
    hidden_size: int,
    gates: int,
    init: Init,
    seed: Seed,
    dtype: np.dtype,
) -> dict[str, np.ndarray]:
    """Draw W_xh (D, G*H), W_hh (H, G*H) and b_h (G*H,) for G gates.

    Parameters
    ----------
    input_size, hidden_size, gates : int
        D, H and G.
    init : {"uniform", "orthogonal", "identity"} or float
        Start of each gate's recurrent matrix, see the module's text.
    seed : int or numpy.random.Generator
        Source of the random numbers.
    dtype : dtype
        Type of the returned arrays.
    """
    rng = as_generator(seed)
    bound = 1 / np.sqrt(hidden_size)
    shape = (input_size, gates * hidden_size)
    W_xh = rng.uniform(-bound, bound, shape)
    W_hh = [recurrent_matrix(hidden_size, init, rng) for _ in range(gates)]
    b_h = np.zeros(gates * hidden_size)
    if init == "uniform":
        b_h = rng.uniform(-bound, bound, gates * hidden_size)
    weights = {"W_xh": W_xh, "W_hh": np.hstack(W_hh), "b_h": b_h}
    return {name: value.astype(dtype) for name, value in weights.items()}


def recurrent_matrix(size: int, init: Init, seed: Seed) -> np.ndarray:
    """Draw one recurrent matrix, shape (H, H).

    Raises
    ------
    TypeError, ValueError
        If `init` is neither a known name nor a number of at least zero.
    """
    size, rng = as_int(size, "size"), as_generator(seed)
    if isinstance(init, Real) and not isinstance(init, bool):
        radius = as_float(init, "init", low=0.0)
        W = rng.normal(size=(size, size))
        return W * (radius / np.abs(np.linalg.eigvals(W)).max())
    if not isinstance(init, str):
        raise TypeError(
            f"init must be a string or a number, found {describe(init)}"
        )
    init = as_choice(init, "init", INITS)
    if init == "identity":
        return np.eye(size)
    if init == "orthogonal":
        Q, R = np.linalg.qr(rng.normal(size=(size, size)))
        return Q * np.sign(np.diag(R))  # the signs make Q uniform: Haar
    return rng.uniform(-1, 1, (size, size)) / np.sqrt(size)


def open_gates(
    weights: dict[str, np.ndarray],
    forget_bias: float | None,
    longest_lag: int | None,
    forget_gate: bool,
    rng: np.random.Generator,
) -> None:
    """Set, in place, what an LSTM of gates i, f, g, o starts to remember.

    At most one of the three is asked for; see :class:`rnnlib.layers.lstm.LSTM`
    for what each does.

    Raises
    ------
    TypeError, ValueError
        If an option does not fit, or more than one is asked for.
    """
    forget_gate = as_flag(forget_gate, "forget_gate")
    asked = (forget_bias, longest_lag, None if forget_gate else False)
    if sum(option is not None for option in asked) > 1:
        raise ValueError(
            "forget_bias, longest_lag and forget_gate=False exclude each "
            "other, found more than one of them"
        )
    b_i, b_f, _, _ = weights["b_h"].reshape(4, -1)
    if forget_bias is not None:
        b_f[:] = as_float(forget_bias, "forget_bias")
    if longest_lag is not None:
        longest_lag = as_int(longest_lag, "longest_lag", low=3)
        b_f[:] = np.log(rng.uniform(1, longest_lag - 1, b_f.size))
        b_i[:] = -b_f
    if not forget_gate:
        for name in ("W_xh", "W_hh"):
            weights[name].reshape(-1, 4, b_f.size)[:, 1] = 0
        b_f[:] = ALWAYS_OPEN
