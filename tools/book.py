"""Build the book, one build at a time.

A second build waits for the first: both would write the same pages. Sphinx
does not repeat a warning about a page that it has read already, so what a
failed build has read must not be believed by the next one.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")
# Brings Python for the pages from npm, or says why not.
BUNDLE = Path("_ext", "page_python", "bundle.py")


@contextmanager
def alone(output: Path) -> Iterator[None]:
    """Wait until no other build writes to the folder `output`."""
    output.mkdir(exist_ok=True)
    lock = FileLock(output / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another build is running here; waiting for it", flush=True)
        lock.acquire()
    with lock:
        yield


def build(folder: Path) -> int:
    """Build the book in `folder`; return the exit status.

    A warning or a failing cell is an error.
    """
    output = folder / "_build"
    with alone(output):
        # There while a build runs, and after one that failed.
        unfinished = output / ".unfinished"
        if unfinished.exists():
            shutil.rmtree(output / ".doctrees", ignore_errors=True)
            shutil.rmtree(output / "html", ignore_errors=True)
        unfinished.touch()
        if (folder / BUNDLE).exists():
            subprocess.run([sys.executable, BUNDLE], cwd=folder, check=True)
        command = [JUPYTER_BOOK, "build", "-W", "--keep-going", "--quiet"]
        failed = output / ".failed"
        failed.unlink(missing_ok=True)
        # What is news is said on the other stream: chapters, and warnings.
        status = subprocess.run(
            [*command, str(folder)], stdout=subprocess.DEVNULL
        ).returncode
        if status == 0:
            unfinished.unlink()
            page = (output / "html" / "index.html").resolve()
            print(f"The book: {page.as_uri()}")
        elif failed.exists():
            print(f"\nThe build stopped:\n{failed.read_text('utf-8')}")
        return status


if __name__ == "__main__":
    sys.exit(build(Path.cwd()))
