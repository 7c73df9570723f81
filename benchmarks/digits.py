"""Read handwritten digits row by row: five models, and an article's network.

    python benchmarks/digits.py              # all of it, some three hours
    python benchmarks/digits.py --only lstm --seeds 1

    models      logistic regression, a plain network, a small convolutional
                one, Elman and LSTM, each with about 82,000 weights (the
                first has 7,850): four epochs of Adam in one cycle, batches of
                100, gradients clipped at norm 1, targets smoothed by 0.05.
                The peak rate is the best of five on 5,000 held-out
                pictures; then all 60,000 are learned and the test set is
                scored, once a seed.
    elman       begins with an orthogonal recurrent matrix and zero biases;
                "elman-uniform" with the small uniform numbers of torch.nn.
    lstm-first  the LSTM without clipping and smoothing, as it was first run.
                Both were then chosen on the held-out pictures.
    lstm-large  192 units, and in each batch the pictures are moved by up to
                one pixel; chosen on the held-out pictures too.
    lstm-rows   the LSTM again, with the rows in one random order.
    article     two LSTMs of 256 units, a layer of 32, ten outputs, dropout
                of 0.2, 0.1 and 0.2 between them; Adam at 1e-4 with Keras'
                decay of 1e-6 an update, as the article says, and what it
                leaves open as Keras has it: batches of 32, the
                initialization, Adam's epsilon. Four epochs; one with tanh in
                the cells, or with pixels left at 0 to 255; four again
                without dropout ("plain"). The test set is scored after each
                epoch, as in the article; nothing depends on it.
    pixels      an LSTM of 128 units with tanh or ReLU in its cells, pixels
                from 0 to 1 or from 0 to 255, Adam at a constant rate: how
                many updates until nine in ten of the coming 2,500 pictures
                are classified correctly? At most 600. The rate is the best
                of four on a seed of its own.

Seconds are processor time on one thread; a busy machine stretches them by up
to a half, no more. Runs that are in the file already are kept; variants of
the published network, with tanh or with pixels left as they are, have three
seeds.
"""

from __future__ import annotations

import argparse
import itertools
import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from tqdm import tqdm

import stored_runs
from rnnlib import datasets

HELD_OUT = 5000
# Shares that the article drops: between the LSTMs, behind them, behind the 32.
DROPPED = (0.2, 0.1, 0.2)
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
EPOCHS = 4
GENTLE = {"clip": 1.0, "smoothing": 0.05}
View = Callable[[Tensor], Tensor]


def steps_of(pixels: int) -> View:
    """Return a view of pictures as sequences of so many pixels a step."""
    return lambda x: x.reshape(len(x), -1, pixels).transpose(0, 1)


class Reader(nn.Module):
    """A recurrent layer that reads, and a head that answers at the end."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer
        self.head = nn.Linear(layer.hidden_size, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return ten scores (B, 10) for sequences (T, B, D)."""
        return self.head(self.layer(x)[0][-1])


def orthogonal_elman() -> Reader:
    """Return an Elman reader with an orthogonal W_hh and zero biases."""
    layer = nn.RNN(28, 267)
    nn.init.orthogonal_(layer.weight_hh_l0)
    nn.init.zeros_(layer.bias_ih_l0)
    nn.init.zeros_(layer.bias_hh_l0)
    return Reader(layer)


class AnyLSTM(nn.Module):
    """An LSTM with any activation inside, initialized as Keras does."""

    def __init__(self, D: int, H: int, activation: Callable):
        super().__init__()
        self.hidden_size, self.activation = H, activation
        self.from_x = nn.Linear(D, 4 * H)
        self.from_h = nn.Linear(H, 4 * H, bias=False)
        nn.init.xavier_uniform_(self.from_x.weight)
        nn.init.orthogonal_(self.from_h.weight)
        nn.init.zeros_(self.from_x.bias)
        nn.init.ones_(self.from_x.bias[H : 2 * H])

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        """Return the states (T, B, H) for inputs (T, B, D)."""
        h = c = x.new_zeros(x.shape[1], self.hidden_size)
        states = []
        for z in self.from_x(x).unbind(0):
            i, f, o, g = (z + self.from_h(h)).chunk(4, dim=1)
            write = i.sigmoid() * self.activation(g)
            c = f.sigmoid() * c + write
            h = o.sigmoid() * self.activation(c)
            states.append(h)
        return torch.stack(states), None


