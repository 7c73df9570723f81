"""A book of a few small notebooks with the real settings and extension."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import notebooks

ROOT = Path(__file__).parents[1]


class TinyBook:
    """A book in a temporary folder.

    Parameters
    ----------
    folder : Path
        Empty folder to build in.
    chapters : dict of str to str, or to list of NotebookNode
        Name of each chapter and the code of its one cell, or its cells.
    settings : dict, optional
        Top-level keys of ``_config.yml`` to replace.
    pages : sequence of str, optional
        Pages of the book to put behind the chapters, ``predictions.md``.
    """

    def __init__(
        self,
        folder: Path,
        chapters: dict[str, str | list[NotebookNode]],
        settings: dict[str, object] | None = None,
        pages: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        for name in ("_ext", "_static", "_templates"):
            shutil.copytree(ROOT / name, folder / name)
        config = yaml.safe_load((ROOT / "_config.yml").read_text())
        config.pop("logo")
        config["html"].pop("favicon")
        config.update(settings or {})
        (folder / "_config.yml").write_text(yaml.safe_dump(config))
        (folder / "references.bib").write_text("")
        for name, code in chapters.items():
            cells = code
            if isinstance(code, str):
                cells = [new_markdown_cell(f"# {name}"), new_code_cell(code)]
            path = folder / f"{name}.ipynb"
            notebooks.write(new_notebook(cells=cells), path)
        for page in pages:
            shutil.copy(ROOT / "chapters" / page, folder / page)
        (folder / "start.md").write_text("# Start\n\nHere it begins.\n")
        toc = {"format": "jb-book", "root": "start"}
        names = [*chapters, *(Path(page).stem for page in pages)]
        toc["chapters"] = [{"file": name} for name in names]
        (folder / "_toc.yml").write_text(yaml.safe_dump(toc))

    def build(self) -> str:
        """Build as a reader does, without make; return what is printed.

        Fails as the build fails.
        """
        jupyter_book = Path(sys.executable).with_name("jupyter-book")
        done = subprocess.run(
            [str(jupyter_book), "build", "-W", "--keep-going", "."],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def page(self, name: str) -> str:
        """Return the HTML of a page."""
        path = self.folder / "_build" / "html" / f"{name}.html"
        return path.read_text(encoding="utf-8")
