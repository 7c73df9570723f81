"""Long runs for the chapters on BPTT and on training.

    truncation   recall beyond the piece: carried, reset, only the head learns
    depth        parity of the last bits, one to three layers of equal weights
    windows      yearly sunspots: windows of 2 to 100 years, and no windows
    layers       yearly sunspots: one to three layers of equal weights
    stop         yearly sunspots: when to stop, and what comes after
    features     the year's mean alone, and its last quarter beside it

One thread. A part that is there is not run again; --part takes one alone.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

import stored_runs
from rnnlib import Elman, LinearHead, Sequences, datasets, tasks
from rnnlib.layers import Stack, cross_entropy, squared_error
from rnnlib.sequences import Scaler, sliding_windows
from rnnlib.training import (
    Adam,
    Fresh,
    Minibatches,
    Network,
    clip_by_norm,
    fit,
    one_cycle,
)

PAIRS = ((5, 6), (5, 7), (5, 9), (5, 12), (5, 18))
PAIRS += ((8, 9), (8, 12), (8, 18), (13, 14), (13, 18))
LENGTHS = (2, 3, 5, 10, 20, 50, 100)
ARV = 1535  # the variance that the literature divides by
YEARS = np.arange(1701, 1980)  # of the targets
COMMON = YEARS >= 1800  # targets that windows of every length have


def elman_stack(
    inputs: int, depth: int, hidden: int, rng: np.random.Generator, **options
) -> Stack:
    """Make so many Elman layers of one size."""
    sizes = [inputs] + [hidden] * depth
    return Stack(
        [
            Elman(low, high, seed=rng, **options)
            for low, high in pairwise(sizes)
        ]
    )


def hidden_size(total: int, depth: int, inputs: int, outputs: int) -> int:
    """Return the size of each layer that comes nearest to so many weights."""

    def weights(H: int) -> int:
        own = inputs * H + H * H + H + (depth - 1) * (2 * H * H + H)
        return own + H * outputs + outputs

    return min(range(2, 100), key=lambda H: abs(weights(H) - total))


def truncation(piece: int, lag: int, seed: int) -> dict:
    """Train on recall in pieces; then once more with only the head."""

    def network(rng: np.random.Generator) -> Network:
        layer = Elman(2, 8, init=1.0, seed=rng)
        return Network(layer, LinearHead(8, 2, seed=rng), cross_entropy)

    def right(net: Network, lag: int, first: int = 0) -> float:
        test = tasks.delayed_recall(500, lag, noise=0.5, seed=999)
        said = net.predict(test.x[first:])[-1].argmax(axis=1)
        return float((said == test.y[-1]).mean())

    def trained(carry: bool, head_only: bool = False) -> Network:
        rng = np.random.default_rng(seed)
        net = network(rng)
        seen = tasks.delayed_recall(500, lag, noise=0.5, seed=rng)
        learns = net.head.parameters if head_only else net.parameters
        fit(
            net,
            Minibatches(seen, 32, seed=rng),
            Adam(learns, 0.01),
            epochs=60 if head_only else 15,
            clip=1.0,
            piece=None if head_only else piece,
            carry=carry,
            progress=False,
        )
        return net

    carried = trained(carry=True)
    return {
        "piece": piece,
        "lag": lag,
        "seed": seed,
        "carried": right(carried, lag),
        "carried, lag 500": right(carried, 500),
        "only the head": right(trained(carry=True, head_only=True), lag),
        "reset": right(trained(carry=False), lag, lag // piece * piece),
    }


def parity_of_last(bits: int, length: int = 30, size: int = 32):
    """Return a maker of batches: the sum of the last bits, modulo 2."""

    def draw(rng: np.random.Generator) -> Sequences:
        x = rng.integers(0, 2, (length, size))
        y = sum(np.roll(x, k, axis=0) for k in range(bits)) % 2
        mask = np.ones((length, size), bool)
        mask[: bits - 1] = False
        return Sequences(2.0 * x[..., np.newaxis] - 1, y, mask)

    return draw


def depth(bits: int, layers: int, dense: bool, seed: int) -> dict:
    """Train on parity; `dense`: the upper layer has no recurrent matrix."""
    hidden = 16 if dense else hidden_size(600, layers, 1, 2)
    rng = np.random.default_rng(seed)
    options = {"init": "orthogonal", "dtype": np.float32}
    stack = elman_stack(1, layers, hidden, rng, **options)
    head = LinearHead(hidden, 2, seed=rng, dtype=np.float32)
    net = Network(stack, head, cross_entropy)
    learns = net.parameters
    if dense:
        learns.pop("W_hh_l1")[:] = 0
    updates = 2500
    batches = Fresh(parity_of_last(bits), updates, seed=rng)
    adam = Adam(learns, one_cycle(updates, 0.01))
    fit(net, batches, adam, epochs=1, clip=1.0, progress=False)
    test = parity_of_last(bits, size=300)(np.random.default_rng(99))
    hit = net.predict(test.x).argmax(axis=-1) == test.y
    return {
        "bits": bits,
        "layers": layers,
        "dense": dense,
        "hidden": hidden,
        "weights": int(sum(w.size for w in learns.values())),
        "seed": seed,
        "right": float(hit[test.mask].mean()),
    }


class Sunspots:
    """Yearly sunspots as windows of `steps`, or whole, with every error."""

    def __init__(self, steps: int | None):
        series = datasets.sunspots_yearly().values[:280]
        scaler = Scaler(series[:221])
        scaled = scaler.scale(series)
        self.to_arv = series[:221].var() / ARV
        if steps is None:
            self.years = YEARS
            self.x = scaled[:-1].reshape(-1, 1, 1)
            self.y = scaled[1:].reshape(-1, 1)
        else:
            windows = sliding_windows(scaled, steps)
            kept = windows.time >= 100
            self.years = 1700 + windows.time[kept]
            self.x = windows.x[kept].transpose(1, 0, 2)
            self.y = windows.y[kept]
        self.steps = steps

    def errors(
        self, fit_on: np.ndarray, seed: int, epochs: int, layers: int, H: int
    ) -> np.ndarray:
        """Return the squared error, as ARV, of every epoch and year."""
        rng = np.random.default_rng(seed)
        stack = elman_stack(1, layers, H, rng)
        head = LinearHead(H, 1, seed=rng)
        net = Network(stack, head, squared_error)
        adam, found = Adam(net.parameters, 0.01), []
        whole = self.steps is None
        y = np.zeros((*self.x.shape[:2], 1))
        mask = np.zeros(self.x.shape[:2], bool)
        if whole:
            y[:, 0], mask[:, 0] = self.y, fit_on
        else:
            y[-1], mask[-1] = self.y, fit_on
        data = Sequences(self.x, y, mask)

        def after(network: Network) -> float:
            said = network.predict(self.x)
            said = said[:, 0, 0] if whole else said[-1, :, 0]
            found.append((said - self.y[:, 0]) ** 2 * self.to_arv)
            return 0.0

        fit(net, [data], adam, epochs=epochs, clip=1.0, validate=after,
            progress=False)  # fmt: skip
        return np.array(found)

    def scores(
        self, first: int, epochs: int, layers: int, H: int, seeds: int
    ) -> dict:
        """Stop by four blocks of the training years, then train on all."""
        known = (self.years >= first) & (self.years <= 1920)
        quarter = (self.years - first) * 4 // (1921 - first)
        held_out = np.zeros(epochs)
        for q in range(4):
            out = known & (quarter == q)
            for seed in range(3):
                errors = self.errors(known & ~out, seed, epochs, layers, H)
                held_out += errors[:, out].mean(axis=1) / 12
        stop = int(held_out.argmin()) + 1
        near = (self.years > 1920) & (self.years <= 1955)
        last = [
            self.errors(known, 100 + seed, stop, layers, H)[-1]
            for seed in range(seeds)
        ]
        return {
            "steps": self.steps,
            "layers": layers,
            "hidden": H,
            "first": first,
            "stop": stop,
            "held out": round(float(held_out.min()), 4),
            "fitted": [round(float(e[known].mean()), 4) for e in last],
            "1921-55": [round(float(e[near].mean()), 4) for e in last],
            "1956-79": [
                round(float(e[self.years > 1955].mean()), 4) for e in last
            ],
        }


def learn(
    x: np.ndarray,
    target: np.ndarray,
    fit_on: np.ndarray,
    to_arv: float,
    seed: int,
    epochs: int,
    H: int = 8,
) -> np.ndarray:
    """Train on a series as one sequence: squared errors (epochs, T)."""
    rng = np.random.default_rng(seed)
    layer = Elman(x.shape[2], H, seed=rng)
    head = LinearHead(H, 1, seed=rng)
    weights = {**layer.parameters, **head.parameters}
    adam, errors = Adam(weights, 0.01), np.empty((epochs, len(x)))
    for epoch in range(epochs):
        states, cache = layer.forward(x)
        y_hat, head_cache = head.forward(states)
        miss = y_hat - target
        errors[epoch] = miss[:, 0, 0] ** 2 * to_arv
        miss[~fit_on] = 0.0
        found = head.backward(2 * miss / fit_on.sum(), head_cache)
        found |= layer.backward(found["h"], cache)
        clipped, _ = clip_by_norm({n: found[n] for n in weights}, 1.0)
        adam.step(clipped)
    return errors


def blocks_of(known: np.ndarray) -> list[np.ndarray]:
    """Return the four quarters of the years that are known."""
    parts = np.array_split(np.flatnonzero(known), 4)
    return [np.isin(np.arange(len(known)), part) for part in parts]


def rounded(values: np.ndarray) -> list:
    """Return values as a list of four decimals."""
    return np.round(values, 4).tolist()


def stop(rule: str) -> dict:
    """Find when to stop; or, under "after", train on all known years."""
    series = datasets.sunspots_yearly().values[:280]
    scaled = Scaler(series[:221]).scale(series)
    x, y = scaled[:-1].reshape(-1, 1, 1), scaled[1:].reshape(-1, 1, 1)
    known, to_arv = YEARS <= 1920, series[:221].var() / ARV
    near, far = (YEARS > 1920) & (YEARS <= 1955), YEARS > 1955
    if rule != "after":
        outs = (
            blocks_of(known) if rule == "blocks" else [known & (YEARS > 1880)]
        )
        held_out = [
            learn(x, y, known & ~out, to_arv, seed, 400)[:, out].mean(axis=1)
            for out in outs
            for seed in range(5)
        ]
        mean = np.mean(held_out, axis=0)
        curves = rounded(mean)
        return {"rule": rule, "stop": int(mean.argmin()) + 1, "mean": curves}
    blocks = stored_runs.read(stored_runs.path_of("training"))
    at = {r["rule"]: r["stop"] for r in blocks["results"]["stop"]}
    grid = sorted({int(e) for e in np.geomspace(10, 3000, 80)})
    found = {
        "rule": rule,
        "epochs": grid,
        "fitted": [],
        "1921-55": [],
        "1956-79": [],
        "late": [],
        "by year": [],
        "sizes": {},
    }
    for seed in range(10):
        errors = learn(x, y, known, to_arv, seed, 3000)
        rows = np.array(grid) - 1
        found["fitted"].append(rounded(errors[rows][:, known].mean(axis=1)))
        found["1921-55"].append(rounded(errors[rows][:, near].mean(axis=1)))
        found["1956-79"].append(rounded(errors[rows][:, far].mean(axis=1)))
        found["late"].append(round(float(errors[2000:, near].mean()), 4))
        found["by year"].append(
            {
                name: rounded(errors[e - 1, YEARS > 1920])
                for name, e in at.items()
            }
        )
    for H in (1, 8, 16):
        ends = [
            learn(x, y, known, to_arv, seed, at["blocks"], H)[-1]
            for seed in range(10)
        ]
        found["sizes"][f"{H}"] = {
            "fitted": rounded(np.array([e[known].mean() for e in ends])),
            "1921-55": rounded(np.array([e[near].mean() for e in ends])),
            "1956-79": rounded(np.array([e[far].mean() for e in ends])),
        }
    return found


def features(both: bool) -> dict:
    """Forecast a year's mean from means, or from means and last quarters."""
    months = datasets.sunspots_monthly().values[: 231 * 12].reshape(-1, 12)
    years = np.arange(1750, 1980)  # of the targets
    columns = np.column_stack(
        [months.mean(axis=1), months[:, 9:].mean(axis=1)]
    )
    scaled = Scaler(columns[:172]).scale(columns)  # to 1920
    x = scaled[:-1, np.newaxis, : 1 + both]
    y = scaled[1:, np.newaxis, :1]
    known, to_arv = years <= 1920, columns[:172, 0].var() / ARV
    held_out = [
        learn(x, y, known & ~out, to_arv, seed, 400)[:, out].mean(axis=1)
        for out in blocks_of(known)
        for seed in range(3)
    ]
    mean = np.mean(held_out, axis=0)
    end = int(mean.argmin()) + 1
    ends = [learn(x, y, known, to_arv, 100 + s, end)[-1] for s in range(10)]
    near, far = (years > 1920) & (years <= 1955), years > 1955
    return {
        "features": 1 + both,
        "stop": end,
        "held out": round(float(mean.min()), 4),
        "fitted": rounded(np.array([e[known].mean() for e in ends])),
        "1921-55": rounded(np.array([e[near].mean() for e in ends])),
        "1956-79": rounded(np.array([e[far].mean() for e in ends])),
    }