class Article(nn.Module):
    """The network of the article: two LSTMs, a small layer, ten outputs.

    Behind each but the last stands a layer of dropout, with the shares that
    the article gives.
    """

    def __init__(self, activation: Callable, drop: bool = True):
        super().__init__()
        first, second, third = map(nn.Dropout, DROPPED if drop else [0.0] * 3)
        self.drop = first
        self.lower = AnyLSTM(28, 256, activation)
        self.upper = AnyLSTM(256, 256, activation)
        self.end = nn.Sequential(
            second, nn.Linear(256, 32), nn.ReLU(), third, nn.Linear(32, 10)
        )
        for layer in (self.end[1], self.end[4]):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return ten scores (B, 10) for sequences (T, B, D)."""
        return self.end(self.upper(self.drop(self.lower(x)[0]))[0][-1])


def flat(x: Tensor) -> Tensor:
    """Return pictures (B, 28, 28) as rows of 784."""
    return x.flatten(1)


def convolutional() -> nn.Module:
    """Return two convolutions and two layers."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Conv2d(16, 32, 5),
        nn.MaxPool2d(2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(512, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


ROWS = steps_of(28)
MODELS: dict[str, tuple[Callable[[], nn.Module], View]] = {
    "logistic": (lambda: nn.Linear(784, 10), flat),
    "plain": (
        lambda: nn.Sequential(
            nn.Linear(784, 103), nn.ReLU(), nn.Linear(103, 10)
        ),
        flat,
    ),
    "convolutional": (convolutional, lambda x: x[:, None]),
    "elman": (orthogonal_elman, ROWS),
    "elman-uniform": (lambda: Reader(nn.RNN(28, 267)), ROWS),
    "lstm": (lambda: Reader(nn.LSTM(28, 128)), ROWS),
}
LARGE = {"lstm-large": (lambda: Reader(nn.LSTM(28, 192)), ROWS)}
OPTIONS = {"lstm-large": {**GENTLE, "shift": 1}}
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh}


def load(scale: float = 255.0) -> tuple[Tensor, ...]:
    """Return pictures and labels to learn from and to test."""
    digits = datasets.mnist()
    return (
        torch.tensor(digits.x_train) / scale,
        torch.tensor(digits.y_train),
        torch.tensor(digits.x_test) / scale,
        torch.tensor(digits.y_test),
    )


@torch.no_grad()
def accuracy(model: nn.Module, x: Tensor, y: Tensor, view: View) -> float:
    """Return the share of pictures that the model names."""
    model.eval()
    parts = zip(x.split(1000), y.split(1000))
    right = sum((model(view(x)).argmax(1) == y).sum() for x, y in parts)
    return round(int(right) / len(y), 4)


@torch.no_grad()
def cost(model: nn.Module, x: Tensor, y: Tensor, view: View) -> float:
    """Return the mean cross entropy."""
    model.eval()
    parts = zip(x.split(1000), y.split(1000))
    costs = [
        cross_entropy(model(view(a)), b, reduction="sum") for a, b in parts
    ]
    return float(sum(costs)) / len(y)


def learn(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    view: View,
    *,
    seed: int,
    size: int,
    updates: int,
    rate: float,
    cycle: bool,
    decay: float = 0.0,
    epsilon: float = 1e-8,
    clip: float = math.inf,
    smoothing: float = 0.0,
    shift: int = 0,
    after_epoch: Callable[[], None] = lambda: None,
) -> dict:
    """Train; return seconds, and the greatest loss and gradient norm.

    "train_loss" and "train_accuracy" are means over an epoch, each batch
    scored just before it is learned, as Keras reports them; "coming" is that
    accuracy over every 125 updates.
    """
    draw = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), rate, eps=epsilon)
    schedule = scheduled(optimizer, rate, updates, cycle, decay)
    seconds, losses, norms, right, ends = 0.0, [], [], [], [0]
    while len(losses) < updates:
        start = time.process_time()
        order = torch.randperm(len(x), generator=draw)
        model.train()
        for batch in order[: len(x) // size * size].split(size):
            pictures = x[batch]
            if shift:
                by = torch.randint(-shift, shift + 1, (2,), generator=draw)
                pictures = pictures.roll(by.tolist(), (1, 2))
            scores = model(view(pictures))
            loss = cross_entropy(scores, y[batch], label_smoothing=smoothing)
            right.append((scores.argmax(1) == y[batch]).sum().item() / size)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), clip)
            losses.append(loss.item())
            norms.append(norm.item())
            if not math.isfinite(losses[-1] + norms[-1]):
                updates = len(losses)  # nothing can be learned from here on
                break
            optimizer.step()
            schedule.step()
            if len(losses) == updates:
                break
        seconds += time.process_time() - start
        ends.append(len(losses))
        after_epoch()
    finite = [n for n in (losses, norms) if math.isfinite(n[-1])]
    epochs = list(itertools.starmap(slice, itertools.pairwise(ends)))
    return {
        "train_loss": [shorten(statistics.mean(losses[e])) for e in epochs],
        "train_accuracy": [shorten(statistics.mean(right[e])) for e in epochs],
        "coming": [
            shorten(statistics.mean(right[k - 125 : k]))
            for k in range(125, len(right) + 1, 125)
        ],
        "updates": len(losses),
        "finite": len(finite) == 2,
        "worst_loss": shorten(max(filter(math.isfinite, losses))),
        "worst_norm": shorten(max(filter(math.isfinite, norms), default=0)),
        "last_loss": shorten(statistics.mean(losses[-20:])),
        "seconds": round(seconds, 1),
    }


