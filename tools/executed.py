"""What the cells of a chapter put out when the book was built.

The book runs its chapters once and keeps them in jupyter-cache. From there
the reader's notebooks take text, tables and figures; nothing runs twice.
"""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_cache import get_cache
from nbformat import NotebookNode

import notebooks

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "_build" / ".jupyter_cache"

# The book's Sphinx extension knows what a kept run has read.
sys.path.append(str(ROOT / "_ext"))

from course.runner import is_current  # noqa: E402


def outputs(
    path: Path, cache: Path = CACHE, package: Path = ROOT / "rnnlib"
) -> list[list[NotebookNode]] | None:
    """Return the outputs of each code cell.

    Parameters
    ----------
    path : Path
        A chapter.
    cache : Path, optional
        Folder of jupyter-cache.
    package : Path, optional
        The rnnlib that the chapter has to have been run with.

    Returns
    -------
    list of list of NotebookNode, or None
        None if the chapter, as it stands and with this rnnlib, has not been
        run.
    """
    if not cache.is_dir():
        return None
    kept = get_cache(cache)
    try:
        record = kept.match_cache_notebook(notebooks.read(path))
    except KeyError:
        return None
    if not is_current(package, record.data):
        return None
    cells = kept.get_cache_bundle(record.pk).nb.cells
    return [cell.outputs for cell in cells if cell.cell_type == "code"]
