"""What the long runs measured that do not fit into a chapter.

A script in ``benchmarks/`` trains for minutes and writes one JSON file into
``rnnlib/data/results``; a chapter reads it here and names the command that
made it. Nothing in these files is typed by hand.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from rnnlib.checks import as_choice

FOLDER = Path(str(files("rnnlib"))) / "data" / "results"


def read(name: str) -> dict:
    """Return what ``benchmarks/<name>.py`` wrote.

    Parameters
    ----------
    name : str
        Of the script, without its ending.

    Returns
    -------
    results : dict
        At least "command", which made the file, and "results".

    Raises
    ------
    TypeError, ValueError
        If there are no such results.
    """
    known = tuple(sorted(file.stem for file in FOLDER.glob("*.json")))
    name = as_choice(name, "name", known)
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
