"""What every layer promises, and the checks by which it keeps it.

A layer has sizes, a dtype and a dictionary of parameters. It runs forward
over whole sequences, (T, B, D) in and (T, B, H) out, and hands out a cache
that alone links a forward pass to its backward pass: nothing stays inside.
Any class with these attributes can be trained; :mod:`rnnlib.layers.elman` is
the one to copy from.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from rnnlib.checks import as_array, as_instance, as_like, describe

State = tuple[np.ndarray, np.ndarray]  # (h, c), each (B, H)


class Layer(Protocol):
    """What `Network` asks of a layer.

    Attributes
    ----------
    input_size, hidden_size : int
        Sizes D of an input and H of the state.
    dtype : dtype
        float64 or float32.
    parameters : dict of ndarray
        Changed in place by an optimizer.
    """

    input_size: int
    hidden_size: int
    dtype: np.dtype
    parameters: dict[str, np.ndarray]

    def forward(self, x, h0=None) -> tuple[np.ndarray, Any]:
        """Return the states (T, B, H), and a cache with a `last_state`."""

    def backward(self, dh, cache) -> dict[str, np.ndarray]:
        """Return gradients of the parameters, and of "x" and "h0"."""


def as_layer(layer: object, name: str = "layer") -> Layer:
    """Return `layer` if it runs forward and backward as our layers do.

    Raises
    ------
    TypeError
        If something is missing.
    """
    return as_like(
        layer,
        name,
        "an Elman, LSTM or GRU, or another layer",
        ("input_size", "hidden_size", "parameters", "forward", "backward"),
    )


def shown(owner: object, *options: str) -> str:
    """Return one line about what learns: its options and its size."""
    pairs = [f"{name}={getattr(owner, name)!r}" for name in options]
    count = sum(array.size for array in owner.parameters.values())
    kind = type(owner).__name__
    return f"{kind}({', '.join(pairs)}): {count:,} parameters"


def as_cache(cache: Any, kind: type, layer: Layer) -> Any:
    """Return `cache` if a `layer` of these sizes can have made it.

    Raises
    ------
    TypeError, ValueError
        If it is of another kind, or of other sizes.
    """
    as_instance(cache, "cache", kind)
    sizes = (layer.input_size, layer.hidden_size)
    if cache.sizes != sizes:
        raise ValueError(
            "cache must come from this layer's forward, of sizes "
            f"{sizes}, found {cache.sizes}"
        )
    return cache


def as_state(
    state: object, name: str, batch: int, size: int, dtype: np.dtype
) -> np.ndarray:
    """Return a state of shape (B, H); zeros where `state` is None.

    Raises
    ------
    TypeError, ValueError
        If it is not finite, real and of that shape.
    """
    if state is None:
        return np.zeros((batch, size), dtype)
    return as_array(state, name, shape=(batch, size), dtype=dtype)


def as_pair(
    state: object, name: str, batch: int, size: int, dtype: np.dtype
) -> State:
    """Return (h, c), each of shape (B, H); zeros where `state` is None.

    Raises
    ------
    TypeError, ValueError
        If it is no pair, or a part is not of that shape.
    """
    if state is None:
        state = (None, None)
    if not isinstance(state, (tuple, list)) or len(state) != 2:
        raise TypeError(
            f"{name} must be a pair (h, c), found {describe(state)}"
        )
    return tuple(
        as_state(part, f"{name}[{k}]", batch, size, dtype)
        for k, part in enumerate(state)
    )
