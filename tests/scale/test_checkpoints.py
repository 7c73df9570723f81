"""Checkpoints: whole or not at all; a damaged one is named and passed over."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from rnnlib.scale import Processes, Settings, checkpoints, train
from rnnlib.scale.report import lines

ALONE = Processes()


def settings(folder: Path, **other: object) -> Settings:
    told = {"task": "adding", "length": 22, "hidden": 8, "batch": 4}
    told |= {"updates": 12, "evaluate_every": 2, "checkpoint_every": 3}
    return Settings(folder=folder, **told | other)


def kept(folder: Path) -> list[Path]:
    """Return the checkpoints of a run, the newest first."""
    return checkpoints.newest_first(folder / "checkpoints")


def back_to(folder: Path, update: int) -> None:
    """Remove the checkpoints after an update: so a run had been stopped."""
    for path in kept(folder):
        if int(checkpoints.NAME.match(path.name)[1]) > update:
            path.unlink()


def end_of(folder: Path) -> dict:
    found = checkpoints.newest(folder / "checkpoints")
    return checkpoints.from_bytes(found.data)


def assert_same(one: Path, other: Path) -> None:
    """Compare the last checkpoints of two runs, and their logs."""
    assert kept(one)[0].name == kept(other)[0].name  # the checksum is in it
    logs = [lines(folder / "log.jsonl") for folder in (one, other)]
    for log in logs:
        for line in log:
            del line["seconds"]
    assert logs[0] == logs[1]
    best = [checkpoints.from_bytes((f / "best.pt").read_bytes())
            for f in (one, other)]  # fmt: skip
    for name, value in best[0].items():
        assert torch.equal(value, best[1][name])


@pytest.fixture
def undisturbed(tmp_path: Path) -> Path:
    train(settings(tmp_path / "undisturbed"), ALONE)
    return tmp_path / "undisturbed"


def test_what_goes_on_ends_as_what_was_not_stopped(
    undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = tmp_path / "stopped"
    train(settings(folder), ALONE)
    assert [p.name for p in kept(folder)] == [
        p.name for p in kept(undisturbed)
    ]
    assert len(kept(folder)) == 3
    back_to(folder, 6)
    capsys.readouterr()
    train(settings(folder, checkpoint_every=2, keep=9), ALONE)
    assert "goes on from update 6: update-00000006" in capsys.readouterr().err
    assert_same(undisturbed, folder)
    assert len(kept(folder)) == 4  # 6, 8, 10, 12


def test_patience_and_its_place_are_kept(tmp_path: Path) -> None:
    told = {"rate": 1e-9, "updates": 40, "patience": 3, "checkpoint_every": 1}
    ended = train(settings(tmp_path / "a", **told), ALONE)
    assert ended["ended"] == "patience"
    assert ended["updates"] < 40
    train(settings(tmp_path / "b", **told), ALONE)
    back_to(tmp_path / "b", ended["updates"] - 1)
    assert train(settings(tmp_path / "b", **told), ALONE) == ended
    assert train(settings(tmp_path / "b", **told), ALONE) == ended  # at once
    assert_same(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize("damage", ["cut short", "a flipped byte", "empty"])
def test_a_damaged_one_is_named_and_the_one_before_it_used(
    undisturbed: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
    damage: str,
) -> None:
    folder = tmp_path / "damaged"
    train(settings(folder), ALONE)
    newest = kept(folder)[0]
    data = bytearray(newest.read_bytes())
    if damage == "a flipped byte":
        data[len(data) // 2] ^= 1
    else:
        data = data[: len(data) // 2 if damage == "cut short" else 0]
    newest.write_bytes(data)
    capsys.readouterr()
    train(settings(folder), ALONE)
    said = capsys.readouterr().err
    assert f"{newest.name} is damaged" in said
    assert "goes on from update 9" in said
    assert newest.with_name(newest.name + checkpoints.DAMAGED).is_file()
    assert_same(undisturbed, folder)


def test_if_none_is_whole_that_is_said_and_nothing_begins_anew(
    tmp_path: Path,
) -> None:
    train(settings(tmp_path), ALONE)
    for path in kept(tmp_path):
        path.write_bytes(b"no checkpoint")
    for _ in range(2):  # a second try finds no more than the first
        with pytest.raises(ValueError, match=r"found none in .* is damaged"):
            train(settings(tmp_path), ALONE)
    assert len(kept(tmp_path)) == 3


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    train(settings(tmp_path), ALONE)
    with pytest.raises(ValueError, match="hidden was 8 and is 9; rate was"):
        train(settings(tmp_path, hidden=9, rate=0.1, keep=5), ALONE)


def test_another_text_of_the_same_name_is_refused(tmp_path: Path) -> None:
    path, told = tmp_path / "a.txt", {"updates": 2, "batch": 2, "steps": 8}
    told |= {"hidden": 4, "folder": tmp_path / "run", "text": path}
    path.write_text("abcd" * 100)
    train(Settings(**told), ALONE)
    path.write_text("abce" * 100)
    with pytest.raises(ValueError, match="text must be the one that the run"):
        train(Settings(**told), ALONE)


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "harm"),)

    data = checkpoints.as_bytes({"weights": Harm()})
    with pytest.raises(pickle.UnpicklingError, match=r"eights.only"):
        checkpoints.from_bytes(data)
    assert not (tmp_path / "harm").exists()


def test_an_interrupted_writing_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = checkpoints.write(tmp_path, 1, {"a": 1}, keep=2)

    def pulled(*_: object) -> None:
        raise OSError(5, "the plug was pulled")

    for call in ("fsync", "replace"):
        monkeypatch.setattr(os, call, pulled)
        with pytest.raises(
            OSError, match=r"could not be written .* untouched"
        ):
            checkpoints.write(tmp_path, 2, {"a": 2}, keep=2)
        monkeypatch.undo()
        assert list(tmp_path.iterdir()) == [first]
    rest = tmp_path / f"update-00000003{checkpoints.BEING_WRITTEN}"
    rest.write_bytes(b"half")  # killed while it wrote
    assert checkpoints.newest(tmp_path).path == first
    assert not rest.exists()


LIMITED = """
import resource, sys
from pathlib import Path
from test_checkpoints import ALONE, settings, train
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    train(settings(Path(sys.argv[1])), ALONE)
except OSError as error:
    print("error:", error)
    sys.exit(2)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on file sizes")
def test_a_full_disk_is_a_clear_error_and_nothing_is_lost(
    undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "full"
    train(settings(folder), ALONE)
    back_to(folder, 6)
    before = {path: path.read_bytes() for path in kept(folder)}
    assert before
    limit = kept(folder)[0].stat().st_size // 2
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, folder, str(limit)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert "could not be written" in done.stdout
    assert "untouched" in done.stdout
    assert {path: path.read_bytes() for path in kept(folder)} == before
    assert not list(folder.rglob(f"*{checkpoints.BEING_WRITTEN}"))
    train(settings(folder), ALONE)  # there is room again
    assert_same(undisturbed, folder)
