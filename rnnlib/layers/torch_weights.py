"""Parameters to and from `torch.nn`.

torch keeps weights transposed, and two biases, one beside each matrix. Here
there is one; on the way to torch the whole of it goes to `bias_ih_l0`, and
on the way back the two are added. The gates stand in the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from rnnlib.checks import as_choice, describe
from rnnlib.layers.contract import shown

if TYPE_CHECKING:
    import torch


class InTorch:
    """A layer of W_xh, W_hh and b_h that torch.nn has too.

    Attributes
    ----------
    torch_name : str
        Its class in torch.nn.
    torch_activations : tuple of str
        The activations that torch knows for it.
    """

    torch_name: str
    torch_activations: tuple[str, ...] = ("tanh",)

    def __repr__(self) -> str:
        return shown(self, "input_size", "hidden_size", "activation")

    def to_torch(self) -> torch.nn.Module:
        """Return the same layer as a `torch.nn` module, time first.

        Raises
        ------
        ValueError
            If torch's layer does not know the activation.
        """
        from torch import nn

        as_choice(self.activation, "activation", self.torch_activations)
        several = len(self.torch_activations) > 1
        options = {"nonlinearity": self.activation} if several else {}
        module = getattr(nn, self.torch_name)(
            self.input_size, self.hidden_size, **options
        )
        b_h = self.parameters["b_h"]
        biases = {"b_xh": b_h, "b_hh": np.zeros_like(b_h)}
        return write_torch(module, self.parameters | biases)

    @classmethod
    def from_torch(cls, module: torch.nn.Module) -> Self:
        """Return the layer that computes what a `torch.nn` module computes.

        Raises
        ------
        TypeError, ValueError
            If it is of another kind, or not one layer, one direction, time
            first.
        """
        weights = read_torch(module, cls.torch_name)
        options = {}
        if len(cls.torch_activations) > 1:
            options["activation"] = module.nonlinearity
        layer = cls(
            module.input_size,
            module.hidden_size,
            dtype=weights["W_xh"].dtype,
            **options,
        )
        layer.parameters = {
            "W_xh": weights["W_xh"],
            "W_hh": weights["W_hh"],
            "b_h": weights["b_xh"] + weights["b_hh"],
        }
        return layer


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
    refuse_variants(module, ("num_layers", 1))
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


def refuse_variants(
    module: torch.nn.Module, *others: tuple[str, object]
) -> None:
    """Refuse a torch layer with options that no layer here has.

    Parameters
    ----------
    module : torch.nn.RNN, LSTM or GRU
    *others : (str, object)
        Further options, and what each must be.

    Raises
    ------
    ValueError
        If one is not as it must be.
    """
    for option, wanted in (
        *others,
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
