"""The benchmark of attention: its file is whole, its runs do what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from rnnlib import long_runs

PATH = Path(__file__).parent.parent / "benchmarks" / "attention.py"
spec = importlib.util.spec_from_file_location("attention_benchmark", PATH)
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)
DATA = long_runs.read("attention")
RESULTS, SETTINGS = DATA["results"], benchmark.SETTINGS
CASES = [
    *((name, {"pairs": 2}) for name in benchmark.CONTESTANTS),
    *((name, {"pairs": 3, "changed": 2}) for name in benchmark.CHANGED),
]


def test_file_was_made_with_the_settings_of_the_script():
    assert DATA["settings"] == SETTINGS


def test_file_holds_every_run_once():
    seeds = list(range(benchmark.SEEDS))
    recall = RESULTS["recall"]
    assert set(recall) == set(benchmark.CONTESTANTS)
    for by_pairs in recall.values():
        assert [int(n) for n in by_pairs] == SETTINGS["recall"]["pairs"]
        for pairs, lines in by_pairs.items():
            assert [line["seed"] for line in lines] == seeds
            asked = int(pairs) * SETTINGS["recall"]["tests"]
            assert {line["asked"] for line in lines} == {asked}
    assert set(RESULTS["changed"]) == set(benchmark.CHANGED)
    patience = RESULTS["patience"]
    assert [int(n) for n in patience] == SETTINGS["patience"]["pairs"]
    for lines in (*patience.values(), *RESULTS["changed"].values()):
        assert [line["seed"] for line in lines] == seeds
    words = SETTINGS["words"]
    assert [int(n) for n in RESULTS["words"]] == words["longest"]
    for by_kind in RESULTS["words"].values():
        assert set(by_kind) == set(words["units"])
        for lines in by_kind.values():
            assert [line["seed"] for line in lines] == seeds
            for line in lines:
                assert max(line["numbers"]) <= words["tests"]
                assert len(line["numbers"]) == 9
    lengths = [line["length"] for line in RESULTS["cost"]]
    assert lengths == SETTINGS["cost"]["lengths"]


def test_rates_follow_from_the_runs_that_tuned_them():
    assert set(RESULTS["rates"]) == set(RESULTS["tuning"])
    for name, by_rate in RESULTS["tuning"].items():
        assert list(map(float, by_rate)) == SETTINGS["recall"]["rates"]
        for lines in by_rate.values():
            tuned = tuple(line["seed"] for line in lines)
            assert tuned == benchmark.TUNING_SEEDS
        assert RESULTS["rates"][name] == benchmark.best_rate(by_rate)


def test_contestants_have_equal_states_and_the_translators_equal_weights():
    side = SETTINGS["recall"]["side"]
    x = np.ones((2, 1, 4), np.float32)
    for name in ("Elman", "LSTM", "matrix, sum", "matrix, delta"):
        rest = {"seed": 0, "dtype": np.float32}
        layer = benchmark.CONTESTANTS[name](4, side, rest)
        state = layer.forward(x)[1].last_state
        assert sum(np.size(part) for part in state) == side * side, name
    weights = [lines[0]["weights"] for lines in RESULTS["words"]["9"].values()]
    assert max(weights) / min(weights) < 1.03


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_run_can_be_repeated(monkeypatch, name, options):
    tiny = {**SETTINGS["recall"], "updates": 5, "tests": 10}
    monkeypatch.setitem(SETTINGS, "recall", tiny)
    monkeypatch.setitem(SETTINGS, "batch", 4)
    first, second = (
        benchmark.recall_run(name, seed=3, rate=0.01, **options)
        for _ in range(2)
    )
    assert first.pop("seconds") >= 0 <= second.pop("seconds")
    assert first == second
    assert first["asked"] == 10 * options["pairs"]


@pytest.mark.parametrize("kind", SETTINGS["words"]["units"])
def test_a_translation_is_judged_by_length_with_a_teacher_and_without(
    monkeypatch, kind
):
    tiny = {**SETTINGS["words"], "updates": 3, "tests": 5}
    monkeypatch.setitem(SETTINGS, "words", tiny)
    line = benchmark.words_run(kind, 2, seed=0)
    for name in ("teacher", "free", "numbers"):
        assert len(line[name]) == 9
    assert all(0 <= share <= 1 for share in line["teacher"] + line["free"])


def test_attention_learns_in_the_budget_what_it_is_said_to_learn():
    line = benchmark.recall_run("attention", pairs=2, seed=0, rate=0.01)
    assert line["right"] / line["asked"] > 0.95
