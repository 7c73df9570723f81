"""Checkpoints: written whole or not at all, read with a checksum.

A checkpoint is a plain file of ``torch.save``, and its name tells the update
and the first digits of the SHA-256 of what is in it::

    update-00000400-9f86d081884c7d65.pt

It is written beside its place under another name, brought to the disk
(fsync), renamed, and the folder brought to the disk: whoever pulls the plug,
at that name is all of it or nothing. Those before it are removed only then.

It is read with ``weights_only=True``: numbers and names, and no code.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch

NAME = re.compile(r"update-(\d{8,})-([0-9a-f]{16})\.pt")
BEING_WRITTEN, DAMAGED = ".being-written", ".damaged"


class Found(NamedTuple):
    """The newest checkpoint that is whole, and what was newer and is not."""

    path: Path
    data: bytes
    damaged: list[str]


def as_bytes(contents: Mapping[str, Any]) -> bytes:
    """Return what ``torch.save`` makes of numbers, names and tensors."""
    buffer = io.BytesIO()
    torch.save(dict(contents), buffer)
    return buffer.getvalue()


def from_bytes(data: bytes) -> dict[str, Any]:
    """Return what was saved; nothing in it is run."""
    return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)


def write(
    folder: Path, update: int, contents: Mapping[str, Any], keep: int
) -> Path:
    """Write a checkpoint, and then remove all but the newest few.

    Parameters
    ----------
    folder : Path
    update : int
        Updates made.
    contents : mapping
    keep : int
        How many are kept.

    Raises
    ------
    OSError
        If it cannot be written; those before it are untouched.
    """
    data = as_bytes(contents)
    path = folder / f"update-{update:08d}-{_checksum(data)}.pt"
    write_whole(path, data)
    for old in newest_first(folder)[keep:]:
        old.unlink(missing_ok=True)
    return path


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path`, all of it or nothing.

    Raises
    ------
    OSError
        If there is no room, or no permission; the message says where.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + BEING_WRITTEN)
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        _bring_to_disk(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OSError(
            f"{path.name} could not be written into {path.parent}: "
            f"{error.strerror}; what was there before is untouched"
        ) from error


def newest(folder: Path) -> Found | None:
    """Return the newest checkpoint that is whole; None if there is none.

    Files that were being written when a process ended are removed, and
    damaged ones moved out of the way, under a name that says so.

    Raises
    ------
    ValueError
        If there are checkpoints, and none of them is whole.
    """
    for rest in folder.glob(f"*{BEING_WRITTEN}"):
        rest.unlink(missing_ok=True)
    broken: list[Path] = []
    for path in newest_first(folder):
        data = path.read_bytes()
        if _checksum(data) == NAME.fullmatch(path.name)[2]:
            for each in broken:
                os.replace(each, each.with_name(each.name + DAMAGED))
            return Found(path, data, [_says(each) for each in broken])
        broken.append(path)
    if broken:
        raise ValueError(
            f"folder must hold a whole checkpoint, found none in {folder}: "
            f"{'; '.join(map(_says, broken))}; "
            "remove the folder to begin anew"
        )
    return None


def newest_first(folder: Path) -> list[Path]:
    """Return the checkpoints of a folder."""
    found = [p for p in folder.glob("update-*.pt") if NAME.fullmatch(p.name)]
    return sorted(
        found, key=lambda p: int(NAME.match(p.name)[1]), reverse=True
    )


def _says(path: Path) -> str:
    return f"{path.name} is damaged: its checksum is not that in its name"


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _bring_to_disk(folder: Path) -> None:
    """Make a renaming last; a system without such calls has no need of it."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
