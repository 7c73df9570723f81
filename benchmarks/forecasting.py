"""Forecast the sunspots for up to eleven years: tune, then score once.

    python benchmarks/forecasting.py tune     # never sees 1944-03 or later
    python benchmarks/forecasting.py test     # with the settings chosen
    python benchmarks/forecasting.py suns     # what the intervals are worth
    python benchmarks/forecasting.py yearly   # when to stop, by blocks
    python benchmarks/forecasting.py sizes    # 180 months, networks of 1 to 32

Every model goes through :func:`rnnlib.forecasting.backtest`. Settings are
chosen on forecasts of 1867-03 to 1944-02, seven cycles, each model with at
most sixteen settings to choose from and each network with two seeds a
setting. Then every model forecasts from 1867-03 to the end and is fitted
anew every 132 months; what it says from 1944-03 on is the test, what it said
before calibrates its intervals. The networks that feed forecasts back are
tuned for one kind of layer only, the Elman: they are slow to ask. The file
written, rnnlib/data/results/forecasting.json, holds all scores that the
chapter on forecasting reads. How often its intervals cover is tried in
simulated suns, where the skill that a model has is known.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

import stored_runs
from rnnlib import datasets, forecasting, models
from rnnlib.forecasting.forecasters import on_square_roots
from rnnlib.forecasting.networks import KINDS as KIND_OF_LAYER
from rnnlib.forecasting.networks import network_learner
from rnnlib.forecasting.rolling_origin import Learner, backtest
from rnnlib.layers.elman import Elman
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import squared_error
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.scaling import Scaler
from rnnlib.sequences.windows import next_values
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam

OUT = stored_runs.path_of("forecasting")
CYCLE = 132  # months: also the longest horizon
TUNE_FROM, TEST_FROM = 1418, 2342  # 1867-03 and 1944-03: after minima
# Horizons of which the skill is kept.
HORIZONS = (1, 2, 3, 6, 9, *range(12, CYCLE + 1, 6))
TWO_FITS = 462  # months between the two fits of the tuning
SEEDS = 5
EPOCHS = 600  # at most, on the yearly series
SUNS = 200
SUN_HORIZONS = (1, 12, 24, 60, 132)


def ar(max_order: int, criterion: str):
    """Return the fit of an AR whose order a criterion chooses."""

    def fit(history):
        order, _ = models.choose_order(history, max_order, criterion=criterion)
        return models.fit_ar(history, order).forecast

    return fit


def direct_ar(order: int, ridge: float):
    """Return the fit of one ridge regression for each horizon."""

    def fit(history):
        return models.fit_direct_ar(
            history, order, CYCLE, ridge=ridge
        ).forecast

    return fit


def threshold_ar(max_order: int, delays: tuple, shares: tuple):
    """Return the fit of a threshold AR that chooses the rest by AIC."""

    def fit(history):
        return models.choose_threshold_ar(
            history, max_order, delays=delays, shares=shares
        ).forecast

    return fit


def network(kind: str, horizon: int):
    """Return what makes the fit of a network."""

    def make(hidden_size, **options):
        return network_learner(kind, hidden_size, horizon=horizon, **options)

    return make


NETWORK_GRID = {
    "hidden_size": (8, 24),
    "learning_rate": (0.005, 0.015),
    "updates": (100, 200),
    "init": ("uniform", "orthogonal"),
}
KINDS = ("Elman", "GRU", "LSTM")
MODELS = {
    "AR": (ar, {"max_order": (24, 48), "criterion": ("aic", "bic")}),
    "threshold AR": (
        threshold_ar,
        {
            "max_order": (12, 24),
            "delays": ((12, 24, 36), (12,), (24,), (36,)),
            "shares": ((0.5,), (0.3, 0.5, 0.7)),
        },
    ),
    "direct AR": (
        direct_ar,
        {
            "order": (24, 66, 132, 198),
            "ridge": (0.0, 300.0, 1000.0, 3000.0),
        },
    ),
    **{kind: (network(kind, CYCLE), NETWORK_GRID) for kind in KINDS},
    "Elman, recursive": (network("Elman", 1), NETWORK_GRID),
}
BASELINES = {
    "mean": forecasting.mean_forecast,
    "naive": forecasting.naive_forecast,
    "seasonal naive": forecasting.seasonal_naive(CYCLE),
}


def learner(name: str, setting: dict, every: int, **options) -> Learner:
    """Return a model with its setting, ready for the backtest."""
    fit = MODELS[name][0](**setting, **options)
    return Learner(on_square_roots(fit), every)


def is_network(name: str) -> bool:
    """Say whether a model has a seed."""
    return name.split(",")[0] in KINDS


def settings(grid: dict) -> list[dict]:
    """List all combinations of a grid."""
    return [
        dict(zip(grid, values)) for values in itertools.product(*grid.values())
    ]


def tune(results: dict) -> None:
    """Choose each model's setting on 1867-03 to 1944-02."""
    series = datasets.sunspots_monthly().values[:TEST_FROM]
    tables = results.setdefault("tuning", {})
    jobs = [(n, s) for n in MODELS for s in settings(MODELS[n][1])]
    for name, setting in tqdm(jobs):
        rows = tables.setdefault(name, [])
        if any(row["setting"] == as_json(setting) for row in rows):
            continue  # measured by an earlier run
        seeds = range(2) if is_network(name) else [None]
        rivals = {
            f"{seed}": learner(
                name,
                setting,
                TWO_FITS,
                **({} if seed is None else {"seed": seed}),
            )
            for seed in seeds
        }
        done = backtest(
            series,
            {"mean": forecasting.mean_forecast, **rivals},
            first_origin=TUNE_FROM,
            horizon=CYCLE,
            step=3,
        )
        skills = [
            forecasting.r2_out_of_sample(
                done.actual, done.forecasts[rival], done.forecasts["mean"]
            )
            for rival in rivals
        ]
        rows.append(
            {
                "setting": as_json(setting),
                "skill": round(float(np.mean(skills)), 4),
            }
        )
        write(results)


