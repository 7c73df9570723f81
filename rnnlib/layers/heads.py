"""The head of a network: from states to outputs, the same at every step.

::

    linear    y_hat_t = h_t W_hy + b_y
    bent      z_t = relu(h_t W_hz + b_z),  y_hat_t = z_t W_zy + b_y

Behind a layer that is linear in its inputs only the head can bend.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnnlib.checks import (
    Seed,
    as_array,
    as_dtype,
    as_generator,
    as_instance,
    as_int,
)
from rnnlib.layers.activations import relu
from rnnlib.layers.contract import shown


class HeadCache(NamedTuple):
    """What backward needs: the states that the head was given."""

    h: np.ndarray  #: (..., H)


class LinearHead:
    """A linear map from states to outputs, the same at every step.

    Parameters
    ----------
    hidden_size, output_size : int
        Sizes H of a state and O of an output.
    seed : int or numpy.random.Generator, optional
        Source of the starting weights, uniform on [-1/sqrt(H), 1/sqrt(H)].
    dtype : dtype, optional
        float64 or float32.

    Attributes
    ----------
    parameters : dict of ndarray
        W_hy (H, O) and b_y (O,).
    """

    def __init__(
        self,
        hidden_size: int,
        output_size: int,
        *,
        seed: Seed = 0,
        dtype: DTypeLike = np.float64,
    ):
        self.hidden_size = as_int(hidden_size, "hidden_size")
        self.output_size = as_int(output_size, "output_size")
        self.dtype = as_dtype(dtype)
        rng = as_generator(seed)
        bound = 1 / np.sqrt(self.hidden_size)
        shape = (self.hidden_size, self.output_size)
        self.parameters = {
            "W_hy": rng.uniform(-bound, bound, shape).astype(self.dtype),
            "b_y": rng.uniform(-bound, bound, shape[1]).astype(self.dtype),
        }

    def __repr__(self) -> str:
        return shown(self, "hidden_size", "output_size")

    def forward(self, h: ArrayLike) -> tuple[np.ndarray, HeadCache]:
        """Return the outputs and what :meth:`backward` needs.

        Parameters
        ----------
        h : array_like, shape (T, B, H) or (B, H)

        Returns
        -------
        y_hat : ndarray, shape (T, B, O) or (B, O)
        cache : HeadCache

        Raises
        ------
        TypeError, ValueError
            If `h` is not finite, real and of the shape wanted.
        """
        wanted = (..., "B", self.hidden_size)
        h = as_array(h, "h", shape=wanted, dtype=self.dtype)
        y_hat = h @ self.parameters["W_hy"] + self.parameters["b_y"]
        return y_hat, HeadCache(h)

    def backward(
        self, dy: ArrayLike, cache: HeadCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients with keys "W_hy", "b_y" and "h".

        Parameters
        ----------
        dy : array_like, shape (T, B, O) or (B, O)
            Gradient of the loss with respect to y_hat.
        cache : HeadCache
            From the :meth:`forward` pass.

        Raises
        ------
        TypeError, ValueError
            If `dy` is not finite, real and of the shape wanted.
        """
        H, O = self.hidden_size, self.output_size  # noqa: E741
        states = as_instance(cache, "cache", HeadCache).h
        if states.shape[-1] != H:
            raise ValueError(
                f"cache must come from this head's forward, of size {H}, "
                f"found {states.shape[-1]}"
            )
        wanted = (*states.shape[:-1], O)
        dy = as_array(dy, "dy", shape=wanted, dtype=self.dtype)
        flat = dy.reshape(-1, O)  # (T * B, O)
        return {
            "W_hy": states.reshape(-1, H).T @ flat,
            "b_y": flat.sum(axis=0),
            "h": dy @ self.parameters["W_hy"].T,
        }


class BentCache(NamedTuple):
    """What backward needs: the states, and the units between."""

    h: np.ndarray  #: (..., H)
    z: np.ndarray  #: (..., Z)


class BentHead:
    """A head with units of its own between states and outputs, with ReLU.

    Parameters
    ----------
    hidden_size, units, output_size : int
        Sizes H of a state, Z of what lies between, O of an output.
    seed : int or numpy.random.Generator, optional
        Source of the starting weights, each uniform with bounds of one over
        the root of the number of its inputs.
    dtype : dtype, optional
        float64 or float32.

    Attributes
    ----------
    parameters : dict of ndarray
        W_hz (H, Z), b_z (Z,), W_zy (Z, O) and b_y (O,).
    """

    def __init__(
        self,
        hidden_size: int,
        units: int,
        output_size: int,
        *,
        seed: Seed = 0,
        dtype: DTypeLike = np.float64,
    ):
        H = self.hidden_size = as_int(hidden_size, "hidden_size")
        Z = self.units = as_int(units, "units")
        O = self.output_size = as_int(output_size, "output_size")  # noqa: E741
        self.dtype, rng = as_dtype(dtype), as_generator(seed)
        shapes = {"W_hz": (H, Z), "b_z": (Z,), "W_zy": (Z, O), "b_y": (O,)}
        self.parameters = {
            name: (
                rng.uniform(-1, 1, shape)
                / np.sqrt(H if name.endswith("z") else Z)
            ).astype(self.dtype)
            for name, shape in shapes.items()
        }

    def __repr__(self) -> str:
        return shown(self, "hidden_size", "units", "output_size")

    def forward(self, h: ArrayLike) -> tuple[np.ndarray, BentCache]:
        """Return the outputs and what :meth:`backward` needs.

        Parameters
        ----------
        h : array_like, shape (T, B, H) or (B, H)

        Returns
        -------
        y_hat : ndarray, shape (T, B, O) or (B, O)
        cache : BentCache

        Raises
        ------
        TypeError, ValueError
            If `h` is not finite, real and of the shape wanted.
        """
        wanted = (..., "B", self.hidden_size)
        h = as_array(h, "h", shape=wanted, dtype=self.dtype)
        z = relu(h @ self.parameters["W_hz"] + self.parameters["b_z"])
        y_hat = z @ self.parameters["W_zy"] + self.parameters["b_y"]
        return y_hat, BentCache(h, z)

    def backward(
        self, dy: ArrayLike, cache: BentCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of the parameters, and "h".

        Parameters
        ----------
        dy : array_like, shape (T, B, O) or (B, O)
            Gradient of the loss with respect to y_hat.
        cache : BentCache
            From the :meth:`forward` pass.

        Raises
        ------
        TypeError, ValueError
            If `dy` is not finite, real and of the shape wanted.
        """
        H, Z, O = self.hidden_size, self.units, self.output_size  # noqa: E741
        h, z = as_instance(cache, "cache", BentCache)
        if (h.shape[-1], z.shape[-1]) != (H, Z):
            raise ValueError(
                f"cache must come from this head's forward, of sizes {H, Z}, "
                f"found {h.shape[-1], z.shape[-1]}"
            )
        wanted = (*h.shape[:-1], O)
        dy = as_array(dy, "dy", shape=wanted, dtype=self.dtype)
        flat = dy.reshape(-1, O)  # (T * B, O)
        dz = (flat @ self.parameters["W_zy"].T) * np.sign(z).reshape(-1, Z)
        return {
            "W_hz": h.reshape(-1, H).T @ dz,
            "b_z": dz.sum(axis=0),
            "W_zy": z.reshape(-1, Z).T @ flat,
            "b_y": flat.sum(axis=0),
            "h": (dz @ self.parameters["W_hz"].T).reshape(h.shape),
        }
