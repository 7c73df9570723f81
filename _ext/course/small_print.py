"""Say below a cell's numbers how far they may be off on another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from course import tolerance

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("doctree-read", add_small_print)


def add_small_print(app: Sphinx, doctree: nodes.document) -> None:
    """Add a line to the output of each cell that names a tolerance."""
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        allowed = tolerance.read(cell.get("cell_metadata", {}))
        if allowed is None or not (told := tolerance.told(allowed)):
            continue
        for output in cell.findall(nodes.container):
            if output.get("nb_element") == "cell_code_output":
                output += nodes.paragraph("", told, classes=["tolerance"])
