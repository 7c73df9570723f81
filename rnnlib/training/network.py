"""A network: a recurrent layer, a head, and the loss that they are to lower.

W. Zaremba, I. Sutskever & O. Vinyals, "Recurrent neural network
regularization", 2014 (dropout where the state leaves the layer, not where it
is handed on).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import (
    Seed,
    as_float,
    as_function,
    as_generator,
    as_instance,
    as_like,
)
from rnnlib.layers.contract import Layer, as_layer
from rnnlib.layers.heads import LinearHead
from rnnlib.sequences.padded import Sequences

Loss = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]


class Network:
    """A recurrent layer, a head, and the loss that they are to lower.

    Parameters
    ----------
    layer : Elman, LSTM or GRU
    head : LinearHead
    loss : callable
        One of :mod:`rnnlib.layers.losses`: outputs (M, O) and targets of M
        steps in, loss and its gradient (M, O) out.
    dropout : float, optional
        Share of the state's numbers that the head does not get to see in
        :meth:`gradients`, drawn anew each time; the others are enlarged to
        make up for it. The state itself is handed on whole, and `predict`
        and `score` always see all of it.
    seed : int or numpy.random.Generator, optional
        Source of what is dropped.
    """

    def __init__(
        self,
        layer: Layer,
        head: LinearHead,
        loss: Loss,
        *,
        dropout: float = 0.0,
        seed: Seed = 0,
    ):
        layer = as_layer(layer)
        head = as_like(
            head,
            "head",
            "a LinearHead",
            ("hidden_size", "parameters", "forward", "backward"),
        )
        loss = as_function(loss, "loss")
        if layer.hidden_size != head.hidden_size:
            raise ValueError(
                f"head must take states of size {layer.hidden_size}, "
                f"found {head.hidden_size}"
            )
        self.layer, self.head, self.loss = layer, head, loss
        self.dropout = as_float(
            dropout, "dropout", low=0.0, high=1.0, open_high=True
        )
        self._rng = as_generator(seed)

    def __repr__(self) -> str:
        lines = [
            "Network",
            f"  layer: {self.layer!r}",
            f"  head:  {self.head!r}",
            f"  loss:  {getattr(self.loss, '__name__', self.loss)}",
        ]
        if self.dropout:
            lines.append(f"  dropout: {self.dropout:g}")
        return "\n".join(lines)

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The arrays of layer and head, by name; not copies."""
        return {**self.layer.parameters, **self.head.parameters}

    def predict(self, x: ArrayLike, h0: object = None) -> np.ndarray:
        """Return the outputs (T, B, O) for inputs (T, B, D)."""
        return self._outputs(self.run(x, h0)[0])[0]

    def run(
        self, x: ArrayLike, h0: object = None
    ) -> tuple[np.ndarray, object]:
        """Return the states (T, B, H) and the layer's cache.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit the layer.
        FloatingPointError
            If the states grow beyond all bounds.
        """
        h, cache = self.layer.forward(x, h0)
        return _bounded(h, "state"), cache

    def _outputs(self, h: np.ndarray) -> tuple[np.ndarray, object]:
        y_hat, cache = self.head.forward(h)
        return _bounded(y_hat, "output"), cache

    def score(self, data: Sequences) -> float:
        """Return the mean loss over all steps that count."""
        mask = _as_targets(data)
        y_hat, _ = self._outputs(self.run(data.x)[0][mask])
        return self.loss(y_hat, data.y[mask])[0]

    def gradients(
        self, data: Sequences, h0: object = None
    ) -> tuple[float, dict[str, np.ndarray], object]:
        """Return loss, its gradients by parameter, and the last state.

        Only the steps that count pass through the head: (M, H) states in,
        (M, O) outputs out. Whatever stands in the padding meets no loss.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit, or no step counts.
        FloatingPointError
            If a number on the way grows beyond all bounds.
        """
        mask = _as_targets(data)
        h, cache = self.run(data.x, h0)  # (T, B, H)
        seen = self._seen((mask.sum(), h.shape[-1]), h.dtype)
        y_hat, head_cache = self._outputs(h[mask] * seen)  # (M, O)
        loss, dy = self.loss(y_hat, data.y[mask])
        _bounded(dy, "gradient of the loss")
        head_gradients = self.head.backward(dy, head_cache)
        _bounded(head_gradients["h"], "gradient of the state")
        dh = np.zeros_like(h)
        dh[mask] = head_gradients["h"] * seen
        every = head_gradients | self.layer.backward(dh, cache)
        wanted = {name: every[name] for name in self.parameters}
        return loss, wanted, cache.last_state

    def _seen(self, shape: tuple[int, int], dtype: np.dtype) -> np.ndarray:
        """Return factors (M, H): 0 for what is dropped, else 1 / share."""
        if self.dropout == 0:
            return np.ones((1, 1), dtype)
        kept = self._rng.random(shape, dtype=np.float32) >= self.dropout
        return (kept / (1 - self.dropout)).astype(dtype)


def _bounded(array: np.ndarray, what: str) -> np.ndarray:
    """Return an array that the network computed, if it is finite."""
    if not np.isfinite(array).all():
        raise FloatingPointError(f"{what} grew beyond all bounds")
    return array


def _as_targets(data: Sequences) -> np.ndarray:
    """Return the mask of data in which a step counts."""
    mask = as_instance(data, "data", Sequences).mask
    if not mask.any():
        raise ValueError(
            "data must have a mask that is True somewhere, found it all False"
        )
    return mask
