"""Run the long-lag experiments of Hochreiter & Schmidhuber 1997 again.

    python benchmarks/long_lag.py                    # all, ten seeds each
    python benchmarks/long_lag.py --only adding-100 --seeds 1

Every experiment is learned by our LSTM and, under the same budget of
sequences, by an Elman network with about as many weights. For each seed the
file written holds success, the number of test cases that are wrong, the
sequences shown and the seconds taken on one thread.

    embedded-reber    256 strings to learn, 256 to test; success when on both
                      sets every legal symbol is above every other
    noise-free-100    two sequences that differ at their ends, 100 steps apart;
                      success when every right symbol has probability 3/4
    adding-T          success when at most 1 of 2,560 test sequences is off
                      by 0.04 or more
    temporal-order    success when at most 1 of 2,560 is put in a wrong class
"""

from __future__ import annotations

import argparse
import functools
import math
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm

import stored_runs
from rnnlib.layers.elman import Elman
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import cross_entropy, softmax, squared_error
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.tasks.long_lags import (
    adding,
    noise_free_lag,
    temporal_order,
)
from rnnlib.sequences.tasks.reber_grammar import (
    reber,
    reber_passed,
    reber_strings,
)
from rnnlib.training.batches import Fresh, Minibatches
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam
from rnnlib.training.schedules import one_cycle

COMMAND = "python benchmarks/long_lag.py"
HIDDEN = 16
LENGTHS = (25, 50, 100, 200, 500, 1000)  # the paper: 100, 500, 1000
TESTS = 2560
UPDATES = 1870  # of 16 sequences: 29,920 in all
CLIP = 1.0


# Other starts and another activation of the LSTM, for the adding problem.
# Each is given as (options, peak of the learning rate).
VARIANTS = {
    "LSTM as in torch": ({}, 0.02),
    "LSTM as in torch, slower": ({}, 0.005),
    "LSTM forget bias 1": ({"forget_bias": 1.0}, 0.02),
    "LSTM forget bias 1, slower": ({"forget_bias": 1.0}, 0.005),
    "LSTM ReLU": ({"activation": "relu"}, 0.02),
}


def network(
    kind: str,
    inputs: int,
    outputs: int,
    loss: Callable,
    rng: np.random.Generator,
    dtype: type = np.float64,
    **options,
) -> Network:
    """Return an LSTM of 16 units, or an Elman network with as many weights."""
    if kind.startswith("LSTM"):
        layer = FastLSTM(inputs, HIDDEN, seed=rng, dtype=dtype, **options)
    else:
        weights = 4 * HIDDEN * (inputs + HIDDEN + 1) + outputs * HIDDEN
        linear = inputs + outputs + 1  # H^2 + linear H = weights
        size = (math.sqrt(linear**2 + 4 * weights) - linear) / 2
        layer = Elman(
            inputs, round(size), init="orthogonal", seed=rng, dtype=dtype
        )
    head = LinearHead(layer.hidden_size, outputs, seed=rng, dtype=dtype)
    return Network(layer, head, loss)


def in_parts(
    data: Sequences, answer: Callable[[Sequences], np.ndarray]
) -> int:
    """Return how many sequences are wrong, asked 256 at a time."""
    parts = (data.take(range(k, k + 256)) for k in range(0, len(data), 256))
    return int(sum(answer(part).sum() for part in parts))


def run_adding(kind: str, seed: int, length: int) -> dict:
    """Learn the adding problem from fresh sequences of one length."""
    rng = np.random.default_rng(seed)
    options, peak = VARIANTS.get(kind, ({}, 0.02))
    if kind in ("LSTM", "LSTM ReLU"):
        options = options | {"longest_lag": length}
    net = network(kind, 2, 1, squared_error, rng, np.float32, **options)
    try:
        with np.errstate(all="ignore"):
            history = learn_fresh(
                net, kind, lambda rng: adding(16, length, seed=rng), rng, peak
            )
    except FloatingPointError:  # grew beyond all bounds
        return {"success": False, "wrong": TESTS, "diverged": True}

    def wrong(data: Sequences) -> np.ndarray:
        error = net.predict(data.x)[-1] - data.y[-1]
        return np.abs(error[:, 0]) >= 0.04

    errors = in_parts(adding(TESTS, length, seed=10_000 + seed), wrong)
    return report(history, errors, errors <= 1)


def run_order(kind: str, seed: int) -> dict:
    """Learn the order of two symbols from fresh sequences."""
    rng = np.random.default_rng(seed)
    options = {"longest_lag": 100} if kind == "LSTM" else {}
    net = network(kind, 8, 4, cross_entropy, rng, np.float32, **options)
    history = learn_fresh(
        net, kind, lambda rng: temporal_order(16, seed=rng), rng
    )

    def wrong(data: Sequences) -> np.ndarray:
        classes = net.predict(data.x).argmax(axis=2)
        return ((classes != data.y) & data.mask).any(axis=0)

    errors = in_parts(temporal_order(TESTS, seed=10_000 + seed), wrong)
    return report(history, errors, errors <= 1)


