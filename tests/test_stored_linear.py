"""The benchmark of chapter 13: what it has stored is whole."""

from __future__ import annotations

import pytest

import linear_recurrences
from rnnlib import long_runs

STORED = long_runs.read("linear_recurrences")


def test_the_file_is_of_the_settings_in_the_script():
    assert STORED["settings"] == linear_recurrences.SETTINGS


@pytest.mark.parametrize("name", linear_recurrences.EXPERIMENTS)
def test_every_run_is_there_once(name):
    wanted = linear_recurrences.EXPERIMENTS[name]
    assert list(STORED["results"][name]) == list(wanted)
    for form, (_, seeds) in wanted.items():
        lines = STORED["results"][name][form]
        assert [line["seed"] for line in lines] == list(range(seeds))


def test_lengths_grow_by_powers_and_then_stay():
    lengths = [
        linear_recurrences.grown(share, 0.5, 100, 10_000)
        for share in (0, 0.25, 0.5, 0.9)
    ]
    assert lengths == [100, 1000, 10_000, 10_000]
