"""Run a notebook, and learn which files of rnnlib it has read.

What a chapter prints depends on its code and on what it reads of rnnlib:
modules, data, the style sheet. Python itself can tell, an audit hook in the
kernel hears of every file that is opened. What was read, and with which
libraries, is kept beside the outputs; while it is all the same, so are they.
"""

from __future__ import annotations

import functools
import hashlib
import os
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from course.kernels import again_if_stillborn

# Libraries whose version can change a number or a figure.
STACK = ("ipywidgets", "matplotlib", "numpy", "pandas", "torch")
# Written to the file that is named last when the chapter ends.
WATCH = """\
def _watch(folder):
    import os, sys

    opened = set()

    def hear(event, arguments):
        if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
            path = os.path.abspath(os.fspath(arguments[0]))
            if path.startswith(folder):
                opened.add(path)

    sys.addaudithook(hear)
    return opened


_opened = _watch({folder!r})
"""
TELL = """\
with open({path!r}, "w", encoding="utf-8") as _file:
    _file.write("\\n".join(sorted(_opened)))
"""


@dataclass(frozen=True)
class Executed:
    """A notebook with its outputs, and what they follow from.

    Attributes
    ----------
    notebook : NotebookNode
    seconds : float
    reads : dict of str to str or None
        Checksum of each file that was opened, by its path relative to the
        package; None for one that was missing.
    stack : dict of str to str
        Versions of the libraries.
    """

    notebook: NotebookNode
    seconds: float
    reads: dict[str, str | None]
    stack: dict[str, str]


def execute(
    notebook: NotebookNode, folder: Path, package: Path, timeout: float
) -> Executed:
    """Run a notebook; the argument stays as it is.

    Parameters
    ----------
    notebook : NotebookNode
        In version 4 of the format.
    folder : Path
        Where its kernel runs.
    package : Path
        Folder of rnnlib.
    timeout : float
        Seconds that a cell may take.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    package = package.resolve()
    started = time.monotonic()
    with TemporaryDirectory() as scratch:
        told = Path(scratch, "opened")
        before = nbformat.v4.new_code_cell(
            WATCH.format(folder=f"{package}{os.sep}")
        )
        after = nbformat.v4.new_code_cell(TELL.format(path=str(told)))
        made = nbformat.from_dict(notebook)
        made.cells = [before, *made.cells, after]
        client = functools.partial(
            NotebookClient,
            made,
            timeout=timeout,
            kernel_name=notebook.metadata.get("kernelspec", {}).get(
                "name", "python3"
            ),
            resources={"metadata": {"path": str(folder)}},
            # Times in the metadata would make another notebook of it.
            record_timing=False,
            # Kernels say at each start that they talk over this machine's
            # own network without encryption: no news.
            extra_arguments=["--log-level=ERROR"],
        )
        again_if_stillborn(lambda: client().execute())()
        opened = told.read_text("utf-8").splitlines()
    made.cells = made.cells[1:-1]
    _count_from_one(made)
    paths = {_source(Path(name)) for name in opened}
    reads = {
        path.relative_to(package).as_posix(): checksum(path)
        for path in sorted(paths)
    }
    return Executed(made, time.monotonic() - started, reads, stack())


def checksum(path: Path) -> str | None:
    """Return a checksum of the file, None if there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        return None


def stack() -> dict[str, str]:
    """Return the versions of the libraries below rnnlib."""
    found = {}
    for name in STACK:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def is_current(package: Path, data: dict) -> bool:
    """Say whether what an earlier run has read is still the same.

    Parameters
    ----------
    package : Path
        Folder of rnnlib.
    data : dict
        With the `reads` and the `stack` of that run.
    """
    if data.get("stack") != stack() or "reads" not in data:
        return False
    return all(
        checksum(package / name) == before
        for name, before in data["reads"].items()
    )


def _source(path: Path) -> Path:
    """Return the module that compiled code belongs to.

    While Python writes the code, the file has a number behind its name.
    """
    if path.parent.name != "__pycache__":
        return path
    return path.parent.with_name(f"{path.name.partition('.')[0]}.py")


def _count_from_one(notebook: NotebookNode) -> None:
    """Let the cells be numbered as if nothing had run before them."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
