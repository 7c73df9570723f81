"""Put the book in its other forms beside the built pages.

The workflow publishes them; the first page links to them where it knows the
address that it is published at.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

import epub
import pdf
from book import alone
from course.epub import NAME


def put(folder: Path) -> list[Path]:
    """Copy ePub and PDF to the pages of `folder`, and zip these.

    Returns
    -------
    list of Path
        The three files.
    """
    pages = folder / "_build" / "html"
    with alone(folder / "_build"):
        offered = [pages / f"{NAME}.{kind}" for kind in ("epub", "pdf", "zip")]
        for path in offered:
            path.unlink(missing_ok=True)
        held = [path for path in sorted(pages.rglob("*")) if path.is_file()]
        with zipfile.ZipFile(offered[2], "w", zipfile.ZIP_DEFLATED) as packed:
            for path in held:
                packed.write(path, f"{NAME}/{path.relative_to(pages)}")
        shutil.copy(epub.path(folder), offered[0])
        shutil.copy(pdf.path(folder), offered[1])
    return offered


if __name__ == "__main__":
    for path in put(Path.cwd().resolve()):
        print(f"{path.stat().st_size / 1e6:5.1f} MB  {path.name}")
    sys.exit(0)
