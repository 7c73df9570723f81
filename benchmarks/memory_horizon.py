"""How far back can each network learn to remember? Success against lag.

    python benchmarks/memory_horizon.py                # two symbols
    python benchmarks/memory_horizon.py --symbols 8    # eight, to lag 200
    python benchmarks/memory_horizon.py --table        # print what is there

A symbol is shown at step 0, noise follows, and at the last step, `lag` steps
later, the symbol is asked for. Every contestant has about as many weights as
an LSTM of 16 units and gets the same budget: 1,000 updates of 32 sequences
that are never shown twice, Adam on a one-cycle schedule, clip 1, float32. A
run ends early when three checks in a row, on 200 sequences kept aside, are
at least 98 % right; else it returns to its best check. A run succeeds when
95 % of 1,000 new test sequences are answered right. A run in which a number
grows beyond float32 is made again in float64, and fails only by what it
learned there: clipping cannot mend a gradient that is infinite.

The peak of the learning rate is tuned for each contestant in the same way:
the same values and lags, with two seeds that are used for nothing else.
The most successes decide, then the fewest wrong answers, then the lower rate.

Noise of 0.1 lets nobody get through by adding up what comes in: with two
symbols the sum of all inputs answers 95 % right up to lag 18 alone.

Three controls learn nothing but a softmax head: of the current input and
the 20 before it, so that memory ends at 20 by construction; of a tanh
network with random weights of spectral radius 1.5 that stay as they are,
which says how much of the task may be solved by guessing; and of a tanh
network that keeps its orthogonal initialization, which says how much of the
success of "Elman orthogonal" is due to the initialization alone.

The file is written after every run; a run that it holds is not made again.
The horizon, and what ten seeds can show of it, is the business of
:func:`rnnlib.training.memory_span.memory_horizon`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

import stored_runs
from rnnlib.layers.elman import Elman
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import cross_entropy
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.tasks.long_lags import delayed_recall
from rnnlib.training.batches import Fresh
from rnnlib.training.loop import fit
from rnnlib.training.memory_span import memory_horizon, success_interval
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam
from rnnlib.training.schedules import one_cycle

LAGS = {
    2: (5, 10, 20, 50, 100, 200, 500, 1000),
    8: (5, 10, 20, 50, 100, 200),
}
SEEDS = 10
TUNING_LAGS = {2: (10, 20, 50, 100, 500), 8: (10, 20, 50, 100)}
TUNING_SEEDS = (1000, 1001)
RATES = (0.003, 0.01, 0.03, 0.1)
SETTINGS = {
    "noise": 0.1,
    "units of the LSTM": 16,
    "updates": 1000,
    "batch": 32,
    "clip": 1.0,
    "checks": 40,
    "checked": 200,
    "goal": 0.98,
    "goals in a row": 3,
    "tests": 1000,
    "success": 0.95,
    "window": 20,
    "untrained radius": 1.5,
}


class Last(NamedTuple):
    """What a layer without weights keeps of a forward pass."""

    last_state: np.ndarray


class Window:
    """A layer that learns nothing: the last inputs, side by side."""

    def __init__(self, input_size: int, lags: int):
        self.input_size = input_size
        self.steps = lags + 1
        self.hidden_size = self.steps * input_size
        self.parameters = {}

    def forward(self, x, h0=None):
        """Return states (T, B, H) of which only the last is filled."""
        T, B = x.shape[:2]
        h = np.zeros((T, B, self.hidden_size), np.float32)
        seen = x[-self.steps :].transpose(1, 0, 2).reshape(B, -1)
        h[-1, :, -seen.shape[1] :] = seen
        return h, Last(h[-1])

    def backward(self, dh, cache):
        """Return no gradients."""
        return {}


class Untrained:
    """A recurrent layer whose weights stay as they are."""

    def __init__(self, layer: Elman):
        self.layer = layer
        self.input_size = layer.input_size
        self.hidden_size = layer.hidden_size
        self.parameters = {}

    def forward(self, x, h0=None):
        """Return the states of the layer."""
        h, cache = self.layer.forward(x, h0)
        return h, Last(cache.last_state)

    def backward(self, dh, cache):
        """Return no gradients."""
        return {}


def _elman(**options):
    return lambda size, lag, rest: Elman(*size, **options, **rest)


def _lstm(**options):
    return lambda size, lag, rest: FastLSTM(*size, **options, **rest)


CONTESTANTS = {
    "window of 20": lambda size, lag, rest: Window(
        size[0], SETTINGS["window"]
    ),
    "Elman untrained": lambda size, lag, rest: Untrained(
        Elman(*size, init=SETTINGS["untrained radius"], **rest)
    ),
    "Elman orthogonal untrained": lambda size, lag, rest: Untrained(
        Elman(*size, init="orthogonal", **rest)
    ),
    "Elman uniform": _elman(),
    "Elman orthogonal": _elman(init="orthogonal"),
    "Elman identity": _elman(init="identity"),
    "Elman ReLU identity": _elman(init="identity", activation="relu"),
    "LSTM uniform": _lstm(),
    "LSTM forget bias 1": _lstm(forget_bias=1.0),
    "LSTM chrono": lambda size, lag, rest: FastLSTM(
        *size, longest_lag=lag, **rest
    ),
    "GRU uniform": lambda size, lag, rest: GRU(*size, **rest),
}


def count(kind: str, inputs: int, hidden: int) -> int:
    """Return the number of weights of a network, its head included."""
    head = (hidden + 1) * inputs
    gates = {"LSTM": 4, "GRU": 3}.get(kind, 1)
    second_bias = hidden if kind == "GRU" else 0
    return gates * hidden * (inputs + hidden + 1) + second_bias + head


def units(kind: str, inputs: int) -> int:
    """Return the size at which a network comes nearest to the LSTM."""
    wanted = count("LSTM", inputs, SETTINGS["units of the LSTM"])
    return min(
        range(1, 200), key=lambda H: abs(count(kind, inputs, H) - wanted)
    )


def network(
    name: str,
    lag: int,
    symbols: int,
    rng: np.random.Generator,
    dtype: str = "float32",
) -> Network:
    """Return a contestant before training."""
    size = symbols, units(name.split()[0], symbols)
    rest = {"seed": rng, "dtype": dtype}
    layer = CONTESTANTS[name](size, lag, rest)
    head = LinearHead(layer.hidden_size, symbols, **rest)
    return Network(layer, head, cross_entropy)


def right(net: Network, data: Sequences) -> int:
    """Return how many sequences are answered right, asked 250 at a time."""
    found = 0
    for k in range(0, len(data), 250):
        part = data.take(range(k, min(k + 250, len(data))))
        try:
            answer = net.predict(part.x)[-1].argmax(axis=1)
        except FloatingPointError:  # no answer
            continue
        found += int((answer == part.y[-1]).sum())
    return found


class Check:
    """The share wrong of some sequences; below 0 when training may end."""

    def __init__(self, data: Sequences):
        self.data, self.in_a_row = data, 0
        self.lowest, self.best = np.inf, {}

    def __call__(self, net: Network) -> float:
        """Return the score, and keep the weights of the best."""
        share = right(net, self.data) / len(self.data)
        good = share >= SETTINGS["goal"]
        self.in_a_row = self.in_a_row + 1 if good else 0
        if 1 - share < self.lowest:
            self.lowest = 1 - share
            self.best = {k: w.copy() for k, w in net.parameters.items()}
        return (
            -1.0
            if self.in_a_row == SETTINGS["goals in a row"]
            else (1 - share)
        )


def run(
    name: str,
    symbols: int,
    lag: int,
    seed: int,
    peak: float,
    dtype: str = "float32",
) -> dict:
    """Train one network at one lag, test it, return a line of the file."""
    start = time.perf_counter()
    rng = np.random.default_rng(seed)
    net = network(name, lag, symbols, rng, dtype)
    updates, checks = SETTINGS["updates"], SETTINGS["checks"]
    shown = 0

    def draw(many: int, seed) -> Sequences:
        return delayed_recall(
            many, lag, symbols=symbols, noise=SETTINGS["noise"], seed=seed
        )

    def batch(rng: np.random.Generator) -> Sequences:
        nonlocal shown
        shown += SETTINGS["batch"]
        return draw(SETTINGS["batch"], rng)

    check = Check(draw(SETTINGS["checked"], 200_000 + seed))
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            ended = fit(
                net,
                Fresh(batch, updates // checks, seed=rng),
                Adam(net.parameters, one_cycle(updates, peak)),
                epochs=checks,
                clip=SETTINGS["clip"],
                validate=check,
                goal=-1.0,
                progress=False,
            ).ended
    except FloatingPointError:
        if dtype == "float32":
            return run(name, symbols, lag, seed, peak, "float64")
        ended = "overflow"
        for key, value in check.best.items():
            net.parameters[key][...] = value
    with np.errstate(over="ignore", invalid="ignore"):
        found = right(net, draw(SETTINGS["tests"], 100_000 + seed))
    return {
        "seed": seed,
        "success": succeeded(found),
        "right": found,
        "sequences": shown,
        "ended": ended,
        "dtype": dtype,
        "seconds": round(time.perf_counter() - start, 1),
    }


def succeeded(found: int) -> bool:
    """Say whether so many right answers are a success."""
    return found >= SETTINGS["success"] * SETTINGS["tests"]


def best_rate(tuning: dict[str, list[dict]]) -> float:
    """Return the rate of most successes, then of most right answers.

    Parameters
    ----------
    tuning : dict of list of dict
        Lines of the file by rate, in rising order.
    """

    def merit(rate: str) -> tuple[int, int]:
        lines = tuning[rate]
        wins = sum(line["success"] for line in lines)
        return wins, sum(line["right"] for line in lines)

    return float(max(tuning, key=merit))  # the first, if they are equal


def tuning_runs(symbols: int) -> list[tuple[str, int, int]]:
    """Return every (rate, lag, seed) at which a contestant is tuned."""
    return [
        (str(rate), lag, seed)
        for rate in RATES
        for lag in TUNING_LAGS[symbols]
        for seed in TUNING_SEEDS
    ]


def learn(data: dict, seeds: int, symbols: list[int], path: Path) -> None:
    """Make every run that the data do not hold yet."""
    tasks = data["results"]
    with tqdm(smoothing=0) as bar:
        for size in symbols:
            task = tasks.setdefault(
                str(size), {"tuning": {}, "rates": {}, "results": {}}
            )
            for name in CONTESTANTS:
                lines = task["tuning"].setdefault(name, {})
                for rate, lag, seed in tuning_runs(size):
                    bar.set_description(f"{size} {name} {lag} rate {rate}")
                    here = lines.setdefault(rate, [])
                    if not any(
                        (r["lag"], r["seed"]) == (lag, seed) for r in here
                    ):
                        found = run(name, size, lag, seed, float(rate))
                        here.append({"lag": lag, **found})
                        stored_runs.write(path, data)
                        bar.update()
                task["rates"][name] = best_rate(lines)
            for lag in LAGS[size]:
                for name, rate in task["rates"].items():
                    bar.set_description(f"{size} {name} {lag}")
                    by_lag = task["results"].setdefault(name, {})
                    here = by_lag.setdefault(str(lag), [])
                    for seed in range(len(here), seeds):
                        here.append(run(name, size, lag, seed, rate))
                        stored_runs.write(path, data)
                        bar.update()


def successes(by_lag: dict[str, list[dict]]) -> tuple[list[int], np.ndarray]:
    """Return the lags and success (L, S) as `memory_horizon` takes them."""
    seeds = min(len(lines) for lines in by_lag.values())
    return [int(lag) for lag in by_lag], np.array(
        [
            [line["success"] for line in lines[:seeds]]
            for lines in by_lag.values()
        ]
    )


def table(data: dict) -> str:
    """Return successes by contestant and lag, and the horizons."""
    lines = []
    for size, task in data["results"].items():
        lines += ["", f"{size} symbols, chance {1 / int(size):.1%}"]
        lines += [
            f"{'':20}  rate" + "".join(f"{k:5d}" for k in LAGS[int(size)])
        ]
        lines[-1] += "  seeds  horizon, interval"
        for name, by_lag in task["results"].items():
            lags, success = successes(by_lag)
            wins = success.sum(axis=1)
            shares = success.mean(axis=1)
            falls = " not monotone" if np.any(np.diff(shares) > 0) else ""
            horizon = memory_horizon(lags, success)
            lines.append(
                f"{name:20} {task['rates'][name]:5g}"
                + "".join(f"{won:5d}" for won in wins)
                + f"  {success.shape[1]:5d}  "
                + (">= " if horizon.lag == lags[-1] else "   ")
                + f"{horizon.lag:4.0f}, {horizon.interval()}{falls}"
            )
        seeds = success.shape[1]
        low, high = success_interval(seeds, seeds)
        lines.append(
            f"{seeds} of {seeds} is a share between {low:.2f} and {high:.2f}"
            f", 0 of {seeds} one between {1 - high:.2f} and {1 - low:.2f}"
        )
    return "\n".join(lines)


def new_file() -> dict:
    """Return the file's contents before the first run."""
    return {
        "command": "python benchmarks/memory_horizon.py",
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "threads": 1,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "settings": SETTINGS,
        "weights": {
            str(size): {name: weights(name, size) for name in CONTESTANTS}
            for size in LAGS
        },
        "results": {},
    }


def weights(name: str, symbols: int) -> int:
    """Return how many weights a contestant learns."""
    net = network(name, LAGS[symbols][0], symbols, np.random.default_rng(0))
    return sum(array.size for array in net.parameters.values())


def main() -> None:
    """Make the runs that are missing, write the file, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--symbols", type=int, nargs="+", default=[2], choices=list(LAGS)
    )
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--table", action="store_true")
    parser.add_argument(
        "--out", type=Path, default=stored_runs.path_of("memory_horizon")
    )
    arguments = parser.parse_args()
    data = stored_runs.read(arguments.out) or new_file()
    if data["settings"] != SETTINGS:
        parser.error(f"{arguments.out} holds runs of other settings")
    if not arguments.table:
        learn(data, arguments.seeds, arguments.symbols, arguments.out)
    print(table(data))


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
