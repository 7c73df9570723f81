"""What pytest needs to know of the chapters."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path

import nbval.kernel
import pytest
from hypothesis import settings
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile

from course import tolerance
from course.kernels import again_if_stillborn

# Chapters store the plain text of their outputs only, see tools/notebooks.py;
# the other forms of the same output have nothing to be compared with.
NOT_STORED = ("image/svg+xml", "text/html", "text/latex", "text/markdown")

# Lines of a chapter's cells, as printed now and as stored.
LINES = pytest.StashKey[list[tuple[str, str]]]()

# A busy machine is no failure: the time of an example says nothing. What is
# merged is judged by the same examples every time.
settings.register_profile("course", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "course")


# Several chapters start at once.
nbval.kernel.start_new_kernel = again_if_stillborn(
    nbval.kernel.start_new_kernel
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `tools/portable.py` learn how near each number came."""
    parser.addoption(
        "--deviations",
        metavar="FILE",
        help="append a line for each cell that names a tolerance",
    )


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Let nbval compare what the chapters store: streams and plain text."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += NOT_STORED


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let nbval compare numbers within the tolerance that a cell names.

    The cells of a chapter stay together, on one worker.
    """
    if isinstance(item, IPyNbCell):
        item.add_marker(pytest.mark.xdist_group(item.path.stem))
    if isinstance(item, IPyNbCell) and tolerance.KEY in item.cell.metadata:
        exactly = item.compare_outputs
        item.compare_outputs = lambda *outputs, **options: compare(
            item, exactly, *outputs, **options
        )


def compare(
    item: IPyNbCell,
    exactly: Callable[..., bool],
    found: list[NotebookNode],
    stored: list[NotebookNode],
    **options: object,
) -> bool:
    """Compare a cell's outputs exactly, but for numbers that are near.

    What lies within the tolerance is replaced by what is stored; nbval's own
    comparison then has the last word.
    """
    allowed = tolerance.read(item.cell.metadata)
    above = item.parent.stash.setdefault(LINES, [])
    found, shares = copy.deepcopy(found), []
    for now, before in zip(found, stored):
        (here, key), (there, _) = text_of(now), text_of(before)
        if key not in here or key not in there:
            continue
        if allowed.recorded:
            here[key] = tolerance.repeated(here[key], above)
            continue
        share = tolerance.share(here[key], there[key], allowed)
        shares.append(share)
        if share is not None and share <= 1:
            above += zip(here[key].split("\n"), there[key].split("\n"))
            here[key] = there[key]
    same = exactly(found, stored, **options)
    far = [share for share in shares if share is not None and share > 1]
    if far:
        item.comparison_traceback.append(
            f"the largest deviation is {max(far):.3g} times the tolerance "
            f"{dict(item.cell.metadata[tolerance.KEY])}\n"
        )
    report(item, shares, same)
    return same


def text_of(output: NotebookNode) -> tuple[NotebookNode, str]:
    """Return who holds the text of an output, and under which key."""
    if output.output_type == "stream":
        return output, "text"
    return output.get("data", NotebookNode()), "text/plain"


def report(item: IPyNbCell, shares: list[float | None], same: bool) -> None:
    """Append the cell's largest deviation to the file of ``--deviations``."""
    path = item.config.getoption("--deviations")
    if path and shares:
        row = {
            "chapter": item.parent.path.stem,
            "cell": item.cell_num + 1,
            "tolerance": dict(item.cell.metadata[tolerance.KEY]),
            "share": None if None in shares else max(shares),
            "same": same,
        }
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
