"""Open the notebooks in JupyterLab: a copy that the reader may scribble in.

    lab.py            copy what is new into my_notebooks and open it there
    lab.py --copy     only copy

What the reader has changed is never overwritten. Of a notebook that was
changed, rename or delete the copy, and the next call brings a clean one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import reader_notebooks

ROOT = Path(__file__).parents[1]
MINE = ROOT / "my_notebooks"
# What was copied, by the checksum it had: whoever differs has been changed.
RECORD = ".copied.json"


def copy(originals: Path, mine: Path) -> list[str]:
    """Copy notebooks that are new, or new versions of unchanged ones.

    Parameters
    ----------
    originals, mine : Path
        Folders; `mine` is made if it is not there.

    Returns
    -------
    list of str
        Names of the notebooks that the reader has changed and of which
        there is a newer version; they are left alone.
    """
    mine.mkdir(parents=True, exist_ok=True)
    record = mine / RECORD
    copied = json.loads(record.read_text("utf-8")) if record.exists() else {}
    outdated = []
    for path in sorted(originals.glob("*.ipynb")):
        content = path.read_bytes()
        new, target = _checksum(content), mine / path.name
        last = copied.get(path.name)
        found = _checksum(target.read_bytes()) if target.exists() else last
        if found not in (last, new):  # the reader's own
            if new != last:
                outdated.append(path.name)
            continue
        target.write_bytes(content)
        copied[path.name] = new
    record.write_text(json.dumps(copied, indent=1) + "\n", "utf-8")
    return outdated


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Copy, then open JupyterLab; return its exit status."""
    wanted = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    wanted.add_argument("--copy", action="store_true")
    given = wanted.parse_args(arguments)
    missing = reader_notebooks.write(reader_notebooks.FOLDER)
    for name in copy(reader_notebooks.FOLDER, MINE):
        print(
            f"You have changed {MINE.name}/{name}, and there is a newer "
            "version: rename yours to get it."
        )
    if missing:
        print(
            "Figures appear as you run the cells (make book stores them "
            "beforehand)."
        )
    print(f"Your notebooks: {MINE.name}/ (change what you like)")
    if given.copy:
        return 0
    try:
        return subprocess.call([sys.executable, "-m", "jupyterlab", str(MINE)])
    except KeyboardInterrupt:  # the usual way to end JupyterLab
        return 0


if __name__ == "__main__":
    sys.exit(main())
