"""Verdicts: recorded once, where they are measured, and shown as recorded."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from IPython.core.formatters import DisplayFormatter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tiny_book import ROOT, TinyBook

import chapter_form
import notebooks
from rnnlib import claims, claims_table

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
# How many claims there are: one file each.
LAST = len(list((ROOT / "rnnlib" / "data" / "claims").glob("*.json")))


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a session without records, of a reader."""
    monkeypatch.setattr(claims, "_records", {})
    for name in ("RNNLIB_BOOK", "RNNLIB_CLAIMS"):
        monkeypatch.delenv(name, raising=False)


def cells_that_record(path: Path) -> list[tuple[str, int, str]]:
    """Return what is printed, number and label for each record."""
    notebook = notebooks.read(path)
    return [
        (
            "".join(out.get("text", "") for out in notebook.cells[i].outputs),
            number,
            label,
        )
        for i, number, label in chapter_form.records(notebook)
    ]


def test_the_claims_are_counted_from_one_and_each_names_its_articles():
    assert list(claims.every()) == list(range(1, LAST + 1))
    assert list(claims.articles()) == list("ABCDE")
    for claim in claims.every().values():
        assert set(claim.articles) <= set(claims.articles())
        assert claim.text.strip() == claim.text != ""
        assert claim.text.count("$") % 2 == 0


def test_a_chapter_reads_no_claim_but_its_own() -> None:
    code = (
        "import os, sys\n"
        "sys.addaudithook(lambda event, told: event == 'open'"
        " and 'claims/' in str(told[0])"
        " and print(os.path.basename(told[0]), file=sys.stderr))\n"
        "from rnnlib import claims\n"
        "claims.record(11, 'holds', '0.5', label='fig-a')\n"
        "repr(claims.box())"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.split() == ["11.json"]


@pytest.mark.parametrize("number", [0, LAST + 1, 1.5, "1"])
def test_a_claim_that_does_not_exist_is_refused(number: object) -> None:
    with pytest.raises((TypeError, ValueError), match="number must be"):
        claims.one(number)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_what_is_stored_is_what_the_chapter_prints(path: Path) -> None:
    stored = {
        made.number: made for made in claims_table.load().get(path.stem, [])
    }
    recorded = cells_that_record(path)
    assert sorted(stored) == sorted(number for _, number, _ in recorded)
    for printed, number, label in recorded:
        assert stored[number].line() in printed.splitlines()
        assert stored[number].label == label
    sources = [cell.source for cell in notebooks.read(path).cells]
    if stored and "claims_table.table()" not in sources:
        (box,) = (
            cell.outputs[0].data["text/plain"]
            for cell in notebooks.read(path).cells
            if cell.source == "claims.box()"
        )
        shown = claims.Box([stored[number] for number in sorted(stored)])
        assert box == repr(shown)


def test_the_stored_verdicts_are_of_chapters_that_are_there() -> None:
    assert set(claims_table.load()) <= {path.stem for path in CHAPTERS}


def test_no_claim_is_judged_twice_as_a_whole() -> None:
    whole = [
        made.number
        for rows in claims_table.load().values()
        for made in rows
        if not made.part
    ]
    assert len(whole) == len(set(whole))


def record_three() -> None:
    claims.record(9, "holds", "first", label="fig-a")
    claims.record(
        2, "holds with a condition", "-0.5 | $u^5$", label="sec-b", note="if"
    )
    claims.record(9, "does not hold", "again", label="fig-a", part="one unit")


def test_a_record_is_printed_and_a_second_one_replaces_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record_three()
    assert capsys.readouterr().out.splitlines() == [
        "Claim 9, holds: first",
        "Claim 2, holds with a condition: −0.5 | u^5",
        "Claim 9, does not hold for one unit: again",
    ]
    assert [made.number for made in claims.box().records] == [2, 9]


def test_a_reader_changes_no_file_and_make_run_gets_what_was_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = claims_table.DATA.read_bytes()
    record_three()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("RNNLIB_CLAIMS", "made.json")
    record_three()
    made = json.loads((tmp_path / "made.json").read_text())
    assert [row["number"] for row in made] == [2, 9]
    assert claims.Record(**made[1]) == claims.box().records[1]
    assert claims_table.DATA.read_bytes() == before


def test_the_box_has_a_plain_form_and_one_for_each_kind_of_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record_three()
    shown, _ = DisplayFormatter().format(claims.box())
    text = claims.plain(claims.every()[2].text)
    assert (
        f"\n2. {text}\n    holds with a condition: if\n"
        in (shown["text/plain"])
    )
    assert (
        "does not hold for one unit (to be continued)" in (shown["text/plain"])
    )
    here = shown["text/markdown"]
    assert here.startswith(f"**{claims.TITLE}.** {claims.INTRODUCTION}")
    assert "| **holds with a condition**: if | −0.5 \\| $u^5$ |" in here
    assert "](#" not in here
    monkeypatch.setenv("RNNLIB_BOOK", "1")
    there = claims.box().to_markdown()
    assert there.startswith(f"```{{admonition}} {claims.TITLE}\n")
    assert "again ([see figure](#fig-a)) |" in there
    assert "([see section](#sec-b)) |" in there


def test_a_box_without_records_is_refused() -> None:
    with pytest.raises(ValueError, match="records must come before the box"):
        claims.box()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-0.42 to -0.1 (-3)", "−0.42 to −0.1 (−3)"),
        ("2-3, $10^{-6}$, a-1, -a, 1e-05", "2-3, 10^{-6}, a-1, -a, 1e-05"),
    ],
)
def test_a_minus_is_set_as_one_and_a_hyphen_is_left(text, shown) -> None:
    assert claims.plain(text) == shown


