"""The shape of rnnlib, read from its folders and from the README's table."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from IPython.core.inputtransformer2 import TransformerManager

import rnnlib

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "rnnlib"
NO_ROOM = {"__init__.py", "__pycache__", "course.mplstyle", "data"}
MOST_LINES = 350
ROW = re.compile(r"\| `rnnlib/([\w.]+)/?` \|.*\|(.*)\|")


def readme_rooms() -> dict[str, list[str]]:
    """Return the README's rooms from the top floor down: what each touches."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return {
        room: re.findall(r"`([\w.]+)`", touches)
        for room, touches in ROW.findall(text)
    }


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name."""
    found = {}
    for path in sorted(FOLDER.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        found[".".join(parts)] = path
    return found


MODULES = modules()
ROOMS = readme_rooms()


def room_of(path: Path) -> str:
    return path.relative_to(FOLDER).parts[0]


def imported_by(path: Path) -> set[str]:
    """Return the modules of rnnlib that a file imports, at any depth in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [n if n in MODULES else node.module for n in whole]
        found |= {name for name in names if name in MODULES}
    return found


def test_the_listing_is_short_and_the_readme_tells_all_of_it():
    entries = {path.name for path in FOLDER.iterdir()} - NO_ROOM
    assert entries == set(ROOMS)
    assert len(entries) <= 9


def test_a_room_touches_only_floors_below_it():
    floors = list(ROOMS)  # from the top
    for above, room in enumerate(floors):
        assert set(ROOMS[room]) <= set(floors[above + 1 :]), room


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_go_where_the_readme_says(name):
    path = MODULES[name]
    if path == FOLDER / "__init__.py":
        assert imported_by(path) == {"rnnlib.doors"}
        return
    room = room_of(path)
    touched = {room_of(MODULES[m]) for m in imported_by(path) if m != "rnnlib"}
    assert "rnnlib" not in imported_by(path), "nobody goes by the front door"
    assert touched <= {room, *ROOMS[room]}, touched


def test_no_circle_inside_a_room_either():
    graph = {name: imported_by(path) for name, path in MODULES.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_fits_on_a_few_screens(name):
    lines = MODULES[name].read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES


FOLDERS = sorted(name for name, p in MODULES.items() if p.stem == "__init__")


@pytest.mark.parametrize("name", FOLDERS)
def test_the_docstring_of_a_room_lists_its_files_and_no_others(name):
    path = MODULES[name]
    if name == "rnnlib" or "exercises" in name:
        return
    table = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    rows = table.split("===\n")[1].splitlines()[:-1]
    told = {n for row in rows for n in row.split("  ")[0].split(", ")}
    told = {word.split()[0].rstrip("/") for word in told if word.strip()}
    there = {p.stem for p in path.parent.glob("*.py")} - {"__init__"}
    there |= {p.parent.name for p in path.parent.glob("*/__init__.py")}
    assert told == there


@pytest.mark.parametrize("name", FOLDERS)
def test_a_door_hands_out_what_it_says(name):
    """And no file has the name of something that is handed out."""
    room = __import__(name, fromlist=["__all__"])
    if "door" not in MODULES[name].read_text(encoding="utf-8"):
        return
    assert len(set(room.__all__)) == len(room.__all__)
    assert set(dir(room)) == set(room.__all__)
    for each in room.__all__:
        thing = getattr(room, each)
        file = MODULES.get(f"{name}.{each}")
        assert file is None or Path(thing.__file__) == file, each
    with pytest.raises(AttributeError, match="no attribute 'lineal'"):
        room.lineal  # noqa: B018


def names_used_in(paths) -> set[str]:
    """Return every word in the code of some files, notebooks too."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return set(re.findall(r"\w+", text))


def public_names(path: Path) -> list[str]:
    """Return a module's public functions and classes, and their methods."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    found = [node for node in tree.body if isinstance(node, kinds)]
    for node in list(found):
        if isinstance(node, ast.ClassDef):
            found += [each for each in node.body if isinstance(each, kinds)]
    return [node.name for node in found if not node.name.startswith("_")]


def test_nothing_is_there_for_tests_alone():
    """Each name is used by a chapter, a benchmark, a tool, or a room."""
    outside = names_used_in(
        [
            *(ROOT / "chapters").glob("*.ipynb"),
            *(ROOT / "chapters").glob("*.md"),
            *(ROOT / "benchmarks").glob("*.py"),
            *(ROOT / "tools").glob("*.py"),
        ]
    )
    idle = {}
    for name, path in MODULES.items():
        if path.stem == "__init__":
            continue
        others = names_used_in(
            p for p in MODULES.values() if p != path and p.stem != "__init__"
        )
        source = path.read_text(encoding="utf-8")
        for each in public_names(path):
            here = len(re.findall(rf"\b{each}\b", source))
            if each not in outside | others and here < 2:
                idle[f"{name}.{each}"] = here
    assert not idle


def test_importing_rnnlib_opens_no_room_and_no_heavy_package():
    code = (
        "import sys, rnnlib; heavy = {'torch', 'matplotlib', 'ipywidgets'};"
        "print(sorted(heavy & set(sys.modules)),"
        "sorted(m for m in sys.modules if m.startswith('rnnlib.')))"
    )
    assert output_of(code) == "[] ['rnnlib.doors']"


def test_only_what_makes_the_pages_draws_and_one_room_needs_torch():
    learning = [
        name
        for name, path in MODULES.items()
        if path.parent != FOLDER and room_of(path) not in ("book", "scale")
    ]
    code = f"import sys, {', '.join(learning)};"
    code += "print(sorted({'torch', 'matplotlib'} & set(sys.modules)))"
    assert output_of(code) == "[]"


def output_of(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_front_door_is_as_short_as_it_was():
    from rnnlib import LSTM, datasets, plots, tasks

    assert LSTM is rnnlib.layers.lstm.LSTM
    assert [room.__name__.split(".")[-1] for room in (datasets, plots, tasks)]
    assert len(rnnlib.__all__) <= 30
    order = [
        rnnlib.__all__.index(n) for n in ("MemoryNeuron", "Elman", "LSTM")
    ]
    assert all(a < b for a, b in pairwise(order))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "chapters").glob("*.ipynb")), ids=lambda p: p.stem
)
def test_what_a_chapter_asks_for_is_handed_out(path):
    """Found here at once, not after the chapter has run for a minute."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    trees = [ast.parse(TransformerManager().transform_cell(c)) for c in code]
    rooms, asked = {}, []
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.ImportFrom) and "rnnlib" in node.module:
            room = import_module(node.module)
            for alias in node.names:
                thing = getattr(room, alias.name)
                if isinstance(thing, ModuleType):
                    rooms[alias.asname or alias.name] = thing
        elif isinstance(node, ast.Attribute) and isinstance(
            node.value, ast.Name
        ):
            asked.append((node.value.id, node.attr))
    for name, wanted in asked:
        if name in rooms:
            assert hasattr(rooms[name], wanted), f"{name}.{wanted}"
    assert rooms
