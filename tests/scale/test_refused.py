"""Bad input: a clear error within seconds, on every process; none hangs."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import several_runs

from rnnlib.scale import Processes, Settings, launch, train
from rnnlib.scale.command_line import BAD_INPUT, main
from rnnlib.scale.processes import NOBODY_CAME
from rnnlib.scale.texts import check_utf8

WORKER = str(Path(several_runs.__file__))
SMALL = {"batch": 4, "steps": 8, "hidden": 4, "embedding": 4, "updates": 2}
GOOD = "All is well here. " * 40
# name -> text, other settings, what the error says
BAD = {
    "empty": (b"", {}, r"text must be longer: .* is empty"),
    "short": (b"too short", {}, r"text must be longer: .* holds 9 bytes"),
    "latin": (
        GOOD.encode() + "Größe".encode("latin-1") + GOOD.encode(),
        {},
        r"text must be UTF-8: .* has the byte 0xf6 at place 722",
    ),
    "cut": (
        GOOD.encode() + "ö".encode()[:1],
        {},
        r"text must be UTF-8: .* has the byte 0xc3 at place 720",
    ),
    "missing": (None, {}, r"text must be a file, found none at"),
    "crowd": (
        GOOD.encode(),
        {"batch": 1},
        r"one of the sequences for each process, found 1 .* and 2 processes",
    ),
    "waiting": (
        GOOD.encode(),
        {"share_out": "time"},
        r"share_out must be batch for this cell, found time: a step of lstm",
    ),
    "moments": (
        GOOD.encode(),
        {"share_out": "time", "cell": "linear", "steps": 1},
        r"one of the steps for each process, found 1 steps and 2 processes",
    ),
    "blocked": (GOOD.encode(), {}, r"File exists"),
    "odd": (GOOD.encode(), {"dropout": 1.5}, r"dropout must lie in"),
}


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, dict]:
    for name, (data, _, _) in BAD.items():
        if data is not None:
            (tmp_path / f"{name}.txt").write_bytes(data)
    return {
        name: {"text": str(tmp_path / f"{name}.txt")} | SMALL | other
        for name, (_, other, _) in BAD.items()
    }


def test_every_process_says_the_same_clear_error(
    runs: dict[str, dict], tmp_path: Path
) -> None:
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "checkpoints").touch()  # where a folder has to be
    told = {"folder": str(tmp_path), "runs": runs}
    (tmp_path / "told.json").write_text(json.dumps(told))
    launch.run(2, [tmp_path / "told.json"], module=WORKER, seconds=300)
    for name, (_, _, wanted) in BAD.items():
        said = [
            json.loads((tmp_path / f"{name}-process-{k}.json").read_text())
            for k in (0, 1)
        ]
        assert said[0] == said[1], name
        assert re.search(wanted, said[0].get("error", "none")), said
        assert not (tmp_path / name / "checkpoints").is_dir()


@pytest.mark.parametrize(
    "name", sorted(set(BAD) - {"blocked", "crowd", "moments"})
)
def test_one_process_alone_says_it_too(
    runs: dict[str, dict], tmp_path: Path, name: str
) -> None:
    with pytest.raises(ValueError, match=BAD[name][2]):
        train(
            Settings(
                folder=tmp_path / "run", **several_runs.paths(runs[name])
            ),
            Processes(),
        )


def test_the_command_line_ends_with_one_line(
    runs: dict[str, dict], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = runs["latin"]["text"]
    told = ["text", path, "--folder", str(tmp_path / "run"), "--batch", "4"]
    assert main([*told, "--steps", "8"]) == BAD_INPUT
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("error: text must be UTF-8")
    with pytest.raises(SystemExit):
        main(["text", path])
    assert "--folder" in capsys.readouterr().err


def test_bytes_that_are_none_are_found_in_any_part(tmp_path: Path) -> None:
    """A character on the border of two parts is whole in one of them."""
    text = ("aß日🙂" * 30).encode()
    path = tmp_path / "text"
    path.write_bytes(text)
    for parts in range(1, 12):
        for part in range(parts):
            check_utf8(path, part, parts)
    for place in (0, 1, 100, len(text) - 1):
        path.write_bytes(text[:place] + b"\xff" + text[place:])
        for parts in (1, 2, 7):
            found = []
            for part in range(parts):
                try:
                    check_utf8(path, part, parts)
                except ValueError as error:
                    found.append(str(error))
            assert len(found) >= 1, (place, parts)


@pytest.fixture
def taken() -> Iterator[int]:
    """Hold a port, as another program would, and answer nobody."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen(50)
        yield held.getsockname()[1]


def by_hand(rank: int, port: int, folder: Path) -> subprocess.Popen:
    """Start one of two processes without torchrun."""
    meets = {"RANK": rank, "WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1"}
    meets |= {"MASTER_PORT": port, "LOCAL_WORLD_SIZE": 2, "OMP_NUM_THREADS": 1}
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "rnnlib.scale", "task", "adding"),
            *("--folder", str(folder), "--join-within", "4"),
        ],
        env=os.environ | {k: str(v) for k, v in meets.items()},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.nightly
def test_a_port_that_is_taken_is_told_on_every_process(
    taken: int, tmp_path: Path
) -> None:
    start = time.monotonic()
    both = [by_hand(rank, taken, tmp_path / "run") for rank in (0, 1)]
    said = [each.communicate(timeout=300)[1] for each in both]
    assert time.monotonic() - start < 240
    assert [each.returncode for each in both] == [BAD_INPUT, NOBODY_CAME]
    assert f"nobody to be met at 127.0.0.1:{taken}" in said[0]
    assert "address already in use" in said[0]
    assert "did not meet at" in said[1]
    assert "port taken by another program?" in said[1]


def test_torchrun_says_it_of_a_port_that_is_taken(
    taken: int, tmp_path: Path
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run"),
            *("--nproc-per-node", "2", "--master-addr", "127.0.0.1"),
            *("--master-port", str(taken), "-m", "rnnlib.scale"),
            *("task", "adding", "--folder", str(tmp_path / "run")),
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode
    assert "address already in use" in done.stderr


@pytest.mark.nightly
def test_a_process_that_is_missing_is_no_reason_to_wait_for_ever(
    tmp_path: Path,
) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    alone = by_hand(0, port, tmp_path / "run")
    said = alone.communicate(timeout=300)[1]
    assert alone.returncode == NOBODY_CAME
    assert "is one missing" in said
