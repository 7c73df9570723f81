"""One process of several, started by the tests: it makes a list of runs.

    python several_runs.py FILE

FILE holds, as JSON, a folder and for each run its settings. What a run ends
with, or the error that it ends with, is written beside its folder, for each
process: the tests compare.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

from rnnlib.scale.loop import train
from rnnlib.scale.processes import Processes, joined
from rnnlib.scale.scan import linear_scan
from rnnlib.scale.settings import Settings


def make(told: dict, among: Processes) -> None:
    """Make each run in turn; note how it ended."""
    for name, options in told["runs"].items():
        folder = Path(told["folder"]) / name
        try:
            settings = among.together(
                lambda o=options, f=folder: Settings(folder=f, **paths(o))
            )
            ended = train(settings, among)
        except (OSError, TypeError, ValueError) as error:
            ended = {"error": str(error)}
        note = f"{name}-process-{among.rank}.json"
        (Path(told["folder"]) / note).write_text(json.dumps(ended))


def paths(options: dict) -> dict:
    """Return the options with the text as a path."""
    text = options.get("text")
    return options | ({"text": Path(text)} if text else {})


def scan_by_parts(steps: int, among: Processes) -> dict[str, torch.Tensor]:
    """Return states and gradients of a linear recurrence of many steps."""
    torch.set_num_threads(1)
    drawn = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=drawn, dtype=torch.float64)

    f, b = torch.sigmoid(normal(steps, 2, 3) + 4), normal(steps, 2, 3)
    h0, upstream = normal(2, 3), normal(steps, 2, 3)
    mine = among.share(steps)
    mine = slice(mine.start, mine.stop)
    f, b = (each[mine].clone().requires_grad_() for each in (f, b))
    h, last = linear_scan(f, b, h0, among)
    (h * upstream[mine]).sum().backward()
    return {"h": h.detach(), "f": f.grad, "b": b.grad, "last": last[None]}


def main() -> None:
    """Run what the file says, and a long recurrence in parts."""
    told = json.loads(Path(sys.argv[1]).read_text())
    with joined("cpu", 60.0, 60.0) as among:
        make(told, among)
        if told.get("steps"):
            parts = scan_by_parts(told["steps"], among)
            folder = Path(told["folder"])
            torch.save(parts, folder / f"parts-{among.rank}.pt")


if __name__ == "__main__":
    main()
