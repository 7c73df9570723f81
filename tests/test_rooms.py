"""The shape of rnnlib: quick to import, imports downward only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rnnlib

FLOORS = [
    {"validation"},
    {"claims", "datasets", "recurrent", "results"},
    {"linear", "memory", "verdicts", "windows"},
    {
        "characters",
        "elman",
        "embedding",
        "gru",
        "heads",
        "lstm",
        "optimizers",
        "tasks",
        "threshold",
    },
    {"forecasting", "diagnostics", "ngrams", "training", "plots"},
    {"drawings", "explore", "exercises", "network_forecasting"},
]
FOLDER = Path(rnnlib.__file__).parent


def rooms_imported_by(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "rnnlib":
                names = [f"rnnlib.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {n.split(".")[1] for n in names if n.startswith("rnnlib.")}
    return found


def test_every_room_has_a_floor():
    rooms = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    rooms |= {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert rooms == set().union(*FLOORS) == set(rnnlib.ROOMS)


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_imports_go_downward_only(floor):
    below = set().union(*FLOORS[:floor])
    for room in FLOORS[floor]:
        package = FOLDER / room
        paths = [FOLDER / f"{room}.py"]
        if package.is_dir():
            paths = list(package.glob("*.py"))
        for path in paths:
            imported = rooms_imported_by(path) - {room}
            assert imported <= below, f"{path.name}: {imported - below}"


def test_importing_rnnlib_loads_no_room_and_no_heavy_package():
    code = (
        "import sys, rnnlib; heavy = {'torch', 'matplotlib', 'ipywidgets'};"
        "print(sorted(heavy & set(sys.modules)),"
        "sorted(m for m in sys.modules if m.startswith('rnnlib.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[] []"


def test_rooms_open_on_demand_and_unknown_names_are_errors():
    assert rnnlib.linear.fit_ar is not None
    assert rnnlib.MemoryNeuron is rnnlib.memory.MemoryNeuron
    assert "linear" in dir(rnnlib)
    with pytest.raises(AttributeError, match="no attribute 'lineal'"):
        rnnlib.lineal  # noqa: B018
