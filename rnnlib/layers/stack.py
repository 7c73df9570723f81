"""Layers on top of one another: each reads the states of the one below.

::

    h^1_t = layer 1 of x_t and h^1_{t-1}
    h^2_t = layer 2 of h^1_t and h^2_{t-1}

Forward runs the layers from the bottom up, each over the whole sequence.
Backward runs them from the top down: what a layer says of its inputs, the
gradient "x", is the upstream gradient of the layer below. So a stack is a
layer again, and nothing that trains layers has to know of it.

S. El Hihi & Y. Bengio, "Hierarchical recurrent neural networks for long-term
dependencies", NIPS 1995. A. Graves, A. Mohamed & G. Hinton, "Speech
recognition with deep recurrent neural networks", ICASSP 2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import describe
from rnnlib.layers.contract import Layer, as_cache, as_layer
from rnnlib.layers.elman import Elman
from rnnlib.layers.gru import GRU
from rnnlib.layers.lstm import LSTM
from rnnlib.layers.torch_weights import refuse_variants

if TYPE_CHECKING:
    import torch

KINDS = {"RNN": Elman, "LSTM": LSTM, "GRU": GRU}  # by their name in torch


class StackCache(NamedTuple):
    """What backward needs, layer by layer."""

    layers: tuple[Any, ...]  #: cache of each layer, from the bottom up

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the top layer's state."""
        return self.layers[0].sizes[0], self.layers[-1].sizes[1]

    @property
    def last_state(self) -> tuple[Any, ...]:
        """State of each layer after the last step, an h0 for what follows."""
        return tuple(cache.last_state for cache in self.layers)


