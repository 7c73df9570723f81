"""What each memory can and cannot do: the map of memories.

    python benchmarks/memory_map.py           # all cells, two at a time
    python benchmarks/memory_map.py --table   # print what is there

    keeps      one bit over a lag, noise in between
    adds       the adding problem of 1997, error below 0.04
    flips      parity, asked at every step
    composes   words of the group S3, asked at every step
    recalls    pairs of a key and a value, all keys asked for at the end

A row learns with about as many weights as an LSTM of 16 units, and with the
same number of updates, 32 sequences each that are never shown twice, Adam
on a one-cycle schedule, clip 1, float32. The budget is one of updates, not
of seconds: some rows do all steps at once on other machines, here most of
them go step by step. The peak of the learning rate is chosen for each row
and column from the same two, on two seeds that are used for nothing else.

In keeps and adds a network is trained for each lag or length anew, and
training ends early when three checks in a row are at least 98 % right. A row
climbs to the next length when at least half of its ten seeds have succeeded;
when six have failed it is out, and what remains of the ten is not run. In
the other columns a network is trained once, for all updates, and tested at
each length: in flips on lengths from 1 to 32; in composes alike, but the
longest grow from 2 steps to 32 over the first half of the updates; in recalls
each update draws one of the numbers of pairs. A seed succeeds where at least
95 % of the answers to fresh sequences are right, in flips and composes of the
last 16 answers before a length.

The file is written after every cell; what it holds is not made again.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import sys
import time
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    wait,
)
from pathlib import Path

import numpy as np
from tqdm import tqdm

import memory_rows
import stored_runs
from memory_rows import ROWS
from rnnlib.layers.losses import cross_entropy, squared_error
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.tasks.long_lags import adding, delayed_recall
from rnnlib.sequences.tasks.look_back import pair_recall
from rnnlib.sequences.tasks.state_tracking import group_words, parity
from rnnlib.training.batches import Fresh
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam
from rnnlib.training.schedules import one_cycle

SEEDS = 10
RATES = (0.005, 0.02)
TUNING_SEEDS = (1000, 1001)
GRID = {
    "keeps": (10, 30, 100, 300, 1000),
    "adds": (30, 100, 300),
    "flips": (32, 100, 300, 1000, 4000),
    "composes": (32, 100, 300, 1000, 4000),
    "recalls": (1, 2, 4, 8, 16, 32),
}
COLUMNS = tuple(GRID)
TUNED_AT = {"keeps": 100, "adds": 100}
ONCE = ("flips", "composes", "recalls")  # trained once, tested at each
SIZES = {  # of an input and an answer
    "keeps": (2, 2),
    "adds": (2, 1),
    "flips": (1, 2),
    "composes": (6, 6),
    "recalls": (64, 32),
}
SETTINGS = {
    "updates": 1000,
    "batch": 32,
    "clip": 1.0,
    "noise": 0.1,
    "near": 0.04,
    "trained to": 32,
    "keys": 32,
    "checks": 40,
    "checked": 200,
    "goal": 0.98,
    "goals in a row": 3,
    "tests": {
        "keeps": 1000, "adds": 1000, "flips": 100, "composes": 100,
        "recalls": 200,
    },
    "last answers": 16,
    "success": 0.95,
}  # fmt: skip
PIECE = 250  # steps or sequences that are tested at a time


def draw(column: str, many: int, length: int, seed) -> Sequences:
    """Draw sequences of a task; `length` is a lag, a length or pairs."""
    if column == "keeps":
        return delayed_recall(many, length, noise=SETTINGS["noise"], seed=seed)
    if column == "adds":
        return adding(many, length, seed=seed)
    if column == "recalls":
        keys = SETTINGS["keys"]
        return pair_recall(many, length, keys=keys, values=keys, seed=seed)
    task = parity if column == "flips" else group_words
    return task(many, length, seed=seed)


def batch(
    column: str, length: int, update: int, rng: np.random.Generator
) -> Sequences:
    """Draw what one update sees."""
    many, longest = SETTINGS["batch"], SETTINGS["trained to"]
    if column == "flips":
        return parity(many, 1, longest, seed=rng)
    if column == "composes":
        grown = 2 * update / SETTINGS["updates"]  # 1 after half of them
        longest = int(2 * (longest / 2) ** min(grown, 1))
        return group_words(many, 1, longest, seed=rng)
    if column == "recalls":
        length = int(rng.choice(GRID["recalls"]))
    return draw(column, many, length, rng)


def network(
    row: str, column: str, length: int, rng: np.random.Generator
) -> Network:
    """Return a row's network for a task before training."""
    inputs, answers = SIZES[column]
    hidden, units = memory_rows.sizes(row, inputs, answers)
    lag = 0 if column in ("flips", "composes") else length
    lag = 2 * SETTINGS["keys"] if column == "recalls" else lag
    layer = memory_rows.layer(row, column, (inputs, hidden), lag, rng)
    head = memory_rows.head(row, layer.hidden_size, units, answers, rng)
    loss = squared_error if column == "adds" else cross_entropy
    return Network(layer, head, loss)


