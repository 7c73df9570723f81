"""The cache of outputs follows rnnlib, chapter by chapter."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient.exceptions import CellExecutionError
from tiny_book import ROOT, TinyBook

from course import execution, runner

MODULES = {
    "__init__.py": "",
    "low.py": "NUMBER = 1111\n",
    "high.py": "from rnnlib.low import NUMBER\n",
    "apart.py": "NUMBER = 5555\n",
    "datasets.py": (
        "from pathlib import Path\n"
        "def load(name='x.csv'):\n"
        "    return (Path(__file__).parent / 'data' / name).read_text()\n"
    ),
    "data/x.csv": "7777",
    "lazy.py": (
        "import importlib\n"
        "def find(name):\n"
        "    return importlib.import_module('rnnlib.' + name)\n"
    ),
    "rooms/__init__.py": "from . import upper\n",
    "rooms/upper.py": "from ..low import NUMBER\n",
    "look.mplstyle": "",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a small rnnlib that kernels import."""
    for name, text in MODULES.items():
        path = tmp_path / "rnnlib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    return tmp_path / "rnnlib"


def execute(package: Path, *code: str) -> runner.Executed:
    cells = [nbformat.v4.new_code_cell(source) for source in code]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return runner.execute(notebook, package.parent, package, 60)


def test_a_run_tells_what_it_has_read_of_the_package(package: Path) -> None:
    # Once without and once with compiled code: Python opens other files.
    for _ in range(2):
        made = execute(
            package,
            "import json, rnnlib.rooms\nfrom rnnlib import lazy",
            "lazy.find('datasets').load()",
        )
        assert set(made.reads) == {
            "__init__.py",
            "data/x.csv",
            "datasets.py",
            "lazy.py",
            "low.py",
            "rooms/__init__.py",
            "rooms/upper.py",
        }
        assert runner.is_current(
            package, {"reads": made.reads, "stack": made.stack}
        )


def test_the_notebook_comes_back_as_if_nothing_else_had_run(
    package: Path,
) -> None:
    made = execute(package, "1 + 1", "print('x')", "dir()")
    assert [cell.source for cell in made.notebook.cells] == [
        "1 + 1",
        "print('x')",
        "dir()",
    ]
    assert [c.execution_count for c in made.notebook.cells] == [1, 2, 3]
    assert made.notebook.cells[0].outputs[0].execution_count == 1


@pytest.mark.parametrize("name", ["low.py", "data/x.csv"])
@pytest.mark.parametrize("change", ["edited", "deleted"])
def test_outputs_are_out_of_date_once_a_file_changes(
    package: Path, name: str, change: str
) -> None:
    made = execute(
        package, "from rnnlib import low, datasets; datasets.load()"
    )
    data = {"reads": made.reads, "stack": made.stack}
    (package / "apart.py").write_text("NUMBER = 6\n")
    assert runner.is_current(package, data)
    if change == "edited":
        (package / name).write_text("8")
    else:
        (package / name).unlink()
    assert not runner.is_current(package, data)


def test_outputs_are_out_of_date_once_a_missing_file_appears(
    package: Path,
) -> None:
    made = execute(
        package,
        "from rnnlib import datasets\n"
        "try:\n    datasets.load('y.csv')\n"
        "except FileNotFoundError:\n    print('none')",
    )
    assert made.reads["data/y.csv"] is None
    data = {"reads": made.reads, "stack": made.stack}
    assert runner.is_current(package, data)
    (package / "data/y.csv").write_text("1")
    assert not runner.is_current(package, data)


def test_outputs_of_another_library_are_out_of_date(package: Path) -> None:
    made = execute(package, "1")
    older = {**made.stack, "numpy": "1.0"}
    assert not runner.is_current(
        package, {"reads": made.reads, "stack": older}
    )
    assert not runner.is_current(package, {})  # run by somebody else


def test_a_failing_cell_is_an_error(package: Path) -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(package, "1 / 0")


@pytest.mark.nightly
def test_only_chapters_that_a_change_can_reach_run_again(
    package: Path,
) -> None:
    record = "open('runs.txt', 'a').write({!r})\n"
    book = TinyBook(
        package.parent,
        {
            "deep": record.format("deep ")
            + "import os\nfrom rnnlib.high import NUMBER\n"
            "print(NUMBER, os.environ.get('RNNLIB_BOOK'))",
            "apart": record.format("apart ")
            + "from rnnlib.apart import NUMBER\nprint(NUMBER)",
            "data": record.format("data ")
            + "from rnnlib.datasets import load\nprint(load())",
        },
    )

    def runs() -> set[str]:
        """Build; return the chapters that ran."""
        path = book.folder / "runs.txt"
        path.write_text("")
        book.build()
        return set(path.read_text().split())

    assert runs() == {"deep", "apart", "data"}
    assert "1111 1" in book.page("deep")  # and knows that it is a book
    assert runs() == set()

    (package / "low.py").write_text("NUMBER = 2222\n")
    assert runs() == {"deep"}
    assert "2222" in book.page("deep")

    # Without Sphinx's memory the outputs still belong to their rnnlib.
    shutil.rmtree(book.folder / "_build" / ".doctrees")
    (package / "data/x.csv").write_text("8888")
    assert runs() == {"data"}
    assert "8888" in book.page("data")

    (package / "low.py").write_text("NUMBER = 1111\n")
    assert runs() == {"deep"}
    assert "1111" in book.page("deep")


def test_the_longest_runs_first_whether_or_not_it_has_run_before() -> None:
    seconds = {"a": 3.0, "b": 9.0, "c": None, "d": None, "e": None}
    order = execution.in_order([*seconds], seconds, ["e", "b", "d"])
    assert order == ["e", "d", "b", "a", "c"]


def test_what_runs_first_is_a_chapter() -> None:
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    first = config["sphinx"]["config"]["execution_first"]
    assert len(set(first)) == len(first)
    for name in first:
        assert (ROOT / f"{name}.ipynb").exists(), name


@pytest.mark.nightly
def test_the_build_says_what_runs_and_nothing_of_kernels(
    package: Path,
) -> None:
    book = TinyBook(package.parent, {"one": "1 + 1", "two": "2 + 2"})
    told = book.build()
    assert "running 2 notebooks" in told
    assert "encryption" not in told
    assert "running" not in book.build()
