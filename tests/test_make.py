"""The Makefile: a failed build stays failed until it is mended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_book import ROOT, TinyBook

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None, reason="there is no make here"
)


def start_book(book: TinyBook) -> subprocess.Popen[str]:
    """Start ``make book`` in the folder, with the environment of the tests."""
    shutil.copy(ROOT / "Makefile", book.folder)
    for name in ("requirements.txt", "pyproject.toml", "tools/bootstrap.sh"):
        path = book.folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    shutil.copy(ROOT / "tools/book.py", book.folder / "tools")
    stamp = book.folder / "stamp"
    stamp.touch()
    return subprocess.Popen(
        ["make", "book", f"VENV={sys.prefix}", f"STAMP={stamp}"],
        cwd=book.folder,
        env={**os.environ, "MAKEFLAGS": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def make_book(book: TinyBook) -> tuple[int, str]:
    """Run ``make book``; return the exit status and what was printed."""
    with start_book(book) as running:
        told, _ = running.communicate()
        return running.returncode, told


def test_a_warning_fails_the_build_and_the_next_one_too(
    tmp_path: Path,
) -> None:
    book = TinyBook(tmp_path, {"one": "1 + 1"})
    start = tmp_path / "start.md"
    good = start.read_text()
    start.write_text(good + "\nSee {ref}`nowhere`.\n")
    assert make_book(book)[0] != 0
    status, told = make_book(book)
    assert status != 0
    assert "nowhere" in told

    start.write_text(good)
    status, told = make_book(book)
    assert status == 0
    assert (tmp_path / "_build/html/index.html").as_uri() in told


def test_a_failing_cell_fails_the_build_and_the_next_one_too(
    tmp_path: Path,
) -> None:
    book = TinyBook(tmp_path, {"one": "1 / 0"})
    for _ in range(2):
        status, told = make_book(book)
        assert status != 0
        assert "ZeroDivisionError" in told


def test_two_builds_at_once_do_not_hurt_each_other(tmp_path: Path) -> None:
    code = "open('runs.txt', 'a').write('ran '); import time; time.sleep(3)"
    book = TinyBook(tmp_path, {"one": code})
    with start_book(book) as first, start_book(book) as second:
        told = [first.communicate()[0], second.communicate()[0]]
        assert first.returncode == second.returncode == 0, told
    assert sum("another build is running" in text for text in told) == 1
    assert (tmp_path / "runs.txt").read_text() == "ran "
    assert "one" in book.page("one")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 1", "needs Python 3.11 or later"),
        (
            'case "$2" in *ensurepip*) exit 1;; esac; echo 3.11',
            "python3.11-venv",
        ),
    ],
    ids=["too old", "no venv module"],
)
def test_bootstrap_says_what_is_missing(
    tmp_path: Path, body: str, said: str
) -> None:
    python = tmp_path / "python3"
    python.write_text(f"#!/bin/sh\n{body}\n")
    python.chmod(0o755)
    done = subprocess.run(
        ["sh", str(ROOT / "tools/bootstrap.sh"), "venv", "stamp"],
        cwd=tmp_path,
        env={**os.environ, "PYTHON": str(python)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert not (tmp_path / "stamp").exists()