def _right(y_hat: np.ndarray, y: np.ndarray) -> int:
    """Return how many answers (M, O) are right: near, or the right class."""
    if y.dtype.kind == "f":
        return int((np.abs(y_hat - y) < SETTINGS["near"]).sum())
    return int((y_hat.argmax(axis=-1) == y).sum())


def share_right(net: Network, data: Sequences) -> float:
    """Return the share of right answers, asked some sequences at a time."""
    right = 0
    for k in range(0, len(data), PIECE):
        part = data.take(range(k, min(k + PIECE, len(data))))
        try:
            h, _ = net.run(part.x)
            y_hat, _ = net.head.forward(h[part.mask])
        except FloatingPointError:
            continue
        right += _right(y_hat, part.y[part.mask])
    return right / data.mask.sum()


def shares_at(net: Network, data: Sequences, lengths) -> list[float]:
    """Return shares right of the last answers up to each length.

    One pass over the longest sequences, the state carried on from piece to
    piece; it ends with the first length that is no success.
    """
    state, now, shares = None, 0, []
    for length in lengths:
        while now < length:
            stop = min(now + PIECE, length)
            try:
                h, cache = net.layer.forward(data.x[now:stop], state)
            except (FloatingPointError, ValueError):  # not finite
                return [*shares, 0.0]
            state, now = cache.last_state, stop
        last = slice(now - SETTINGS["last answers"], now)
        y_hat, _ = net.head.forward(h[-SETTINGS["last answers"] :])
        y = data.y[last]
        shares.append(_right(y_hat, y) / y.size)
        if shares[-1] < SETTINGS["success"]:
            break
    return shares


def shares_of(net: Network, many: int, grid, seed: int) -> list[float]:
    """Return shares right for each number of pairs, up to no success."""
    shares = []
    for pairs in grid:
        shares.append(share_right(net, draw("recalls", many, pairs, seed)))
        if shares[-1] < SETTINGS["success"]:
            break
    return shares


class Check:
    """The share wrong; below 0 when training may end."""

    def __init__(self, data: Sequences):
        self.data, self.in_a_row = data, 0

    def __call__(self, net: Network) -> float:
        """Return the score."""
        share = share_right(net, self.data)
        good = share >= SETTINGS["goal"]
        self.in_a_row = self.in_a_row + 1 if good else 0
        done = self.in_a_row == SETTINGS["goals in a row"]
        return -1.0 if done else 1 - share


def run(row: str, column: str, length: int, seed: int, peak: float) -> dict:
    """Train one network, test it, return a line of the file."""
    start = time.process_time()
    rng = np.random.default_rng(seed)
    net = network(row, column, length, rng)
    updates, checks = SETTINGS["updates"], SETTINGS["checks"]
    goals, count = {}, itertools.count()
    if column not in ONCE:
        kept = draw(column, SETTINGS["checked"], length, 200_000 + seed)
        goals = {"validate": Check(kept), "goal": -1.0}
    shown, ended = 0, "overflow"
    with np.errstate(over="ignore", invalid="ignore"):
        try:
            history = fit(
                net,
                Fresh(
                    lambda rng: batch(column, length, next(count), rng),
                    updates // checks,
                    seed=rng,
                ),
                Adam(net.parameters, one_cycle(updates, peak)),
                epochs=checks,
                clip=SETTINGS["clip"],
                progress=False,
                **goals,
            )
            shown, ended = history.sequences, history.ended
        except (FloatingPointError, ValueError):  # a gradient is not finite
            pass
        many = SETTINGS["tests"][column]
        if column == "recalls":
            shares = shares_of(net, many, GRID[column], 100_000 + seed)
        elif column in ONCE:
            data = draw(column, many, GRID[column][-1], 100_000 + seed)
            shares = shares_at(net, data, GRID[column])
        else:
            data = draw(column, many, length, 100_000 + seed)
            shares = [share_right(net, data)]
    return {
        "seed": seed,
        "right": [round(float(share), 5) for share in shares],
        "sequences": shown,
        "ended": ended,
        "seconds": round(time.process_time() - start, 1),
    }


def succeeded(share: float) -> bool:
    """Say whether such a share of right answers is a success."""
    return share >= SETTINGS["success"]


def best_rate(tuning: dict[str, list[dict]]) -> float:
    """Return the rate of most successes, then of most right answers."""

    def merit(rate: str) -> tuple[int, float]:
        shares = [s for line in tuning[rate] for s in line["right"]]
        return sum(map(succeeded, shares)), sum(shares)

    return float(max(tuning, key=merit))  # the first, if they are equal


def tune(row: str, column: str) -> dict:
    """Return lines of the file by rate, and the best rate."""
    length = TUNED_AT.get(column, GRID[column][0])
    lines = {
        str(rate): [run(row, column, length, s, rate) for s in TUNING_SEEDS]
        for rate in RATES
    }
    return {"tuning": lines, "rate": best_rate(lines)}


