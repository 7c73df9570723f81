"""Run a chapter again when rnnlib has changed under it, and only then.

The fingerprint of everything that a chapter imports from rnnlib is written
into the notebook's kernelspec as Sphinx reads it (never into the file).
jupyter-cache hashes the kernelspec together with the code, so outputs made
with another rnnlib are simply not found, whatever the order of edits; and
the fingerprint that the page was last read with stands in Sphinx's own
metadata, which tells the pages that have to be read again.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from myst_nb.core.read import (
    is_myst_markdown_notebook,
    read_myst_markdown_notebook,
)
from myst_parser.config.main import MdParserConfig

from course.fingerprint import fingerprint

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

# Key of the fingerprint in the kernelspec.
KEY = "rnnlib"
# A text notebook names its kernel in the YAML block that opens the file.
KERNELSPEC = re.compile(r"^kernelspec:[ ]*\n(?P<indent>[ ]+)", re.M)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("builder-inited", announce_book)
    app.connect("env-get-outdated", outdated_chapters)
    app.connect("source-read", mark_source)
    app.connect("build-finished", withdraw_book)


def announce_book(app: Sphinx) -> None:
    """Tell the kernels that they draw for the book.

    Kernels inherit the environment of the build; `rnnlib.explore` then
    renders figures that react without a kernel.
    """
    os.environ["RNNLIB_BOOK"] = "1"


def withdraw_book(app: Sphinx, exception: Exception | None) -> None:
    """Leave the environment as it was, for builds inside a test run."""
    os.environ.pop("RNNLIB_BOOK", None)


def outdated_chapters(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Return the chapters that were read with another rnnlib."""
    return [
        name
        for name in env.found_docs - added - changed
        if _mark_at_last_read(env, name) != _mark_now(app, env, name)
    ]


def mark_source(app: Sphinx, docname: str, content: list[str]) -> None:
    """Write the fingerprint into the notebook that is about to be parsed."""
    path = Path(app.env.doc2path(docname))
    code = _code(path, content[0])
    if code is None:
        return
    mark = fingerprint(Path(app.srcdir, KEY), code)
    if path.suffix == ".ipynb":
        notebook = json.loads(content[0])
        notebook["metadata"].setdefault(
            "kernelspec", {"name": "python3", "display_name": "Python 3"}
        )[KEY] = mark
        content[0] = json.dumps(notebook)
    else:
        content[0] = KERNELSPEC.sub(
            rf"kernelspec:\n\g<indent>{KEY}: '{mark}'\n\g<indent>",
            content[0],
            count=1,
        )


def _mark_at_last_read(env: BuildEnvironment, docname: str) -> str | None:
    kernelspec = env.metadata[docname].get("kernelspec")
    if isinstance(kernelspec, str):  # front matter arrives as JSON
        kernelspec = json.loads(kernelspec)
    return (kernelspec or {}).get(KEY)


def _mark_now(app: Sphinx, env: BuildEnvironment, docname: str) -> str | None:
    path = Path(env.doc2path(docname))
    code = _code(path, path.read_text(encoding="utf-8"))
    return code and fingerprint(Path(app.srcdir, KEY), code)


def _code(path: Path, text: str) -> list[str] | None:
    """Return the code cells, or None if the page is no notebook."""
    if path.suffix == ".ipynb":
        notebook = json.loads(text)
    elif path.suffix == ".md" and is_myst_markdown_notebook(text):
        notebook = read_myst_markdown_notebook(text, config=MdParserConfig())
    else:
        return None
    return [
        "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
