"""A text of any size: checked, mapped into memory, cut into streams.

The symbols are the bytes of the file, 256 of them: a letter of English is
one byte, others are two to four. So every file has the same alphabet, and
place n of the text is place n of the file, which is mapped into memory and
never read as a whole.

The last part of the file is held out. The rest is cut into as many streams
as a batch has sequences, and update u reads piece u of every stream, with the
state carried on from the piece before. Which bytes an update reads depends on
its number alone: that number is the whole of a run's place in the data.
"""

from __future__ import annotations

import codecs
import hashlib
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

PIECE = 2**24  # bytes that are checked at a time
MOST_HELD_OUT = 10**6
AROUND = 2**16  # bytes that a system maps around a place that is read
FORGET_AFTER = 2**28  # bytes mapped before they are given back


class Part(NamedTuple):
    """What one process reads: time first."""

    x: np.ndarray  #: (T, B) of bytes or (T, B, D) of numbers
    y: np.ndarray  #: (T, B) of classes or (T, B, O) of numbers
    mask: np.ndarray  #: (T, B), where a target counts


class Text:
    """A file that a batch of sequences reads side by side.

    Parameters
    ----------
    path : str or Path
    batch : int
        Streams B, read side by side.
    steps : int
        Bytes T of a stream that are predicted in an update.
    held_out : float
        Share of the file for validation.

    Attributes
    ----------
    inputs, outputs : int
        256 symbols.
    classes, carried : bool
        Targets are classes; the state goes from a piece to the next.

    Raises
    ------
    ValueError
        If the file is empty, or too short for one piece of every stream.
    """

    inputs = outputs = 256
    classes = carried = True

    def __init__(
        self, path: str | Path, batch: int, steps: int, held_out: float
    ):
        self.path, self.batch, self.steps = Path(path), batch, steps
        self.size = self.path.stat().st_size
        least = batch * (steps + 1)
        kept = int(min(held_out * self.size, MOST_HELD_OUT))
        self.held_out = max(kept, least)
        if self.size < 2 * least:
            what = (
                "is empty" if not self.size else f"holds {self.size:,} bytes"
            )
            raise ValueError(
                f"text must be longer: {self.path} {what}, and {batch} "
                f"sequences of {steps} steps, for training and for "
                f"validation, take {2 * least:,}; "
                "or lower --batch or --steps"
            )
        with self.path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._bytes = np.frombuffer(self._map, np.uint8)
        self._read = 0
        self.pieces = self._pieces(self.size - self.held_out)

    def _pieces(self, size: int) -> int:
        """Return how many pieces a stream of a part of the text has."""
        return (size // self.batch - 1) // self.steps

    def fingerprint(self) -> str:
        """Return what tells this text from another: size, first, last MB."""
        ends = (
            self._bytes[: 2**20].tobytes(),
            self._bytes[-(2**20) :].tobytes(),
        )
        digest = hashlib.sha256(b"".join(ends)).hexdigest()
        return f"{self.size} bytes, {digest[:16]}"

    def training(self, update: int, which: range) -> Part:
        """Return what some of the streams read in an update."""
        size = self.size - self.held_out
        return self._part(0, size, update % self.pieces, which)

    def begins(self, update: int) -> bool:
        """Say whether an update starts from a zero state."""
        return update % self.pieces == 0

    def validation(self, which: range) -> Iterator[Part]:
        """Yield what some of the streams read of what is held out."""
        for piece in range(self._pieces(self.held_out)):
            start = self.size - self.held_out
            yield self._part(start, self.held_out, piece, which)

    def validation_sequences(self) -> int:
        """Return how many sequences there are to be shared out."""
        return self.batch

    def _part(self, start: int, size: int, piece: int, which: range) -> Part:
        stream = size // self.batch
        places = [start + k * stream + piece * self.steps for k in which]
        read = np.stack(
            [self._bytes[n : n + self.steps + 1] for n in places], axis=1
        ).astype(np.int64)
        self._forget(len(places))
        mask = np.ones(read[1:].shape, bool)
        return Part(read[:-1], read[1:], mask)

    def _forget(self, places: int) -> None:
        """Give mapped pages back, so that memory does not grow with a text."""
        self._read += places * max(self.steps, AROUND)
        if self._read > FORGET_AFTER and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._read = 0


def check_utf8(path: str | Path, part: int = 0, parts: int = 1) -> None:
    """Check one of several equal parts of a file, piece by piece.

    Parameters
    ----------
    path : str or Path
    part, parts : int, optional
        Which of how many parts; each begins with a whole character.

    Raises
    ------
    ValueError
        If some bytes are no UTF-8; the message says where.
    """
    size = Path(path).stat().st_size
    with Path(path).open("rb") as file:
        begin = _character_from(file, size * part // parts)
        end = _character_from(file, size * (part + 1) // parts)
        file.seek(begin)
        decoder = codecs.getincrementaldecoder("utf-8")()
        while (place := file.tell()) < end:
            piece = file.read(min(PIECE, end - place))
            waiting = len(decoder.getstate()[0])
            try:
                decoder.decode(piece, final=file.tell() >= end)
            except UnicodeDecodeError as error:
                at = place - waiting + error.start
                raise ValueError(
                    f"text must be UTF-8: {path} has the byte "
                    f"0x{error.object[error.start]:02x} at place {at:,}, "
                    f"{error.reason}"
                ) from error
            if not piece:
                raise ValueError(
                    f"text must not shrink: {path} has, to {place}"
                )


def _character_from(file, place: int) -> int:
    """Return the first place from `place` on where a character begins."""
    file.seek(place)
    ahead = file.read(3)
    within = next(
        (k for k, byte in enumerate(ahead) if byte & 0xC0 != 0x80), len(ahead)
    )
    return place + within


def characters(symbols: np.ndarray) -> int:
    """Return how many characters begin among some bytes of UTF-8."""
    return int(((symbols & 0xC0) != 0x80).sum())