def chosen(results: dict, name: str) -> dict:
    """Return the setting with the best validation skill."""
    rows = results["tuning"][name]
    return max(rows, key=lambda row: row["skill"])["setting"]


def test(
    results: dict, until: int | None = None, keep: Path | None = None
) -> None:
    """Forecast the test years with the settings chosen, and score.

    `until` cuts the series off and moves the start of the test to the last
    third before: to try the code without a look at the test years. `keep`
    names a file for the forecasts themselves; where there is one, its
    forecasts are scored and none is made.
    """
    series = datasets.sunspots_monthly().values[:until]
    test_from = TEST_FROM if until is None else TUNE_FROM + 4 * CYCLE
    rivals = dict(BASELINES)
    for name in MODELS:
        setting = chosen(results, name)
        if not is_network(name):
            rivals[name] = learner(name, setting, CYCLE)
            continue
        for seed in range(SEEDS):
            one = learner(name, setting, CYCLE, seed=seed)
            rivals[f"{name} {seed}"] = one
    said = {}
    if keep is not None and keep.exists():
        said = dict(np.load(keep))
    for name, rival in tqdm(rivals.items()):
        if name not in said:
            part = backtest(
                series, {name: rival}, first_origin=TUNE_FROM, horizon=CYCLE
            )
            said[name] = part.forecasts[name]
    if keep is not None:
        np.savez_compressed(keep, **said)
    ends = len(series) - CYCLE + 1
    origins = np.arange(TUNE_FROM, ends)
    actual = np.stack([series[o : o + CYCLE] for o in origins])
    whole = forecasting.Backtest(origins, actual, said)
    results["test"] = scores(whole, test_from, series)


def members(result, name: str) -> list[str]:
    """Return the names of a model's seeds, or its own."""
    if is_network(name):
        return [f"{name} {seed}" for seed in range(SEEDS)]
    return [name]


