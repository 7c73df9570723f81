"""Make the ePub: the book for readers of e-books, from the same outputs.

Chapters that have been run are not run again. What Sphinx has read is kept
apart from what it has read for the pages: each builder rewrites only what its
own reading has found changed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

from book import alone

sys.path.append(str(Path(__file__).parents[1] / "_ext"))

from course.epub import NAME

NO_BROWSER = (
    "make epub and make pdf need Chromium or Chrome for formulas and pages, "
    "and found none on this machine."
)


def build(folder: Path) -> int:
    """Make the ePub of the book in `folder`; return the exit status.

    A warning is an error, as for the pages.
    """
    from course import chromium

    if chromium.find() is None:
        print(NO_BROWSER, file=sys.stderr)
        return 1
    folder = folder.resolve()
    output = folder / "_build"
    read = output / ".doctrees-epub"
    with alone(output):
        (output / ".failed").unlink(missing_ok=True)
        done = build_sphinx(
            folder,
            output / "epub",
            path_config=folder / "_config.yml",
            confoverrides={
                "external_toc_path": str(folder / "_toc.yml"),
                "latex_individualpages": False,
            },
            noconfig=True,
            builder="epub",
            doctreedir=read,
            quiet=True,
            warningiserror=True,
            keep_going=True,
        )
        if done != 0:
            # Sphinx says a warning once, when it reads the page.
            shutil.rmtree(read, ignore_errors=True)
            print(f"The ePub was not made: {done}", file=sys.stderr)
            return 1
    print(f"The ePub: {path(folder)}")
    return 0


def path(folder: Path) -> Path:
    """Return where the ePub of the book in `folder` lies."""
    return folder / "_build" / "epub" / f"{NAME}.epub"


if __name__ == "__main__":
    sys.exit(build(Path.cwd()))
