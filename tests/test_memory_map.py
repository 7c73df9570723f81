"""The benchmark of the map: its file is whole, its runs do what it says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from rnnlib import long_runs
from rnnlib.layers.attention import Attention
from rnnlib.training.gradients import gradient_check

PATH = Path(__file__).parent.parent / "benchmarks" / "memory_map.py"
spec = importlib.util.spec_from_file_location("memory_map", PATH)
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)
rows = benchmark.memory_rows
DATA = long_runs.read("memory_map")
TINY = {"updates": 8, "checks": 4, "batch": 4, "checked": 10}
CELLS = [(c, r) for c in benchmark.COLUMNS for r in benchmark.ROWS]


@pytest.fixture
def tiny(monkeypatch):
    for name, value in TINY.items():
        monkeypatch.setitem(benchmark.SETTINGS, name, value)
    monkeypatch.setitem(
        benchmark.SETTINGS, "tests", dict.fromkeys(benchmark.COLUMNS, 20)
    )
    monkeypatch.setattr(
        benchmark,
        "GRID",
        {
            "keeps": (5, 8),
            "adds": (22, 24),
            "flips": (32, 40),
            "composes": (32, 40),
            "recalls": (2, 3),
        },
    )


def test_file_was_made_with_the_settings_of_the_script():
    assert DATA["settings"] == benchmark.SETTINGS
    fresh = benchmark.new_file()
    assert DATA["weights"] == fresh["weights"]
    assert DATA["step"] == fresh["step"]
    assert DATA["grid"] == fresh["grid"]


@pytest.mark.parametrize(("column", "row"), CELLS)
def test_file_holds_every_cell_as_far_as_it_could_climb(column, row):
    cell = DATA["results"][column][row]
    assert set(cell["tuning"]) == {str(rate) for rate in benchmark.RATES}
    for lines in cell["tuning"].values():
        assert [r["seed"] for r in lines] == list(benchmark.TUNING_SEEDS)
    assert cell["rate"] == benchmark.best_rate(cell["tuning"])
    whole = benchmark.SETTINGS["updates"] * benchmark.SETTINGS["batch"]
    wins = []
    for lines in cell["runs"].values():
        assert [r["seed"] for r in lines] == list(range(len(lines)))
        assert all(len(r["right"]) > 0 for r in lines)
        assert all(r["sequences"] <= whole for r in lines)
        won = [benchmark.succeeded(r["right"][0]) for r in lines]
        assert len(won) == benchmark.SEEDS or won.count(False) == 6
        wins.append(sum(won))
    grid = [str(length) for length in benchmark.GRID[column]]
    assert list(cell["runs"]) == grid[: len(wins)]
    assert all(won >= 5 for won in wins[:-1])
    if column in benchmark.ONCE:
        assert len(wins) == 1
    elif len(wins) < len(grid):
        assert wins[-1] < 5


def test_success_in_the_file_follows_from_its_runs():
    assert DATA["success"] == benchmark.summary(DATA)
    for column in benchmark.COLUMNS:
        assert set(DATA["success"][column]) == set(benchmark.ROWS)


def test_networks_have_about_as_many_weights_as_the_lstm():
    for column, weights in DATA["weights"].items():
        for row in benchmark.ROWS[2:]:
            assert abs(weights[row] / weights["LSTM"] - 1) < 0.05, column


@pytest.mark.parametrize(("column", "row"), CELLS)
def test_a_run_can_be_repeated_and_keeps_to_its_budget(tiny, column, row):
    length = benchmark.GRID[column][0]
    first, second = (
        benchmark.run(row, column, length, 0, 0.01) for _ in range(2)
    )
    assert first.pop("seconds") >= 0 <= second.pop("seconds")
    assert first == second
    assert 0 < first["sequences"] <= TINY["updates"] * TINY["batch"]
    assert all(0 <= share <= 1 for share in first["right"])


def test_what_is_learned_is_learned_and_what_is_not_is_not():
    done = benchmark.run("GRU", "keeps", 10, 0, 0.02)
    assert done["right"][0] > 0.97
    assert done["ended"] == "goal"
    beyond = benchmark.run("AR(30)", "keeps", 40, 0, 0.02)
    assert 0.4 < beyond["right"][0] < 0.6
    assert beyond["ended"] == "epochs"


def test_sequences_grow_over_the_first_half_of_the_updates():
    updates = benchmark.SETTINGS["updates"]
    rng = np.random.default_rng(0)
    longest = [
        max(
            len(benchmark.batch("composes", 32, update, rng).x)
            for _ in range(9)
        )
        for update in (0, updates // 4, updates // 2, updates - 1)
    ]
    assert longest == [2, 8, 32, 32]


@pytest.mark.parametrize("row", rows.ROWS)
def test_a_layer_in_pieces_gives_what_it_gives_at_once(row):
    rng = np.random.default_rng(0)
    layer = rows.layer(row, "flips", (3, 16), 0, rng)
    x = rng.normal(size=(50, 4, 3)).astype(np.float32)
    whole, _ = layer.forward(x)
    state, parts = None, []
    for piece in (x[:7], x[7:40], x[40:]):
        h, cache = layer.forward(piece, state)
        state = cache.last_state
        parts.append(h)
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=2e-4)


def test_memory_neuron_has_the_right_gradients():
    rng = np.random.default_rng(0)
    layer = rows.MemoryNeuron(2, 0.8, rng)
    layer.parameters = {
        k: w.astype(float) for k, w in layer.parameters.items()
    }
    x = np.float32(rng.normal(size=(6, 3, 2)))
    dh = np.float32(rng.normal(size=(6, 3, 1)))
    _, cache = layer.forward(x)
    found = layer.backward(dh, cache)
    u, W, b = (layer.parameters[k] for k in ("u", "W_xh", "b_h"))

    def loss() -> float:
        h, total = np.zeros((3, 1)), 0.0
        for x_t, dh_t in zip(x, dh):
            h = u * h + x_t @ W + b
            total += float((h * dh_t).sum())
        return total

    errors = gradient_check(loss, layer.parameters, found)
    assert max(errors.values()) < 1e-4


def test_attention_asked_at_the_end_is_attention():
    rng = np.random.default_rng(0)
    inner = Attention(4, 6, seed=rng, dtype="float32")
    fast, slow = rows.AskedAtEnd(inner), rows.WithOne(inner)
    x = rng.normal(size=(9, 5, 3)).astype(np.float32)
    (h, cache), (h_all, cache_all) = fast.forward(x), slow.forward(x)
    np.testing.assert_allclose(h[-1], h_all[-1], rtol=1e-5)
    dh = np.zeros_like(h)
    dh[-1] = rng.normal(size=h[-1].shape)
    found, wanted = fast.backward(dh, cache), slow.backward(dh, cache_all)
    for name in inner.parameters:
        np.testing.assert_allclose(
            found[name], wanted[name], rtol=1e-3, atol=1e-5
        )


def test_a_row_is_out_when_six_seeds_have_failed(monkeypatch):
    shares = iter([1, 0, 0, 0, 1, 0, 0, 0, 1, 1])
    monkeypatch.setattr(benchmark, "run", lambda *_: {"right": [next(shares)]})
    assert len(benchmark.climb("LSTM", "keeps", 10, 0.01)) == 8
    monkeypatch.setattr(benchmark, "run", lambda *_: {"right": [0.95]})
    assert len(benchmark.climb("LSTM", "keeps", 10, 0.01)) == 10


def test_an_interrupted_benchmark_goes_on_and_prints_its_table(
    tiny, monkeypatch, tmp_path
):
    made = []

    class Pool:  # does the work at once, and breaks off in the middle
        def __init__(self, _):
            pass

        __enter__, __exit__ = lambda self: self, lambda *_: None

        def submit(self, _, job):
            made.append(job)
            if len(made) == 60:
                raise KeyboardInterrupt
            found = benchmark.Future()
            line = {"seed": 0, "right": [1.0, 0.0], "sequences": 1}
            tuned = {"tuning": {}, "rate": 0.02}
            found.set_result([line] * 10 if job[3] else tuned)
            return found

    monkeypatch.setattr(benchmark, "ProcessPoolExecutor", Pool)
    path, data = tmp_path / "out.json", benchmark.new_file()
    with pytest.raises(KeyboardInterrupt):
        benchmark.learn(data, path)
    data = json.loads(path.read_text())
    benchmark.learn(data, path)
    cells = len(benchmark.ROWS)
    # to tune; columns that are trained once; columns of two lengths
    assert len(set(made)) == cells * (5 + 3 + 2 * 2)
    benchmark.learn(json.loads(path.read_text()), path)
    printed = benchmark.table(data).splitlines()
    assert len(printed) == 5 * (cells + 2)
    assert sum(line.endswith("    10     0") for line in printed) == 3 * cells
    success = benchmark.summary(data)["flips"]["LSTM"]
    assert success == {"32": [1] * 10, "40": [0] * 10}
