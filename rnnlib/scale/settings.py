"""What a run is told, each setting with its default, limits and meaning.

The command line is made from these fields. Most of them decide the result,
so a run that goes on from a checkpoint must be told them again; those marked
`free` do not, and may change in between: where it computes, how often it
saves, and with how many processes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from rnnlib.checks import (
    as_choice,
    as_float,
    as_int,
    as_path,
    describe,
)

CELLS = ("elman", "gru", "lstm", "linear")
TASKS = ("adding", "recall", "order")
PRECISIONS = ("float32", "float64", "bfloat16")
SHARED_OUT = ("batch", "time")
DEVICES = ("auto", "cpu", "cuda")


def _choice(default: str, choices: tuple[str, ...], says: str, **more) -> Any:
    return field(
        default=default, metadata={"choices": choices, "help": says, **more}
    )


def _whole(default: int | None, says: str, low: int = 1, **more) -> Any:
    limits = {"low": low, "help": says, "kind": int}
    return field(default=default, metadata={**limits, **more})


def _real(default: float | None, says: str, high: float, **more) -> Any:
    limits = {"low": 0.0, "high": high, "help": says, "kind": float}
    return field(default=default, metadata={**limits, **more})


@dataclass(frozen=True)
class Settings:
    """What a run is told.

    Raises
    ------
    TypeError, ValueError
        If a setting does not fit; the message names it.
    """

    folder: Path
    text: Path | None = None
    task: str | None = None

    length: int = _whole(100, "steps of a task's sequences", low=22)
    cell: str = _choice("lstm", CELLS, "what carries the state")
    hidden: int = _whole(128, "numbers in the state of a layer")
    layers: int = _whole(1, "layers, one on top of the other")
    embedding: int = _whole(32, "numbers that stand for a byte of a text")
    longest_lag: int | None = _whole(
        None, "open the gates for lags up to this (chrono)", low=3
    )
    dropout: float = _real(0.0, "share of units hidden from the head", 0.95)
    batch: int = _whole(32, "sequences in an update, over all processes")
    steps: int = _whole(64, "steps of a text read in an update")
    updates: int = _whole(1000, "updates in all")
    rate: float = _real(0.003, "peak of the one-cycle learning rate", 10.0)
    clip: float = _real(1.0, "greatest norm of a gradient", 1e9)
    seed: int = _whole(0, "source of all random numbers", low=0)
    precision: str = _choice("float32", PRECISIONS, "of the arithmetic")
    validation: float = _real(
        0.05, "share of a text held out, at its end (1 MB at most)", 0.5
    )
    evaluate_every: int = _whole(100, "updates between evaluations")
    patience: int | None = _whole(
        None, "evaluations without a better one that end the run"
    )
    checkpoint_every: int = _whole(100, "updates between checkpoints", free=1)
    keep: int = _whole(3, "checkpoints kept", low=2, free=1)
    share_out: str = _choice(
        "batch", SHARED_OUT, "what the processes share out", free=1
    )
    threads: int = _whole(
        1, "of each process; one step is too small for many", free=1
    )
    device: str = _choice("auto", DEVICES, "where to compute", free=1)
    join_within: float = _real(
        60.0, "seconds within which all processes must meet", 1e6, free=1
    )
    answer_within: float = _real(
        300.0, "seconds within which a process must answer", 1e6, free=1
    )

    def __post_init__(self):
        if not isinstance(self.folder, (str, Path)) or not str(self.folder):
            raise TypeError(f"folder must be one, found {self.folder!r}")
        if Path(self.folder).exists() and not Path(self.folder).is_dir():
            raise ValueError(
                f"folder must be one, found a file: {self.folder}"
            )
        if (self.text is None) == (self.task is None):
            raise ValueError(
                "one of text and task must be given, found "
                f"text={self.text!r} and task={self.task!r}"
            )
        if self.text is not None:
            as_path(self.text, "text")
        else:
            as_choice(self.task, "task", TASKS)
        for each in fields(self):
            _check(each.name, getattr(self, each.name), each.metadata)
        if self.share_out == "time" and self.cell != "linear":
            raise ValueError(
                "share_out must be batch for this cell, found time: a step "
                f"of {self.cell} waits for the one before; only cell linear "
                "can share out time"
            )
        if self.longest_lag and self.cell not in ("lstm", "linear"):
            raise ValueError(
                "longest_lag must be left out for this cell, found "
                f"{self.longest_lag}: {self.cell} has no forget gate"
            )

    def deciding(self) -> dict[str, Any]:
        """Return the settings that decide the result, as plain values."""
        free = {"folder"} | {
            f.name for f in fields(self) if "free" in f.metadata
        }
        found = {k: v for k, v in asdict(self).items() if k not in free}
        found["text"] = self.text and Path(self.text).name
        return found

    def must_repeat(self, before: dict[str, Any]) -> None:
        """Refuse to go on with a run that was told something else.

        Raises
        ------
        ValueError
            It names every setting that differs.
        """
        now = self.deciding()
        other = [
            f"{name} was {before.get(name)!r} and is {value!r}"
            for name, value in now.items()
            if before.get(name) != value
        ]
        if other:
            raise ValueError(
                "folder must be a new one, or its run go on as it began: in "
                f"{self.folder}, {'; '.join(other)}"
            )


def _check(name: str, value: object, limits: Any) -> None:
    """Refuse a value outside the limits of its field."""
    if not limits or (value is None and name in ("longest_lag", "patience")):
        return
    if "choices" in limits:
        as_choice(value, name, limits["choices"])
    elif limits["kind"] is int:
        as_int(value, name, low=limits["low"])
    elif limits["kind"] is float:
        if not isinstance(value, (int, float)):
            raise TypeError(
                f"{name} must be a number, found {describe(value)}"
            )
        positive = name not in ("dropout", "validation")
        as_float(value, name, low=0.0, high=limits["high"], open_low=positive)