def scores(whole, test_from: int, series: np.ndarray) -> dict:
    """Score all models on the test, with intervals."""
    now = whole.origins >= test_from
    exam = forecasting.Backtest(
        whole.origins[now],
        whole.actual[now],
        {name: said[now] for name, said in whole.forecasts.items()},
    )
    names = [*BASELINES, *MODELS]
    found = {"horizons": HORIZONS, "overall": {}, "by horizon": {}}
    found |= {"coverage": {}, "peaks": {}}
    for reference in ("mean", "seasonal naive", "direct AR"):
        found["by horizon"][f"against {reference}"] = {
            name: curve(exam, members(exam, name), reference)
            for name in names
            if name != reference
        }
    for name in names:
        seeds = members(exam, name)
        errors = [((exam.forecasts[s] - exam.actual) ** 2) for s in seeds]
        base = ((exam.forecasts["mean"] - exam.actual) ** 2).mean()
        skill, low, high = overall(exam, np.mean(errors, axis=0))
        together = np.mean([exam.forecasts[s] for s in seeds], axis=0)
        found["overall"][name] = {
            "skill": skill,
            "low": low,
            "high": high,
            "seeds": [number(1 - e.mean() / base) for e in errors],
            "ensemble": number(
                1 - ((together - exam.actual) ** 2).mean() / base
            ),
        }
        found["coverage"][name] = coverage(whole, seeds, test_from)
        found["peaks"][name] = peaks(exam, seeds, series[:test_from])
    return found


def number(value: float) -> float:
    """Round for the file."""
    return round(float(value), 4)


def curve(exam, seeds: list[str], reference: str) -> dict:
    """Return skill, low and high at the horizons that are kept.

    And the skill of each seed for itself, where there are several.
    """
    found = forecasting.skill_by_horizon(
        exam, seeds, reference=reference, block_length=CYCLE
    )
    kept = {
        name: [round(float(values[h - 1]), 3) for h in HORIZONS]
        for name, values in zip(("skill", "low", "high"), found)
    }
    errors = ((exam.forecasts[reference] - exam.actual) ** 2).mean(axis=0)
    kept["seeds"] = []
    for seed in seeds[: len(seeds) if len(seeds) > 1 else 0]:
        ours = ((exam.forecasts[seed] - exam.actual) ** 2).mean(axis=0)
        skill = 1 - ours / errors
        kept["seeds"].append([round(float(skill[h - 1]), 3) for h in HORIZONS])
    return kept


def overall(exam, squares: np.ndarray) -> tuple[float, float, float]:
    """Return the skill over all horizons together, with its interval."""
    said = exam.actual + np.sqrt(squares.mean(axis=1, keepdims=True))
    base = (exam.forecasts["mean"] - exam.actual) ** 2
    one = forecasting.Backtest(
        exam.origins,
        exam.actual[:, :1],
        {
            "it": said[:, :1],
            "mean": exam.actual[:, :1]
            + np.sqrt(base.mean(axis=1, keepdims=True)),
        },
    )
    found = forecasting.skill_by_horizon(
        one, "it", reference="mean", block_length=CYCLE
    )
    return tuple(number(values[0]) for values in found)


def coverage(whole, seeds: list[str], test_from: int) -> dict:
    """Cover with 90 % intervals at horizons 1, 12, 60 and 132.

    Three kinds of margin: from the errors before the test; the same of
    square roots, so that intervals grow with the forecast; and the same
    from the errors that became known in the last 22 years.
    """
    found = {}
    start = int(np.searchsorted(whole.origins, test_from))
    for h in (1, 12, 60, 132):
        rows = {"kept": [], "kept, roots": [], "22 years, roots": []}
        for seed in seeds:
            said, came = (
                whole.forecasts[seed][:, h - 1],
                whole.actual[:, h - 1],
            )
            plain = np.abs(said - came)
            roots = np.abs(np.sqrt(np.maximum(said, 0)) - np.sqrt(came))
            for i in range(start, len(said)):
                known = i - h + 1  # errors that are known at this origin
                before = start - h + 1
                for kind, miss, past in (
                    ("kept", plain, slice(0, before)),
                    ("kept, roots", roots, slice(0, before)),
                    ("22 years, roots", roots, slice(known - 264, known)),
                ):
                    margin = forecasting.conformal_margin(miss[past], 0.9)
                    rows[kind].append(miss[i] <= margin)
        found[str(h)] = {k: number(np.mean(v)) for k, v in rows.items()}
    return found


