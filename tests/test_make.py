"""The Makefile: a failed build stays failed until it is mended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
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
        [
            "make",
            "--no-print-directory",
            "book",
            f"VENV={sys.prefix}",
            f"STAMP={stamp}",
        ],
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


@pytest.mark.nightly
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


@pytest.mark.nightly
def test_a_failing_cell_fails_the_build_and_the_next_one_too(
    tmp_path: Path,
) -> None:
    book = TinyBook(tmp_path, {"one": "1 / 0"})
    for _ in range(2):
        status, told = make_book(book)
        assert status != 0
        assert "ZeroDivisionError" in told
        # The cause stands last, below all traces; then make has its say.
        lines = [line for line in told.splitlines() if line[:4] != "make"]
        assert lines[-1] == "one: ZeroDivisionError: division by zero"


@pytest.mark.nightly
def test_two_builds_at_once_do_not_hurt_each_other(tmp_path: Path) -> None:
    code = "open('runs.txt', 'a').write('ran '); import time; time.sleep(3)"
    book = TinyBook(tmp_path, {"one": code})
    with start_book(book) as first, start_book(book) as second:
        told = [first.communicate()[0], second.communicate()[0]]
        assert first.returncode == second.returncode == 0, told
    assert sum("another build is running" in text for text in told) == 1
    assert (tmp_path / "runs.txt").read_text() == "ran "
    assert "one" in book.page("one")


# Stands for an interpreter: runs the real one, but claims another version and
# only notes down what it is to install.
FAKE = """\
#!/bin/sh
case "$*" in
    --version) echo Python 3.{minor}.0 ;;
    *sys.exit*) exec {python} -c "import sys; sys.version_info = (3, {minor})
$(printf %s "$2" | tail -n +2)" ;;
    *ensurepip*) ;;
    "-m venv"*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    *) echo "$*" >> {log} ;;
esac
"""


@pytest.fixture
def interpreters(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Return a function that puts fake interpreters first on the path."""

    def put(**minors: int) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        for name, minor in minors.items():
            path = folder / name.replace("_", ".")
            path.write_text(
                FAKE.format(
                    minor=minor, python=sys.executable, log=tmp_path / "log"
                )
            )
            path.chmod(0o755)
        tools = f"{folder}:/usr/bin:/bin"
        return {"PATH": tools, "HOME": str(tmp_path)}

    return put


def bootstrap(
    folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "tools/bootstrap.sh"), "venv", "stamp"],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_bootstrap_prefers_an_interpreter_that_fits_to_the_first(
    tmp_path: Path, interpreters: Callable[..., dict[str, str]]
) -> None:
    done = bootstrap(tmp_path, interpreters(python3=15, python3_13=13))
    assert done.returncode == 0, done.stderr
    assert "Python 3.13" in done.stdout
    assert (tmp_path / "stamp").exists()


def test_bootstrap_refuses_a_python_that_the_pins_do_not_know(
    tmp_path: Path, interpreters: Callable[..., dict[str, str]]
) -> None:
    environment = interpreters(python3=15)
    done = bootstrap(tmp_path, {**environment, "PYTHON": "python3"})
    assert done.returncode == 1
    assert "needs Python 3.11 to 3.14; found: Python 3.15" in done.stderr
    assert not (tmp_path / "stamp").exists()


@pytest.mark.parametrize("torch", ["", "cpu"])
def test_bootstrap_says_what_comes_and_takes_the_torch_that_was_asked_for(
    tmp_path: Path,
    interpreters: Callable[..., dict[str, str]],
    torch: str,
) -> None:
    done = bootstrap(tmp_path, {**interpreters(python3=12), "TORCH": torch})
    assert done.returncode == 0, done.stderr
    assert "To download: about" in done.stdout
    assert "Installed: " in done.stdout
    asked = (tmp_path / "log").read_text()
    assert "--requirement requirements.txt" in asked
    assert ("whl/cpu" in asked) == (torch == "cpu")


def test_bootstrap_refuses_a_torch_that_it_does_not_know(
    tmp_path: Path, interpreters: Callable[..., dict[str, str]]
) -> None:
    done = bootstrap(tmp_path, {**interpreters(python3=12), "TORCH": "gpu"})
    assert done.returncode == 1
    assert "TORCH must be cpu or left out, found: gpu" in done.stderr


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 1", "needs Python 3.11 to 3.14"),
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
