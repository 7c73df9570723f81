"""A slider still works after the reader has run the rest of the chapter.

A drawing that reads a name which a later cell assigns anew would change, or
break, behind the reader's back. The first test finds such names in the code;
the nightly one runs each chapter and draws every figure twice.
"""

from __future__ import annotations

import ast
import symtable
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

import rnnlib.book.sliders
from rnnlib.book.sliders import Explorer

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
FUNCTIONS = (ast.FunctionDef, ast.Lambda)


def reassigned(cells: list[str]) -> list[str]:
    """Return a line for each name that a slider reads and a later cell sets.

    Parameters
    ----------
    cells : list of str
        Source of each code cell.
    """
    python = [TransformerManager().transform_cell(cell) for cell in cells]
    trees = [ast.parse(cell) for cell in python]
    found = []
    for number, tree in enumerate(trees):
        known = definitions(trees[: number + 1])
        for call in calls(tree, "explore"):
            names = reads([call], known)
            for later, other in enumerate(trees[number + 1 :], number + 1):
                found += [
                    f"cell {later} sets {name}, which cell {number} draws"
                    for name in sorted(names & sets(other))
                ]
    return found


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name
    ]


def definitions(trees: list[ast.Module]) -> dict[str, ast.AST]:
    """Map names to the functions and values that they stand for last."""
    known: dict[str, ast.AST] = {}
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                known[node.name] = node
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        known[target.id] = node.value
    return known


def reads(nodes: list[ast.AST], known: dict[str, ast.AST]) -> set[str]:
    """Return the names outside that functions read when they are called.

    What is handed to explore as a value is read once and for all.
    """
    names: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            arguments = [*node.args, *(k.value for k in node.keywords)]
            for argument in arguments:
                if isinstance(argument, ast.Lambda):
                    waiting.append(argument)
                elif isinstance(argument, ast.Name):
                    waiting.append(known.get(argument.id))
            continue
        if not isinstance(node, FUNCTIONS):
            continue
        for name in outer_names(node) - names:
            names.add(name)
            waiting.append(known.get(name))
    return names


def outer_names(function: ast.AST) -> set[str]:
    """Return the global names in a function, and in functions inside it."""
    table = symtable.symtable(ast.unparse(function), "cell", "exec")
    names: set[str] = set()
    waiting = table.get_children()
    while waiting:
        inner = waiting.pop()
        waiting += inner.get_children()
        names |= {s.get_name() for s in inner.get_symbols() if s.is_global()}
    return names


def sets(tree: ast.Module) -> set[str]:
    """Return the names that a cell binds, or changes an item or part of."""
    table = symtable.symtable(ast.unparse(tree), "cell", "exec")
    names = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(
            node.ctx, ast.Store | ast.Del
        ):
            base = node.value
            while isinstance(base, ast.Subscript | ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name):
                names.add(base.id)
    return names


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_later_cell_sets_what_a_slider_draws(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = [c.source for c in notebook.cells if c.cell_type == "code"]
    assert any(calls(ast.parse(cell), "explore") for cell in cells)
    assert reassigned(cells) == []


@pytest.mark.parametrize(
    ("later", "name"),
    [
        ("x = 2", "x"),
        ("for x in range(3): pass", "x"),
        ("x[0] = 1", "x"),
        ("x.part['a'] = 1", "x"),
        ("import numpy as x", "x"),
        ("def helper(): return 5", "helper"),
        ("deep = 1", "deep"),
        ("told = 1", "told"),
        ("y = 2\ndef other():\n    x = 3", None),
        ("def draw(u): return 1", None),
    ],
)
def test_a_slider_that_would_change_is_found(
    later: str, name: str | None
) -> None:
    cells = [
        "x = [1]\ndeep = 3\ntold = 4",
        "def helper():\n    return deep",
        "def draw(u):\n    y = x\n    return helper()",
        "explore(draw, say=lambda u: told, u=[1, 2])",
        later,
    ]
    wanted = [f"cell 4 sets {name}, which cell 3 draws"] if name else []
    assert reassigned(cells) == wanted


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


@pytest.mark.nightly
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_slider_draws_the_same_at_the_end(path, monkeypatch):
    made: list[tuple[Explorer, str]] = []

    def remember(*arguments, **named):
        slider = explore(*arguments, **named)
        made.append((slider, slider.to_html()))
        return slider

    explore = rnnlib.book.sliders.explore
    monkeypatch.setattr(rnnlib.book.sliders, "explore", remember)
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    notebook = nbformat.read(path, as_version=4)
    namespace: dict[str, object] = {}
    with mpl.rc_context():
        for cell in notebook.cells:
            if cell.cell_type == "code" and "setup" not in tags(cell):
                exec(compile(cell.source, str(path), "exec"), namespace)
        assert made, "the chapter has no slider"
        for slider, at_first in made:
            assert slider.to_html() == at_first
