"""The map of memories as a drawing, and a table with links."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from rnnlib.book.drawings import memory_map
from rnnlib.book.links import linked_table

GRID = {"keeps": [10, 30, 100, 300], "recalls": [2, 4]}
UNITS = {"keeps": "lag", "recalls": "pairs"}
ROWS = {
    "Elman": {"keeps": (100, 10), "recalls": (0, 0)},
    "attention": {"keeps": (300, 300), "recalls": (4, 2)},
}
TABLE = pd.DataFrame({"keeps": ["100", "300 +"]}, index=["Elman", "LSTM"])


def _bars(figure: plt.Figure) -> list[float]:
    """Return the lengths of all bars, in the order of rows and columns."""
    found = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    widths = [p.get_width() for p in found[: 4 * len(ROWS)]]
    return [width / max(widths) for width in widths]


def test_bars_are_as_long_as_the_steps_climbed():
    figure = memory_map(ROWS, GRID, units=UNITS)
    assert _bars(figure) == pytest.approx(
        [0.75, 0.25, 0, 0, 1, 1, 1, 0.5]  # pale, dark; pale, dark; ...
    )
    texts = [text.get_text() for text in figure.axes[0].texts]
    for wanted in ("100", "–", "300 +", "4 +", "Elman", "lag", "recalls"):
        assert wanted in texts
    plt.close(figure)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ((20, 10), "must be 0 or one of"),
        ((10, 30), "must not rise, found 10 and 30"),
        ((10, 10, 10), "shape"),
        (None, "must hold real numbers"),
    ],
)
def test_a_horizon_that_the_grid_does_not_hold_is_refused(cell, message):
    rows = {"Elman": {"keeps": cell, "recalls": (0, 0)}}
    with pytest.raises((TypeError, ValueError), match=message):
        memory_map(rows, GRID, units=UNITS)


def test_what_is_missing_is_named():
    with pytest.raises(ValueError, match="must hold 'recalls'"):
        memory_map({"Elman": {"keeps": (10, 10)}}, GRID, units=UNITS)
    with pytest.raises(ValueError, match="units must hold 'recalls'"):
        memory_map(ROWS, GRID, units={"keeps": "lag"})
    with pytest.raises(ValueError, match="must not be empty"):
        memory_map({}, GRID, units=UNITS)


def test_cells_link_to_labels_in_the_book_and_to_notebooks_elsewhere(
    monkeypatch,
):
    shown = linked_table(TABLE, {("LSTM", "keeps"): "07_lstm#fig-a"})
    monkeypatch.delenv("RNNLIB_BOOK", raising=False)
    assert "| LSTM | [300 +](07_lstm.ipynb) |" in shown.to_markdown()
    assert "| Elman | 100 |" in shown.to_markdown()
    monkeypatch.setenv("RNNLIB_BOOK", "1")
    assert "| LSTM | [300 +](#fig-a) |" in shown.to_markdown()
    assert repr(shown) == TABLE.to_string()


def test_a_place_must_be_of_a_cell_and_name_a_label():
    with pytest.raises(ValueError, match="must be of cells, found"):
        linked_table(TABLE, {("GRU", "keeps"): "07_lstm#fig-a"})
    with pytest.raises(ValueError, match="# and a label, found '07_lstm'"):
        linked_table(TABLE, {("LSTM", "keeps"): "07_lstm"})
