"""Learn first names letter by letter: everything chosen on validation names.

    python benchmarks/characters.py                    # all, half an hour
    python benchmarks/characters.py --only inputs      # one stage again

4,163 names to train on, 500 for validation, 500 to score once. Elman, GRU and
LSTM have about 83,000 weights each and get the same budget: 20 epochs, 12
settings tried with one seed, then five seeds with the best one. All numbers
are bits per character, counted over the letters and one end mark a name.

    tuning   the settings tried: learning rate, dropout, how loud a one is
    larger   an LSTM of 298,000 weights, three shares of dropout tried
    inputs   LSTM: one-hot rows and tables, quiet and loud (validation only)
    sizes    LSTM and n-grams with fewer names to learn from (validation only)
    final    five seeds of each of the four, and n-grams; mean chances of five
             networks; these mixed with the n-grams. Validation, then test.

Four more were run later, when the test names had been scored. They look at
the validation names only, and nothing in `final` was chosen by them:

    rates    the tuning's settings at higher rates
    starts   each kind at its best setting, with other initial weights
    loudness a loud input with the start of a quiet one, and the reverse
    closer   five seeds of each kind: which characters they save on, letters
             that are doubled, names made up; for the LSTM what its cells
             follow, before and after training, and what is lost without one
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

import stored_runs
from rnnlib import datasets
from rnnlib.layers.elman import Elman
from rnnlib.layers.embedding import Embedding
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import cross_entropy, softmax
from rnnlib.models.ngrams import NGram
from rnnlib.sequences.chances import bits, invent
from rnnlib.sequences.names import ALPHABET, neighbours, spell, split_names
from rnnlib.training.batches import Minibatches
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam
from rnnlib.training.schedules import one_cycle

K = len(ALPHABET)
KINDS = {
    "Elman": (Elman, 262),
    "GRU": (GRU, 149),
    "LSTM": (FastLSTM, 128),
}
EPOCHS, BATCH = 20, 64
RATES, DROPOUTS, ONES = (0.003, 0.006, 0.012), (0.3, 0.5), (1.0, 10.0)
LARGER = {"units": 256, "rate": 0.005, "one": 10.0}
HIGHER = (0.024, 0.048)
ORDERS = range(1, 9)
TRAIN, VALIDATION, TEST = split_names(datasets.first_names(), 500, 500)


def train(
    kind: str,
    seed: int,
    *,
    rate: float,
    dropout: float,
    one: float,
    units: int | None = None,
    table: tuple[int, float] | None = None,
    start: float = 1.0,
    names: list[str] = TRAIN,
    **options: object,
) -> tuple[Network, dict]:
    """Train one network; it holds the weights of its best epoch.

    `start` multiplies the weights of the input before training; `options`
    go to the layer.
    """
    rng = np.random.default_rng(seed)
    layer, H = KINDS[kind]
    H = units or H
    inputs = K if table is None else table[0]
    layer = layer(inputs, H, seed=rng, dtype=np.float32, **options)
    layer.parameters["W_xh"][:] *= np.float32(start)
    if table is not None:
        layer = Embedding(layer, K, start=table[1], seed=rng)
    head = LinearHead(H, K, seed=rng, dtype=np.float32)
    net = Network(layer, head, cross_entropy, dropout=dropout, seed=rng)
    updates = EPOCHS * math.ceil(len(TRAIN) / BATCH)
    epochs = math.ceil(updates / math.ceil(len(names) / BATCH))
    cycle = one_cycle(updates, rate)
    history = fit(
        net,
        Minibatches(spell(names, one=one), BATCH, seed=rng),
        # The last epoch may go on for a few updates.
        Adam(net.parameters, lambda n: cycle(min(n, updates - 1))),
        epochs=epochs,
        clip=1.0,
        validate=spell(VALIDATION, one=one),
        progress=False,
    )
    return net, {
        "seed": seed,
        "weights": sum(weight.size for weight in net.parameters.values()),
        "epoch": history.best_epoch,
        "validation": in_bits(chances(net, VALIDATION, one), VALIDATION),
        "seconds": round(history.seconds, 1),
    }


def chances(net: Network, names: list[str], one: float) -> np.ndarray:
    """Return the chances of every character at every step of names."""
    return softmax(net.predict(spell(names, one=one).x)).astype(float)


def in_bits(p: np.ndarray, names: list[str]) -> float:
    """Return bits per character, rounded."""
    return round(float(np.nanmean(bits(p, spell(names)))), 4)


def run_tuning(results: dict) -> list:
    """Try twelve settings of each kind with seed 0."""
    grid = [
        {"rate": rate, "dropout": dropout, "one": one}
        for rate in RATES for dropout in DROPOUTS for one in ONES
    ]  # fmt: skip
    return [
        {"kind": kind, **setting, **train(kind, 0, **setting)[1]}
        for kind in KINDS
        for setting in tqdm(grid, kind)
    ]


def run_larger(results: dict) -> list:
    """Try three shares of dropout with a larger LSTM."""
    return [
        {"kind": "LSTM", "dropout": dropout, **LARGER}
        | train("LSTM", 0, dropout=dropout, **LARGER)[1]
        for dropout in tqdm((0.5, 0.6, 0.7), "larger")
    ]


def run_inputs(results: dict) -> list:
    """Feed an LSTM one-hot rows and tables, quiet and loud."""
    setting = chosen(results["tuning"], "LSTM")
    found = []
    for table, one in (
        (None, 1.0), (None, 3.0), (None, 10.0), (None, 30.0),
        ((16, 0.1), 1.0), ((16, 1.0), 1.0), ((16, 3.0), 1.0),
    ):  # fmt: skip
        for seed in tqdm(range(3), f"table {table}, one {one}"):
            now = setting | {"one": one, "table": table}
            line = {"table": table, "one": one}
            found.append(line | train("LSTM", seed, **now)[1])
    return found


def run_sizes(results: dict) -> list:
    """Learn from fewer names, with as many updates."""
    setting = chosen(results["tuning"], "LSTM")
    found = []
    for size in (500, 1000, 2000, len(TRAIN)):
        names = TRAIN[:size]
        counted = min(
            in_bits(NGram(names, order).predict(VALIDATION), VALIDATION)
            for order in ORDERS
        )
        for seed in tqdm(range(3), f"{size} names"):
            line = {"names": size, "n-gram": counted}
            run = train("LSTM", seed, names=names, **setting)[1]
            found.append(line | run)
    return found


def run_final(results: dict) -> dict:
    """Choose by the validation names, then score the test names once."""
    settings = {kind: chosen(results["tuning"], kind) for kind in KINDS}
    settings["larger LSTM"] = chosen(results["larger"], "LSTM")
    order = min(
        ORDERS,
        key=lambda n: in_bits(NGram(TRAIN, n).predict(VALIDATION), VALIDATION),
    )
    counted = NGram(TRAIN, order)
    models = {f"{order}-gram": [{"validation": counted.predict(VALIDATION),
                                 "test": counted.predict(TEST)}]}  # fmt: skip
    runs = {}
    for name, setting in settings.items():
        models[name], runs[name] = [], []
        for seed in tqdm(range(5), name):
            net, line = train(name.split()[-1], seed, **setting)
            parts = {"validation": VALIDATION, "test": TEST}
            p = {k: chances(net, v, setting["one"]) for k, v in parts.items()}
            models[name].append(p)
            runs[name].append(line | {"test": in_bits(p["test"], TEST)})
    for name in settings:
        models[f"{name}, five together"] = [mean_of(models[name])]
    best = models["larger LSTM, five together"][0]
    shares = np.linspace(0, 1, 21)
    share = min(
        shares,
        key=lambda s: in_bits(
            mean_of([best, models[f"{order}-gram"][0]], s)["validation"],
            VALIDATION,
        ),
    )
    models["mixed"] = [mean_of([best, models[f"{order}-gram"][0]], share)]
    characters = np.array([len(name) + 1 for name in TEST])
    table, by_name = {}, {}
    for name, every in models.items():
        cost = np.mean(
            [np.nansum(bits(p["test"], spell(TEST)), axis=0) for p in every],
            axis=0,
        )
        by_name[name] = np.round(cost, 2).tolist()
        checked = [in_bits(p["validation"], VALIDATION) for p in every]
        table[name] = {
            "validation": round(float(np.mean(checked)), 4),
            "test": round(float(cost.sum() / characters.sum()), 4),
        }
    return {
        "settings": settings,
        "order": order,
        "share": round(float(share), 2),
        "runs": runs,
        "table": table,
        "by_name": by_name,
    }


def run_rates(results: dict) -> list:
    """Try the settings of the tuning at the next higher rate.

    The LSTM with ones of 1 got better up to there, so it goes on.
    """
    grid = [
        {"kind": kind, "rate": HIGHER[0], "dropout": dropout, "one": one}
        for kind in KINDS for dropout in DROPOUTS for one in ONES
    ]  # fmt: skip
    grid.append(grid[-4] | {"rate": HIGHER[1]})
    return [
        line | train(seed=0, **line)[1] for line in tqdm(grid, "higher rates")
    ]


def run_starts(results: dict) -> list:
    """Give each kind other initial weights, at the setting it has chosen."""
    grid = [
        ("Elman", {"init": "orthogonal"}),
        ("GRU", {"init": "orthogonal"}),
        ("LSTM", {"forget_bias": 1.0}),
    ]
    found = []
    for kind, options in grid:
        setting = chosen(results["tuning"], kind)
        for seed in tqdm(range(3), f"{kind} {options}"):
            line = {"kind": kind, **options}
            found.append(line | train(kind, seed, **setting, **options)[1])
    return found


def run_loudness(results: dict) -> list:
    """Part what a loud input does at the start from what it does later.

    The last two: ones of 1 at the rates that suited them best, in the
    tuning and beyond it.
    """
    setting = chosen(results["tuning"], "LSTM")
    found = []
    for one, start, rate in (
        (10.0, 1.0, 0.006), (10.0, 0.1, 0.006), (1.0, 10.0, 0.006),
        (1.0, 1.0, 0.006), (1.0, 1.0, 0.012), (1.0, 1.0, HIGHER[0]),
    ):  # fmt: skip
        line = {"one": one, "start": start, "rate": rate}
        for seed in tqdm(range(5), str(line)):
            found.append(line | train("LSTM", seed, **setting | line)[1])
    return found


def run_closer(results: dict) -> list:
    """Look closely at five seeds of each kind, on the validation names."""
    counted = NGram(TRAIN, results["final"]["order"])
    found = []
    for kind in KINDS:
        setting = results["final"]["settings"][kind]
        for seed in tqdm(range(5), kind):
            net, line = train(kind, seed, **setting)
            line = {"kind": kind, "seed": seed, **where(net, counted, setting)}
            line |= doubled(net, setting["one"])
            if kind == "LSTM":
                line["invented"] = invented(net, counted, setting["one"])
                line["units"] = units(net, seed, setting["one"])
            found.append(line)
    return found


def where(net: Network, counted: NGram, setting: dict) -> dict:
    """Return bits saved against the n-gram, by kind of character.

    `near` are the names with a neighbour among those to learn from.
    """
    data = spell(VALIDATION)
    p = chances(net, VALIDATION, setting["one"])
    saved = bits(counted.predict(VALIDATION), data) - bits(p, data)
    ends, letters = data.mask & (data.y == 0), data.mask & (data.y > 0)
    known = set(TRAIN)
    near = np.array([bool(neighbours(word) & known) for word in VALIDATION])
    found = {"right": short((p.argmax(axis=2) == data.y)[data.mask].mean())}
    for name, part in (("all", near | True), ("near", near), ("far", ~near)):
        characters = data.mask[:, part].sum()
        found[name] = {
            "ends": short(saved[ends & part].sum() / characters),
            "letters": short(saved[letters & part].sum() / characters),
        }
    return found


def after(net: Network, one: float):
    """Return a function that gives the chances after some beginnings."""

    def chances_after(beginnings):
        x = spell([text + "a" for text in beginnings], one=one).x
        steps = [len(text) for text in beginnings]
        return softmax(net.predict(x)[steps, range(len(steps))]).astype(float)

    return chances_after


def doubled(net: Network, one: float) -> dict:
    """Return the mean chance of a letter a second and a third time."""
    doubles = [
        (name[: t + 1], name[t])
        for name in VALIDATION
        for t in range(len(name) - 1)
        if name[t] == name[t + 1]
    ]
    model, found = after(net, one), {}
    classes = [ALPHABET.index(letter) for _, letter in doubles]
    for times, word in ((1, "second"), (2, "third")):
        p = model([text + letter * (times - 1) for text, letter in doubles])
        found[word] = short(p[range(len(doubles)), classes].mean())
    return found | {"z after ja": short(model(["ja"])[0, -1])}


def invented(net: Network, counted: NGram, one: float) -> dict:
    """Return how many made-up names are copies, and how they are judged."""
    luck = np.random.default_rng(6).random((15, 2000))
    read, held_out = set(TRAIN), set(VALIDATION) | set(TEST)
    found = {}
    for tau in (0.5, 1.0, 1.5):
        words = invent(after(net, one), luck, temperature=tau)
        found[f"copies at {tau}"] = short(np.mean([w in read for w in words]))
        share = np.mean([w in held_out for w in words])
        found[f"unseen at {tau}"] = short(share)
        if tau == 1.0:
            own = [word for word in words if word]
    theirs = [w for w in invent(counted.after, luck[:, :1000]) if w]
    for name, words in (
        ("real", VALIDATION),
        ("own copies", [word for word in own if word in read]),
        ("own new", [word for word in own if word not in read]),
        ("n-gram's new", [word for word in theirs if word not in read]),
    ):
        found[name] = {
            "LSTM": in_bits(chances(net, words, one), words),
            "n-gram": in_bits(counted.predict(words), words),
        }
    return found


def units(net: Network, seed: int, one: float) -> dict:
    """Return what cells follow, trained and untrained, and what one is for."""
    layer, H = KINDS["LSTM"]
    raw = layer(K, H, seed=np.random.default_rng(seed), dtype=np.float32)
    found = {}
    for name, made in (("trained", net.layer), ("untrained", raw)):
        (seen, notes), (new, truth) = (
            followed(made, names, one) for names in (TRAIN[:1500], VALIDATION)
        )
        found[name] = {}
        for feature in notes:
            k, r = best_cell(seen, notes[feature], new, truth[feature])
            ones = np.ones((len(seen), 1)), np.ones((len(new), 1))
            weights = np.linalg.lstsq(
                np.hstack([seen, ones[0]]), notes[feature], rcond=None
            )[0]
            error = np.hstack([new, ones[1]]) @ weights - truth[feature]
            read = 1 - np.var(error) / np.var(truth[feature])
            found[name][feature] = {"cell": short(r), "all": short(read)}
            if name == "trained" and feature == "position":
                chosen_cell = k
        late, later = notes["position"] >= 2, truth["position"] >= 2
        r = best_cell(seen[late], notes["position"][late],
                      new[later], truth["position"][later])[1]  # fmt: skip
        found[name]["position, from the second letter on"] = short(r)
    return found | {"silenced": silenced(net, chosen_cell, one)}


def followed(layer: FastLSTM, names: list[str], one: float) -> tuple:
    """Return every cell at every real step, and what it may follow."""
    data = spell(names)
    t, n = np.nonzero(data.mask)
    vowels = [ALPHABET.index(letter) for letter in "aeiouy"]
    vowel = np.isin(data.x.argmax(axis=2), vowels)
    _, cache = layer.forward((one * data.x).astype(np.float32))
    return cache.trace("c")[data.mask].astype(float), {
        "position": t.astype(float),
        "last was a vowel": vowel[t, n].astype(float),
        "letters to come": (data.lengths[n] - 1 - t).astype(float),
    }


def best_cell(seen, wanted, new, truth) -> tuple[int, float]:
    """Return the cell that follows best, and how well on new names."""
    r = np.corrcoef(seen.T, wanted)[-1, :-1]
    k = int(np.abs(r).argmax())
    return k, abs(np.corrcoef(new[:, k], truth)[0, 1])


def silenced(net: Network, cell: int, one: float) -> dict:
    """Return the bits lost without each cell's outgoing weights."""
    data = spell(VALIDATION)
    ends = data.mask & (data.y == 0)
    weights = net.layer.parameters["W_hh"], net.head.parameters["W_hy"]

    def now():
        cost = bits(chances(net, VALIDATION, one), data)
        return np.array([np.nanmean(cost), cost[ends].mean()])

    before, lost = now(), []
    for k in range(len(weights[0])):
        kept = [W[k].copy() for W in weights]
        for W in weights:
            W[k] = 0
        lost.append(now() - before)
        for W, row in zip(weights, kept):
            W[k] = row
    lost = np.array(lost)
    return {
        "all characters": short(lost[cell, 0]),
        "end marks": short(lost[cell, 1]),
        "all characters, median cell": short(np.median(lost[:, 0])),
        "end marks, median cell": short(np.median(lost[:, 1])),
        "cells that cost more at the end": int(
            (lost[:, 1] > lost[cell, 1]).sum()
        ),
    }


