"""Results of long runs: each names the command that makes it again."""

from pathlib import Path

import pytest

import rnnlib
from rnnlib import long_runs

NAMES = sorted(path.stem for path in long_runs.FOLDER.glob("*.json"))
BENCHMARKS = Path(rnnlib.__file__).parents[1] / "benchmarks"


@pytest.mark.parametrize("name", NAMES)
def test_results_name_a_command_that_exists(name):
    found = long_runs.read(name)
    script = found["command"].split()[1]
    assert script == f"benchmarks/{name}.py"
    assert (BENCHMARKS / f"{name}.py").is_file()
    assert found["results"]


def test_results_that_nobody_made_are_refused_by_name():
    with pytest.raises(ValueError, match=r"name must be one of .*long_lag"):
        long_runs.read("nothing")
    with pytest.raises(TypeError, match="name must be"):
        long_runs.read(3)
