"""rnnlib on its own: what the pages show of it runs, and shows itself well."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnnlib import GRU, LSTM, Elman, Embedding, LinearHead, Network, Sequences
from rnnlib.layers import squared_error
from rnnlib.sequences import sliding_windows

API = Path(__file__).parents[1] / "chapters" / "api.md"
LINES = 15


def test_the_example_of_the_api_page_prints_what_the_page_says(
    tmp_path: Path,
) -> None:
    page = API.read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.S)[1]
    said = re.search(r"It prints\n\n```text\n(.*?)```", page, re.S)[1]
    assert len(code.splitlines()) <= LINES
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == said


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        (
            Elman(2, 3, activation="relu"),
            "Elman(input_size=2, hidden_size=3, activation='relu'): "
            "18 parameters",
        ),
        (
            LSTM(1, 16),
            "LSTM(input_size=1, hidden_size=16, activation='tanh'): "
            "1,152 parameters",
        ),
        (GRU(1, 2), "GRU(input_size=1, hidden_size=2): 26 parameters"),
        (
            LinearHead(16, 1),
            "LinearHead(hidden_size=16, output_size=1): 17 parameters",
        ),
        (
            Embedding(GRU(1, 2), 5),
            "Embedding of 5 symbols in 1 numbers, read by "
            "GRU(input_size=1, hidden_size=2): 26 parameters",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_layer_shows_its_sizes_and_how_much_it_learns(
    owner: object, said: str
) -> None:
    assert repr(owner) == said


def test_a_network_shows_what_it_is_made_of() -> None:
    network = Network(GRU(1, 2), LinearHead(2, 1), squared_error, dropout=0.1)
    assert repr(network).splitlines() == [
        "Network",
        "  layer: GRU(input_size=1, hidden_size=2): 26 parameters",
        "  head:  LinearHead(hidden_size=2, output_size=1): 3 parameters",
        "  loss:  squared_error",
        "  dropout: 0.1",
    ]


def test_windows_become_sequences_whose_last_step_counts() -> None:
    windows = sliding_windows(np.arange(12.0).reshape(6, 2), steps=3)
    made = windows.to_sequences()
    assert np.array_equal(made.x, windows.x.transpose(1, 0, 2))
    assert made.mask.sum(axis=0).tolist() == [1, 1, 1]
    assert np.array_equal(made.y[made.mask], windows.y)
    assert made.mask[-1].all()
    assert "3 sequences of up to 3 steps" in repr(made)


def test_windows_handed_over_as_sequences_are_told_the_way() -> None:
    windows = sliding_windows(np.arange(400.0), steps=20)
    x = windows.x.transpose(1, 0, 2)
    with pytest.raises(
        ValueError,
        match=r"y must hold a target at every step, shape \(20, 380, O\), "
        r"found \(380, 1\).*to_sequences",
    ):
        Sequences(x, windows.y, np.ones(x.shape[:2], bool))
