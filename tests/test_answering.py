"""Answers in the page, without a browser: what goes into it, and what runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import answering_book
import nbformat
import pytest
from tiny_book import ROOT, TinyBook

import answering
from course import exercise_cells
from rnnlib.book.exercises import CHAPTERS

HERE = ROOT / "_ext" / "page_python"
NAME = "memory-half-life"
CHECK = f'exercises.check("{NAME}", u_for)'
RIGHT = f"u_for = lambda steps: 0.5 ** (1 / steps)\n{CHECK}"
# What is defined above, and what is computed there.
ABOVE = [
    ["exercises", "from rnnlib import exercises"],
    ["np", "import numpy as np"],
    ["nowhere", "import nowhere"],
    ["half", "def half(x):\n    return twice(x) / 4"],
    ["twice", "def twice(x):\n    return FACTOR * x"],
    ["even", "def even(n):\n    return n == 0 or odd(n - 1)"],
    ["odd", "def odd(n):\n    return n > 0 and even(n - 1)"],
    ["FACTOR", "FACTOR = 2"],
    ["trained", None],
]


def tiny() -> dict[str, exercise_cells.Asked]:
    notebook = nbformat.v4.new_notebook(cells=answering_book.cells())
    return exercise_cells.read(notebook)


def test_an_exercise_is_read_with_its_solution_and_what_stands_above() -> None:
    asked = tiny()
    assert list(asked) == [NAME, "memory-weights", "memory-coffee"]
    first = asked[NAME]
    assert first.title == "Order a half-life"
    assert first.stub == answering_book.HALF_LIFE
    assert "0.5 ** (1 / steps)" in first.solution
    above = dict(first.definitions)
    assert above["np"] == "import numpy as np"
    assert above["LIMIT"] == "LIMIT = 0.5"
    assert above["computed"] is None
    assert above["run"].startswith("def run(x, u):")
    assert "u_for" not in dict(asked["memory-weights"].definitions)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("import a.b, c as d", {"a": "import a.b", "d": "import c as d"}),
        ("from a import b as c", {"c": "from a import b as c"}),
        ("x = [1, -2.5 * 3]", {"x": "x = [1, -2.5 * 3]"}),
        ("x = make()", {"x": None}),
        ("for i in range(3):\n    y = i", {"i": None, "y": None}),
        ("a, b = 1, 2", {"a": None, "b": None}),
        ("x = {}\ny = [[], 1]", {"x": None, "y": None}),
        ("x = [1, 2]\nx[0] = 3", {"x": None}),
        ("%timeit x", {}),
    ],
)
def test_what_a_cell_defines(source: str, wanted: dict) -> None:
    assert dict(exercise_cells.definitions(source)) == wanted


def test_an_answer_is_judged_as_in_the_notebook() -> None:
    told = answering.run(RIGHT, ABOVE)
    assert told["verdict"] == "Correct"
    assert told["told"].startswith("Correct. ")
    told = answering.run(RIGHT.replace("0.5 **", "1 -"), ABOVE)
    assert told["verdict"] == "Not yet"
    told = answering.run(f"u_for = ...\n{CHECK}", ABOVE)
    assert told["verdict"] == "Not attempted yet"


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        ("x = 1\nx +", "Line 2: SyntaxError: invalid syntax\n    x +", 2),
        ("\n1 / 0", "Line 2: ZeroDivisionError: division by zero", 2),
        ("np.ones(3) @ np.ones(2)", "Line 1: ValueError: matmul", 1),
        ("import nowhere", "NumPy and no nowhere: for this, open", 1),
        ("import rnnlib.none", "no rnnlib.none: for this, open", 1),
        ("trained", answering.UNDEFINED, 1),
        ("nowhere", "NumPy and no nowhere: for this, open", 1),
        ("\ndef f():\n    print(x)\n    x = 1\nf()", "Line 3: Unbound", 3),
        ("exit(3)", "Line 1: SystemExit: 3", 1),
        (f"def u_for(n):\n    return n.x\n{CHECK}", "stopped in line 2", 2),
        ("def f():\n    f()\n\nf()", "Line 2: RecursionError", 2),
    ],
)
def test_an_error_is_told_with_the_readers_line(
    source: str, words: str, line: int
) -> None:
    told = answering.run(source, ABOVE)
    assert words in told["told"]
    assert told["line"] == line


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("step", "Did you mean steps?"),
        ("twicee(steps)", "Did you mean twice?"),
        ("lenn(steps)", "Did you mean len?"),
        ("tanh(steps)", "It is a name of NumPy: write np.tanh."),
        ("pi", "It is a name of NumPy: write np.pi."),
        (
            "math.log(steps)",
            "It is a module of Python: write import math above.",
        ),
        ("stepss", "Did you mean steps?"),
        ("trained", answering.UNDEFINED),
        ("later", answering.UNDEFINED),
        ("nowhere", answering.ABSENT.format("nowhere")),
        ("trainde", ""),
        ("unheard_of", ""),
        ("_core", ""),
    ],
)
def test_a_name_that_is_nowhere_gets_the_help_it_needs(
    wrong: str, hint: str
) -> None:
    above = [
        *ABOVE,
        ["stepss", None],
        ["later", "def later(x=trained):\n    return x"],
    ]
    name = wrong.partition("(")[0].partition(".")[0]
    missing = f"NameError: name '{name}' is not defined"
    told = answering.run(f"steps = 1\n{wrong}", above)["told"]
    code = f"\n    {wrong}"
    assert told == f"Line 2: {missing}{code}\n{hint}".rstrip()
    told = answering.run(f"u_for = lambda steps: {wrong}\n{CHECK}", above)
    wanted = f"Not yet: your function stopped in line 1 with {missing}. {hint}"
    assert told["told"] == wanted.rstrip()


def test_what_is_printed_is_heard_at_once_and_up_to_a_length() -> None:
    heard: list[str] = []
    answering.run("print(1)\nprint(2)\n1 / 0", ABOVE, heard.append)
    assert "".join(heard) == "1\n2\n"
    heard.clear()
    answering.run("while True: print('long'); f()", ABOVE, heard.append)
    assert "".join(heard) == "long\n"
    heard.clear()
    answering.run("for i in range(10**5): print(i)", ABOVE, heard.append)
    assert "".join(heard).endswith(answering.CUT)
    assert len("".join(heard)) < 2 * answering.MOST_CHARACTERS


def test_an_answer_uses_what_it_speaks_of_and_no_more() -> None:
    told = answering.run("print(half(10), even(4), 'x' in dir())", ABOVE)
    assert told["told"].startswith("5.0 True False\n")
    # A name of the reader's own, which the chapter imports from elsewhere.
    told = answering.run("nowhere = 7\nprint(nowhere)", ABOVE)
    assert told["told"].startswith("7\n")


def test_the_value_of_the_last_line_is_shown_as_in_a_notebook() -> None:
    told = answering.run("x = np.arange(3)\nx\nx + 1", ABOVE)["told"]
    assert told == f"array([1, 2, 3])\n{answering.UNCHECKED}"
    assert answering.run("", ABOVE)["told"] == answering.UNCHECKED


def test_printing_without_end_and_without_a_check() -> None:
    told = answering.run("for i in range(10**6): print(i)", ABOVE)["told"]
    assert len(told) < 2 * answering.MOST_CHARACTERS
    assert answering.CUT.strip() in told
    assert told.endswith(answering.UNCHECKED)
    told = answering.run("print('x' * 10**6)\n1 / 0", ABOVE)["told"]
    assert "Line 2: ZeroDivisionError" in told


def test_a_warning_names_the_line_and_leaves_nothing_behind() -> None:
    before = sys.getrecursionlimit(), warnings.showwarning, sys.stdout
    told = answering.run("x = 1\nnp.log(np.array([-1.0]))", ABOVE)
    assert "Line 2: RuntimeWarning: invalid value" in told["told"]
    now = sys.getrecursionlimit(), warnings.showwarning, sys.stdout
    assert now == before


def test_exercises_and_layers_open_where_only_numpy_is() -> None:
    exercises = [
        {"name": name, "stub": one.stub, "solution": one.solution,
         "definitions": one.definitions}
        for name, one in tiny().items()
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(HERE / "try_out.py")],
        input=json.dumps(exercises),
        capture_output=True,
        text=True,
        check=True,
    )
    modules, *tried = map(json.loads, done.stdout.splitlines())
    wanted = {f"rnnlib.book.exercises.{chapter}" for chapter in CHAPTERS}
    wanted |= {"rnnlib.layers.lstm", "rnnlib.training.optimizers"}
    assert wanted <= {name for name, opens in modules.items() if opens}
    # The tests' own pandas and matplotlib must not have been found.
    assert not modules["rnnlib.book.plots"]
    first, second, third = tried
    assert [first, second] == [[NAME, None], ["memory-weights", None]]
    assert "name 'plots' is not defined" in third[1]


@pytest.mark.nightly
def test_places_stand_behind_the_stubs_where_npm_has_brought_the_parts(
    tmp_path: Path,
) -> None:
    book = TinyBook(tmp_path, {"one": answering_book.cells()})
    ready = tmp_path / "_build" / "page_python" / "ready"
    ready.mkdir(parents=True)
    for name in ("engine.js", "version"):
        (ready / name).write_text(name)
    book.build()
    page = book.page("one")
    assert re.findall(r'class="answer" id="answer-([\w-]+)"', page) == [
        NAME,
        "memory-weights",
    ]
    assert page.count('class="answer-none"') == 1
    data = re.search(r'<script type="application/json">(.*?)</script>', page)
    assert json.loads(data[1]) == answering_book.HALF_LIFE
    stub, _, rest = page.partition('<div class="answer"')
    assert "return ..." in re.sub("<[^>]+>", "", stub)
    assert "Solution" in rest

    folder = tmp_path / "_build" / "html" / "_static" / "answers"
    assert (folder / "engine.js").read_text() == "engine.js"
    text = (folder / "book.js").read_text(encoding="utf-8")
    parts = json.loads(text[text.index("{") : text.rindex("}") + 1])
    needed = {"answering.py", "rnnlib/__init__.py", "rnnlib/checks.py"}
    assert needed <= parts["files"].keys()
    assert "rnnlib/book/plots.py" not in parts["files"]
    needs = [parts["pool"][place] for place in parts["needs"][NAME]]
    assert needs == tiny()[NAME].definitions

    # Without them the pages are as they were.
    shutil.rmtree(ready)
    book.build()
    assert 'class="answer' not in book.page("one")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("npm", "words"),
    [
        (None, "there is no Node here"),
        ("echo v12.22.9", "Node v12.22.9 is here, 18 is needed"),
        (
            "[ $1 = --version ] && echo v20.0.0 || { echo no >&2; exit 1; }",
            "npm says: no",
        ),
    ],
)
def test_without_node_or_npm_one_line_says_so(
    tmp_path: Path, npm: str | None, words: str
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    if npm:
        for name in ("npm", "node"):
            (tools / name).write_text(f"#!/bin/sh\n{npm}\n")
            (tools / name).chmod(0o755)
    (tmp_path / "one.ipynb").write_text('"exercises.check(1)"')
    told = subprocess.run(
        [sys.executable, str(HERE / "bundle.py")],
        cwd=tmp_path,
        env={"PATH": f"{tools}:/nowhere/bin"} | {"PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    last = told.splitlines()[-1]
    assert last.startswith("without Python in the pages")
    assert words in last
    assert not (tmp_path / "_build" / "page_python" / "ready").exists()


def test_the_lock_pins_and_names_no_address() -> None:
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    text = (HERE / "package-lock.json").read_text()
    assert "http" not in text
    packages = json.loads(text)["packages"]
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in p for name, p in packages.items() if name)
