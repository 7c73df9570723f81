"""The cache of outputs follows rnnlib, chapter by chapter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny_book import TinyBook

import notebooks
from course.fingerprint import fingerprint, reached

ROOT = Path(__file__).parents[1]
MODULES = {
    "__init__.py": "",
    "low.py": "NUMBER = 1111\n",
    "high.py": "from rnnlib.low import NUMBER\n",
    "apart.py": "NUMBER = 5555\n",
    "datasets.py": (
        "from pathlib import Path\n"
        "def load():\n"
        "    return (Path(__file__).parent / 'data/x.csv').read_text()\n"
    ),
    "data/x.csv": "7777",
    "lazy.py": "import importlib\nimportlib.import_module('rnnlib.low')\n",
    "rooms/__init__.py": "from . import upper\n",
    "rooms/upper.py": "from ..low import NUMBER\n",
    "look.mplstyle": "",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Write a small rnnlib."""
    for name, text in MODULES.items():
        path = tmp_path / "rnnlib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "rnnlib"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import numpy", set()),
        ("import rnnlib", {"__init__.py"}),
        ("from rnnlib import low", {"__init__.py", "low.py"}),
        (
            "from rnnlib.high import NUMBER",
            {"__init__.py", "high.py", "low.py"},
        ),
        ("import rnnlib\nrnnlib.apart.NUMBER", {"__init__.py", "apart.py"}),
        (
            "def later():\n    import rnnlib.datasets",
            {"__init__.py", "datasets.py", "data/x.csv"},
        ),
        (
            "import rnnlib.rooms",
            {"__init__.py", "low.py", "rooms/__init__.py", "rooms/upper.py"},
        ),
        (
            "%matplotlib inline\n!ls\nfrom rnnlib import low as l",
            {"__init__.py", "low.py"},
        ),
        ("def broken(:", set()),
        ("import rnnlib.lazy", set(MODULES)),
    ],
)
def test_code_reaches_what_it_imports_at_any_depth(
    package: Path, code: str, names: set[str]
) -> None:
    found = {
        path.relative_to(package).as_posix()
        for path in reached(package, [code])
    }
    assert found - {"look.mplstyle"} == names - {"look.mplstyle"}
    assert ("look.mplstyle" in found) == bool(names)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import rnnlib", set()),
        ("from rnnlib import Low", {"low.py"}),
        ("import rnnlib\nrnnlib.Low", {"low.py"}),
        ("from rnnlib import apart", {"apart.py"}),
        ("import rnnlib as r\nr.Low", set(MODULES)),
        ("from rnnlib import *", set(MODULES)),
    ],
)
def test_a_package_that_opens_rooms_on_demand_reaches_those_asked_for(
    package: Path, code: str, names: set[str]
) -> None:
    (package / "__init__.py").write_text(
        "from importlib import import_module\n"
        "CLASSES = {'Low': 'low', 'lines': 'many'}\n"
    )
    found = {
        path.relative_to(package).as_posix()
        for path in reached(package, [code])
    }
    assert found == names | {"__init__.py", "look.mplstyle"}


@pytest.mark.parametrize(
    ("source", "owned"),
    [
        ("text = f'data/results/{name}.json'", True),
        ("FILES = ['long.json']", True),
        ("text = f'data/{name}'", False),
    ],
    ids=["its folder is named", "it is named itself", "nobody names it"],
)
def test_data_belong_to_who_names_them_or_else_to_everyone(
    package: Path, source: str, owned: bool
) -> None:
    path = package / "data" / "results" / "long.json"
    path.parent.mkdir()
    path.write_text("1")
    (package / "apart.py").write_text(source)
    assert path in reached(package, ["from rnnlib import apart"])
    assert (path in reached(package, ["from rnnlib import low"])) != owned


def test_no_chapter_that_records_verdicts_depends_on_all_of_them() -> None:
    # Else one changed verdict would run every chapter again.
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        code = [
            cell.source
            for cell in notebooks.read(path).cells
            if cell.cell_type == "code"
        ]
        names = {found.name for found in reached(ROOT / "rnnlib", code)}
        assert "claims.json" in names
        assert ("verdicts.json" in names) == ("verdicts.py" in names)
        assert ("verdicts.json" in names) == ("verdicts.table(" in str(code))


def test_fingerprint_follows_what_is_reached_and_nothing_else(
    package: Path,
) -> None:
    code = ["from rnnlib import high"]
    before = fingerprint(package, code)
    (package / "apart.py").write_text("NUMBER = 6\n")
    (package / "data/x.csv").write_text("8")
    assert fingerprint(package, code) == before
    (package / "low.py").write_text("NUMBER = 2\n")
    assert fingerprint(package, code) != before


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
    assert runs() <= {"deep"}
    assert "1111" in book.page("deep")