def scheduled(
    optimizer: torch.optim.Optimizer,
    rate: float,
    updates: int,
    cycle: bool,
    decay: float,
) -> torch.optim.lr_scheduler.LRScheduler:
    """Return one cycle, or Keras' decay; without a decay a constant rate.

    A OneCycleLR changes rate and beta1 of the optimizer as soon as it is
    made, so none is made where no cycle is wanted.
    """
    if cycle:
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer, rate, total_steps=updates, pct_start=0.1
        )
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda update: 1 / (1 + decay * update)
    )


def shorten(number: float) -> float | str:
    """Return a number with four digits, and words for what is none."""
    return float(f"{number:.4g}") if math.isfinite(number) else str(number)


def choose(name: str) -> None:
    """Find the best rate on held-out pictures, if it is not known yet."""
    if len(chosen.get(name, {}).get("tried", ())) == len(RATES):
        return
    make, view = {**MODELS, **LARGE}[name]
    x, y, _, _ = load()
    held = x[-HELD_OUT:], y[-HELD_OUT:]
    found, tried = {}, {}
    for rate in RATES:
        torch.manual_seed(1000)
        model, curve = make(), []
        report = learn(
            model,
            x[:-HELD_OUT],
            y[:-HELD_OUT],
            view,
            seed=1000,
            size=100,
            updates=EPOCHS * 550,
            rate=rate,
            cycle=True,
            **OPTIONS.get(name, GENTLE),
            after_epoch=lambda m=model, c=curve: c.append(
                accuracy(m, *held, view)
            ),
        )
        tried[rate] = curve[-1]
        if curve[-1] >= max(tried.values()):
            found = {
                "rate": rate,
                "held_out": curve,
                "seconds": report["seconds"],
                "weights": sum(p.numel() for p in model.parameters()),
            }
    chosen[name] = found | {"tried": tried}


def run_model(
    name: str,
    seed: int,
    view: View | None = None,
    options: dict[str, float] | None = None,
) -> dict:
    """Learn all pictures at the chosen rate, score the test."""
    choose(name)
    make, usual = {**MODELS, **LARGE}[name]
    view = view or usual
    x, y, x_test, y_test = load()
    torch.manual_seed(seed)
    model = make()
    report = learn(
        model,
        x,
        y,
        view,
        seed=seed,
        size=100,
        updates=EPOCHS * 600,
        rate=chosen[name]["rate"],
        cycle=True,
        **(OPTIONS.get(name, GENTLE) if options is None else options),
    )
    return {"test": accuracy(model, x_test, y_test, view), **report}


def run_first(name: str, seed: int) -> dict:
    """Learn without the two options that were found later."""
    return run_model("lstm", seed, options={})


def run_rows(name: str, seed: int) -> dict:
    """Learn with the rows in an order that is drawn once."""
    draw = torch.Generator().manual_seed(seed)
    rows = torch.randperm(28, generator=draw)
    return run_model("lstm", seed, lambda x: ROWS(x[:, rows]))


def run_article(name: str, seed: int) -> dict:
    """Learn with the article's network: four epochs, or one."""
    _, kind, *other = name.split("-")
    x, y, x_test, y_test = load(1.0 if "raw" in other else 255.0)
    torch.manual_seed(seed)
    model = Article(ACTIVATIONS[kind], drop="plain" not in other)
    curve, costs = [], []

    def score() -> None:
        curve.append(accuracy(model, x_test, y_test, ROWS))
        costs.append(shorten(cost(model, x_test, y_test, ROWS)))

    report = learn(
        model,
        x,
        y,
        ROWS,
        seed=seed,
        size=32,
        cycle=False,
        rate=1e-4,
        decay=1e-6,
        epsilon=1e-7,
        updates=1875 * (EPOCHS if name in WHOLE else 1),
        after_epoch=score,
    )
    return {"test": curve, "test_loss": costs, **report}