class Stack:
    """Layers on top of one another, which act as one.

    Parameters
    ----------
    layers : sequence of layers
        From the bottom up; each reads states of the size that the one below
        it gives.

    Attributes
    ----------
    input_size, hidden_size : int
        Size D of the bottom layer's input and H of the top layer's state.

    Raises
    ------
    TypeError, ValueError
        If one is no layer, stands in the stack twice or does not fit the
        one below.
    """

    def __init__(self, layers: Sequence[Layer]):
        if not isinstance(layers, (list, tuple)) or not layers:
            raise TypeError(
                f"layers must be a list of layers, found {describe(layers)}"
            )
        self.layers = tuple(
            as_layer(layer, f"layers[{k}]") for k, layer in enumerate(layers)
        )
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ValueError("layers must be different, found one twice")
        for k, (lower, upper) in enumerate(pairwise(self.layers), start=1):
            if upper.input_size != lower.hidden_size:
                raise ValueError(
                    f"layers[{k}] must read inputs of size "
                    f"{lower.hidden_size}, found {upper.input_size}"
                )
            if upper.dtype != lower.dtype:
                raise ValueError(
                    f"layers[{k}] must be of {lower.dtype} as the one below "
                    f"it, found {upper.dtype}"
                )
        self.input_size = self.layers[0].input_size
        self.hidden_size = self.layers[-1].hidden_size
        self.dtype = self.layers[0].dtype

    def __repr__(self) -> str:
        return f"Stack({', '.join(map(repr, self.layers))})"

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """Arrays of all layers, "W_xh_l0" the lowest one's; not copies."""
        return {
            f"{name}_l{k}": array
            for k, layer in enumerate(self.layers)
            for name, array in layer.parameters.items()
        }

    def forward(
        self, x: ArrayLike, h0: Sequence | None = None
    ) -> tuple[np.ndarray, StackCache]:
        """Run the layers over a batch of sequences, from the bottom up.

        Parameters
        ----------
        x : array_like, shape (T, B, D)
        h0 : sequence, optional
            State of each layer before the first step, such as (B, H), or a
            pair of them for an LSTM; zeros if left out.

        Returns
        -------
        h : ndarray, shape (T, B, H)
            State of the top layer after each step; read-only.
        cache : StackCache
            What :meth:`backward` needs; the caches of all layers are in it.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        if h0 is None:
            h0 = [None] * len(self.layers)
        if not isinstance(h0, (list, tuple)) or len(h0) != len(self.layers):
            raise TypeError(
                f"h0 must hold {len(self.layers)} states, one for each "
                f"layer, found {describe(h0)}"
            )
        h, caches = x, []
        for layer, state in zip(self.layers, h0):
            h, cache = layer.forward(h, state)
            caches.append(cache)
        return h, StackCache(tuple(caches))

    def backward(
        self, dh: ArrayLike, cache: StackCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
            Gradient of the loss with respect to each returned h_t alone.
        cache : StackCache
            From the :meth:`forward` pass; neither it nor a layer changes.

        Returns
        -------
        gradients : dict of ndarray
            Same keys and shapes as `parameters`, "x" (T, B, D), and the
            gradients of the starting states, "h0_l0" and so on.

        Raises
        ------
        TypeError, ValueError
            If `dh` is not finite, real and of the shape wanted, or `cache`
            comes from another kind or size of layer.
        """
        caches = as_cache(cache, StackCache, self).layers
        if len(caches) != len(self.layers):
            raise ValueError(
                f"cache must come from {len(self.layers)} layers, "
                f"found {len(caches)}"
            )
        gradients = {}
        for k in reversed(range(len(self.layers))):
            own = self.layers[k].backward(dh, caches[k])
            dh = own.pop("x")  # upstream of the layer below
            gradients |= {f"{name}_l{k}": own[name] for name in own}
        return gradients | {"x": dh}

    def to_torch(self) -> torch.nn.Module:
        """Return the same layers as one `torch.nn` module, time first.

        Raises
        ------
        TypeError, ValueError
            If torch has no such module: the layers must be of one kind, one
            activation and one size.
        """
        modules = [
            as_layer(layer).to_torch()
            for layer in self.layers
            if hasattr(layer, "to_torch")
        ]
        seen = {
            (type(m), m.hidden_size, getattr(m, "nonlinearity", ""))
            for m in modules
        }
        if len(seen) != 1 or len(modules) != len(self.layers):
            raise ValueError(
                "layers must be of one kind, activation and size for torch, "
                f"found {self!r}"
            )
        whole = _torch_like(modules[0], len(modules))
        whole.load_state_dict(
            {
                name.replace("_l0", f"_l{k}"): value
                for k, module in enumerate(modules)
                for name, value in module.state_dict().items()
            }
        )
        return whole

    @classmethod
    def from_torch(cls, module: torch.nn.Module) -> Stack:
        """Return the layers that compute what a `torch.nn` module computes.

        Raises
        ------
        TypeError, ValueError
            If it is no RNN, LSTM or GRU, or not of one direction, time first.
        """
        name = type(module).__name__
        if name not in KINDS:
            raise TypeError(
                "module must be a torch.nn.RNN, LSTM or GRU, "
                f"found {describe(module)}"
            )
        refuse_variants(module)
        layers = []
        for k in range(module.num_layers):
            end = f"_l{k}"
            own = {
                key.replace(end, "_l0"): value
                for key, value in module.state_dict().items()
                if key.endswith(end)
            }
            size = own["weight_ih_l0"].shape[1]
            one = _torch_like(module, 1, input_size=size)
            one.load_state_dict(own)
            layers.append(KINDS[name].from_torch(one))
        return cls(layers)


def _torch_like(
    module: torch.nn.Module, layers: int, *, input_size: int | None = None
) -> torch.nn.Module:
    """Return a torch module as `module` is, of so many layers."""
    options = {}
    if hasattr(module, "nonlinearity"):
        options["nonlinearity"] = module.nonlinearity
    made = type(module)(
        input_size or module.input_size, module.hidden_size, layers, **options
    )
    return made.to(next(module.parameters()).dtype)
