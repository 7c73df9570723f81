"""Batches: sequences in a new order each epoch, or new ones each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rnnlib.checks import (
    Seed,
    as_function,
    as_generator,
    as_instance,
    as_int,
)
from rnnlib.sequences.padded import Sequences


@dataclass
class Minibatches:
    """All sequences once an epoch, in small batches and a new order.

    Parameters
    ----------
    data : Sequences
    size : int
        Sequences in a batch; the last of an epoch may be smaller.
    seed : int or numpy.random.Generator, optional
        Source of the order.
    """

    data: Sequences
    size: int
    seed: Seed = 0

    def __post_init__(self):
        as_instance(self.data, "data", Sequences)
        self.size = as_int(self.size, "size")
        self._rng = as_generator(self.seed)

    def __iter__(self) -> Iterator[Sequences]:
        """Yield the batches of one epoch."""
        order = self._rng.permutation(len(self.data))
        for start in range(0, len(order), self.size):
            yield self.data.take(order[start : start + self.size])


@dataclass
class Fresh:
    """Batches that have never been seen: every one is drawn anew.

    Parameters
    ----------
    draw : callable
        Takes a random generator and returns a batch of :class:`Sequences`.
    count : int
        Batches in what then counts as an epoch.
    seed : int or numpy.random.Generator, optional
        Source of the generator handed to `draw`.
    """

    draw: Callable[[np.random.Generator], Sequences]
    count: int
    seed: Seed = 0

    def __post_init__(self):
        as_function(self.draw, "draw")
        self.count = as_int(self.count, "count")
        self._rng = as_generator(self.seed)

    def __iter__(self) -> Iterator[Sequences]:
        """Yield the batches of one epoch."""
        for _ in range(self.count):
            yield as_instance(
                self.draw(self._rng), "what draw returns", Sequences
            )