def short(number: float) -> float:
    """Return a number as it is stored."""
    return round(float(number), 4)


def mean_of(every: list[dict], share: float | None = None) -> dict:
    """Return the mean chances; of two models with the first one's share."""
    weights = None if share is None else [share, 1 - share]
    return {
        part: np.average([p[part] for p in every], axis=0, weights=weights)
        for part in ("validation", "test")
    }


def chosen(tried: list[dict], kind: str) -> dict:
    """Return the setting that was best on the validation names."""
    best = min(
        (line for line in tried if line["kind"] == kind),
        key=lambda line: line["validation"],
    )
    keep = ("rate", "dropout", "one", "units")
    return {name: best[name] for name in keep if name in best}


STAGES = {
    "tuning": run_tuning,
    "larger": run_larger,
    "inputs": run_inputs,
    "sizes": run_sizes,
    "final": run_final,
    "rates": run_rates,
    "starts": run_starts,
    "loudness": run_loudness,
    "closer": run_closer,
}


COMMAND = "python benchmarks/characters.py"


def in_order(results: dict) -> dict:
    """Return the stages in the order in which they run."""
    return {stage: results[stage] for stage in STAGES if stage in results}


def main() -> None:
    """Run what was asked for, write the file, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=list(STAGES))
    parser.add_argument(
        "--out", type=Path, default=stored_runs.path_of("characters")
    )
    arguments = parser.parse_args()
    # Keep what other runs have measured.
    results = stored_runs.read(arguments.out).get("results", {})
    for stage in arguments.only or STAGES:
        results[stage] = STAGES[stage](results)
        stored_runs.write(
            arguments.out, {"command": COMMAND, "results": in_order(results)}
        )
    for name, score in results.get("final", {}).get("table", {}).items():
        print(f"{name:28} {score['validation']:.3f} {score['test']:.3f}")


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
