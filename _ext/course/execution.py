"""Run the chapters side by side, those whose outputs may have changed.

myst-nb takes outputs from jupyter-cache, which knows a notebook by its code
alone, and runs what it does not find one after the other. Before Sphinx
reads a page, this module looks at each notebook of the book: a record whose
chapter read another rnnlib is dropped, and what is missing then is run,
several chapters at once. What a chapter has read is told by its own run, see
`runner`.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import (
    is_myst_markdown_notebook,
    read_myst_markdown_notebook,
)
from myst_parser.config.main import MdParserConfig
from nbclient.exceptions import CellExecutionError
from sphinx.errors import ExtensionError

from course.runner import Executed, execute, is_current

if TYPE_CHECKING:
    from jupyter_cache.cache.db import NbCacheRecord
    from jupyter_cache.cache.main import JupyterCacheBase
    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PACKAGE = "rnnlib"
# Beside the pages: why the chapters that failed did, a line for each.
FAILED = ".failed"
# A kernel of its own for each chapter leaves no core for a second thread.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx; name the setting of this module."""
    app.add_config_value("execution_first", [], "", [list])
    app.connect("builder-inited", announce_book)
    app.connect("env-get-outdated", refresh)
    app.connect("build-finished", withdraw_book)


def announce_book(app: Sphinx) -> None:
    """Tell the kernels that they draw for the book.

    Kernels inherit the environment of the build; `rnnlib.book.sliders` then
    renders figures that react without a kernel.
    """
    os.environ["RNNLIB_BOOK"] = "1"


def withdraw_book(app: Sphinx, exception: Exception | None) -> None:
    """Leave the environment as it was, for builds inside a test run."""
    os.environ.pop("RNNLIB_BOOK", None)


def refresh(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Run what has to be run; return the pages to be read again.

    Those are the pages whose outputs are younger than Sphinx's reading.

    Raises
    ------
    ExtensionError
        If a cell fails, with what the kernel said.
    """
    if app.config.nb_execution_mode != "cache":
        return []
    cache = get_cache(env.mystnb_config.execution_cache_path)
    package = Path(app.srcdir, PACKAGE)
    notebooks = {
        name: notebook
        for name in env.found_docs
        if (notebook := _read(Path(env.doc2path(name)))) is not None
    }
    known = _seconds(cache)
    seconds = {name: known.get(env.doc2path(name)) for name in notebooks}
    missing = [
        name
        for name, notebook in notebooks.items()
        if not _is_cached(cache, notebook, package)
    ]
    order = in_order(missing, seconds, app.config.execution_first)
    _run(app, cache, {name: notebooks[name] for name in order}, package)
    return [
        name
        for name, notebook in notebooks.items()
        if name in env.all_docs
        and (record := _record(cache, notebook)) is not None
        # The record's own date is that of the import of jupyter-cache.
        and record.data.get("finished", 0.0) * 1e6 > env.all_docs[name]
    ]


def in_order(
    names: list[str], seconds: dict[str, float | None], first: list[str]
) -> list[str]:
    """Put the longest first, so that none starts when the others are done.

    Parameters
    ----------
    names : list of str
    seconds : dict of str to float or None
        How long each took when it last ran here, None where it has not.
    first : list of str
        The longest of all, in this order, where nothing is known.

    Returns
    -------
    list of str
    """

    def rank(name: str) -> tuple[int, float]:
        if seconds[name] is not None:
            return 1, -seconds[name]
        return (0, first.index(name)) if name in first else (2, 0)

    return sorted(names, key=rank)


def _run(
    app: Sphinx,
    cache: JupyterCacheBase,
    notebooks: dict[str, NotebookNode],
    package: Path,
) -> None:
    """Run the notebooks side by side and put their outputs into the cache."""
    if not notebooks:
        return
    workers = min(len(notebooks), _cores())
    if workers > 1:
        lent = [name for name in THREADS if name not in os.environ]
        os.environ.update(dict.fromkeys(lent, str(_cores() // workers)))
    else:
        lent = []

    def one(name: str) -> Executed | CellExecutionError:
        path = Path(app.env.doc2path(name))
        options = notebooks[name].metadata.get("execution", {})
        timeout = options.get("timeout", app.config.nb_execution_timeout)
        try:
            made = execute(notebooks[name], path.parent, package, timeout)
        except CellExecutionError as error:
            return error
        say(f"{made.seconds:4.0f} s  {name}")
        return made

    say(f"running {len(notebooks)} notebooks, {workers} at a time")
    failed, causes = [], []
    with ThreadPoolExecutor(workers) as pool:
        for name, made in zip(notebooks, pool.map(one, notebooks)):
            if isinstance(made, CellExecutionError):
                failed.append(f"{name}: {made}")
                causes.append(f"{name}: {made.ename}: {made.evalue}")
                continue
            bundle = CacheBundleIn(
                made.notebook,
                app.env.doc2path(name),
                data={
                    "execution_seconds": made.seconds,
                    "finished": time.time(),
                    "reads": made.reads,
                    "stack": made.stack,
                },
            )
            cache.cache_notebook_bundle(bundle, overwrite=True)
    for name in lent:
        os.environ.pop(name)
    if failed:
        # What tools/book.py says last, when all traces have scrolled by.
        Path(app.outdir).with_name(FAILED).write_text("\n".join(causes))
        raise ExtensionError("\n".join(failed))


def say(line: str) -> None:
    """Tell who waits for the build; Sphinx keeps quiet about minutes."""
    print(line, file=sys.stderr, flush=True)


def _is_cached(
    cache: JupyterCacheBase, notebook: NotebookNode, package: Path
) -> bool:
    """Say whether the outputs are there; drop those of another rnnlib."""
    record = _record(cache, notebook)
    if record is None:
        return False
    if is_current(package, record.data):
        return True
    cache.remove_cache(record.pk)
    return False


def _record(
    cache: JupyterCacheBase, notebook: NotebookNode
) -> NbCacheRecord | None:
    try:
        return cache.match_cache_notebook(notebook)
    except KeyError:
        return None


def _seconds(cache: JupyterCacheBase) -> dict[str, float]:
    """Return how long each file took when it last ran."""
    return {
        record.uri: record.data.get("execution_seconds", 0.0)
        for record in cache.list_cache_records()
    }


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read(path: Path) -> NotebookNode | None:
    """Return the notebook as myst-nb reads it, None for a plain page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return nbformat.reads(text, as_version=4)
    if path.suffix == ".md" and is_myst_markdown_notebook(text):
        return read_myst_markdown_notebook(text, config=MdParserConfig())
    return None
