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

# The book's Sphinx extension knows under which mark a chapter was kept.
sys.path.append(str(ROOT / "_ext"))

from course.execution import KEY  # noqa: E402
from course.fingerprint import fingerprint  # noqa: E402


def outputs(
    path: Path, cache: Path = CACHE, package: Path = ROOT / KEY
) -> list[list[NotebookNode]] | None:
    """Return the outputs of each code cell.

    Parameters
    ----------
    path : Path
        A chapter.
    cache : Path, optional
        Folder of jupyter-cache.
    package : Path, optional
        The rnnlib that the chapter was run with.

    Returns
    -------
    list of list of NotebookNode, or None
        None if the chapter, as it stands and with this rnnlib, has not been
        run.
    """
    if not cache.is_dir():
        return None
    notebook = notebooks.read(path)
    code = [c.source for c in notebook.cells if c.cell_type == "code"]
    mark = fingerprint(package, code)
    notebook.metadata.setdefault("kernelspec", {})[KEY] = mark
    try:
        _, run = get_cache(cache).merge_match_into_notebook(notebook)
    except KeyError:
        return None
    return [cell.outputs for cell in run.cells if cell.cell_type == "code"]
