"""One, two and four processes: the same losses, the same score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import several_runs
import torch

from rnnlib.scale import Processes, launch
from rnnlib.scale.checkpoints import from_bytes, newest
from rnnlib.scale.report import lines

WORKER = str(Path(several_runs.__file__))
SECONDS = 300  # on a busy machine; some ten on an idle one
STEPS = 65_536
SMALL = {
    "hidden": 12,
    "batch": 6,
    "evaluate_every": 1,
    "checkpoint_every": 10,
    "precision": "float64",
    "rate": 0.01,
}
TEXT = {"embedding": 6, "steps": 12, "layers": 2, **SMALL}


def runs(text: Path) -> dict[str, dict]:
    """Return a run for each cell, and for each way to share out."""
    text = {"text": str(text), "updates": 20} | TEXT
    task = {"task": "adding", "length": 22, "updates": 15} | SMALL
    return {
        "lstm": {"cell": "lstm", "dropout": 0.2, **text, "updates": 50},
        "gru": {"cell": "gru", **text},
        "elman": {"cell": "elman", **text},
        "linear": {"cell": "linear", **text},
        "linear-time": {"cell": "linear", "share_out": "time", **text},
        "adding": {"cell": "lstm", "longest_lag": 22, **task},
        "adding-time": {"cell": "linear", "share_out": "time", **task},
    }


def run_all(folder: Path, processes: int, told: dict, **more) -> None:
    """Make all runs, in this process or in several."""
    folder.mkdir(exist_ok=True)
    told = {"folder": str(folder), "runs": told, **more}
    if processes == 1:
        several_runs.make(told, Processes())
        return
    (folder / "told.json").write_text(json.dumps(told))
    launch.run(
        processes, [folder / "told.json"], module=WORKER, seconds=SECONDS
    )


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    words = ["one", "lag", "and", "thousand", "more", "Größe", "état", "日本"]
    chosen = torch.randint(
        len(words), (1200,), generator=torch.Generator().manual_seed(0)
    )
    path.write_text(" ".join(words[k] for k in chosen), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "processes", [2, pytest.param(4, marks=pytest.mark.nightly)]
)
def test_several_processes_do_what_one_does(
    text: Path, tmp_path: Path, processes: int
) -> None:
    told = runs(text)
    run_all(tmp_path / "one", 1, told)
    run_all(tmp_path / "more", processes, told, steps=STEPS)
    for name in told:
        one = lines(tmp_path / "one" / name / "log.jsonl")
        more = lines(tmp_path / "more" / name / "log.jsonl")
        assert len(one) == len(more) == told[name]["updates"]
        for a, b in zip(one, more):
            assert b["processes"] == processes
            assert abs(a["loss"] - b["loss"]) < 1e-6, name
            assert abs(a["validation"] - b["validation"]) < 1e-6, name
            assert a["wrong"] == b["wrong"], name
        assert one[-1]["loss"] < one[0]["loss"], "it learns nothing"
        ended = [
            json.loads(
                (tmp_path / f"more/{name}-process-{k}.json").read_text()
            )
            for k in range(processes)
        ]
        assert all(each == ended[0] for each in ended), name
        assert weights_apart(tmp_path, name) < 1e-6, name
    same_scan(tmp_path / "more", processes)


def weights_apart(folder: Path, name: str) -> float:
    """Return the largest difference between two runs' last weights."""
    one, more = (
        from_bytes(newest(folder / each / name / "checkpoints").data)
        for each in ("one", "more")
    )
    assert one["update"] == more["update"]
    return max(
        float((value - more["weights"][key]).abs().max())
        for key, value in one["weights"].items()
    )


def same_scan(folder: Path, processes: int) -> None:
    """Compare 65,536 steps shared out with the same steps on one process."""
    parts = [torch.load(folder / f"parts-{k}.pt") for k in range(processes)]
    whole = several_runs.scan_by_parts(STEPS, Processes())
    for name in ("h", "f", "b"):
        together = torch.cat([part[name] for part in parts])
        assert len(together) == STEPS
        assert (together - whole[name]).abs().max() < 1e-10, name
    for part in parts:
        assert (part["last"] - whole["last"]).abs().max() < 1e-10


def test_a_run_goes_on_with_another_number_of_processes(
    text: Path, tmp_path: Path
) -> None:
    told = {"gru": runs(text)["gru"]}
    run_all(tmp_path / "one", 1, told)
    folder = tmp_path / "two" / "gru"
    run_all(tmp_path / "two", 1, told)
    newest(folder / "checkpoints").path.unlink()  # of update 20
    run_all(tmp_path / "two", 2, told)
    used = [line["processes"] for line in lines(folder / "log.jsonl")]
    assert used == [1] * 10 + [2] * 10
    one, two = (
        from_bytes(newest(tmp_path / name / "gru/checkpoints").data)
        for name in ("one", "two")
    )
    for key, value in one["weights"].items():
        assert (value - two["weights"][key]).abs().max() < 1e-6
