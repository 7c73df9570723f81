"""A reader's notebook runs where it is opened: alone, rnnlib not installed.

``RNNLIB_READER`` names the Python of another environment, that of Colab for
example; ``.ci/versions`` makes one and calls this. Its first cell installs
rnnlib from the branch that is published, here from a clone on the disk.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import notebooks
import notebooks_branch
import reader_notebooks
import repository
from references import Book

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
NAMES = [path.stem for path in CHAPTERS]
URL = "https://github.com/some-account/some.book"
READER = os.environ.get("RNNLIB_READER")
RUN = """\
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook, timeout=900, kernel_name="python3").execute()
nbformat.write(notebook, "run.ipynb")
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone of the repository with the published branch."""
    folder = tmp_path_factory.mktemp("published")
    book, made = Book(ROOT), folder / "notebooks"
    book.url = URL
    reader_notebooks.write(made, book)
    subprocess.run(
        ["git", "clone", "-q", "--no-checkout", str(ROOT), "clone"],
        cwd=folder, check=True,
    )  # fmt: skip
    for name in ("README.md", "_config.yml"):
        (folder / "clone" / name).write_text((ROOT / name).read_text("utf-8"))
    notebooks_branch.commit(folder / "clone", made, URL)
    return folder / "clone"


def files(clone: Path, ref: str = "notebooks") -> list[str]:
    return notebooks_branch.git(
        clone, "ls-tree", "-r", "--name-only", ref
    ).split("\n")


def test_the_branch_holds_the_notebooks_and_what_runs_them(
    clone: Path,
) -> None:
    found = files(clone)
    assert {f"chapters/{name}.ipynb" for name in NAMES} <= set(found)
    for name in ("rnnlib/__init__.py", "rnnlib/data/mnist.npz"):
        assert name in found
    for name in ("pyproject.toml", ".binder/postBuild", "LICENSE"):
        assert name in found
    assert not [name for name in found if name.startswith(("tests", "_ext"))]
    readme = notebooks_branch.git(clone, "show", "notebooks:README.md")
    assert URL in readme
    first = notebooks_branch.git(clone, "show", f"notebooks:{found[-1]}")
    assert first


def test_the_branch_has_one_commit_and_stays_while_nothing_changes(
    clone: Path, tmp_path: Path
) -> None:
    made = clone.parent / "notebooks"
    count = notebooks_branch.git(clone, "rev-list", "--count", "notebooks")
    assert count == "1"
    before = notebooks_branch.git(clone, "rev-parse", "notebooks")
    assert notebooks_branch.commit(clone, made, URL) == before
    other = "https://github.com/another/book"
    assert notebooks_branch.commit(clone, made, other) != before
    notebooks_branch.commit(clone, made, URL)
    with pytest.raises(ValueError, match="holds no notebooks"):
        notebooks_branch.commit(clone, tmp_path)


def test_the_branch_is_sent_only_when_it_has_changed(
    clone: Path, tmp_path: Path
) -> None:
    remote = tmp_path / "remote.git"
    git = notebooks_branch.git
    git(tmp_path, "init", "-q", "--bare", str(remote))
    mine = tmp_path / "mine"
    git(tmp_path, "clone", "-q", "--no-checkout", str(clone), str(mine))
    git(mine, "remote", "set-url", "origin", str(remote))
    for name in ("README.md", "_config.yml"):
        (mine / name).write_text((clone / name).read_text("utf-8"))
    made = clone.parent / "notebooks"
    notebooks_branch.commit(mine, made, URL)
    assert notebooks_branch.push(mine)
    assert not notebooks_branch.push(mine)
    assert files(remote) == files(mine)
    notebooks_branch.commit(mine, made, "https://github.com/another/book")
    assert notebooks_branch.push(mine)


def test_the_branch_is_the_one_that_buttons_and_first_cells_name() -> None:
    assert notebooks_branch.BRANCH == repository.BRANCH
    assert notebooks_branch.FOLDER == reader_notebooks.FOLDER
    found = notebooks_branch.ADDRESS.search((ROOT / "_config.yml").read_text())
    assert found[1] == repository.configured()


@pytest.mark.skipif(READER is None, reason="RNNLIB_READER names no Python")
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_alone_and_fetches_rnnlib(
    clone: Path, tmp_path: Path, name: str
) -> None:
    # pip, in the kernel, reaches the clone under the repository's address.
    environment = {
        **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{clone.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": URL,
    }
    environment.pop("RNNLIB_BOOK", None)

    def reader(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [READER, *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True,
        )  # fmt: skip

    reader("-m", "pip", "uninstall", "--yes", "--quiet", "rnnlib")
    assert "ModuleNotFoundError" in reader("-c", "import rnnlib").stderr
    path = clone.parent / "notebooks" / f"{name}.ipynb"
    done = reader("-c", RUN, str(path))
    assert done.returncode == 0, done.stderr[-3000:]
    run = notebooks.read(tmp_path / "run.ipynb")
    said = "".join(
        output.get("text", "")
        for cell in run.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.get("name") == "stderr"
    )
    assert "Warning" not in said
    where = reader("-c", "import rnnlib; print(rnnlib.__file__)").stdout
    assert "site-packages" in where
