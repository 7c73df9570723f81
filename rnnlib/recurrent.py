"""What the recurrent layers share: starting weights, sigmoid, checks.

A recurrent matrix may start in four ways::

    uniform      entries from U[-1/sqrt(H), 1/sqrt(H)], as torch.nn starts
    orthogonal   every singular value is 1: lengths are kept
    identity     the state copies itself: Le, Jaitly & Hinton 2015
    a number     Gaussian entries, scaled so that the spectral radius, the
                 largest absolute eigenvalue, is that number

Input weights and biases start uniform on [-1/sqrt(H), 1/sqrt(H)]; the
biases start at zero when the recurrent matrix is given a form of its own,
so that the form says everything about the first memory.
"""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from rnnlib.validation import (
    as_array,
    as_choice,
    as_float,
    as_instance,
    as_int,
    as_like,
    describe,
)

if TYPE_CHECKING:
    import torch

Seed = int | np.random.Generator
Init = str | float
INITS = ("uniform", "orthogonal", "identity")


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


def sigmoid(z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return 1 / (1 + exp(-z)) as a shifted tanh, which cannot overflow."""
    out = np.tanh(np.multiply(z, 0.5, out=out), out=out)
    out *= 0.5
    out += 0.5
    return out


# activation -> (function of z, slope as a function of the output h)
ACTIVATIONS = {
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (lambda z, out: np.maximum(z, 0, out=out), np.sign),
    "sigmoid": (sigmoid, lambda h: h * (1 - h)),
    "identity": (np.positive, np.ones_like),
}


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


def as_sequences(x: object, name: str, size: int, dtype: np.dtype):
    """Return `x` as a finite array of shape (T, B, size)."""
    return as_array(x, name, shape=("T", "B", size), dtype=dtype)


def as_state(
    state: object, name: str, batch: int, size: int, dtype: np.dtype
) -> np.ndarray:
    """Return a state of shape (B, H); zeros where `state` is None."""
    if state is None:
        return np.zeros((batch, size), dtype)
    return as_array(state, name, shape=(batch, size), dtype=dtype)


def as_layer(layer):
    """Return `layer` if it runs forward and backward as our layers do."""
    return as_like(
        layer,
        "layer",
        "an Elman, LSTM or GRU",
        ("input_size", "hidden_size", "parameters", "forward", "backward"),
    )


def as_cache(cache, kind: type, layer):
    """Return `cache` if a `layer` of these sizes can have made it."""
    as_instance(cache, "cache", kind)
    sizes = (layer.input_size, layer.hidden_size)
    if cache.sizes != sizes:
        raise ValueError(
            "cache must come from this layer's forward, of sizes "
            f"{sizes}, found {cache.sizes}"
        )
    return cache


def shown(owner: object, *options: str) -> str:
    """Return one line about what learns: its options and its size."""
    pairs = [f"{name}={getattr(owner, name)!r}" for name in options]
    count = sum(array.size for array in owner.parameters.values())
    kind = type(owner).__name__
    return f"{kind}({', '.join(pairs)}): {count:,} parameters"


def read_torch(module: torch.nn.Module, kind: str) -> dict[str, np.ndarray]:
    """Return a torch layer's W_xh, W_hh, b_xh and b_hh, as row vectors want.

    torch keeps the weights transposed, and a bias for each of the two.

    Raises
    ------
    TypeError, ValueError
        If `module` is no torch.nn.`kind` that one NumPy layer can stand for.
    """
    if type(module).__name__ != kind:
        raise TypeError(
            f"module must be a torch.nn.{kind}, found {describe(module)}"
        )
    for option, wanted in (
        ("num_layers", 1),
        ("bidirectional", False),
        ("batch_first", False),
        ("proj_size", 0),
        ("bias", True),
    ):
        found = getattr(module, option)
        if found != wanted:
            raise ValueError(
                f"module must have {option}={wanted}, found {found}"
            )
    arrays = {
        name: value.detach().cpu().numpy().T.copy()
        for name, value in module.named_parameters()
    }
    return {
        "W_xh": arrays["weight_ih_l0"],
        "W_hh": arrays["weight_hh_l0"],
        "b_xh": arrays["bias_ih_l0"],
        "b_hh": arrays["bias_hh_l0"],
    }


def write_torch(
    module: torch.nn.Module, weights: dict[str, np.ndarray]
) -> torch.nn.Module:
    """Put weights named as in :func:`read_torch` into a torch layer."""
    import torch

    module = module.to(getattr(torch, weights["W_xh"].dtype.name))
    names = {"W_xh": "weight_ih_l0", "W_hh": "weight_hh_l0"}
    names |= {"b_xh": "bias_ih_l0", "b_hh": "bias_hh_l0"}
    with torch.no_grad():
        for name, torch_name in names.items():
            array = torch.tensor(weights[name].T)
            getattr(module, torch_name).copy_(array)
    return module
