"""Where the built book lies and which pages it has."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"


def chapters() -> list[str]:
    """Return the pages that the table of contents names."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    entries = [e for part in toc["parts"] for e in part["chapters"]]
    return [toc["root"], *(entry["file"] for entry in entries)]


def pages() -> list[str]:
    """Return the pages a reader can reach: the chapters and the search."""
    return [*chapters(), "search"]
