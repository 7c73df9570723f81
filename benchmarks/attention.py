"""What attention recalls that a state of fixed size does not, and its price.

    python benchmarks/attention.py            # make what is missing, print
    python benchmarks/attention.py --table    # print what is there

recall
    Pairs of a key and a value are shown, one a step, and every key is asked
    for. All contestants but attention have a state of 144 numbers: 144 units
    of an Elman network, cell and output of 72 units of an LSTM, a 12 × 12
    matrix. Attention, with keys and values of 12 numbers, keeps 24 numbers a
    pair. Every run has 800 updates of 32 fresh sequences, Adam on a one-cycle
    schedule, clip 1, float32. The peak of the learning rate is tuned for each
    contestant in the same way, at four pairs, with two seeds that are used
    for nothing else.
patience
    The LSTM at two and eight pairs with ten times the updates, same rate.
changed
    Eight pairs, each key then shown again with another value: the last one
    counts. Same budget, the rates of "recall".
words
    Numbers in English words, to be written in digits, by an encoder and a
    decoder (GRU) of about equally many weights: 36 units and the last state
    alone, or 32 units and attention. 1,500 updates of 32 fresh numbers, peak
    rate .01; numbers of up to nine digits, and numbers of up to six, so that
    longer ones have never been seen. Tested on 300 numbers of each length,
    with the right digit before each shown ("teacher") and with the network's
    own ("free").
cost
    Seconds forward and backward of causal attention, over those of an LSTM
    of as many units on the same inputs, by length. They run in turns, and
    the shortest time of each counts, which a busy machine disturbs least.
    The only part that depends on the machine.

The file is written after every run; a run that it holds is not made again.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm

import stored_runs
from rnnlib.layers.attention import Attention
from rnnlib.layers.elman import Elman
from rnnlib.layers.encoder_decoder import EncoderDecoder
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import cross_entropy
from rnnlib.layers.matrix_state import MatrixState
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.tasks.look_back import pair_recall
from rnnlib.sequences.tasks.spelled_numbers import (
    WORDS,
    number_words,
    spell_number,
)
from rnnlib.training.batches import Fresh
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam
from rnnlib.training.schedules import one_cycle

SEEDS = 5
TUNING_SEEDS = (1000, 1001)
SETTINGS = {
    "batch": 32,
    "clip": 1.0,
    "recall": {
        "symbols": 64,
        "side": 12,
        "updates": 800,
        "pairs": [1, 2, 4, 8, 16, 32],
        "rates": [0.003, 0.01, 0.03],
        "tuned at": 4,
        "tests": 200,
    },
    "patience": {"pairs": [2, 8], "times": 10},
    "changed": {"pairs": 8, "changed": 8},
    "words": {
        "updates": 1500,
        "rate": 0.01,
        "units": {"last state": 36, "attention": 32},
        "longest": [9, 6],
        "tests": 300,
    },
    "cost": {
        "lengths": [32, 64, 128, 256, 512, 1024, 2048],
        "units": 32,
        "batch": 4,
        "rounds": 30,
    },
}


def _matrix(rule: str) -> Callable:
    return lambda D, side, rest: MatrixState(D, side, rule=rule, **rest)


def _attention(positions: bool) -> Callable:
    return lambda D, side, rest: Attention(
        D, side, positions=positions, **rest
    )


CONTESTANTS = {
    "Elman": lambda D, side, rest: Elman(
        D, side * side, init="orthogonal", **rest
    ),
    "LSTM": lambda D, side, rest: FastLSTM(
        D, side * side // 2, forget_bias=2.0, **rest
    ),
    "matrix, sum": _matrix("sum"),
    "matrix, delta": _matrix("delta"),
    "attention": _attention(False),
}
CHANGED = {
    name: CONTESTANTS[name]
    for name in ("matrix, sum", "matrix, delta", "attention")
} | {"attention, positions": _attention(True)}


def train(net: Network, draw: Callable, updates: int, peak: float, rng):
    """Train on fresh batches."""
    fit(
        net,
        Fresh(lambda rng: draw(SETTINGS["batch"], rng), updates, seed=rng),
        Adam(net.parameters, one_cycle(updates, peak)),
        epochs=1,
        clip=SETTINGS["clip"],
        progress=False,
    )


def recall_run(
    name: str,
    pairs: int,
    seed: int,
    rate: float,
    changed: int = 0,
    times: int = 1,
) -> dict:
    """Train one network to recall pairs, test it, return a line."""
    start, settings = time.perf_counter(), SETTINGS["recall"]
    symbols, rng = settings["symbols"], np.random.default_rng(seed)
    rest = {"seed": rng, "dtype": np.float32}
    make = {**CONTESTANTS, **CHANGED}[name]
    layer = make(2 * symbols, settings["side"], rest)
    head = LinearHead(layer.hidden_size, symbols, **rest)
    net = Network(layer, head, cross_entropy)

    def draw(count: int, seed) -> Sequences:
        return pair_recall(
            count,
            pairs,
            keys=symbols,
            values=symbols,
            changed=changed,
            seed=seed,
        )

    train(net, draw, times * settings["updates"], rate, rng)
    data = draw(settings["tests"], 100_000 + seed)
    right = (net.predict(data.x).argmax(axis=2) == data.y)[data.mask]
    return {
        "seed": seed,
        "right": int(right.sum()),
        "asked": int(right.size),
        "weights": sum(w.size for w in net.parameters.values()),
        "seconds": round(time.perf_counter() - start, 1),
    }


def write_freely(net: Network, x: np.ndarray, reads: int) -> np.ndarray:
    """Return the classes that a network writes on its own, (U, N)."""
    x, first_digit = x.copy(), len(WORDS) + 1
    x[reads + 1 :] = 0
    written = []
    for t in range(reads, len(x)):
        written.append(net.predict(x[: t + 1])[-1].argmax(axis=1))
        if t + 1 < len(x):
            some = np.flatnonzero(written[-1] < 10)
            x[t + 1, some, first_digit + written[-1][some]] = 1
    return np.array(written)


def words_run(kind: str, longest: int, seed: int) -> dict:
    """Train one encoder and decoder, test it by length, return a line."""
    start, settings = time.perf_counter(), SETTINGS["words"]
    rng, units = np.random.default_rng(seed), settings["units"][kind]
    rest = {"seed": rng, "dtype": np.float32}
    reads, D = len(spell_number(777_777_777)), len(WORDS) + 11
    layer = EncoderDecoder(
        GRU(D, units, **rest),
        GRU(D, units, **rest),
        reads,
        attention=kind == "attention",
        seed=rng,
    )
    head = LinearHead(layer.hidden_size, 11, **rest)
    net = Network(layer, head, cross_entropy)
    train(
        net,
        lambda count, seed: number_words(
            count, 1, longest, reads=reads, seed=seed
        ),
        settings["updates"],
        settings["rate"],
        rng,
    )
    found = {"teacher": [], "free": [], "numbers": []}
    for digits in range(1, 10):
        data = number_words(
            settings["tests"], digits, reads=reads, seed=100_000 + seed
        )
        y, mask = data.y[reads:], data.mask[reads:]
        taught = net.predict(data.x)[reads:].argmax(axis=2) == y
        free = write_freely(net, data.x, reads) == y
        found["teacher"].append(round(float(taught[mask].mean()), 4))
        found["free"].append(round(float(free[mask].mean()), 4))
        found["numbers"].append(int((free | ~mask).all(axis=0).sum()))
    weights = sum(w.size for w in net.parameters.values())
    seconds = round(time.perf_counter() - start, 1)
    return {"seed": seed, **found, "weights": weights, "seconds": seconds}


def cost_run(length: int) -> dict:
    """Time attention and an LSTM in turns on the same inputs."""
    settings, rng = SETTINGS["cost"], np.random.default_rng(0)
    H, B = settings["units"], settings["batch"]
    x, dh = rng.normal(size=(2, length, B, H)).astype(np.float32)
    layers = [kind(H, H, dtype=np.float32) for kind in (Attention, FastLSTM)]
    times = ([], [])
    for _ in range(settings["rounds"]):
        for layer, kept in zip(layers, times):
            start = time.perf_counter()
            _, cache = layer.forward(x)
            layer.backward(dh, cache)
            kept.append(time.perf_counter() - start)
    attention, lstm = map(min, times)
    return {
        "length": length,
        "attention over LSTM": round(attention / lstm, 3),
        "attention, ms": round(1000 * attention, 2),
        "LSTM, ms": round(1000 * lstm, 2),
    }


def best_rate(by_rate: dict[str, list[dict]]) -> float:
    """Return the rate with most right answers, the lower of two equals."""
    return float(
        max(by_rate, key=lambda r: sum(line["right"] for line in by_rate[r]))
    )


def learn(data: dict, path: Path) -> None:
    """Make every run that the data do not hold yet."""
    results, recall = data["results"], SETTINGS["recall"]

    def add(lines: list[dict], seeds, run: Callable, **options) -> None:
        for seed in seeds:
            if seed not in [line["seed"] for line in lines]:
                lines.append(run(seed=seed, **options))
                stored_runs.write(path, data)
                bar.update()

    with tqdm(smoothing=0) as bar:
        for name in {**CONTESTANTS, **CHANGED}:
            bar.set_description(f"rate of {name}")
            lines = results["tuning"].setdefault(name, {})
            options = {"name": name, "pairs": recall["tuned at"]}
            for rate in recall["rates"]:
                here = lines.setdefault(str(rate), [])
                add(here, TUNING_SEEDS, recall_run, rate=rate, **options)
            results["rates"][name] = best_rate(lines)
        for pairs in recall["pairs"]:
            for name in CONTESTANTS:
                bar.set_description(f"{pairs} pairs, {name}")
                by_pairs = results["recall"].setdefault(name, {})
                options = {"name": name, "rate": results["rates"][name]}
                here = by_pairs.setdefault(str(pairs), [])
                add(here, range(SEEDS), recall_run, pairs=pairs, **options)
        for pairs in SETTINGS["patience"]["pairs"]:
            bar.set_description(f"patience, {pairs} pairs")
            options = {"name": "LSTM", "rate": results["rates"]["LSTM"]}
            options |= {"times": SETTINGS["patience"]["times"]}
            here = results["patience"].setdefault(str(pairs), [])
            add(here, range(SEEDS), recall_run, pairs=pairs, **options)
        for name in CHANGED:
            bar.set_description(f"changed, {name}")
            options = SETTINGS["changed"] | {"rate": results["rates"][name]}
            here = results["changed"].setdefault(name, [])
            add(here, range(SEEDS), recall_run, name=name, **options)
        for longest in SETTINGS["words"]["longest"]:
            for kind in SETTINGS["words"]["units"]:
                bar.set_description(f"words up to {longest}, {kind}")
                by_kind = results["words"].setdefault(str(longest), {})
                here = by_kind.setdefault(kind, [])
                options = {"kind": kind, "longest": longest}
                add(here, range(SEEDS), words_run, **options)
        for length in SETTINGS["cost"]["lengths"]:
            bar.set_description(f"cost at {length}")
            if length not in [line["length"] for line in results["cost"]]:
                results["cost"].append(cost_run(length))
                stored_runs.write(path, data)


def table(data: dict) -> str:
    """Return what the file holds, in short."""
    results = data["results"]
    lines = ["share of right answers, mean of seeds (lowest to highest)"]
    many = {
        f"{name}, {n} pairs": found
        for name, by_pairs in results["recall"].items()
        for n, found in by_pairs.items()
    }
    for pairs, found in results["patience"].items():
        many[f"LSTM, {pairs} pairs, ten times as long"] = found
    many |= {f"{n}, changed": found for n, found in results["changed"].items()}
    for name, found in many.items():
        shares = [line["right"] / line["asked"] for line in found]
        lines.append(
            f"{name:38} {np.mean(shares):.3f} "
            f"({min(shares):.3f} to {max(shares):.3f})"
        )
    for longest, by_kind in results["words"].items():
        for kind, found in by_kind.items():
            lines.append(f"up to {longest} digits, {kind}, 1 to 9 digits")
            for what in ("teacher", "free", "numbers"):
                mean = np.mean([line[what] for line in found], axis=0)
                mean /= SETTINGS["words"]["tests"] if what == "numbers" else 1
                row = "".join(f"{share:7.3f}" for share in mean)
                lines.append(f"  {what:8}{row}")
    lines += [str(line) for line in results["cost"]]
    return "\n".join(lines)


def new_file() -> dict:
    """Return the file's contents before the first run."""
    return {
        "command": "python benchmarks/attention.py",
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "threads": 1,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "settings": SETTINGS,
        "results": {
            "tuning": {},
            "rates": {},
            "recall": {},
            "patience": {},
            "changed": {},
            "words": {},
            "cost": [],
        },
    }


def main() -> None:
    """Make the runs that are missing, write the file, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", action="store_true")
    parser.add_argument(
        "--out", type=Path, default=stored_runs.path_of("attention")
    )
    arguments = parser.parse_args()
    data = stored_runs.read(arguments.out) or new_file()
    if data["settings"] != SETTINGS:
        parser.error(f"{arguments.out} holds runs of other settings")
    if not arguments.table:
        learn(data, arguments.out)
    print(table(data))


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
