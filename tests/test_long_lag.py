"""The benchmark of long lags: its file is whole, its runs do what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from rnnlib import long_runs
from rnnlib.layers.losses import cross_entropy

PATH = Path(__file__).parent.parent / "benchmarks" / "long_lag.py"
spec = importlib.util.spec_from_file_location("long_lag", PATH)
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)
DATA = long_runs.read("long_lag")
RESULTS = DATA["results"]
ALLOWED = 1  # of all test sequences
COUNTED = [name for name in RESULTS if "adding" in name or "order" in name]


def test_file_holds_every_experiment_as_the_script_sets_it_up():
    assert DATA["settings"] == benchmark.SETTINGS
    assert list(RESULTS) == list(benchmark.EXPERIMENTS)


@pytest.mark.parametrize("name", RESULTS)
def test_settings_were_chosen_among_all_on_seeds_of_their_own(name):
    one = RESULTS[name]
    families = benchmark.families_tuned_on(name)
    wanted = [form for f in families for form in benchmark.tried(name, f)]
    assert list(one["tuning"]) == wanted
    for by_rate in one["tuning"].values():
        assert list(by_rate) == [str(rate) for rate in benchmark.RATES]
        for lines in by_rate.values():
            seeds = tuple(line["seed"] for line in lines)
            assert seeds == benchmark.TUNING_SEEDS


@pytest.mark.parametrize("name", RESULTS)
def test_choices_follow_from_what_was_tried(name):
    again = {
        key: {"tuning": one["tuning"], "runs": {}}
        for key, one in RESULTS.items()
    }
    for key in again:
        benchmark.settle(again, key)
    for part in ("rates", "chosen"):
        assert again[name][part] == RESULTS[name][part]


@pytest.mark.parametrize("name", RESULTS)
def test_what_was_chosen_ran_on_ten_new_seeds(name):
    one = RESULTS[name]
    others = benchmark.OTHERS.get(name, ())
    assert set(one["runs"]) == {*one["chosen"].values(), *others}
    for lines in one["runs"].values():
        seeds = [line["seed"] for line in lines]
        assert seeds == list(range(benchmark.SEEDS))
        assert not set(seeds) & set(benchmark.TUNING_SEEDS)


@pytest.mark.parametrize("name", COUNTED)
def test_success_follows_from_the_number_wrong(name):
    shown = benchmark.SETTINGS["updates"] * benchmark.SETTINGS["batch"]
    for lines in RESULTS[name]["runs"].values():
        for line in lines:
            if line.get("diverged"):
                assert not line["success"]
                continue
            assert line["success"] == (line["wrong"] <= ALLOWED)
            assert 0 <= line["wrong"] <= benchmark.SETTINGS["tests"]
            assert line["sequences"] == shown


def test_both_families_have_about_as_many_weights():
    for inputs, outputs in ((2, 1), (8, 4), (7, 7)):
        sizes = [
            sum(
                weights.size
                for weights in benchmark.network(
                    forms[0], inputs, outputs, cross_entropy, 100,
                    np.random.default_rng(0),
                ).parameters.values()
            )
            for forms in benchmark.FORMS.values()
        ]  # fmt: skip
        assert abs(sizes[0] / sizes[1] - 1) < 0.05


@pytest.mark.parametrize("family", benchmark.FAMILIES)
def test_every_form_starts_as_its_name_says(family):
    for form in benchmark.FORMS[family]:
        net = benchmark.network(
            form, 2, 1, cross_entropy, 50, np.random.default_rng(0)
        )
        layer, H = net.layer, net.layer.hidden_size
        assert layer.activation == form.split()[-1]
        if "identity" in form:
            assert np.array_equal(layer.parameters["W_hh"], np.eye(H))
        if "orthogonal" in form:
            W = layer.parameters["W_hh"]
            np.testing.assert_allclose(W @ W.T, np.eye(H), atol=1e-12)
        biases = layer.parameters["b_h"].reshape(-1, H)  # i, f, g, o
        if "chrono" in form:
            b_i, b_f = biases[:2]
            np.testing.assert_allclose(b_i, -b_f)
            assert 0 <= b_f.min() <= b_f.max() <= np.log(49)
        if "forget bias 1" in form:
            assert np.all(biases[1] == 1)


def test_the_fewest_wrong_answers_decide_and_divergence_is_worst():
    def lines(*wrong):
        return [{"wrong": w, "sequences": 5, "success": True} for w in wrong]

    gone = [{"wrong": None, "success": False, "diverged": True}]
    assert benchmark.merit(lines(2, 7)) > benchmark.merit(lines(0, 2162))
    assert benchmark.merit(lines(9, 9)) > benchmark.merit(lines(0) + gone)


def test_a_run_that_diverges_is_a_failure_of_its_own(monkeypatch):
    def explode(form, rate, seed):
        raise FloatingPointError

    monkeypatch.setitem(benchmark.EXPERIMENTS, "adding-25", explode)
    line = benchmark.run("adding-25", "Elman identity relu", 0.02, 3)
    assert line == {
        "seed": 3, "success": False, "wrong": None, "diverged": True,
    }  # fmt: skip


def test_file_is_written_run_by_run_and_never_twice(monkeypatch, tmp_path):
    made = []

    def instead(form, rate, seed):
        made.append((form, rate, seed))
        return {"success": True, "wrong": 0, "sequences": 3, "seconds": 0.1}

    monkeypatch.setitem(benchmark.EXPERIMENTS, "adding-100", instead)
    path = tmp_path / "long_lag.json"
    benchmark.learn(["adding-100"], 2, path)
    forms = len(benchmark.FORMS["LSTM"]) + len(benchmark.FORMS["Elman"])
    tuned = forms * len(benchmark.RATES) * len(benchmark.TUNING_SEEDS)
    assert len(made) == tuned + 2 * (2 + len(benchmark.OTHERS["adding-100"]))
    before = list(made)
    benchmark.learn(["adding-100"], 2, path)
    assert made == before
    benchmark.learn(["adding-100"], 3, path)
    assert {seed for _, _, seed in made[len(before) :]} == {2}
