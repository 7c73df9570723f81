"""A process is killed in the middle, and the run ends as if it had not been.

Under torchrun, which starts all processes anew when one has died.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch

from rnnlib.scale import checkpoints, launch
from rnnlib.scale.report import lines

OPTIONS = [
    *("task", "adding", "--length", "40", "--cell", "lstm", "--hidden", "16"),
    *("--batch", "8", "--evaluate-every", "20"),
    *("--checkpoint-every", "5", "--join-within", "60"),
    *("--answer-within", "60"),
]

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="kill -9 is a signal of POSIX"
)


def pid_of(folder: Path, rank: int, old: set[int]) -> int | None:
    """Return a process's number, if it is one that runs now."""
    try:
        pid = int((folder / f"process-{rank}.pid").read_text())
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return None if pid in old else pid


def kill_at_random(
    folder: Path, started: subprocess.Popen, kills: int, rng: random.Random
) -> list[int]:
    """Kill one of two processes, again and again, at random moments.

    A moment is a wait after all processes of a start have begun.
    """
    old: set[int] = set()
    killed: list[int] = []
    until = time.monotonic() + 600
    while len(killed) < kills and started.poll() is None:
        assert time.monotonic() < until, "the processes did not begin"
        pids = [pid_of(folder, rank, old) for rank in (0, 1)]
        if None in pids:
            time.sleep(0.02)
            continue
        old |= set(pids)
        time.sleep(rng.uniform(0, 0.5))
        pid = rng.choice(pids)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # it has ended by itself
            break
        killed.append(pid)
    return killed


def survives(tmp_path: Path, updates: int, kills: int, seed: int) -> None:
    """Compare a run whose processes are killed with one left in peace.

    Every number of the two has to be the same, but for the seconds.
    """
    options = [*OPTIONS, "--updates", updates]
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    launch.run(2, [*options, "--folder", whole], seconds=300)
    started = launch.start(2, [*options, "--folder", torn], restarts=kills + 1)
    try:
        killed = kill_at_random(torn, started, kills, random.Random(seed))
        _, said = started.communicate(timeout=300)
    finally:
        started.terminate()
        started.wait()
    assert started.returncode == 0, said
    one, other = (
        checkpoints.newest(folder / "checkpoints") for folder in (whole, torn)
    )
    assert one.path.name == other.path.name  # update and checksum
    a, b = (checkpoints.from_bytes(each.data) for each in (one, other))
    assert a["update"] == updates
    for name, value in a["weights"].items():
        assert torch.equal(value, b["weights"][name]), name
    a, b = (lines(folder / "log.jsonl") for folder in (whole, torn))
    assert [{**each, "seconds": 0} for each in a] == [
        {**each, "seconds": 0} for each in b
    ]
    assert len(killed) == kills


def test_two_kills_leave_no_trace(tmp_path: Path) -> None:
    survives(tmp_path, updates=250, kills=2, seed=1)


@pytest.mark.nightly
def test_ten_kills_at_random_moments_leave_no_trace(tmp_path: Path) -> None:
    survives(tmp_path, updates=1500, kills=10, seed=2)
