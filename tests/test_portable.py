"""Runs under other settings start clean, and the worst deviation is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

import notebooks
import portable
from portable import Run, Setting, settings, table

CODE = """\
import os
import numpy as np

print(os.environ.get("OPENBLAS_CORETYPE"), os.environ.get("OMP_NUM_THREADS"))
print(float(np.random.default_rng(0).normal()).hex())"""


@pytest.fixture(autouse=True)
def inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what hides differences, as some machines do."""
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")


def printed(setting: Setting, folder: Path) -> list[str]:
    """Return what the kernel of a notebook prints under a setting."""
    folder.mkdir()
    notebooks.write(
        new_notebook(cells=[new_code_cell(CODE)]), folder / "x.ipynb"
    )
    subprocess.run(
        [sys.executable, notebooks.__file__, "run", folder / "x.ipynb"],
        env=setting.environment(folder),
        check=True,
        capture_output=True,
    )
    (cell,) = notebooks.read(folder / "x.ipynb").cells
    return cell.outputs[0].text.splitlines()


@pytest.mark.nightly
def test_a_setting_reaches_the_kernel_and_inherited_ones_do_not(
    tmp_path: Path,
) -> None:
    plain = printed(Setting("plain"), tmp_path / "a")
    assert plain[0] == "None None"
    one = Setting("one", {"OMP_NUM_THREADS": "1"})
    assert printed(one, tmp_path / "b") == ["None 1", plain[1]]
    kept = printed(Setting("kept", keep=True), tmp_path / "c")
    assert kept[0] == "Haswell 7"


@pytest.mark.nightly
def test_rounding_moves_the_last_digits_of_what_is_drawn(
    tmp_path: Path,
) -> None:
    wanted = float.fromhex(printed(Setting("plain"), tmp_path / "x")[1])
    drawn = {
        float.fromhex(printed(Setting("r", rounding=s), tmp_path / str(s))[1])
        for s in range(1, 6)
    }
    assert len(drawn) > 1
    for value in drawn:
        assert abs(value / wanted - 1) < 2e-7


def test_this_processor_has_several_settings_and_its_own_is_kept() -> None:
    names = [setting.name for setting in settings()]
    assert names[:2] == ["as it comes", "OMP_NUM_THREADS=1"]
    assert names[-1] == "the environment's own"
    assert sum(name.startswith("rounding") for name in names) == 3
    assert len(set(names)) == len(names)


def test_the_table_shows_the_largest_share_of_each_cell() -> None:
    def made(setting: str, *shares: float | None) -> Run:
        cells = [
            {"chapter": "x", "cell": i, "tolerance": {"absolute": 1},
             "share": share, "same": True}
            for i, share in enumerate(shares)
        ]  # fmt: skip
        return Run(setting, "x", True, 1.0, "", cells)

    rows = table([made("a", 0.2, 0.0), made("b", 0.1, 0.0)])
    assert rows == [
        ("x", 0, "1 absolute", 0.2, "a"),
        ("x", 1, "1 absolute", 0.0, "-"),
    ]
    assert table([made("a", 0.2), made("b", None)])[0][3] == float("inf")


@pytest.mark.parametrize(
    ("run", "status"),
    [
        (Run("a", "x", True, 1.0, "", []), 0),
        (Run("a", "x", False, 1.0, "", []), 1),
        (
            Run("a", "x", True, 1.0, "", [
                {"chapter": "x", "cell": 1, "tolerance": {"absolute": 1},
                 "share": 0.51, "same": True}
            ]),
            1,
        ),
    ],
    ids=["the same", "differs", "more than half"],
)  # fmt: skip
def test_what_differs_or_comes_close_to_it_fails(
    monkeypatch: pytest.MonkeyPatch, run: Run, status: int
) -> None:
    monkeypatch.setattr(portable, "run", lambda *job: run)
    arguments = ["--only", "as it comes", "--jobs", "1", os.devnull]
    assert portable.main(arguments) == status
