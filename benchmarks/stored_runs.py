"""Write what a long run has measured, so that a change can be seen.

A script here trains for minutes and keeps what it found in one JSON file in
``rnnlib/data/results``; a chapter reads it with :mod:`rnnlib.results`. In the
file a run is one line: in a list each item has a line of its own, unless the
items are plain values, which share one.
"""

from __future__ import annotations

import json
from pathlib import Path

from rnnlib.results import FOLDER


def path_of(name: str) -> Path:
    """Return the file in which ``benchmarks/<name>.py`` keeps its runs."""
    return FOLDER / f"{name}.json"


def read(path: Path) -> dict:
    """Return what earlier runs have left there; {} if there is no file."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def write(path: Path, data: dict) -> None:
    """Write a file: "command", which makes it, "results", and what else."""
    path.write_text(as_text(data), encoding="utf-8")


def as_text(data: dict) -> str:
    """Return the text of a file."""
    return _text(data, "\n") + "\n"


def _text(value: object, line: str) -> str:
    """Return a value from here on; `line` breaks one and indents the next."""
    if isinstance(value, dict) and value:
        parts = [
            f"{_on_one_line(key)}: {_text(part, line + '  ')}"
            for key, part in value.items()
        ]
        ends = "{}"
    elif isinstance(value, list) and any(
        isinstance(item, (dict, list)) for item in value
    ):
        parts, ends = [_on_one_line(item) for item in value], "[]"
    else:
        return _on_one_line(value)
    inside = f",{line}  ".join(parts)
    return f"{ends[0]}{line}  {inside}{line}{ends[1]}"


def _on_one_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
