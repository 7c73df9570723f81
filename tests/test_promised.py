"""What pyproject.toml promises is what is tried, and what is shipped."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from setuptools import find_namespace_packages

import promised

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEEDS = [Requirement(line) for line in PROJECT["project"]["dependencies"]]


@pytest.mark.parametrize("kind", ["oldest", "newest", "colab"])
def test_what_is_tried_lies_within_what_is_promised(kind: str) -> None:
    tried = {r.name: r for r in map(Requirement, promised.versions(kind))}
    for need in NEEDS:
        lowest = next(s.version for s in need.specifier)
        if kind == "oldest":
            assert str(tried[need.name].specifier) == f"=={lowest}"
        for pin in tried[need.name].specifier:
            if pin.operator == "==":
                assert need.specifier.contains(pin.version), need.name
    assert set(promised.COLAB) <= {need.name for need in NEEDS}


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="found 'latest'"):
        promised.versions("latest")


def test_every_folder_of_rnnlib_is_shipped_and_no_other() -> None:
    found = PROJECT["tool"]["setuptools"]["packages"]["find"]
    packages = set(find_namespace_packages(str(ROOT), **found))
    folders = {
        ".".join(path.relative_to(ROOT).parts[:-1])
        for path in (ROOT / "rnnlib").rglob("*.*")
        if "__pycache__" not in path.parts and path.is_file()
    }
    assert folders <= packages
    assert {name.split(".")[0] for name in packages} == {"rnnlib"}
    assert "rnnlib.data" in packages
    endings = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    for path in (ROOT / "rnnlib").rglob("*.*"):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            assert f"*{path.suffix}" in endings, path


def test_the_licence_is_told_as_an_spdx_expression() -> None:
    assert PROJECT["project"]["license"] == "MIT"
