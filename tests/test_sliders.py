"""A slider still works after the reader has run the rest of the chapter.

A drawing that reads a name which a later cell assigns anew would change, or
break, behind the reader's back.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import pytest
import rnnlib.explore

from rnnlib.book.sliders import Explorer

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_slider_draws_the_same_at_the_end(path, monkeypatch):
    made: list[tuple[Explorer, str]] = []

    def remember(*arguments, **named):
        slider = explore(*arguments, **named)
        made.append((slider, slider.to_html()))
        return slider

    explore = rnnlib.explore.explore
    monkeypatch.setattr(rnnlib.explore, "explore", remember)
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    notebook = nbformat.read(path, as_version=4)
    namespace: dict[str, object] = {}
    with mpl.rc_context():
        for cell in notebook.cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, str(path), "exec"), namespace)
        assert made, "the chapter has no slider"
        for slider, at_first in made:
            assert slider.to_html() == at_first
