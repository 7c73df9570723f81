"""What this book needs of Sphinx beyond its settings in ``_config.yml``.

`execution` runs the chapters side by side, and again when rnnlib has changed
under them, `repository` shows launch and edit links only once there is a
repository, `small_print` says how far numbers may be off on another machine,
`predictions` lists what the chapters ask their readers to guess, `answers`
lets them answer the exercises in the page, and `pages` mends what the theme
leaves undone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from course import (
    answers,
    epub,
    execution,
    pages,
    predictions,
    repository,
    small_print,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, object]:
    """Register the parts; Sphinx calls this."""
    execution.setup(app)
    repository.setup(app)
    pages.setup(app)
    predictions.setup(app)
    answers.setup(app)
    small_print.setup(app)
    epub.setup(app)
    return {
        # Pages follow from these files too, and Sphinx looks at neither when
        # it decides what is out of date.
        "env_version": _checksum(
            Path(__file__).parent, Path(app.srcdir, "_static")
        ),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }


def _checksum(*folders: Path) -> int:
    paths = (path for folder in folders for path in folder.glob("*"))
    files = sorted(path for path in paths if path.is_file())
    return crc32(b"".join(path.read_bytes() for path in files))