def learn_fresh(
    net: Network, kind: str, draw: Callable, rng, peak: float = 0.02
):
    """Train on batches that are never shown twice, in one cycle."""
    if kind == "Elman":
        peak = 0.003
    return fit(
        net,
        Fresh(draw, UPDATES, seed=rng),
        Adam(net.parameters, one_cycle(UPDATES, peak)),
        epochs=1,
        clip=CLIP,
        progress=False,
    )


def run_reber(kind: str, seed: int) -> dict:
    """Learn embedded Reber strings until all of both sets pass."""
    rng = np.random.default_rng(seed)
    options = {"forget_bias": 1.0} if kind == "LSTM" else {}
    net = network(kind, 7, 7, cross_entropy, rng, **options)
    sets = [reber(reber_strings(256, seed=rng)) for _ in "ab"]

    def failed(net: Network) -> float:
        passed = [
            reber_passed(net.predict(data.x), legal, data.mask)
            for data, legal in sets
        ]
        return float(sum((~each).sum() for each in passed))

    history = fit(
        net,
        Minibatches(sets[0][0], 4, seed=rng),
        Adam(net.parameters, 0.02 if kind == "LSTM" else 0.01),
        epochs=100,
        clip=CLIP,
        validate=failed,
        goal=0,
        progress=False,
    )
    return report(
        history, int(min(history.validation)), history.ended == "goal"
    )


def run_noise_free(kind: str, seed: int, lag: int = 100) -> dict:
    """Learn to foresee two sequences, the last symbol a lag after the first.

    One step in a hundred needs memory, and in a mean over all steps it is
    not heard: every other update looks at that step alone.
    """
    rng = np.random.default_rng(seed)
    options = {"longest_lag": lag} if kind == "LSTM" else {}
    net = network(kind, lag + 1, lag + 1, cross_entropy, rng, **options)
    every = noise_free_lag(lag)
    at_end = np.zeros_like(every.mask)
    at_end[-1] = True
    last = Sequences(every.x, every.y, at_end)

    def worst(net: Network) -> float:
        p = softmax(net.predict(every.x))
        return float(1 - np.take_along_axis(p, every.y[..., None], 2).min())

    history = fit(
        net,
        [every, last] * 5,
        Adam(net.parameters, 0.005),
        epochs=250,
        clip=CLIP,
        validate=worst,
        goal=0.25,
        progress=False,
    )
    done = history.ended == "goal"
    return report(history, 0 if done else 1, done)


def report(history, wrong: int, success: bool) -> dict:
    """Return one line of the file."""
    return {
        "success": bool(success),
        "wrong": wrong,
        "sequences": history.sequences,
        "seconds": round(history.seconds, 1),
    }


EXPERIMENTS = {
    "embedded-reber": run_reber,
    "noise-free-100": run_noise_free,
    **{
        f"adding-{T}": functools.partial(run_adding, length=T) for T in LENGTHS
    },
    "temporal-order": run_order,
}


def main() -> None:
    """Run what was asked for, print the table, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=list(EXPERIMENTS))
    parser.add_argument("--kinds", nargs="*", default=["LSTM", "Elman"])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument(
        "--out", type=Path, default=stored_runs.path_of("long_lag")
    )
    arguments = parser.parse_args()
    names = arguments.only or list(EXPERIMENTS)
    # Keep what other runs have measured.
    results = stored_runs.read(arguments.out).get("results", {})
    bar = tqdm(total=len(names) * len(arguments.kinds) * arguments.seeds)
    for name in names:
        for kind in arguments.kinds:
            runs = []
            for seed in range(arguments.seeds):
                bar.set_description(f"{name} {kind} seed {seed}")
                runs.append({"seed": seed, **EXPERIMENTS[name](kind, seed)})
                bar.update()
            results.setdefault(name, {})[kind] = runs
            stored_runs.write(
                arguments.out, {"command": COMMAND, "results": results}
            )
    bar.close()
    print(
        f"\n{'experiment':16} {'':6} success  most wrong  sequences  seconds"
    )
    for name, kinds in results.items():
        for kind, runs in kinds.items():
            wins = sum(run["success"] for run in runs)
            print(
                f"{name:16} {kind:6} {wins:3d} / {len(runs):<3d} "
                f"{max(run['wrong'] for run in runs):10d} "
                f"{mean_of(runs, 'sequences'):11.0f} "
                f"{mean_of(runs, 'seconds'):8.1f}"
            )


def mean_of(runs: list[dict], key: str) -> float:
    """Return the mean over the runs that did not diverge."""
    return statistics.mean([run[key] for run in runs if key in run] or [0])


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
