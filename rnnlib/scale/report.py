"""What a run tells: a line for each evaluation, and the curve at the end.

The lines are JSON and stand in ``log.jsonl``, those after the checkpoint that
a run goes on from taken back; so the file of a run that was killed is that of
one that was not, but for the seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from rnnlib.scale.checkpoints import write_whole
from rnnlib.scale.processes import Processes


class Report:
    """The lines and files of a run; process 0 writes them.

    Parameters
    ----------
    folder : Path
    among : Processes
    """

    def __init__(self, folder: Path, among: Processes):
        self.folder, self.among = Path(folder), among
        self.log = self.folder / "log.jsonl"
        self._before, self._start = 0.0, time.perf_counter()

    def begin(self, update: int, said: list[str]) -> None:
        """Note who runs, say how it begins, and cut the log at `update`."""
        self.among.together(lambda: self._note_process())
        for line in said:
            print(line, file=sys.stderr, flush=True)
        self.among.together(lambda: self._cut(update), only=0)

    def add(self, line: dict[str, object]) -> None:
        """Write and print the line of an evaluation."""
        seconds = self._before + time.perf_counter() - self._start
        text = json.dumps(line | {"seconds": round(seconds, 3)})

        def append() -> None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(text + "\n")
            print(text, flush=True)

        self.among.together(append, only=0)

    def end(self, summary: dict[str, object], best: bytes) -> None:
        """Write the best weights and the curve, and print the summary."""

        def write() -> None:
            write_whole(self.folder / "best.pt", best)
            draw(self.folder, lines(self.log))
            print(json.dumps(summary), flush=True)

        self.among.together(write, only=0)

    def _note_process(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"process-{self.among.rank}.pid"
        path.write_text(f"{os.getpid()}\n")

    def _cut(self, update: int) -> None:
        kept = [each for each in lines(self.log) if each["update"] <= update]
        self._before = kept[-1]["seconds"] if kept else 0.0
        text = "".join(json.dumps(each) + "\n" for each in kept)
        write_whole(self.log, text.encode())


def lines(log: Path) -> list[dict]:
    """Return the lines of a log, without one that was cut short."""
    if not log.is_file():
        return []
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return found


def draw(folder: Path, told: list[dict]) -> None:
    """Draw the loss of training and of validation into ``curve.png``."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.4), layout="constrained")
    ax = figure.subplots()
    updates = [each["update"] for each in told]
    for name, color in (("loss", "0.6"), ("validation", "C3")):
        ax.plot(updates, [each[name] for each in told], color=color)
        if told:
            label = {"loss": "training"}.get(name, name)
            ax.annotate(
                label, (updates[-1], told[-1][name]), color=color, ha="right",
                va="bottom",
            )  # fmt: skip
    ax.set(xlabel="update", ylabel="mean loss of a target")
    figure.savefig(folder / "curve.png", dpi=150)