def updates_to_goal(kind: str, scale: float, rate: float, seed: int) -> dict:
    """Learn until nine in ten coming pictures are right, or 600 updates."""
    x, y, _, _ = load(scale)
    torch.manual_seed(seed)
    model = Reader(AnyLSTM(28, 128, ACTIVATIONS[kind]))
    optimizer = torch.optim.Adam(model.parameters(), rate)
    draw = torch.Generator().manual_seed(seed)
    right: list[float] = []
    best, reached, start = 0.0, False, time.process_time()
    for batch in torch.randperm(len(x), generator=draw).split(100):
        scores = model(ROWS(x[batch]))
        loss = cross_entropy(scores, y[batch])
        if not math.isfinite(loss.item()):
            break
        right.append((scores.argmax(1) == y[batch]).sum().item() / 100)
        if len(right) >= 25:
            best = max(best, statistics.mean(right[-25:]))
        if reached := best >= 0.9:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {
        "rate": rate,
        "reached": reached,
        "updates": len(right),
        "best": shorten(best),
        "seconds": round(time.process_time() - start, 1),
    }


def run_pixels(name: str, seed: int) -> dict:
    """Count the updates to the goal at the best of four rates."""
    _, kind, *raw = name.split("-")
    scale = 1.0 if raw else 255.0
    if name not in chosen:
        tried = [updates_to_goal(kind, scale, r, 1000) for r in RATES[:4]]
        best = min(tried, key=lambda t: (not t["reached"], t["updates"]))
        if not best["reached"]:
            best = max(tried, key=lambda t: t["best"])
        chosen[name] = {
            "rate": best["rate"],
            "tried": {t["rate"]: [t["updates"], t["best"]] for t in tried},
        }
    return updates_to_goal(kind, scale, chosen[name]["rate"], seed)


# Runs of the article's network that take all four epochs.
WHOLE = ("article-relu", "article-relu-plain")
EXPERIMENTS: dict[str, Callable[[str, int], dict]] = {
    **dict.fromkeys(MODELS, run_model),
    "lstm-first": run_first,
    "lstm-large": run_model,
    "article-relu": run_article,
    "article-relu-plain": run_article,
    "lstm-rows": run_rows,
    "article-tanh": run_article,
    "article-relu-raw": run_article,
    "article-tanh-raw": run_article,
    "pixels-relu": run_pixels,
    "pixels-relu-raw": run_pixels,
    "pixels-tanh": run_pixels,
    "pixels-tanh-raw": run_pixels,
}
chosen: dict[str, dict] = {}


def main() -> None:
    """Run what is missing, print the table, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=list(EXPERIMENTS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--out", type=Path, default=stored_runs.path_of("digits")
    )
    arguments = parser.parse_args()
    file = stored_runs.read(arguments.out)
    results: dict[str, list] = file.get("results", {})
    chosen.update(file.get("chosen", {}))
    for name in {**MODELS, **LARGE}:
        if name in (arguments.only or EXPERIMENTS):
            before = chosen.get(name, {}).get("rate")
            choose(name)
            if before not in (None, chosen[name]["rate"]):
                for other in (name, f"{name}-first", f"{name}-rows"):
                    results.pop(other, None)
            stored_runs.write(arguments.out, contents(results))
    jobs = [
        (name, seed)
        for name in arguments.only or EXPERIMENTS
        for seed in range(arguments.seeds)
        if all(run["seed"] != seed for run in results.get(name, []))
    ]
    for name, seed in (bar := tqdm(jobs)):
        bar.set_description(f"{name} seed {seed}")
        run = {"seed": seed, **EXPERIMENTS[name](name, seed)}
        results.setdefault(name, []).append(run)
        stored_runs.write(arguments.out, contents(results))
    for name, runs in results.items():
        if not runs:
            continue
        scores = [run.get("test", run["updates"]) for run in runs]
        seconds = statistics.mean(run["seconds"] for run in runs)
        print(f"{name:22} {seconds:6.1f} s  {scores}")


def machine() -> str:
    """Return the processor's name."""
    name = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    for line in about.read_text().splitlines() if about.exists() else ():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    return f"{name}, no accelerator used"


def contents(results: dict) -> dict:
    """Return what the file holds."""
    return {
        "command": "python benchmarks/digits.py",
        "machine": machine(),
        "threads": 1,
        "seconds": "processor time of that thread",
        "torch": torch.__version__.split("+")[0],
        "chosen": chosen,
        "results": results,
    }


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    torch.set_num_threads(1)
    main()
