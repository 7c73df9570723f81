"""A table of learned rows in front of a layer: the embedding.

One-hot rows x_t pick a row of the table W_e, and that row is what the layer
reads::

    e_t = x_t W_e            (B, K) (K, E) -> (B, E)
    layer: ... e_t W_xh ...

Without a table the layer does the same: x_t W_xh picks a row of W_xh. A
table in front writes W_xh as the product W_e W_xh, so that K signs have to
share E numbers; and it may start as loud as one likes.

Y. Bengio, R. Ducharme, P. Vincent & C. Jauvin, "A neural probabilistic
language model", Journal of Machine Learning Research 3, 2003.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import (
    Seed,
    as_array,
    as_float,
    as_generator,
    as_instance,
    as_int,
)
from rnnlib.layers.contract import Layer, as_layer


class EmbeddingCache(NamedTuple):
    """What backward needs: the inputs, and the layer's own cache."""

    x: np.ndarray  #: (T, B, K)
    inner: NamedTuple  #: of the layer behind the table

    @property
    def last_state(self):
        """State after the last step, an h0 for what follows."""
        return self.inner.last_state


class Embedding:
    """A layer that reads its inputs through a table.

    Parameters
    ----------
    layer : Elman, LSTM or GRU
        Its input size is the number E of columns.
    symbols : int
        Number K of rows.
    start : float, optional
        Standard deviation of the numbers in the table at the start; 1 as in
        torch.nn.Embedding.
    seed : int or numpy.random.Generator, optional
    """

    def __init__(
        self, layer: Layer, symbols: int, *, start: float = 1.0, seed: Seed = 0
    ):
        self.layer = as_layer(layer)
        self.input_size = as_int(symbols, "symbols")
        self.hidden_size = layer.hidden_size
        self.dtype = layer.dtype
        start = as_float(start, "start", low=0.0, open_low=True)
        rng = as_generator(seed)
        table = start * rng.normal(size=(symbols, layer.input_size))
        self.table = {"W_e": table.astype(self.dtype)}

    def __repr__(self) -> str:
        symbols, columns = self.table["W_e"].shape
        table = f"Embedding of {symbols} symbols in {columns} numbers"
        return f"{table}, read by {self.layer!r}"

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """W_e (K, E) and the layer's arrays, by name; not copies."""
        return {**self.table, **self.layer.parameters}

    def forward(
        self, x: ArrayLike, h0: object = None
    ) -> tuple[np.ndarray, EmbeddingCache]:
        """Run table and layer over a batch of sequences.

        Parameters
        ----------
        x : array_like, shape (T, B, K)
            One-hot rows; a row of zeros reads as zeros.
        h0 : optional
            As the layer takes it.

        Returns
        -------
        h : ndarray, shape (T, B, H)
        cache : EmbeddingCache

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted.
        """
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        h, inner = self.layer.forward(x @ self.table["W_e"], h0)
        return h, EmbeddingCache(x, inner)

    def backward(
        self, dh: ArrayLike, cache: EmbeddingCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H)
        cache : EmbeddingCache
            From the :meth:`forward` pass.

        Returns
        -------
        gradients : dict of ndarray
            "W_e" (K, E), what the layer returns, and "x" (T, B, K).

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        cache = as_instance(cache, "cache", EmbeddingCache)
        gradients = self.layer.backward(dh, cache.inner)
        de = gradients["x"]  # (T, B, E)
        gradients["W_e"] = np.tensordot(cache.x, de, axes=((0, 1), (0, 1)))
        gradients["x"] = de @ self.table["W_e"].T
        return gradients
