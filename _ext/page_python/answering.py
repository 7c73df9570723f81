"""Run a reader's answer in the page, and say what came of it.

This file travels to the browser with rnnlib, and the build tries each
solution with it. What an answer needs of its chapter are names: imports,
functions and plain values that stand above the exercise. They come as
definitions, and only those that the answer speaks of are carried out.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import difflib
import json
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Collection
from importlib.util import find_spec
from pathlib import Path

# The file that an answer seems to stand in, and the one of its chapter.
ANSWER, CHAPTER = "<your answer>", "<chapter>"
# What a check says, and where an answer stopped that it had called.
JUDGED = re.compile(
    r"(?P<verdict>Correct|Not yet|Not attempted yet)"
    r"(.*? stopped in line (?P<line>\d+) with )?",
    re.S,
)
MOST_CHARACTERS = 10_000
CUT = "\n… and more, which is not shown.\n"
UNCHECKED = (
    "Nothing was checked: the last line must be exercises.check(…), as "
    "Reset gives it back."
)
# Of a name that is nowhere: near ones, where it is, or why it is not here.
MEANT = "Did you mean {}?"
NEAR = 0.75
OF_NUMPY = "It is a name of NumPy: write np.{}."
OF_PYTHON = "It is a module of Python: write import {} above."
UNDEFINED = (
    "The page knows the functions that the chapter defines above and what it "
    "imports of NumPy and rnnlib, not what it computes: for that, open the "
    "notebook."
)
ABSENT = (
    "The Python in this page has NumPy and no {}: for this, open the notebook."
)
# As many calls inside each other as a browser's stack bears.
DEEPEST = 200


class Paper:
    """What is printed, up to a length that a page can show.

    Parameters
    ----------
    aloud : callable, optional
        Hears at once what is written, for it may never come to an end.
    """

    def __init__(self, aloud: Callable[[str], object] | None = None) -> None:
        self.text = ""
        self.aloud = aloud

    def write(self, text: str) -> int:
        """Take what print hands over."""
        before = len(self.text)
        if before < MOST_CHARACTERS:
            self.text += text
            if len(self.text) >= MOST_CHARACTERS:
                self.text = self.text[:MOST_CHARACTERS] + CUT
            if self.aloud:
                self.aloud(self.text[before:])
        return len(text)

    def flush(self) -> None:
        """Print may ask for it."""


def run(
    source: str,
    definitions: list[list[str | None]],
    aloud: Callable[[str], object] | None = None,
) -> dict:
    """Run an answer.

    Parameters
    ----------
    source : str
        The reader's code.
    definitions : list of [str, str or None]
        Names that the chapter defines above the exercise, in its order, and
        the code that does it; None for what it computes.
    aloud : callable, optional
        Hears at once what is printed.

    Returns
    -------
    dict
        "told", what there is to read; "line", that of an error, or None;
        "verdict", what the check has found: "Correct", "Not yet", "Not
        attempted yet", or None without a check.
    """
    paper = Paper(aloud)
    verdicts: list[str] = []
    line, last = None, ""

    def on_missing(error: NameError) -> str:
        return _on_missing(error, source, dict(definitions))

    with _judged(verdicts, on_missing), _printed(paper):
        try:
            tree = ast.parse(source, ANSWER)
            space = {"__name__": "__main__"}
            _define(_spoken_of(tree), dict(definitions), space)
            _carry_out(tree, ANSWER, space)
        except BaseException as error:
            # SystemExit too: nothing that an answer does may end the page.
            line = _line_of(error)
            last = _told(error, line, source, on_missing)
    if not (verdicts or last):
        last = UNCHECKED
    found = re.match(JUDGED, verdicts[-1] if verdicts else "")
    if line is None and found and found["line"]:
        line = int(found["line"])
    verdict = found["verdict"] if found else None
    told = f"{paper.text.rstrip()}\n{last}".strip()
    return {"told": told, "line": line, "verdict": verdict}


def from_file(question: str, answer: str) -> None:
    """Run what lies in the file `question`; leave in `answer` what came."""
    asked = json.loads(Path(question).read_text(encoding="utf-8"))
    told = run(asked["source"], asked["definitions"], _aloud)
    Path(answer).write_text(json.dumps(told), encoding="utf-8")


def _aloud(text: str) -> None:
    sys.__stdout__.write(text)
    sys.__stdout__.flush()


@contextlib.contextmanager
def _judged(verdicts: list[str], on_missing: Callable[[NameError], str]):
    """Note down what the checks say, for the page and not for the reader."""
    from rnnlib.book import exercises
    from rnnlib.book.exercises import spec

    def judge(*arguments: object) -> str:
        verdicts.append(spec.judge(*arguments))
        return verdicts[-1]

    before = exercises.judge, spec.on_missing
    exercises.judge, spec.on_missing = judge, on_missing
    try:
        yield
    finally:
        exercises.judge, spec.on_missing = before


@contextlib.contextmanager
def _printed(paper: Paper):
    def warn(message, category, filename, lineno, file=None, line=None):
        where = f"Line {lineno}: " if filename == ANSWER else ""
        paper.write(f"{where}{category.__name__}: {message}\n")

    deepest = sys.getrecursionlimit()
    with (
        contextlib.redirect_stdout(paper),
        contextlib.redirect_stderr(paper),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")
        warnings.showwarning = warn
        sys.setrecursionlimit(_depth() + DEEPEST)
        try:
            yield
        finally:
            sys.setrecursionlimit(deepest)


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def _spoken_of(tree: ast.AST) -> set[str]:
    """Return the names that are read somewhere in the code."""
    names = (n for n in ast.walk(tree) if isinstance(n, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Load)}


def _define(
    names: set[str], definitions: dict[str, str | None], space: dict
) -> None:
    """Carry out the definitions of `names`, after those that they need."""
    for name in sorted(names & definitions.keys() - space.keys()):
        source = definitions[name]
        if source is None:
            continue
        space[name] = ...  # on its way: two functions may call each other
        tree = ast.parse(source, CHAPTER)
        _define(_spoken_of(tree), definitions, space)
        try:
            _carry_out(tree, CHAPTER, space)
        except Exception:
            # An import of what is not here. It matters if it is used: then
            # the name is missing. A variable of the reader may be meant.
            del space[name]


def _carry_out(tree: ast.Module, name: str, space: dict) -> None:
    """Run code; as in a notebook, the value of a last expression is shown."""
    last = tree.body[-1:]
    shown = last if last and isinstance(last[0], ast.Expr) else []
    before = ast.Module(tree.body[: len(tree.body) - len(shown)], [])
    # This file's own `from __future__` is not the reader's.
    exec(compile(before, name, "exec", dont_inherit=True), space)
    for node in shown:
        code = compile(
            ast.Expression(node.value), name, "eval", dont_inherit=True
        )
        value = eval(code, space)
        if value is not None:
            print(repr(value))


def _line_of(error: BaseException) -> int | None:
    """Return the reader's line in which it happened."""
    if isinstance(error, SyntaxError) and error.filename == ANSWER:
        return error.lineno
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == ANSWER
    ]
    return lines[-1] if lines else None