def peaks(exam, seeds: list[str], before: np.ndarray) -> dict:
    """Return errors a year ahead in the highest months and in the others.

    Highest: above 95 % of all months before the test.
    """
    actual = exam.actual[:, 11]
    high = actual > np.quantile(before, 0.95)
    miss = np.stack([exam.forecasts[s][:, 11] - actual for s in seeds])
    return {
        name: {
            "rmse": round(float(np.sqrt((miss[:, rows] ** 2).mean())), 1),
            "bias": round(float(miss[:, rows].mean()), 1),
            "months": int(rows.sum()),
        }
        for name, rows in (("highest", high), ("others", ~high))
    }


def one_sun(values: np.ndarray) -> forecasting.Backtest:
    """Let lines and baselines forecast the test years of a simulated sun."""
    roots = np.sqrt(values)
    origins = np.arange(TEST_FROM, len(values) - CYCLE + 1)
    ahead = np.array(SUN_HORIZONS) - 1

    def direct(lags: int, ridge: float) -> np.ndarray:
        pasts = np.lib.stride_tricks.sliding_window_view(roots, lags)
        said = []
        for first in range(0, len(origins), CYCLE):
            now = origins[first : first + CYCLE]
            line = models.fit_direct_ar(
                roots[: now[0]], lags, CYCLE, ridge=ridge
            )
            said.append(
                line.intercepts[ahead]
                + pasts[now - lags][:, ::-1] @ line.coefficients[:, ahead]
            )
        return np.maximum(np.concatenate(said), 0) ** 2

    mean = np.cumsum(values)[origins - 1] / origins
    return forecasting.Backtest(
        origins,
        values[origins[:, np.newaxis] + ahead],
        {
            "mean": np.repeat(mean[:, np.newaxis], len(ahead), axis=1),
            "seasonal naive": values[origins[:, np.newaxis] + ahead - CYCLE],
            "direct AR": direct(CYCLE, 1000.0),
            "direct AR(24)": direct(24, 0.0),
        },
    )


def suns(results: dict) -> None:
    """Try in simulated suns how often an interval of 90 % covers.

    A sun is an AR with a cycle of lags, fitted to the roots of all months
    and driven by Gaussian noise; a root below zero counts as zero. The skill
    that a model has in that world is taken from all suns together.
    """
    roots = np.sqrt(datasets.sunspots_monthly().values)
    law = models.fit_ar(roots, CYCLE)
    pairs = (
        ("direct AR", "mean"),
        ("direct AR", "seasonal naive"),
        ("direct AR(24)", "direct AR"),
    )
    intervals = {pair: [] for pair in pairs}
    errors: dict[str, list] = {}
    for seed in tqdm(range(SUNS)):
        noise = np.random.default_rng(seed).normal(size=len(roots) + 600)
        path = law.simulate(roots[:CYCLE], noise * law.residual_variance**0.5)
        done = one_sun(np.maximum(path[-len(roots) :], 0) ** 2)
        for name, said in done.forecasts.items():
            errors.setdefault(name, []).append(
                ((said - done.actual) ** 2).mean(axis=0)
            )
        for name, reference in pairs:
            intervals[name, reference].append(
                forecasting.skill_by_horizon(
                    done, name, reference=reference, block_length=CYCLE
                )
            )
    covered = {}
    for (name, reference), found in intervals.items():
        truth = 1 - np.mean(errors[name], axis=0) / np.mean(
            errors[reference], axis=0
        )
        _, low, high = np.moveaxis(np.array(found), 1, 0)
        inside = ((low <= truth) & (truth <= high)).mean(axis=0)
        covered[f"{name} against {reference}"] = [
            round(100 * float(share), 1) for share in inside
        ]
    results["simulated suns"] = {
        "worlds": SUNS,
        "horizons": SUN_HORIZONS,
        "covered": covered,
    }


