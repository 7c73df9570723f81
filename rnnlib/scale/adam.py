"""Adam on all weights as one vector, as the gradients arrive.

The same arithmetic as in :mod:`rnnlib.training.optimizers`, and the same as
``torch.optim.Adam``, which takes as long to import as all of torch. Its state
is two vectors and the number of the update.

D. P. Kingma & J. Ba, "Adam: A method for stochastic optimization", 2015.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


class FlatAdam:
    """Adam for weights whose gradients come in one vector.

    Parameters
    ----------
    weights : sequence of Parameter
        Changed in place.

    Attributes
    ----------
    mean, square : Tensor, shape (n,)
        Running means of the gradient and of its square.
    updates : int
        Steps made.
    """

    def __init__(self, weights: Sequence[Tensor]):
        self.weights = list(weights)
        self.sizes = [w.numel() for w in self.weights]
        self.mean = self.weights[0].new_zeros(sum(self.sizes))
        self.square = torch.zeros_like(self.mean)
        self.updates = 0

    def step(self, gradient: Tensor, rate: float) -> None:
        """Make one update with a gradient of shape (n,)."""
        self.updates += 1
        self.mean.lerp_(gradient, 1 - BETA_1)
        self.square.mul_(BETA_2).addcmul_(gradient, gradient, value=1 - BETA_2)
        mean = self.mean / (1 - BETA_1**self.updates)
        square = self.square / (1 - BETA_2**self.updates)
        step = rate * mean / (square.sqrt() + EPSILON)
        with torch.no_grad():
            for w, part in zip(self.weights, step.split(self.sizes)):
                w -= part.view_as(w)

    def state(self) -> dict[str, object]:
        """Return what it takes to go on."""
        kept = {"mean": self.mean, "square": self.square}
        return kept | {"updates": self.updates}

    def go_on(self, state: dict[str, object]) -> None:
        """Go on from what :meth:`state` has returned."""
        self.mean.copy_(state["mean"])
        self.square.copy_(state["square"])
        self.updates = state["updates"]
