"""Say which exercises the page can answer: try each as the page will.

Reads a list of exercises from its input, as JSON, and writes a line for each:
its name, and why it is left out, or null. One line comes first: which modules
of rnnlib open here. Whatever is neither NumPy, rnnlib nor Python's own is
refused, as it is missing in the page.
"""

from __future__ import annotations

import json
import pkgutil
import sys
from importlib import import_module
from importlib.abc import MetaPathFinder

import answering

HERE = {"numpy", "rnnlib", "answering", *sys.stdlib_module_names}


class Refusing(MetaPathFinder):
    """Find nothing that a page does not hold."""

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> None:
        """Refuse a module before anybody else can find it."""
        if name.partition(".")[0] not in HERE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def why_not(asked: dict) -> str | None:
    """Return why an exercise cannot be answered here, or None."""
    for code, wanted in (
        (asked["stub"], "Not attempted yet"),
        (asked["solution"], "Correct"),
    ):
        told = answering.run(code, asked["definitions"])
        if told["verdict"] != wanted:
            return " ".join(told["told"].split())
    return None


def modules() -> dict[str, bool]:
    """Return the modules of rnnlib, and whether they open here."""
    import rnnlib

    found = {"rnnlib": True}
    for module in pkgutil.walk_packages(rnnlib.__path__, "rnnlib."):
        try:
            import_module(module.name)
            found[module.name] = True
        except ImportError:
            found[module.name] = False
    return found


if __name__ == "__main__":
    sys.meta_path.insert(0, Refusing())
    print(json.dumps(modules()), flush=True)
    for asked in json.load(sys.stdin):
        print(json.dumps([asked["name"], why_not(asked)]), flush=True)
