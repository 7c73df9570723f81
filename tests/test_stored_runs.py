"""The one writer of what long runs measured, and the files it has written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stored_runs
from rnnlib.results import FOLDER

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(-9, 9)
VALUES = st.recursive(
    PLAIN | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=5), VALUES))
def test_what_is_written_is_read_back(data):
    assert json.loads(stored_runs.as_text(data)) == data


def test_a_run_is_one_line(tmp_path):
    path = tmp_path / "runs.json"
    runs = [{"seed": seed, "parts": [{"a": [1, 2]}]} for seed in range(3)]
    stored_runs.write(path, {"results": {"LSTM": runs}, "lags": [5, 10]})
    lines = path.read_text().splitlines()
    assert sum("seed" in line for line in lines) == 3
    assert '  "lags": [5, 10]' in lines
    assert stored_runs.read(path)["results"]["LSTM"] == runs
    assert stored_runs.read(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*.json")), ids=lambda p: p.stem
)
def test_files_are_as_the_writer_leaves_them(path):
    """Nothing in them was typed by hand."""
    text = path.read_text(encoding="utf-8")
    assert stored_runs.as_text(json.loads(text)) == text