def jobs() -> dict[str, list]:
    """Return what each part runs, in order."""
    kinds = ((1, False), (2, False), (3, False), (2, True))
    return {
        "truncation": [
            (truncation, (piece, lag, seed))
            for piece, lag in PAIRS
            for seed in range(20)
        ],
        "depth": [
            (depth, (bits, layers, dense, seed))
            for bits in (5,)
            for seed in range(20)
            for layers, dense in kinds
        ],
        "windows": [
            (lambda n: Sunspots(n).scores(1800, 600, 1, 8, 10), (steps,))
            for steps in (10, 2, 3, 5, 20, None, 50, 100)
        ],
        "layers": [
            (
                lambda n: Sunspots(None).scores(
                    1701, 400, n, hidden_size(300, n, 1, 1), 10
                ),
                (layers,),
            )
            for layers in (1, 2, 3)
        ],
        "stop": [
            (stop, (rule,)) for rule in ("blocks", "last years", "after")
        ],
        "features": [(features, (both,)) for both in (False, True)],
    }


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    """Make the runs that are missing and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=list(jobs()))
    out = stored_runs.path_of("training")
    arguments = parser.parse_args()
    for part, todo in jobs().items():
        if arguments.part not in (None, part):
            continue
        done = stored_runs.read(out).get("results", {}).get(part, [])
        for run, values in todo[len(done) :]:
            done.append(run(*values))
            data = stored_runs.read(out)  # another part may have written
            data |= {
                "command": "python benchmarks/training.py",
                "processor": processor(),
            }
            data.setdefault("results", {})[part] = done
            stored_runs.write(out, data)
            print(done[-1], flush=True)


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
