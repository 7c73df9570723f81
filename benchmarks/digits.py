"""Read handwritten digits row by row: five models, and an article's network.

    python benchmarks/digits.py              # all of it, about two hours
    python benchmarks/digits.py --only lstm --seeds 1

    models      logistic regression, a plain network, a small convolutional
                one, Elman and LSTM, each with about 82,000 weights (the
                first has 7,850): four epochs of Adam in one cycle, batches of
                100, gradients clipped at norm 1, targets smoothed by 0.05.
                The peak rate is the best of five on 5,000 held-out
                pictures; then all 60,000 are learned and the test set is
                scored, once a seed.
    lstm-first  the LSTM without clipping and smoothing, as it was first run.
                Both were then chosen on the held-out pictures.
    lstm-large  192 units, and in each batch the pictures are moved by up to
                one pixel; chosen on the held-out pictures too.
    lstm-rows   the LSTM again, with the rows in one random order.
    article     two LSTMs of 256 units, a layer of 32, ten outputs; what the
                article leaves open as Keras has it, batches of 32, Adam at
                0.001, the start. With ReLU in the cells, with tanh, and each
                with pixels left at 0 to 255. One epoch; four for seed 0 with
                scaled pixels. The test set is scored after each, as in the
                article; nothing depends on it.

Seconds are processor time on one thread, so that a busy machine does not
count. Runs that are in the file already are kept.
"""

from __future__ import annotations

import argparse
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


class AnyLSTM(nn.Module):
    """An LSTM with any activation inside, started as Keras does."""

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
    """The network of the article: two LSTMs, a small layer, ten outputs."""

    def __init__(self, activation: Callable):
        super().__init__()
        self.lower = AnyLSTM(28, 256, activation)
        self.upper = AnyLSTM(256, 256, activation)
        self.end = nn.Sequential(
            nn.Linear(256, 32), nn.ReLU(), nn.Linear(32, 10)
        )
        for layer in (self.end[0], self.end[2]):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return ten scores (B, 10) for sequences (T, B, D)."""
        return self.end(self.upper(self.lower(x)[0])[0][-1])


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
    "elman": (lambda: Reader(nn.RNN(28, 267)), ROWS),
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
    parts = zip(x.split(1000), y.split(1000))
    right = sum((model(view(x)).argmax(1) == y).sum() for x, y in parts)
    return round(int(right) / len(y), 4)


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
    clip: float = math.inf,
    smoothing: float = 0.0,
    shift: int = 0,
    after_epoch: Callable[[], None] = lambda: None,
) -> dict:
    """Train; return seconds, and the greatest loss and gradient norm."""
    draw = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, total_steps=updates, pct_start=0.1
    )
    seconds, losses, norms = 0.0, [], []
    while len(losses) < updates:
        start = time.process_time()
        order = torch.randperm(len(x), generator=draw)
        for batch in order[: len(x) // size * size].split(size):
            pictures = x[batch]
            if shift:
                by = torch.randint(-shift, shift + 1, (2,), generator=draw)
                pictures = pictures.roll(by.tolist(), (1, 2))
            loss = cross_entropy(
                model(view(pictures)), y[batch], label_smoothing=smoothing
            )
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), clip)
            losses.append(loss.item())
            norms.append(norm.item())
            if not math.isfinite(losses[-1] + norms[-1]):
                updates = len(losses)  # nothing can be learned from here on
                break
            optimizer.step()
            if cycle:
                schedule.step()
            if len(losses) == updates:
                break
        seconds += time.process_time() - start
        after_epoch()
    finite = [n for n in (losses, norms) if math.isfinite(n[-1])]
    return {
        "updates": len(losses),
        "finite": len(finite) == 2,
        "worst_loss": shorten(max(filter(math.isfinite, losses))),
        "worst_norm": shorten(max(filter(math.isfinite, norms), default=0)),
        "last_loss": shorten(statistics.mean(losses[-20:])),
        "seconds": round(seconds, 1),
    }


def shorten(number: float) -> float | str:
    """Return a number with three digits, and words for what is none."""
    return float(f"{number:.3g}") if math.isfinite(number) else str(number)


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
            model, x[:-HELD_OUT], y[:-HELD_OUT], view, seed=1000,
            size=100, updates=EPOCHS * 550, rate=rate, cycle=True,
            **OPTIONS.get(name, GENTLE),
            after_epoch=lambda m=model, c=curve: c.append(
                accuracy(m, *held, view)
            ),
        )  # fmt: skip
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
        model, x, y, view, seed=seed, size=100, updates=EPOCHS * 600,
        rate=chosen[name]["rate"], cycle=True,
        **(OPTIONS.get(name, GENTLE) if options is None else options),
    )  # fmt: skip
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
    """Learn with the article's network: one epoch, or four for seed 0."""
    long = seed == 0 and "raw" not in name
    _, kind, *raw = name.split("-")
    x, y, x_test, y_test = load(1.0 if raw else 255.0)
    torch.manual_seed(seed)
    model, curve = Article(ACTIVATIONS[kind]), []
    report = learn(
        model, x, y, ROWS, seed=seed, size=32, rate=0.001, cycle=False,
        updates=1875 * (EPOCHS if long else 1),
        after_epoch=lambda: curve.append(
            accuracy(model, x_test, y_test, ROWS)
        ),
    )  # fmt: skip
    return {"test": curve, **report}


EXPERIMENTS: dict[str, Callable[[str, int], dict]] = {
    **dict.fromkeys(MODELS, run_model),
    "lstm-first": run_first,
    "lstm-large": run_model,
    "article-relu": run_article,
    "lstm-rows": run_rows,
    "article-tanh": run_article,
    "article-relu-raw": run_article,
    "article-tanh-raw": run_article,
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
        scores = [run["test"] for run in runs]
        seconds = statistics.mean(run["seconds"] for run in runs)
        print(f"{name:22} {seconds:6.1f} s  {scores}")


def machine() -> str:
    """Return the processor's name and its number of cores."""
    name = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    for line in about.read_text().splitlines() if about.exists() else ():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    return f"{name}, {os.cpu_count()} cores, no accelerator used"


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