def climb(row: str, column: str, length: int, rate: float) -> list[dict]:
    """Return a cell's lines: ten seeds, fewer where six have failed."""
    lines, failed = [], 0
    for seed in range(SEEDS):
        lines.append(run(row, column, length, seed, rate))
        failed += not succeeded(lines[-1]["right"][0])
        if 2 * failed > SEEDS:
            break
    return lines


def todo(data: dict) -> list[tuple]:
    """Return what can be done next: (length, column, row, rate).

    The rate is None where it is to be chosen first. The shortest come first.
    """
    found = []
    for column in COLUMNS:
        rows = data["results"].setdefault(column, {})
        for row in ROWS:
            cell = rows.get(row)
            if cell is None:
                found.append((0, column, row, None))
                continue
            lengths = GRID[column][:1] if column in ONCE else GRID[column]
            for length in lengths:
                lines = cell["runs"].get(str(length))
                if lines is None:
                    found.append((length, column, row, cell["rate"]))
                    break
                wins = sum(succeeded(line["right"][0]) for line in lines)
                if 2 * wins < SEEDS:
                    break
    return sorted(found, key=lambda job: job[0])


def work(job: tuple) -> dict | list:
    """Do one piece of work, in a process of its own."""
    length, column, row, rate = job
    if rate is None:
        return tune(row, column)
    return climb(row, column, length, rate)


def learn(data: dict, path: Path, processes: int = 2) -> None:
    """Do everything that the data do not hold yet."""
    with ProcessPoolExecutor(processes) as pool, tqdm(smoothing=0) as bar:
        busy: dict[Future, tuple] = {}
        while True:
            jobs = [job for job in todo(data) if job not in busy.values()]
            for job in jobs[: processes - len(busy)]:
                busy[pool.submit(work, job)] = job
            if not busy:
                return
            done, _ = wait(busy, return_when=FIRST_COMPLETED)
            for future in done:
                length, column, row, rate = busy.pop(future)
                rows = data["results"][column]
                if rate is None:
                    rows[row] = {**future.result(), "runs": {}}
                else:
                    rows[row]["runs"][str(length)] = future.result()
                stored_runs.write(path, data)
                bar.set_description(f"{column} {row} {length}")
                bar.update()


def successes(column: str, runs: dict) -> tuple[list[int], np.ndarray]:
    """Return the lengths tried and success (L, S).

    A seed that was not run, since the row was out already, counts as failed.
    """
    lengths = [int(length) for length in runs]
    shares = [[line["right"][0] for line in lines] for lines in runs.values()]
    if column in ONCE:
        lengths = list(GRID[column])
        every = [line["right"] for line in runs[str(lengths[0])]]
        shares = [
            [share[k] for share in every if k < len(share)]
            for k in range(len(lengths))
        ]
    success = np.zeros((len(lengths), SEEDS), bool)
    for line, found in zip(success, shares):
        line[: len(found)] = [succeeded(share) for share in found]
    return lengths, success


def summary(data: dict) -> dict:
    """Return success by column, row and length, a 1 or a 0 a seed."""
    return {
        column: {
            row: {
                str(length): line.astype(int).tolist()
                for length, line in zip(*successes(column, cell["runs"]))
            }
            for row, cell in rows.items()
            if cell["runs"]
        }
        for column, rows in data["results"].items()
    }


def table(data: dict) -> str:
    """Return, for each cell, how many seeds succeeded at each length."""
    lines = []
    for column, rows in data["results"].items():
        grid = "".join(f"{length:6d}" for length in GRID[column])
        lines += ["", f"{column:21} rate" + grid]
        for row in ROWS:
            if row not in rows or not rows[row]["runs"]:
                continue
            wins = successes(column, rows[row]["runs"])[1].sum(axis=1)
            lines.append(
                f"{row:20} {rows[row]['rate']:5g}"
                + "".join(f"{won:6d}" for won in wins)
            )
    return "\n".join(lines)


def weights(row: str, column: str) -> int:
    """Return how many weights a row learns in a column."""
    net = network(row, column, GRID[column][-1], np.random.default_rng(0))
    return memory_rows.count(net.parameters)


def new_file() -> dict:
    """Return the file's contents before the first run."""
    D, answers = SIZES["keeps"]
    longest = GRID["keeps"][-1]
    return {
        "command": "python benchmarks/memory_map.py",
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "threads": 1,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "settings": SETTINGS,
        "grid": {column: list(grid) for column, grid in GRID.items()},
        "weights": {
            column: {row: weights(row, column) for row in ROWS}
            for column in COLUMNS
        },
        "step": {
            row: memory_rows.step(
                row, D, memory_rows.sizes(row, D, answers)[0], longest
            )
            for row in ROWS
        },
        "results": {},
    }


def main() -> None:
    """Make the runs that are missing, write the file, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--out", type=Path, default=stored_runs.path_of("memory_map")
    )
    arguments = parser.parse_args()
    data = stored_runs.read(arguments.out) or new_file()
    if data["settings"] != SETTINGS:
        parser.error(f"{arguments.out} holds runs of other settings")
    if not arguments.table:
        learn(data, arguments.out, arguments.processes)
        data["success"] = summary(data)
        stored_runs.write(arguments.out, data)
    print(table(data))


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
