"""What a chapter asks to be answered, and what an answer may build on.

An exercise has a stub, a code cell that ends with a check of its name, and a
hidden solution that asks the same check. What stands above it defines names:
imports, functions, classes and plain values can be carried to another place,
what the chapter computes cannot. What begins empty is computed too: a loop
fills it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

CHECK = re.compile(r"""^exercises\.check\(\s*["']([\w-]+)["']""", re.M)
TITLE = re.compile(
    r"\{exercise-start\} (?P<title>.*)\n:label: ex-(?P<name>[\w-]+)"
)
STARS = re.compile(r"\s*★+\s*$")
# Values of these are what they say: nothing is called, nothing is looked up.
PLAIN = (
    ast.BinOp,
    ast.Constant,
    ast.Dict,
    ast.List,
    ast.Name,
    ast.Set,
    ast.Tuple,
    ast.UnaryOp,
    ast.expr_context,
    ast.operator,
    ast.unaryop,
)
# What an assignment may stand before.
TARGETS = ast.Name | ast.Subscript


@dataclass
class Asked:
    """An exercise of a chapter.

    Attributes
    ----------
    name : str
        What its check is asked with.
    title : str
        Its heading, without the stars.
    stub, solution : str
        The code cells, with the check.
    definitions : list of [str, str or None]
        Names that are defined above the stub, in the order of the chapter,
        and their code; None for what is computed.
    """

    name: str
    title: str = ""
    stub: str = ""
    solution: str = ""
    definitions: list[list[str | None]] = field(default_factory=list)


def read(notebook: NotebookNode) -> dict[str, Asked]:
    """Return the exercises of a chapter by their names."""
    found: dict[str, Asked] = {}
    titles: dict[str, str] = {}
    defined: dict[str, str | None] = {}
    solving = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for match in TITLE.finditer(cell.source):
                titles[match["name"]] = STARS.sub("", match["title"])
            starts = cell.source.rfind("{solution-start}")
            solving = starts > cell.source.rfind("{solution-end}") or (
                solving and starts == cell.source.find("{solution-end}")
            )
        elif cell.cell_type == "code":
            asked = CHECK.search(cell.source)
            name = asked[1] if asked else None
            if name and solving and name in found:
                found[name].solution = cell.source
            elif name and not solving:
                found[name] = Asked(
                    name,
                    titles.get(name, name),
                    cell.source,
                    definitions=[[n, code] for n, code in defined.items()],
                )
            elif not solving:
                for n, code in definitions(cell.source):
                    # What is defined again moves behind what it may need.
                    defined.pop(n, None)
                    defined[n] = code
    return found


def definitions(source: str) -> Iterator[tuple[str, str | None]]:
    """Yield the names that a cell sets, and their code if it can be carried.

    Parameters
    ----------
    source : str
        A code cell; one with what only IPython knows sets nothing.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                one = type(node)(**{**vars(node), "names": [alias]})
                name = alias.asname or alias.name.partition(".")[0]
                yield name, ast.unparse(one)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, ast.unparse(node)
        else:
            plain = (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and all(isinstance(n, PLAIN) for n in ast.walk(node.value))
                and not any(map(_is_empty, ast.walk(node.value)))
            )
            for name in _set_by(node):
                yield name, ast.unparse(node) if plain else None


def _is_empty(node: ast.AST) -> bool:
    return (isinstance(node, ast.Dict) and not node.keys) or (
        isinstance(node, ast.List) and not node.elts
    )


def _set_by(node: ast.AST) -> list[str]:
    """Return the names that a statement sets, or sets parts of."""
    parts = [n for n in ast.walk(node) if isinstance(n, TARGETS)]
    parts = [n for n in parts if isinstance(n.ctx, ast.Store)]
    names = [n.value if isinstance(n, ast.Subscript) else n for n in parts]
    return [n.id for n in names if isinstance(n, ast.Name)]
