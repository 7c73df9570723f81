"""One address, two states: the placeholder, and a real repository."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from tiny_book import ROOT, TinyBook

import notebooks
import repository
from course.repository import is_placeholder

URL = "https://github.com/some-account/some.book"


@pytest.mark.parametrize(
    "given",
    [URL, f"{URL}/", f"{URL}.git", f" {URL}\n"],
)
def test_an_address_is_taken_in_the_forms_people_paste(given: str) -> None:
    assert repository.parse(given) == URL


@pytest.mark.parametrize(
    "given",
    [
        "",
        "some-account/some.book",
        "http://github.com/a/b",
        "https://gitlab.com/a/b",
        "https://github.com/a",
        "https://github.com/a/b/tree/main",
        "https://github.com/an_account/b",
        "https://github.com/-a/b",
        "https://github.com/a/b c",
        "https://github.com/a/b;rm -rf ~",
        "https://github.com/a/..",
        "git@github.com:a/b.git",
    ],
)
def test_anything_else_is_refused_and_nothing_written(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "set_address", pytest.fail)
    with pytest.raises(ValueError, match="must look like"):
        repository.parse(given)
    assert repository.main([given]) == 2


def test_the_placeholder_can_be_nobody_and_the_pages_know_it() -> None:
    assert is_placeholder(repository.PLACEHOLDER)
    assert not repository.ADDRESS.fullmatch(repository.PLACEHOLDER)
    assert not is_placeholder(URL)


def first_cells() -> dict[str, str]:
    """Return what the first code cell of each chapter says."""
    found = {}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        first = next(
            c for c in notebooks.read(path).cells if c.cell_type == "code"
        )
        assert first.metadata.tags == ["setup", "remove-cell"]
        found[path.stem] = first.source
    return found


def test_all_chapters_start_with_the_same_cell_which_holds_no_address() -> (
    None
):
    (source,) = set(first_cells().values())
    assert "github.com" not in source
    assert "%" not in source  # plain Python, for whoever compiles chapters


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Copy what holds the address, in the placeholder's form."""
    for name in ("_config.yml", "README.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    repository.set_address(repository.PLACEHOLDER, tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_setting_the_address_twice_is_setting_it_once_and_can_be_undone(
    book: Path,
) -> None:
    before = contents(book)
    assert repository.set_address(repository.PLACEHOLDER, book) == []
    changed = repository.set_address(URL, book)
    # No chapter among them: nothing has to run again.
    assert {path.name for path in changed} == {
        "_config.yml",
        "README.md",
        "CITATION.cff",
    }
    assert repository.configured(book) == URL
    assert repository.set_address(URL, book) == []
    repository.set_address(repository.PLACEHOLDER, book)
    assert contents(book) == before


def test_everything_points_to_the_address(book: Path) -> None:
    repository.set_address(URL, book)
    readme = (book / "README.md").read_text()
    assert f"{URL}/actions" in readme
    assert "mybinder.org/v2/gh/some-account/some.book/notebooks?" in readme
    colab = "/github/some-account/some.book/blob/notebooks/chapters/01"
    assert colab in readme
    citation = yaml.safe_load((book / "CITATION.cff").read_text())
    assert citation["repository-code"] == URL
    for path in book.rglob("*"):
        if path.is_file():
            assert b"your_account" not in path.read_bytes()


class FakeShell:
    """Stands for IPython; remembers the magics that were run."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, str]] = []

    def run_line_magic(self, name: str, line: str) -> None:
        self.ran.append((name, line))


def run_setup(url: str) -> FakeShell:
    shell = FakeShell()
    code = TransformerManager().transform_cell(repository.setup_cell(url))
    exec(code, {"get_ipython": lambda: shell})
    return shell


def test_set_up_cell_installs_rnnlib_only_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run_setup(URL).ran == []
    monkeypatch.setitem(sys.modules, "rnnlib", None)
    wanted = f"install --quiet git+{URL}@notebooks"
    assert run_setup(URL).ran == [("pip", wanted)]


def test_a_chapter_without_rnnlib_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = first_cells()["01_ar1"]
    exec(source, {})
    monkeypatch.setitem(sys.modules, "rnnlib", None)
    with pytest.raises(ModuleNotFoundError, match="make lab"):
        exec(source, {})


@pytest.mark.parametrize(
    ("url", "steps"),
    [
        (URL, ["make book", "git commit", "git push", "Pages"]),
        (repository.PLACEHOLDER, ["make book", "commit"]),
    ],
)
def test_the_message_names_what_to_do_next(
    url: str,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(repository, "set_address", lambda url: [])
    assert repository.main([url]) == 0
    said = capsys.readouterr().out
    places = [said.index(step) for step in steps]
    assert places == sorted(places)


@pytest.mark.nightly
def test_pages_show_links_to_a_real_address_and_none_to_the_placeholder(
    tmp_path: Path,
) -> None:
    quick = {"execute": {"execute_notebooks": "off"}}
    book = TinyBook(tmp_path, {"one": "1 + 1"}, quick)
    config = tmp_path / "_config.yml"
    links = (
        f"{URL}/edit/main/one.ipynb",
        f"{URL}/issues/new",
        "https://colab.research.google.com/github/some-account/some.book"
        "/blob/notebooks/one.ipynb",
        "https://mybinder.org/v2/gh/some-account/some.book/notebooks"
        "?urlpath=lab/tree/one.ipynb",
        "initThebeSBT()",
    )

    set_url(config, repository.PLACEHOLDER)
    book.build()
    for name in ("one", "start"):
        for sign in ("github.com", "colab", "binder", "thebe", "launch-"):
            assert sign not in book.page(name).lower().replace(
                "sphinx-thebe.css", ""
            )

    set_url(config, URL)
    book.build()
    page = book.page("one")
    assert [link for link in links if link not in page] == []
    # Twice is a syntax error in the browser.
    assert page.count("const THEBE_JS_URL") == 1
    # Live code starts where the notebooks are, so that Binder builds once.
    assert 'ref: "notebooks"' in page
    assert 'ref: "main"' not in page
    published = "https://some-account.github.io/some.book/one.html"
    assert f'<meta property="og:url" content="{published}">' in page
    assert 'repo: "some-account/some.book"' in page
    # Colab cannot open a text notebook or a plain page.
    assert f"{URL}/edit/main/start.md" in book.page("start")
    assert "colab" not in book.page("start")

    set_url(config, repository.PLACEHOLDER)
    book.build()
    assert "some-account" not in book.page("one")


def set_url(path: Path, url: str) -> None:
    config = yaml.safe_load(path.read_text())
    config["repository"]["url"] = url
    path.write_text(yaml.safe_dump(config))
