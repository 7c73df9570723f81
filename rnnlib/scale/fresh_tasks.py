"""Sequences of the long-lag tasks that any process can draw by itself.

Sequence k of update u is drawn from a generator of its own, seeded with
(seed, u, k). So no process has to draw what another one learns from, N of
them see together exactly what one would see, and the state of the generator
is the number of the update.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnnlib.scale.texts import Part
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.tasks.long_lags import (
    adding,
    delayed_recall,
    temporal_order,
)

HELD_OUT = 256  # sequences for validation
SYMBOLS = 4  # of recall


def _adding(length: int, rng: np.random.Generator) -> Sequences:
    return adding(1, length, seed=rng)


def _recall(length: int, rng: np.random.Generator) -> Sequences:
    return delayed_recall(1, length - 1, symbols=SYMBOLS, noise=0.2, seed=rng)


def _order(length: int, rng: np.random.Generator) -> Sequences:
    return temporal_order(1, length, seed=rng)


# name -> how one sequence is drawn, inputs D, outputs O, whether classes
DRAWN = {
    "adding": (_adding, 2, 1, False),
    "recall": (_recall, SYMBOLS, SYMBOLS, True),
    "order": (_order, 8, 4, True),
}


class FreshTask:
    """A task whose sequences are drawn anew for every update.

    Parameters
    ----------
    name : {"adding", "recall", "order"}
    batch : int
        Sequences in an update, over all processes.
    length : int
        Steps of a sequence.
    seed : int
    """

    carried = False

    def __init__(self, name: str, batch: int, length: int, seed: int):
        self._draw, self.inputs, self.outputs, self.classes = DRAWN[name]
        self.batch, self.length, self.seed = batch, length, seed
        self._held_out: dict[range, list[Part]] = {}

    def fingerprint(self) -> str:
        """Return what tells these sequences from others."""
        return "drawn anew"

    def training(self, update: int, which: range) -> Part:
        """Return some of the sequences of an update."""
        return self._stack([(self.seed, 0, update, k) for k in which])

    def begins(self, update: int) -> bool:
        """Say whether an update starts from a zero state: each does."""
        return True

    def validation(self, which: range) -> Iterator[Part]:
        """Yield some of the sequences that are held out."""
        if which not in self._held_out:  # drawn once
            self._held_out[which] = [
                self._stack([(self.seed, 1, k) for k in some])
                for some in (
                    which[start : start + self.batch]
                    for start in range(0, len(which), self.batch)
                )
            ]
        yield from self._held_out[which]

    def validation_sequences(self) -> int:
        """Return how many sequences there are to be shared out."""
        return HELD_OUT

    def _stack(self, seeds: list[tuple[int, ...]]) -> Part:
        drawn = [
            self._draw(self.length, np.random.default_rng(seed))
            for seed in seeds
        ]
        T = max(len(each.x) for each in drawn)
        return Part(
            *(
                np.concatenate(
                    [_longer(getattr(each, name), T) for each in drawn], axis=1
                )
                for name in Part._fields
            )
        )


def _longer(array: np.ndarray, steps: int) -> np.ndarray:
    """Return an array with zeros behind its last step."""
    wider = [(0, steps - len(array))] + [(0, 0)] * (array.ndim - 1)
    return np.pad(array, wider)