@pytest.fixture
def complete() -> dict[str, list[dict]]:
    """Return a record of every claim, in two chapters, as stored."""
    found: dict[str, list[dict]] = {"01_one": [], "02_two": []}
    for number in claims.every():
        chapter = "01_one" if number < 20 else "02_two"
        made = claims.Record(number, "holds", f"{number}.5", f"fig-{number}")
        found[chapter].append(asdict(made))
    begun = claims.Record(25, "does not hold", "x", "sec-a", part="a half")
    found["01_one"].append(asdict(begun))
    return found


@pytest.fixture
def written(tmp_path: Path):
    """Return a function that writes stored records to a file."""

    def write(found: dict[str, list[dict]]) -> Path:
        path = tmp_path / "stored.json"
        path.write_text(json.dumps(found))
        return path

    return write


def test_the_table_shows_every_claim_with_a_link(
    complete, written, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = claims_table.table(written(complete))
    assert list(table.rows) == list(claims.numbers())
    lines = table.to_markdown().splitlines()[2:]
    assert len(lines) == len(table.rows)
    assert lines[0].endswith("([chapter 1](01_one.ipynb)) |")
    assert " (A, B, C) | **holds** | 9.5 (" in lines[8]
    # The verdict of the whole, and folded what was judged in part.
    assert "| **holds** | 25.5 ([chapter 2](02_two.ipynb)) <det" in lines[24]
    assert "in part, chapter 1</summary>**does not hold** for" in lines[24]
    assert repr(table).splitlines()[1] == "    holds"
    monkeypatch.setenv("RNNLIB_BOOK", "1")
    last = claims.numbers()[-1]
    assert f"([chapter 2](#fig-{last})) |\n```" in table.to_markdown()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda f: f["01_one"].__delitem__(slice(2, 4)), "no record: 3, 4"),
        (lambda f: f["01_one"][3].update(part="x"), "in part only: 4$"),
        (lambda f: f["01_one"][-1].update(part=""), "judged twice: 25$"),
        (
            lambda f: f["02_two"][0].update(number=LAST + 1),
            f"between 1 and {LAST}",
        ),
        (lambda f: f["02_two"][0].update(verdict="maybe"), "verdict must be"),
    ],
)
def test_the_table_refuses_what_is_not_one_verdict_for_each_claim(
    complete, written, spoil, fault: str
) -> None:
    spoil(complete)
    with pytest.raises(ValueError, match=fault):
        claims_table.table(written(complete))


def chapter(folder: Path, name: str, code: str) -> Path:
    path = folder / f"{name}.ipynb"
    notebooks.write(new_notebook(cells=[new_code_cell(code)]), path)
    return path


