"""Sequences of equal or unequal length with their targets, in one array.

Inputs are time first, (T, N, D). Short sequences are padded with zeros at
the end; a mask says at which steps there is something to predict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, describe


@dataclass(frozen=True)
class Sequences:
    """Sequences of equal or unequal length with their targets.

    Parameters
    ----------
    x : ndarray, shape (T, N, D)
        Inputs, time first; zeros after the end of a short sequence.
    y : ndarray, shape (T, N, O) of float or (T, N) of int
        Target at every step: numbers, or classes.
    mask : ndarray of bool, shape (T, N)
        Where a target counts.
    lengths : ndarray of int, shape (N,), optional
        Steps of each sequence; T for all if left out.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit each other, or a target counts beyond the
        end of its sequence.
    """

    x: np.ndarray
    y: np.ndarray
    mask: np.ndarray
    lengths: np.ndarray | None = None

    def __post_init__(self):
        x = as_array(self.x, "x", shape=("T", "N", "D"))
        T, N, _ = x.shape
        y = as_array(self.y, "y", dtype=None)
        if y.shape[:1] == (N,) and y.ndim == 2 and y.shape != (T, N):
            raise ValueError(
                f"y must hold a target at every step, shape ({T}, {N}, O), "
                f"found {y.shape}: one target after each window? "
                "sliding_windows(...).to_sequences() puts it at the last step"
            )
        wanted = (T, N) if y.ndim == 2 else (T, N, "O")
        y = as_array(y, "y", shape=wanted, dtype=None)
        mask = as_array(self.mask, "mask", shape=(T, N), dtype=bool)
        lengths = np.full(N, T) if self.lengths is None else self.lengths
        lengths = as_array(lengths, "lengths", shape=(N,), dtype=np.intp)
        if lengths.min() < 1 or lengths.max() > T:
            raise ValueError(
                f"lengths must lie between 1 and {T}, "
                f"found {lengths.min()} to {lengths.max()}"
            )
        if (mask & (np.arange(T)[:, np.newaxis] >= lengths)).any():
            raise ValueError("mask must be False after a sequence's end")
        for name, value in zip(
            ("x", "y", "mask", "lengths"), (x, y, mask, lengths)
        ):
            object.__setattr__(self, name, value)  # the way of frozen classes

    def __repr__(self) -> str:
        T, N, D = self.x.shape
        return (
            f"{N:,} sequences of up to {T:,} steps with {D:,} inputs each; "
            f"{self.mask.sum():,} targets count"
        )

    def __len__(self) -> int:
        """Return the number N of sequences."""
        return self.x.shape[1]

    def take(self, which: ArrayLike) -> Sequences:
        """Return some of the sequences, cut after the longest of them.

        Parameters
        ----------
        which : array_like of int, shape (B,)
            Indices, each from 0 to N - 1.
        """
        which = as_array(which, "which", shape=("B",), dtype=np.intp)
        if which.min() < 0 or which.max() >= len(self):
            raise ValueError(
                f"which must lie between 0 and {len(self) - 1}, "
                f"found {which.min()} to {which.max()}"
            )
        lengths = self.lengths[which]
        T = lengths.max()
        return Sequences(
            self.x[:T, which], self.y[:T, which], self.mask[:T, which], lengths
        )


def pad(sequences: Sequence[ArrayLike]) -> tuple[np.ndarray, np.ndarray]:
    """Put sequences of unequal length into one array.

    Parameters
    ----------
    sequences : sequence of array_like, each of shape (T_n, D) or (T_n,)

    Returns
    -------
    x : ndarray, shape (T, N, D)
        Zeros after the end of each sequence; T is the greatest length.
    lengths : ndarray of int, shape (N,)

    Raises
    ------
    TypeError, ValueError
        If there is no sequence, or they differ in D.
    """
    if not isinstance(sequences, (Sequence, np.ndarray)):
        raise TypeError(
            "sequences must be a list of sequences, "
            f"found {describe(sequences)}"
        )
    if len(sequences) == 0:
        raise ValueError("sequences must hold at least one, found none")
    arrays = []
    for n, sequence in enumerate(sequences):
        array = as_array(sequence, f"sequences[{n}]")
        array = array[:, np.newaxis] if array.ndim == 1 else array
        wanted = ("T", arrays[0].shape[1] if arrays else "D")
        arrays.append(as_array(array, f"sequences[{n}]", shape=wanted))
    lengths = np.array([len(array) for array in arrays])
    x = np.zeros((lengths.max(), len(arrays), arrays[0].shape[1]))
    for n, array in enumerate(arrays):
        x[: len(array), n] = array
    return x, lengths


def answer_at_end(
    x: ArrayLike, answer: ArrayLike, lengths: ArrayLike | None = None
) -> Sequences:
    """Want an answer at the last step of each sequence, and only there.

    Parameters
    ----------
    x : ndarray, shape (T, N, D)
    answer : ndarray, shape (N,) or (N, O)
    lengths : ndarray of int, shape (N,), optional
        Steps of each sequence; T for all if left out.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit each other.
    """
    x = as_array(x, "x", shape=("T", "N", "D"))
    T, N, _ = x.shape
    answer = as_array(answer, "answer", dtype=None)
    wanted = (N,) if answer.ndim == 1 else (N, "O")
    answer = as_array(answer, "answer", shape=wanted, dtype=None)
    lengths = np.full(N, T) if lengths is None else lengths
    last = as_array(lengths, "lengths", shape=(N,), dtype=np.intp) - 1
    y = np.zeros((T, *answer.shape), answer.dtype)
    mask = np.zeros((T, N), bool)
    if last.min() < 0 or last.max() >= T:
        raise ValueError(
            f"lengths must lie between 1 and {T}, "
            f"found {last.min() + 1} to {last.max() + 1}"
        )
    y[last, np.arange(N)] = answer
    mask[last, np.arange(N)] = True
    return Sequences(x, y, mask, lengths)