def _told(
    error: BaseException,
    line: int | None,
    source: str,
    on_missing: Callable[[NameError], str],
) -> str:
    """Return what the reader is told of an error, their line with it."""
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    told = f"{type(error).__name__}: {message}" if message else repr(error)
    written = source.splitlines()
    if line is not None and line <= len(written):
        told = f"Line {line}: {told}\n    {written[line - 1].strip()}"
    hint = ""
    if isinstance(error, ModuleNotFoundError):
        hint = _absent(error)
    elif type(error) is NameError:
        hint = on_missing(error)
    return f"{told}\n{hint}"


def _on_missing(
    error: NameError, source: str, definitions: dict[str, str | None]
) -> str:
    """Return what helps with a name that is nowhere, or nothing."""
    name = error.name
    own = _set_in(ast.parse(source))
    if name is None or name in own:
        return ""
    near = _near(name, own)
    if near:
        return MEANT.format(near[0])
    if name in definitions:
        return _why_absent(definitions[name])
    carried = {n for n, code in definitions.items() if code is not None}
    for hint, names in (
        (OF_NUMPY, [name] if _is_of_numpy(name) else []),
        (OF_PYTHON, [name] if _is_of_python(name) else []),
        (MEANT, _near(name, carried | set(dir(builtins)))),
    ):
        if names:
            return hint.format(names[0])
    return ""


def _set_in(tree: ast.AST) -> set[str]:
    """Return the names that the code gives to something."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


def _why_absent(code: str | None) -> str:
    """Say why a name of the chapter is not here, in spite of its code."""
    try:
        exec(code or "", {})
    except ModuleNotFoundError as error:
        return _absent(error)
    except Exception:
        return UNDEFINED
    return "" if code else UNDEFINED


def _absent(error: ModuleNotFoundError) -> str:
    name = error.name or "such module"
    root = name.partition(".")[0]
    # Of rnnlib there is all that needs no more than NumPy.
    return ABSENT.format(name if root == "rnnlib" else root)


def _near(name: str, names: Collection[str]) -> list[str]:
    return difflib.get_close_matches(name, sorted(names), 1, NEAR)


def _is_of_numpy(name: str) -> bool:
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = getattr(np, name, None)
    # Modules that NumPy only uses, such as sys, are not its own.
    own = getattr(found, "__name__", "numpy.").startswith("numpy.")
    is_module = isinstance(found, type(np))
    return found is not None and name[0] != "_" and (own or not is_module)


def _is_of_python(name: str) -> bool:
    return name in sys.stdlib_module_names and find_spec(name) is not None