def yearly(results: dict) -> None:
    """Find by blocks when to stop on the yearly series: 1700 to 1920.

    Each quarter in turn is held out; the epoch is taken at which the mean
    error of the four is lowest.
    """
    years = datasets.sunspots_yearly().values[:221]
    data = next_values(Scaler(years).scale(years))
    block = np.minimum(np.arange(220) // 55, 3)[:, np.newaxis]
    stops = results.setdefault("yearly stop", {})
    for kind, size in (("Elman", 8), ("LSTM", 8), ("GRU", 8), ("Elman", 1)):
        if f"{kind} {size}" in stops:
            continue  # found by an earlier run
        curves = []
        for out, seed in tqdm(list(itertools.product(range(4), range(SEEDS)))):
            rng = np.random.default_rng(seed)
            layer = KIND_OF_LAYER[kind](1, size, seed=rng)
            head = LinearHead(size, 1, seed=rng)
            net = Network(layer, head, squared_error)
            history = fit(
                net,
                [Sequences(data.x, data.y, block != out)],
                Adam(net.parameters, 0.01),
                epochs=EPOCHS if size > 1 else 5 * EPOCHS,  # slow to learn
                clip=1.0,
                validate=Sequences(data.x, data.y, block == out),
                progress=False,
            )
            curves.append(history.validation)
        means = np.mean(curves, axis=0)
        stops[f"{kind} {size}"] = {
            "epochs": int(means.argmin()) + 1,
            "error": number(means.min() * years.var() / 1535),
        }
        write(results)


def sizes(results: dict) -> None:
    """Train on 180 values with networks of many sizes, judge on 60 more."""
    series = {
        "Apple": datasets.apple_returns().values,
        "sun": datasets.sunspots_yearly().values[:240],
    }
    found = results.setdefault("sizes", {})
    for name, values in series.items():
        scaler = Scaler(values[:180])
        seen = next_values(scaler.scale(values[:180]))
        unseen = next_values(scaler.scale(values), from_time=180)
        found[name] = {}
        for size in (1, 2, 4, 8, 16, 32):
            rows = []
            for seed in range(2 * SEEDS):
                rng = np.random.default_rng(seed)
                net = Network(
                    Elman(1, size, seed=rng),
                    LinearHead(size, 1, seed=rng),
                    squared_error,
                )
                history = fit(
                    net,
                    [seen],
                    Adam(net.parameters, 0.01),
                    epochs=1000,
                    clip=1.0,
                    validate=lambda net: net.score(unseen),  # noqa: B023
                    progress=False,
                )
                # `fit` gave back the best epoch; the last one is asked for
                rows.append(
                    {
                        "seen": number(history.loss[-1]),
                        "unseen": number(history.validation[-1]),
                        "best": number(min(history.validation)),
                        "best epoch": history.best_epoch,
                    }
                )
            found[name][str(size)] = rows
            write(results)


def as_json(value):
    """Return a value as it comes back from a file."""
    return json.loads(json.dumps(value))


def write(results: dict) -> None:
    """Write the file, so far."""
    stored_runs.write(OUT, {"command": COMMAND, "results": results})


COMMAND = "python benchmarks/forecasting.py"
STAGES = {
    "tune": tune,
    "test": test,
    "suns": suns,
    "yearly": yearly,
    "sizes": sizes,
}


def main() -> None:
    """Do one stage and keep what the others have measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument(
        "--keep", type=Path, help="file (.npz) for the forecasts of the test"
    )
    arguments = parser.parse_args()
    results = stored_runs.read(OUT).get("results", {})
    results["machine"] = f"{platform.machine()}, NumPy {np.__version__}"
    more = {"keep": arguments.keep} if arguments.stage == "test" else {}
    STAGES[arguments.stage](results, **more)
    write(results)


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ["OMP_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
