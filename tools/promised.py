"""Name the versions that rnnlib promises to run with.

    promised.py oldest     the lower end of each range in pyproject.toml
    promised.py newest     the newest that there is
    promised.py colab      what Colab brings

Printed as requirements for pip, with what runs a notebook.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
COLAB = {
    "ipywidgets": "7.7.1",
    "matplotlib": "3.10.0",
    "numpy": "2.0.2",
    "pandas": "2.2.2",
}
# They run the notebook, they are no promise of rnnlib.
RUNNERS = ("ipykernel", "nbclient")


def versions(kind: str) -> list[str]:
    """Return one requirement a line.

    Parameters
    ----------
    kind : {"oldest", "newest", "colab"}
    """
    if kind not in ("oldest", "newest", "colab"):
        raise ValueError(
            f"kind must be oldest, newest or colab, found {kind!r}"
        )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = []
    for need in map(Requirement, project["project"]["dependencies"]):
        lowest = next(s.version for s in need.specifier if s.operator == ">=")
        if kind == "oldest":
            lines.append(f"{need.name}=={lowest}")
        elif kind == "colab" and need.name in COLAB:
            lines.append(f"{need.name}=={COLAB[need.name]}")
        else:
            lines.append(str(need))
    return [*lines, *RUNNERS]


if __name__ == "__main__":
    print("\n".join(versions(sys.argv[1])))
