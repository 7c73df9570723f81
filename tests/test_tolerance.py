"""Numbers may be off by what their cell names; nothing else may differ."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import notebooks
from course.tolerance import NUMBER, Tolerance, read, repeated, share, told

ROOT = Path(__file__).parents[1]
HALF = Tolerance(absolute=0.5)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0.5 to −0.3", ["0.5", "−0.3"]),
        ("2-3 seeds, -1 of +2", ["2", "3", "-1", "+2"]),
        ("29,920 of 1,234.5", ["29,920", "1,234.5"]),
        ("below 1e-12, 3E+5 %", ["1e-12", "3E+5"]),
        ("x2 h_1 W2x 1.45s 12th v1.2", []),
        ("nan inf None", []),
        ("[1. 2.] (3)-(4)", ["1", "2", "3", "4"]),
    ],
)
def test_a_number_stands_by_itself(text: str, numbers: list[str]) -> None:
    assert NUMBER.findall(text) == numbers


@pytest.mark.parametrize(
    ("found", "stored", "wanted"),
    [
        ("loss 1.0", "loss 1.0", 0.0),
        ("loss 1.25", "loss 1.0", 0.5),
        ("loss 1.6", "loss 1.0", 1.2),
        ("a -0.1", "a 0.1", 0.4),
        ("a −0.1", "a 0.1", 0.4),
        # a column is as wide as its widest number
        ("  a      b\n9.9  1.0", "   a      b\n10.1   1.0", 0.4),
    ],
)
def test_share_is_the_largest_deviation_over_what_is_allowed(
    found: str, stored: str, wanted: float
) -> None:
    assert share(found, stored, HALF) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("found", "stored"),
    [
        ("loss 1.0", "cost 1.0"),
        ("loss 1.0", "loss 1.0\n"),
        ("1.0\n2.0", "1.0 2.0"),
        ("loss nan", "loss 1.0"),
        ("loss inf", "loss 1.0"),
        ("loss 1.0", "loss nan"),
        ("1.0 1.0", "1.0"),
        ("1.0%", "1.0"),
        ("x1 2", "x2 2"),
        ("a b 1", "ab 1"),
    ],
)
def test_anything_but_numbers_must_be_equal(found: str, stored: str) -> None:
    assert share(found, stored, Tolerance(absolute=1e9)) is None


def test_absolute_and_relative_add_up() -> None:
    both = Tolerance(absolute=1.0, relative=0.1)
    assert share("112", "100", both) == pytest.approx(12 / 11)
    assert share("90", "100", both) == pytest.approx(10 / 11)
    assert share("0.1", "0", Tolerance(relative=0.5)) == float("inf")


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"absolute": 0},
        {"absolute": -1},
        {"absolute": float("nan")},
        {"relative": float("inf")},
        {"absolute": "1"},
        {"absolute": True},
        {"absolut": 1},
        {"recorded": False},
        {"recorded": 1},
        {"recorded": True, "absolute": 1},
        0.5,
        [0.5],
    ],
)
def test_a_tolerance_that_says_nothing_is_refused(metadata: object) -> None:
    with pytest.raises((TypeError, ValueError), match="tolerance"):
        read({"tolerance": metadata})


def test_a_cell_without_one_has_none() -> None:
    assert read({"tags": []}) is None
    assert read({"tolerance": {"absolute": 0.5}}) == HALF


def test_a_box_repeats_what_was_compared_above() -> None:
    lines = [("Claim 3, holds: 5 of 6", "Claim 3, holds: 6 of 6")]
    box = "3. it holds\n    measured here: 5 of 6"
    assert repeated(box, lines) == "3. it holds\n    measured here: 6 of 6"
    other = "    measured here: 4 of 6"
    assert repeated(other, lines) == other


def test_the_page_says_how_far_numbers_may_be_off() -> None:
    assert told(HALF) == "Numbers here may differ by 0.5 on your machine."
    both = Tolerance(absolute=1, relative=0.2)
    assert "by 1, plus 20 % of the number, on" in told(both)
    assert told(Tolerance(recorded=True)) == ""


NEAR = {"tolerance": {"absolute": 0.5}}
# Code, what is stored, metadata, and whether nbval accepts it.
CELLS = {
    "equal": ("print('a 1.0')", "a 1.0\n", NEAR, True),
    "near": ("print('a 1.2')", "a 1.0\n", NEAR, True),
    "near, in pieces": (
        "print('a', end=' ', flush=True); print(1.2)",
        "a 1.0\n",
        NEAR,
        True,
    ),
    "a value": ("1.2", 1.0, NEAR, True),
    "far": ("print('a 1.6')", "a 1.0\n", NEAR, False),
    "a far value": ("1.6", 1.0, NEAR, False),
    "no tolerance": ("print('a 1.2')", "a 1.0\n", {}, False),
    "a changed word": ("print('b 1.0')", "a 1.0\n", NEAR, False),
    "a missing line": ("print('1.0')", "1.0\n2.0\n", NEAR, False),
    "a line too many": ("print('1.0\\n2.0')", "1.0\n", NEAR, False),
    "nothing": ("pass", "1.0\n", NEAR, False),
    "not a number": ("print('a nan')", "a 1.0\n", NEAR, False),
    "another stream": (
        "import sys; print('a 1.0', file=sys.stderr)",
        "a 1.0\n",
        NEAR,
        False,
    ),
    "a record": (
        "print('Claim 1, holds: 4.2 %')",
        "Claim 1, holds: 4.0 %\n",
        NEAR,
        True,
    ),
    "the box": (
        "print('    measured here: 4.2 %')",
        "    measured here: 4.0 %\n",
        {"tolerance": {"recorded": True}},
        True,
    ),
    "a box of its own mind": (
        "print('    measured here: 4.1 %')",
        "    measured here: 4.0 %\n",
        {"tolerance": {"recorded": True}},
        False,
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict]]:
    """Let nbval compare all cells; return its words and the deviations."""
    folder = tmp_path_factory.mktemp("cells")
    cells = []
    for code, stored, metadata, _ in CELLS.values():
        if isinstance(stored, str):
            output = new_output("stream", name="stdout", text=stored)
        else:
            data = {"text/plain": str(stored)}
            output = new_output("execute_result", data=data)
        cells.append(new_code_cell(code, outputs=[output], metadata=metadata))
    notebooks.write(new_notebook(cells=cells), folder / "cells.ipynb")
    options = ("--nbval", "--nbval-current-env", "-v", "-p", "conftest")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", "pyproject.toml"),
            *(*options, "-p", "no:cacheprovider"),
            *(f"--deviations={folder / 'shares'}", folder / "cells.ipynb"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / '_ext'}"},
        capture_output=True,
        text=True,
    )
    lines = (folder / "shares").read_text().splitlines()
    return done.stdout + done.stderr, [json.loads(line) for line in lines]


def test_nbval_accepts_what_is_near_and_nothing_else(
    run: tuple[str, list[dict]],
) -> None:
    found = re.findall(r"::Cell (\d+) (PASSED|FAILED)", run[0])
    verdicts = {int(cell): word == "PASSED" for cell, word in found}
    names = list(CELLS)
    assert {names[cell]: verdicts[cell] for cell in verdicts} == {
        name: accepted for name, (*_, accepted) in CELLS.items()
    }


def test_nbval_says_how_far_a_number_is_off(
    run: tuple[str, list[dict]],
) -> None:
    assert "1.2 times the tolerance {'absolute': 0.5}" in run[0]


def test_deviations_are_reported_cell_by_cell(
    run: tuple[str, list[dict]],
) -> None:
    shares = {row["cell"]: row["share"] for row in run[1]}
    names = list(CELLS)
    assert shares[names.index("equal") + 1] == 0
    assert shares[names.index("near") + 1] == pytest.approx(0.4)
    assert shares[names.index("far") + 1] == pytest.approx(1.2)
    assert shares[names.index("not a number") + 1] is None
    assert names.index("no tolerance") + 1 not in shares
