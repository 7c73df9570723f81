"""Doors: a room hands out what its files hold, and opens none before.

``from rnnlib.training import fit`` loads the one file that holds `fit`. So
importing rnnlib is quick and pulls in neither torch nor matplotlib, and a
chapter depends on the files that it uses, not on all that stand beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module


def door(
    room: str, files: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return a room's ``__getattr__``, ``__dir__`` and ``__all__``.

    Parameters
    ----------
    room : str
        Its ``__name__``.
    files : mapping of str to sequence of str
        For each file, by its dotted name inside the room, what the room
        hands out of it; nothing hands out the file itself.
    """
    source = {
        name: file
        for file, names in files.items()
        for name in names or [file.rpartition(".")[2]]
    }

    def get(name: str) -> object:
        if name not in source:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        file = import_module(f"{room}.{source[name]}")
        return getattr(file, name) if files[source[name]] else file

    return get, lambda: sorted(source), list(source)
