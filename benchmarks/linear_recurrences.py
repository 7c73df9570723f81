"""Measure what linear recurrences can do, for chapter 13.

    python benchmarks/linear_recurrences.py                    # all
    python benchmarks/linear_recurrences.py --only parity      # one of them
    python benchmarks/linear_recurrences.py --table            # what is there

    adding    two marked numbers of T = 1,000 or 10,000, gates that see the
              input alone: how many of 2,560 sums are off by 0.04 or more
    pixels    handwritten digits read one pixel after the other, in the order
              of reading and in a random order, by complex modes
    parity    is the number of ones so far odd? Gates in [0, 1], gates in
              [-1, 1] and a simple network, trained on at most 32 bits
    words     words of three groups, S3, A5 (from cycles of three) and S5
              (from swaps), trained on at most 32 letters: reflections, and
              gates in [-1, 1]
    scan      seconds of three ways to compute h_t = a_t h_{t-1} + b_t

Every run uses one thread. Seconds are those of the processor, so that other
programs beside it count little; those of "scan" are the fewest of several
calls, with all ways in turn. The file is written after every run; a run that
it holds is not made again.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

import stored_runs
from rnnlib.layers.elman import Elman
from rnnlib.layers.heads import BentHead, LinearHead
from rnnlib.layers.input_gated import InputGated
from rnnlib.layers.losses import cross_entropy, squared_error
from rnnlib.layers.lru import LRU
from rnnlib.layers.reflections import Reflections
from rnnlib.layers.scan import WAYS, linear_scan
from rnnlib.sequences import datasets
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.tasks.long_lags import adding
from rnnlib.sequences.tasks.state_tracking import group_words, parity
from rnnlib.training.batches import Fresh
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam
from rnnlib.training.schedules import one_cycle

COMMAND = "python benchmarks/linear_recurrences.py"
SETTINGS = {
    "adding": {
        "units": 16,
        "updates": 1500,
        "batch": 16,
        "peak": 0.05,
        "clip": 1.0,
        "shortest": 100,  # lengths grow from here to T, then stay
        "growing": 2 / 3,  # share of the updates
        "longest lag": 10,  # times T
        "tests": 2560,
    },
    "pixels": {
        "modes": 128,
        "units": 255,
        "epochs": 10,
        "batch": 100,
        "peak": 0.01,
        "slower modes": 0.1,  # their share of the rate
        "smallest": 0.98,
        "largest": 0.9999,
        "widest": 1.5,  # radians a step: strokes are wider than a pixel
    },
    "parity": {
        "units": {"gates": 16, "tanh": 32},
        "updates": {"gates": 1500, "tanh": 2000},
        "batch": 64,
        "peak": 0.01,
        "clip": 1.0,
        "longest": 32,
        "tests": 1000,
    },
    "words": {
        "units of reflections": {
            "S3": 4, "S5 swaps": 8, "A5 cycles": 8, "A5": 8,
        },
        "reflections a letter": {
            "S3": 2, "S5 swaps": 1, "A5 cycles": 2, "A5": 2,
        },
        "units of gates": 64,
        "updates": 2000,
        "batch": 64,
        "peak": 0.02,
        "clip": 1.0,
        "longest": 32,
        "tests": 1000,
    },
}  # fmt: skip
# Contestant, where it is told the answer, the shortest sequence, seeds.
PARITY = {
    f"{who}, labels at {where}": (who, labels, shortest, seeds)
    for where, labels, shortest, seeds in (
        ("every step", "every", 1, 10),
        ("the last step", "last", 1, 5),
        ("step 32", "last", 32, 3),
    )
    for who in ("gates in [0, 1]", "gates in [-1, 1]", "tanh")
}
PARITY_LENGTHS = (32, 64, 1000, 10_000)
WORDS = (  # contestant, its groups, seeds
    ("reflections", ("S3", "A5 cycles", "S5 swaps"), 10),
    ("gates", ("S3", "A5 cycles"), 3),
    ("reflections", ("A5",), 3),
)
WORD_LENGTHS = (32, 256, 1000)
WIDTHS = (1, 4, 16, 32, 64, 128)
STEPS = (128, 512, 2048, 8192, 32_768, 131_072)


def grown(share: float, growing: float, low: int, high: int) -> int:
    """Return a length that grows by powers from low to high, then stays."""
    return round(low * (high / low) ** min(1.0, share / growing))


def train(
    net: Network,
    draw: Callable[[np.random.Generator, float], Sequences],
    rng: np.random.Generator,
    updates: int,
    peak: float,
    clip: float,
) -> float:
    """Train on batches never shown twice; return the seconds.

    `draw` is told which share of the updates is done.
    """
    start, done = time.process_time(), iter(range(updates))
    fit(
        net,
        Fresh(lambda rng: draw(rng, next(done) / updates), updates, seed=rng),
        Adam(net.parameters, one_cycle(updates, peak)),
        epochs=1,
        clip=clip,
        progress=False,
    )
    return round(time.process_time() - start, 1)


def run_adding(T: int, seed: int) -> dict:
    """Learn to add over T steps with gates that see the input alone."""
    s, rng = SETTINGS["adding"], np.random.default_rng(seed)
    options = {"seed": rng, "dtype": np.float32}
    lag = s["longest lag"] * T
    layer = InputGated(2, s["units"], longest_lag=lag, **options)
    net = Network(layer, LinearHead(s["units"], 1, **options), squared_error)

    def draw(rng: np.random.Generator, share: float) -> Sequences:
        length = grown(share, s["growing"], s["shortest"], T)
        return adding(s["batch"], length, seed=rng)

    rest = s["updates"], s["peak"], s["clip"]
    seconds = train(net, draw, rng, *rest)
    test, wrong = np.random.default_rng(10_000 + seed), 0
    for _ in range(0, s["tests"], 64):
        data = adding(64, T, seed=test)
        off = net.predict(data.x)[-1] - data.y[-1]
        wrong += int((np.abs(off) >= 0.04).sum())
    return {"wrong": wrong, "seconds": seconds}


def run_pixels(order: str, seed: int) -> dict:
    """Read digits one pixel after the other, by complex modes."""
    s, rng = SETTINGS["pixels"], np.random.default_rng(seed)
    began = time.process_time()
    digits = datasets.mnist()
    pixels = np.arange(784)
    if order == "permuted":
        pixels = np.random.default_rng(0).permutation(784)

    mean, spread = digits.x_train.mean(), digits.x_train.std()

    def steps(pictures: np.ndarray) -> np.ndarray:
        rows = pictures.reshape(len(pictures), 784)[:, pixels]
        scaled = (rows.T.astype(np.float32) - mean) / spread
        return scaled[..., np.newaxis].astype(np.float32)

    options = {"seed": rng, "dtype": np.float32}
    start = {name: s[name] for name in ("smallest", "largest", "widest")}
    layer = LRU(1, 2 * s["modes"], **start, **options)
    head = BentHead(2 * s["modes"], s["units"], 10, **options)
    modes = {k: layer.parameters[k] for k in ("log_decay", "angle")}
    rest = {"W_xh": layer.parameters["W_xh"], **head.parameters}
    count = len(digits.y_train) // s["batch"]
    optimizers = [
        Adam(arrays, one_cycle(s["epochs"] * count, peak))
        for arrays, peak in (
            (modes, s["peak"] * s["slower modes"]),
            (rest, s["peak"]),
        )
    ]
    x = steps(digits.x_train)
    for _ in range(s["epochs"]):
        every = rng.permutation(len(digits.y_train))
        for which in np.split(every, count):
            h, cache = layer.last(x[:, which])
            y_hat, head_cache = head.forward(h)
            _, dy = cross_entropy(y_hat, digits.y_train[which])
            gradients = head.backward(dy, head_cache)
            gradients |= layer.last_back(gradients["h"], cache)
            for optimizer in optimizers:
                optimizer.step(gradients)
    seconds = round(time.process_time() - began, 1)
    right = 0
    for some in np.split(np.arange(10_000), 20):
        h, _ = layer.last(steps(digits.x_test[some]))
        said = head.forward(h)[0].argmax(axis=1)
        right += int((said == digits.y_test[some]).sum())
    weights = sum(w.size for w in (modes | rest).values())
    return {"right": right, "weights": weights, "seconds": seconds}


def last_right(
    net: Network, task: Callable[..., Sequences], T: int, seed: int
) -> int:
    """Return how many of 1,000 are right at step T, asked 100 at a time."""
    rng, right = np.random.default_rng(10_000 + seed), 0
    for _ in range(0, 1000, 100):
        data = task(100, T, seed=rng)
        said = net.predict(data.x)[-1].argmax(axis=1)
        right += int((said == data.y[-1]).sum())
    return right


def run_parity(name: str, seed: int) -> dict:
    """Learn parity on short sequences; ask on long ones."""
    s, rng = SETTINGS["parity"], np.random.default_rng(seed)
    who, labels, shortest, _ = PARITY[name]
    kind = who.split()[0]
    H, updates = s["units"][kind], s["updates"][kind]
    options = {"seed": rng, "dtype": np.float32}
    if who == "tanh":
        layer = Elman(1, H, init="orthogonal", **options)
    else:
        layer = InputGated(1, H, lowest=-1.0 * ("-1" in who), **options)
    net = Network(layer, LinearHead(H, 2, **options), cross_entropy)

    def draw(rng: np.random.Generator, share: float) -> Sequences:
        return parity(
            s["batch"], shortest, s["longest"], labels=labels, seed=rng
        )

    seconds = train(net, draw, rng, updates, s["peak"], s["clip"])
    right = {T: last_right(net, parity, T, seed) for T in PARITY_LENGTHS}
    line = {"right": right, "seconds": seconds}
    if who != "tanh":
        _, cache = layer.forward([[[0.0]], [[1.0]]])
        f = cache.trace("f")[:, 0]  # at a zero and at a one, (2, H)
        keeps = f[:, np.abs(f).min(axis=0).argmax()]
        line["gate that keeps most"] = [round(float(v), 4) for v in keeps]
    return line


def run_words(group: str, who: str, seed: int) -> dict:
    """Learn words of a group of at most 32 letters; ask for longer ones."""
    s, rng = SETTINGS["words"], np.random.default_rng(seed)
    D = group_words(1, 1, group=group).x.shape[2]
    answers = {"S3": 6, "S5 swaps": 120}.get(group, 60)
    options = {"seed": rng, "dtype": np.float32}
    if who == "reflections":
        H, count = (
            s[key][group]
            for key in ("units of reflections", "reflections a letter")
        )
        layer = Reflections(D, H, count=count, **options)
    else:
        layer = InputGated(D, s["units of gates"], lowest=-1.0, **options)
    head = LinearHead(layer.hidden_size, answers, **options)
    net = Network(layer, head, cross_entropy)

    def draw(rng: np.random.Generator, share: float) -> Sequences:
        return group_words(s["batch"], 1, s["longest"], group=group, seed=rng)

    rest = s["updates"], s["peak"], s["clip"]
    seconds = train(net, draw, rng, *rest)
    task = partial(group_words, group=group)
    right = {T: last_right(net, task, T, seed) for T in WORD_LENGTHS}
    return {"right": right, "seconds": seconds}


def run_scan(width: int, seed: int) -> dict:
    """Time every way to scan at one width and all lengths, taking turns."""
    rng, seconds = np.random.default_rng(seed), {}
    for T in STEPS:
        a = rng.uniform(0.9, 1.0, (T, 1, width)).astype(np.float32)
        b = rng.normal(size=(T, 1, width)).astype(np.float32)
        best = dict.fromkeys(WAYS, np.inf)
        for _ in range(int(np.clip(2e5 / T, 3, 50))):
            for way in WAYS:
                start = time.process_time()
                linear_scan(a, b, way=way)
                took = time.process_time() - start
                best[way] = min(best[way], took)
        seconds[T] = {way: round(took, 7) for way, took in best.items()}
    return {"seconds": seconds}


EXPERIMENTS = {
    "adding": {
        f"T = {T}": (partial(run_adding, T), 10) for T in (1000, 10_000)
    },
    "pixels": {
        order: (partial(run_pixels, order), 3)
        for order in ("plain", "permuted")
    },
    "parity": {
        name: (partial(run_parity, name), seeds)
        for name, (*_, seeds) in PARITY.items()
    },
    "words": {
        f"{group}, {who}": (partial(run_words, group, who), seeds)
        for who, groups, seeds in WORDS
        for group in groups
    },
    "scan": {f"width {w}": (partial(run_scan, w), 1) for w in WIDTHS},
}


def learn(names: list[str], path: Path) -> None:
    """Make every run that the file does not hold yet."""
    data = stored_runs.read(path) or {
        "command": COMMAND,
        "machine": {
            "processor": platform.machine(),
            "threads": 1,
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "settings": SETTINGS,
        "results": {},
    }
    with tqdm(smoothing=0) as bar:
        for name in names:
            for form, (run, seeds) in EXPERIMENTS[name].items():
                here = data["results"].setdefault(name, {})
                lines = here.setdefault(form, [])
                for seed in range(len(lines), seeds):
                    bar.set_description(f"{name} {form} seed {seed}")
                    lines.append({"seed": seed, **run(seed)})
                    stored_runs.write(path, data)
                    bar.update()


def table(data: dict) -> str:
    """Return a line for every form: what came out, in the order of seeds."""
    lines = []
    for name, forms in data["results"].items():
        for form, runs in forms.items():
            if name == "scan":
                lines += [
                    f"{name} {form} T = {T}: loop over doubling "
                    f"{one['loop'] / one['doubling']:.2f}, over pairs "
                    f"{one['loop'] / one['pairs']:.2f}"
                    for T, one in runs[0]["seconds"].items()
                ]
                continue
            found = [run.get("wrong", run.get("right")) for run in runs]
            seconds = np.mean([run["seconds"] for run in runs])
            lines.append(f"{name} {form}: {found} {seconds:.1f} s")
    return "\n".join(lines)


def main() -> None:
    """Make the runs that are missing, write the file, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=list(EXPERIMENTS))
    parser.add_argument("--table", action="store_true")
    parser.add_argument(
        "--out", type=Path, default=stored_runs.path_of("linear_recurrences")
    )
    arguments = parser.parse_args()
    if not arguments.table:
        learn(arguments.only or list(EXPERIMENTS), arguments.out)
    print(table(stored_runs.read(arguments.out)))


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
