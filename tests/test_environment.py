"""The pinned environment, the package's needs and Binder's fit together."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
# conda's way to say which Python; repo2docker reads no range.
PYTHON = "python=3.12"
# Where conda-forge's name of a package is another one.
CONDA = {"matplotlib": "matplotlib-base", "torch": "pytorch-cpu"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDS = [Requirement(text) for text in PROJECT["dependencies"]]


def pins() -> dict[str, Requirement]:
    text = (ROOT / "requirements.txt").read_text()
    lines = [line for line in text.splitlines() if line[:1] not in ("#", "")]
    return {
        requirement.name: requirement
        for requirement in map(Requirement, lines)
    }


def test_every_requirement_is_one_exact_version_from_anywhere() -> None:
    for name, requirement in pins().items():
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), name
        assert requirement.url is None
    assert "://" not in (ROOT / "requirements.txt").read_text()


def test_this_environment_is_the_pinned_one() -> None:
    for name, requirement in pins().items():
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            found = Version(version(name)).public
        except PackageNotFoundError:
            pytest.fail(f"{name} is not installed; run make book")
        assert requirement.specifier.contains(found), name


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.name)
def test_the_pins_and_binder_meet_what_rnnlib_needs(need: Requirement) -> None:
    (pin,) = pins()[need.name].specifier
    assert need.specifier.contains(pin.version)
    listed = yaml.safe_load((ROOT / ".binder/environment.yml").read_text())
    conda = {
        requirement.name: requirement.specifier
        for requirement in map(
            Requirement,
            (line for line in listed["dependencies"] if line != PYTHON),
        )
    }
    name = CONDA.get(need.name, need.name)
    lowest = [s.version for s in conda[name] if s.operator == ">="]
    assert need.specifier.contains(lowest[0])


def test_binder_names_one_python_and_what_builds_rnnlib_exactly() -> None:
    listed = yaml.safe_load((ROOT / ".binder/environment.yml").read_text())
    assert PYTHON in listed["dependencies"]
    assert listed["channels"] == ["conda-forge"]
    (setuptools,) = (
        Requirement(line).specifier
        for line in listed["dependencies"]
        if line.startswith("setuptools")
    )
    assert re.fullmatch(r"==[\d.]+", str(setuptools))
    system = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (needed,) = map(Requirement, system["build-system"]["requires"])
    assert needed.specifier.contains(str(setuptools)[2:])
