"""Sharing out: what several processes bring here, and what they cost.

    python benchmarks/scaling.py

On an idle machine some four minutes. Measured, for 1, 2 and 4 processes of
one thread each: how long an all-reduce takes, by the size of its message; how
long an update takes, by the number of sequences, for two networks; how long a
linear recurrence of 65,536 steps takes with its time shared out, forward and
backward, and how far its result lies from that of one process; and how much
memory a run on a file of 2 GB takes. Chapter 14 fits a cost model to some of
these times and compares it with the others.

Writes rnnlib/data/results/scaling.json. Times are medians of one round, and
of some rounds the shortest is kept; between the rounds everything is started
anew.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist

import stored_runs
from rnnlib.scale import (
    InputGated,
    Processes,
    Settings,
    launch,
)
from rnnlib.scale.loop import Training
from rnnlib.scale.processes import joined
from rnnlib.scale.texts import Text

RESULTS = stored_runs.FOLDER / "scaling.json"
PROCESSES = (1, 2, 4)
MESSAGES = (2**10, 2**14, 2**17, 2**20, 2**22)  # bytes
BATCHES = (4, 8, 16, 32, 64)
NETWORKS = {
    "small": {"hidden": 16, "embedding": 8, "steps": 16},
    "large": {"hidden": 192, "embedding": 32, "steps": 64},
}
STEPS, INPUTS, UNITS = 65_536, 16, 64
BIG = 2 * 10**9  # bytes
SECONDS = 600


def median_seconds(act: Callable[[], object], repeats: int) -> float:
    """Return the median of some timed runs, after one that does not count."""
    act()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def time_messages(among: Processes) -> list[dict]:
    """Time an all-reduce of several sizes."""
    found = []
    for size in MESSAGES:
        message = torch.ones(size // 4)
        among.add_up(torch.ones(1))
        seconds = median_seconds(lambda m=message: among.add_up(m), 40)
        found.append(
            {"processes": among.size, "bytes": size, "seconds": seconds}
        )
    return found


def time_updates(among: Processes, folder: Path) -> list[dict]:
    """Time updates of each network with several batches."""
    found = []
    for name, sizes in NETWORKS.items():
        for batch in BATCHES:
            if batch < among.size:
                continue
            settings = Settings(
                folder=folder, text=folder / "text", batch=batch, **sizes
            )
            run = Training(settings, among)
            run.learn()
            once = torch.tensor([median_seconds(run.learn, 2)])
            among.add_up(once)  # all repeat it equally often
            repeats = max(5, min(30, int(1.2 * among.size / float(once))))
            seconds = median_seconds(run.learn, repeats)
            weights = sum(w.numel() for w in run.weights)
            found.append(
                {
                    "network": name,
                    "processes": among.size,
                    "batch": batch,
                    "bytes": 4 * (weights + 2),
                    "seconds": seconds,
                }
            )
    return found


def time_scan(among: Processes) -> dict:
    """Time a long linear recurrence, and add up what it gives."""
    torch.manual_seed(0)
    layer = InputGated(INPUTS, UNITS, among=among).double()
    x = torch.randn(STEPS, 1, INPUTS, dtype=torch.float64)
    mine = among.share(STEPS)
    x = x[mine.start : mine.stop]

    def both_ways() -> list[torch.Tensor]:
        layer.zero_grad()
        h, last = layer(x)
        (h * h).sum().backward()
        ends = [
            last.flatten(),
            *(w.grad.flatten() for w in layer.parameters()),
        ]
        return ends

    last, *gradients = both_ways()
    flat = among.add_up(torch.cat(gradients))
    seconds = median_seconds(both_ways, 5)
    result = torch.cat([last, flat]).tolist()
    return {"processes": among.size, "seconds": seconds, "result": result}


def work(out: Path) -> None:
    """Measure as one of several processes; process 0 writes."""
    torch.set_num_threads(1)
    with joined("cpu", 120, 120) as among:
        told = {
            "messages": time_messages(among) if among.size > 1 else [],
            "updates": time_updates(among, out.parent),
            "scan": time_scan(among),
        }
        if dist.is_initialized():
            dist.barrier()
        if among.rank == 0:
            out.write_text(json.dumps(told))


def measure(folder: Path, processes: int) -> dict:
    """Start several processes that measure, and return what they found."""
    out = folder / "told.json"
    launch.run(processes, ["--work", out], module=__file__, seconds=SECONDS)
    return json.loads(out.read_text())


def shortest(rounds: list[list[dict]]) -> list[dict]:
    """Return each row with the shortest of its times."""
    return [min(rows, key=lambda row: row["seconds"]) for rows in zip(*rounds)]


def compared(scans: list[dict]) -> list[dict]:
    """Return the times of the recurrence, and how far results lie apart."""
    one = torch.tensor(scans[0]["result"], dtype=torch.float64)
    found = []
    for scan in scans:
        other = torch.tensor(scan.pop("result"), dtype=torch.float64)
        apart = ((other - one).abs() / (1 + one.abs())).max()
        found.append(scan | {"apart": float(apart)})
    return found


def write_text(path: Path, size: int) -> None:
    """Write a text of some size: numbers in words, one after the other."""
    words = ["zero", "one", "two", "three", "four"]
    words += ["five", "six", "seven", "eight", "nine"]
    lines = (
        " ".join(words[int(digit)] for digit in f"{n:06d}")
        for n in range(60_000)
    )
    block = ("\n".join(lines) + "\n").encode()
    with path.open("wb") as file:
        left = size
        while left > 0:
            file.write(block[:left])
            left -= len(block)


def memory_of_a_big_run(folder: Path) -> dict:
    """Run on 2 GB, read all of it besides, and return the peak memory."""
    path = folder / "big"
    write_text(path, BIG)
    start = time.perf_counter()
    launch.run(
        1,
        [
            *("text", path, "--folder", folder / "run", "--batch", 64),
            *("--steps", 128, "--updates", 200, "--hidden", 64),
            *("--evaluate-every", 100),
        ],
        seconds=SECONDS,
    )
    seconds = time.perf_counter() - start
    launch.run(1, ["--read", path], module=__file__, seconds=SECONDS)
    use = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    path.unlink()
    return {"bytes": BIG, "peak": use * unit, "seconds": seconds}


def read_all(path: Path) -> None:
    """Read every stream of a text to its end, as a very long run would."""
    text = Text(path, batch=64, steps=2**16, held_out=0.01)
    for update in range(text.pieces):
        text.training(update, range(64))


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line for line in lines if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.machine()


def main() -> None:
    """Measure everything and store it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="one of the processes")
    parser.add_argument("--read", type=Path, help="a text, to its end")
    arguments = parser.parse_args()
    if arguments.read:
        read_all(arguments.read)
        return
    if arguments.work:
        work(arguments.work)
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        big = memory_of_a_big_run(folder)
        print(f"2 GB: {big['peak'] / 1e6:.0f} MB at most")
        write_text(folder / "text", 4 * 10**6)
        rounds = []
        for number in range(arguments.rounds):
            rounds.append([measure(folder, n) for n in PROCESSES])
            print(f"round {number + 1}", flush=True)
    messages, updates, scans = (
        shortest(
            [
                [row for told in each for row in as_rows(told[name])]
                for each in rounds
            ]
        )
        for name in ("messages", "updates", "scan")
    )
    stored_runs.write(
        RESULTS,
        {
            "command": "python benchmarks/scaling.py",
            "machine": {"processor": processor(), "cores": os.cpu_count()},
            "torch": torch.__version__,
            "results": {
                "messages": messages,
                "updates": updates,
                "scan": compared(scans),
                "memory": big,
            },
        },
    )


def as_rows(told: object) -> list[dict]:
    """Return rows, also where there is one alone."""
    return told if isinstance(told, list) else [told]


if __name__ == "__main__":
    main()