def test_running_a_chapter_replaces_its_records_and_no_others(
    tmp_path: Path,
) -> None:
    stored = tmp_path / "stored.json"
    call = "claims.record({}, 'holds', f'{{1 / 2}}', label='fig-a')\n"
    start = "from rnnlib import claims\n"
    two = chapter(tmp_path, "02_two", start + call.format(2) + call.format(1))
    one = chapter(tmp_path, "01_one", start + call.format(3))
    notebooks.run_chapter(two, stored)
    notebooks.run_chapter(one, stored)
    found = claims_table.load(stored)
    assert [made.number for made in found["02_two"]] == [1, 2]
    assert found["01_one"] == [claims.Record(3, "holds", "0.5", "fig-a")]
    (cell,) = notebooks.read(two).cells
    assert found["02_two"][1].line() in cell.outputs[0].text.splitlines()

    before = stored.read_bytes()
    notebooks.run_chapter(two, stored)
    assert stored.read_bytes() == before
    assert list(json.loads(before)) == ["01_one", "02_two"]

    chapter(tmp_path, "02_two", start + call.format(2))
    notebooks.run_chapter(two, stored)
    assert [made.number for made in claims_table.load(stored)["02_two"]] == [2]
    one.unlink()  # a chapter that is gone judges nothing
    chapter(tmp_path, "02_two", "1 + 1")
    notebooks.run_chapter(two, stored)
    assert claims_table.load(stored) == {}


def test_a_chapter_that_fails_leaves_the_records_as_they_were(
    tmp_path: Path,
) -> None:
    stored = tmp_path / "stored.json"
    stored.write_text("{}\n")
    code = "from rnnlib import claims\n"
    code += "claims.record(1, 'holds', '0.5', label='fig-a')\n1 / 0"
    path = chapter(tmp_path, "01_one", code)
    with pytest.raises(Exception, match="ZeroDivisionError"):
        notebooks.run_chapter(path, stored)
    assert stored.read_text() == "{}\n"


@pytest.fixture
def book(tmp_path: Path, complete, written) -> TinyBook:
    """Return a book with a chapter that judges and one that shows all."""
    stored = written(
        {
            "01_one": [
                {**row, "label": "fig-a"} for row in complete["01_one"]
            ],
            "02_two": [
                {**row, "label": "sec-b"} for row in complete["02_two"]
            ],
        }
    )
    show = (
        "from rnnlib.book import claims_table\n"
        f"claims_table.table({str(stored)!r})"
    )
    book = TinyBook(tmp_path / "book", {"01_one": "", "11_claims": show})
    shutil.copytree(ROOT / "rnnlib", book.folder / "rnnlib")
    record = "claims.record({}, 'holds', '0.5 $u^2$', label={!r})"
    cells = [
        new_markdown_cell("# One"),
        new_code_cell(
            "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
            metadata={"mystnb": {"figure": {"name": "fig-a"}}},
        ),
        new_markdown_cell("(sec-b)=\n## Where it is measured"),
        new_code_cell("from rnnlib import claims"),
        new_code_cell(record.format(1, "fig-a")),
        new_code_cell(record.format(2, "sec-b")),
        new_code_cell("claims.box()", metadata={"tags": ["remove-input"]}),
    ]
    path = book.folder / "01_one.ipynb"
    notebooks.write(new_notebook(cells=cells), path)
    return book


@pytest.mark.nightly
def test_the_book_shows_box_and_table_with_links_that_lead_somewhere(
    book: TinyBook,
) -> None:
    book.build()
    page = book.page("01_one")
    box = page[page.index('class="verdict admonition"') :]
    assert f'<p class="admonition-title">{claims.TITLE}</p>' in box
    assert '<table class="table">' in box
    assert "<strong>holds</strong>" in box
    assert r"\(u^2\)" in box  # a formula, not its source
    for label in ("fig-a", "sec-b"):
        assert f'id="{label}"' in page
        assert f'href="#{label}"' in box
    table = book.page("11_claims")
    assert 'class="verdicts table"' in table
    for label in ("fig-a", "sec-b"):
        assert f'href="01_one.html#{label}"' in table


def test_a_verdict_that_links_to_nothing_fails_the_build(
    book: TinyBook,
) -> None:
    path = book.folder / "01_one.ipynb"
    text = path.read_text().replace("(sec-b)=", "(sec-c)=")
    path.write_text(text)
    with pytest.raises(AssertionError, match="sec-b"):
        book.build()


def test_every_claim_has_one_verdict_and_the_chapter_shows_them_all() -> None:
    table = claims_table.table()
    assert set(table.rows) == set(claims.every())
    shown = [
        cell.outputs[0].data["text/plain"]
        for path in CHAPTERS
        for cell in notebooks.read(path).cells
        if cell.source == "claims_table.table()"
    ]
    assert shown == [repr(table)]


def test_a_verdict_of_the_book_goes_against_an_article() -> None:
    # A book in which everything came out as told has not been testing.
    found = {
        made.verdict for rows in claims_table.load().values() for made in rows
    }
    assert found == set(claims.VERDICTS)
