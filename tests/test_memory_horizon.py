"""The benchmark of memory: its file is whole, its runs do what it says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from rnnlib import long_runs
from rnnlib.sequences.tasks.long_lags import delayed_recall

PATH = Path(__file__).parent.parent / "benchmarks" / "memory_horizon.py"
spec = importlib.util.spec_from_file_location("memory_horizon", PATH)
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)
DATA = long_runs.read("memory_horizon")
TINY = {"updates": 8, "checks": 4, "batch": 4, "checked": 10, "tests": 20}


@pytest.fixture
def tiny(monkeypatch):
    for name, value in TINY.items():
        monkeypatch.setitem(benchmark.SETTINGS, name, value)
    monkeypatch.setattr(benchmark, "LAGS", {2: (3, 5)})
    monkeypatch.setattr(benchmark, "TUNING_LAGS", {2: (3,)})
    monkeypatch.setattr(benchmark, "RATES", (0.01, 0.03))


def test_file_was_made_with_the_settings_of_the_script():
    assert DATA["settings"] == benchmark.SETTINGS
    for size, weights in DATA["weights"].items():
        assert weights == {
            name: benchmark.weights(name, int(size))
            for name in benchmark.CONTESTANTS
        }
    assert "2" in DATA["results"]


@pytest.mark.parametrize("size", DATA["results"])
def test_file_holds_every_contestant_lag_and_seed(size):
    task = DATA["results"][size]
    contestants = set(benchmark.CONTESTANTS)
    assert set(task["results"]) == set(task["tuning"]) == contestants
    for name, by_lag in task["results"].items():
        for lines in by_lag.values():
            seeds = [line["seed"] for line in lines]
            assert seeds == list(range(len(seeds)))
            assert len(seeds) >= (10 if "Elman" in name else 5)
            assert not set(seeds) & set(benchmark.TUNING_SEEDS)
    for by_lag in task["results"].values():
        assert [int(lag) for lag in by_lag] == list(benchmark.LAGS[int(size)])
    for by_rate in task["tuning"].values():
        done = [
            (rate, line["lag"], line["seed"])
            for rate, lines in by_rate.items()
            for line in lines
        ]
        assert len(done) == len(set(done))
        assert set(done) == set(benchmark.tuning_runs(int(size)))


@pytest.mark.parametrize("size", DATA["results"])
def test_success_and_rates_of_the_file_follow_from_its_numbers(size):
    task = DATA["results"][size]
    settings = DATA["settings"]
    whole = settings["updates"] * settings["batch"]
    lines = [
        line
        for part in (task["results"], task["tuning"])
        for by_key in part.values()
        for lines in by_key.values()
        for line in lines
    ]
    for line in lines:
        assert line["success"] == benchmark.succeeded(line["right"])
        assert 0 <= line["right"] <= settings["tests"]
        assert line["ended"] in ("goal", "epochs", "overflow")
        assert line["sequences"] <= whole
        assert line["dtype"] in ("float32", "float64")
        if line["ended"] == "overflow":  # also in float64
            assert line["dtype"] == "float64"
        if line["ended"] == "epochs":  # nobody gives up early
            assert line["sequences"] == whole
    for name, tuning in task["tuning"].items():
        assert task["rates"][name] == benchmark.best_rate(tuning)


def test_contestants_have_about_as_many_weights_as_the_lstm():
    for size, weights in DATA["weights"].items():
        wanted = weights["LSTM uniform"]
        for name, count in weights.items():
            if "window" not in name and "untrained" not in name:
                assert abs(count / wanted - 1) < 0.05, (size, name)


@pytest.mark.parametrize("name", benchmark.CONTESTANTS)
def test_a_run_can_be_repeated_and_keeps_to_its_budget(tiny, name):
    first, second = (benchmark.run(name, 2, 4, 0, 0.01) for _ in range(2))
    assert first.pop("seconds") >= 0 <= second.pop("seconds")
    assert first == second
    assert 0 < first["sequences"] <= TINY["updates"] * TINY["batch"]
    assert first["success"] == (first["right"] >= 0.95 * TINY["tests"])


def test_what_is_learned_is_learned_and_what_is_not_is_not():
    done = benchmark.run("Elman orthogonal", 2, 5, 0, 0.01)
    assert done["success"]
    assert done["ended"] == "goal"
    beyond = benchmark.run("window of 20", 2, 25, 0, 0.03)
    assert not beyond["success"]
    assert beyond["ended"] == "epochs"
    assert 400 < beyond["right"] < 600


def test_window_sees_20_steps_back_and_no_further():
    window = benchmark.Window(2, 20)
    for lag, seen in ((3, True), (20, True), (21, False)):
        x = delayed_recall(4, lag, noise=0.1).x
        other = x.copy()
        other[0] = 1 - other[0]
        h, cache = window.forward(x)
        assert h.shape == (lag + 1, 4, 42)
        np.testing.assert_array_equal(h[-1], cache.last_state)
        assert np.any(h[-1] != window.forward(other)[0][-1]) == seen
        np.testing.assert_array_equal(h[-1, :, -2:], np.float32(x[-1]))


@pytest.mark.parametrize(
    "name", ["Elman untrained", "Elman orthogonal untrained"]
)
def test_untrained_network_learns_its_head_only(name):
    net = benchmark.network(name, 5, 2, np.random.default_rng(0))
    assert set(net.parameters) == {"W_hy", "b_y"}
    _, gradients, _ = net.gradients(delayed_recall(4, 5))
    assert set(gradients) == {"W_hy", "b_y"}


def test_check_ends_after_goals_in_a_row_and_keeps_the_best(monkeypatch):
    net = benchmark.network("Elman uniform", 5, 2, np.random.default_rng(0))
    data = delayed_recall(100, 5)
    found = iter([99, 98, 60, 100, 98, 99])
    monkeypatch.setattr(benchmark, "right", lambda *_: next(found))
    check = benchmark.Check(data)
    scores = []
    for k in range(6):
        net.parameters["b_y"][...] = k
        scores.append(check(net))
    assert scores[:5] == pytest.approx([0.01, 0.02, 0.4, 0, 0.02])
    assert scores[5] == -1
    assert check.best["b_y"].tolist() == [3, 3]


def test_numbers_that_overflow_are_no_answer_but_end_no_benchmark():
    net = benchmark.network(
        "Elman ReLU identity", 5, 2, np.random.default_rng(0)
    )
    net.parameters["W_hh"][...] = 1e30
    with np.errstate(over="ignore", invalid="ignore"):
        assert benchmark.right(net, delayed_recall(300, 5)) == 0


def test_a_run_beyond_float32_is_made_again_in_float64(tiny, monkeypatch):
    seen = []

    def fit(net, *_, **__):
        seen.append(str(net.parameters["W_hh"].dtype))
        raise FloatingPointError

    monkeypatch.setattr(benchmark, "fit", fit)
    done = benchmark.run("GRU uniform", 2, 4, 0, 0.01)
    assert seen == ["float32", "float64"] == [seen[0], done["dtype"]]
    assert done["ended"] == "overflow"


def test_best_rate_is_of_most_successes_then_right_answers_then_lowest():
    def line(right):
        return {"success": benchmark.succeeded(right), "right": right}

    tuning = {"0.01": [line(960), line(500)], "0.03": [line(900), line(940)]}
    assert benchmark.best_rate(tuning) == 0.01
    tuning["0.1"] = [line(501), line(960)]
    assert benchmark.best_rate(tuning) == 0.1
    tuning["0.3"] = tuning["0.1"]
    assert benchmark.best_rate(tuning) == 0.1


def test_an_interrupted_benchmark_goes_on_and_prints_its_table(
    tiny, monkeypatch, tmp_path
):
    path, made = tmp_path / "out.json", []

    def run(name, symbols, lag, seed, peak):
        made.append((name, symbols, lag, seed, peak))
        if len(made) == 50:
            raise KeyboardInterrupt
        return {"seed": seed, "success": lag == 3, "right": 20}

    monkeypatch.setattr(benchmark, "run", run)
    data = benchmark.new_file()
    with pytest.raises(KeyboardInterrupt):
        benchmark.learn(data, 2, [2], path)
    data = json.loads(path.read_text())
    benchmark.learn(data, 2, [2], path)
    everyone = len(benchmark.CONTESTANTS)
    assert len(set(made)) == len(made) - 1 == everyone * (2 * 1 * 2 + 2 * 2)
    benchmark.learn(json.loads(path.read_text()), 2, [2], path)
    assert len(set(made)) == len(made) - 1
    printed = benchmark.table(data).splitlines()
    assert len(printed) == everyone + 4
    assert all(" 3, 0 or more" in line for line in printed[3:-1])
