"""Notebooks: their normal form, and the form that every chapter keeps."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

import chapter_form
import notebooks

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
# In the whole book, identities all.
MOST_BOOLEANS = 10
NAMES = [path.stem for path in CHAPTERS]


@pytest.mark.parametrize("path", CHAPTERS, ids=NAMES)
def test_chapter_is_in_normal_form(path: Path) -> None:
    assert notebooks.faults(path) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=NAMES)
def test_chapter_keeps_the_form_of_a_chapter(path: Path) -> None:
    assert chapter_form.faults(notebooks.read(path)) == []


def test_the_introduction_tells_the_minutes_that_each_chapter_tells() -> None:
    text = (ROOT / "chapters" / "intro.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"\{doc\}`(\d\d_\w+)` \|.*\| (\d+) \|", text))
    wanted = {
        path.stem: re.search(
            r"\*Reading: (\d+) minutes",
            notebooks.read(path).cells[0].source,
        )[1]
        for path in CHAPTERS
    }
    assert told == wanted


@pytest.mark.parametrize("path", CHAPTERS[2:], ids=NAMES[2:])
def test_a_chapter_asks_for_what_earlier_ones_taught(path: Path) -> None:
    sources = [cell.source for cell in notebooks.read(path).cells]
    assert len(re.findall("^recall\\(", "\n".join(sources), re.M)) == 1
    assert not any(":class: predict" in source for source in sources)


def test_readers_see_numbers_not_assertions() -> None:
    shown = [
        (path.stem, number, line)
        for path in CHAPTERS
        for number, line in chapter_form.booleans(notebooks.read(path))
    ]
    assert len(shown) <= MOST_BOOLEANS, shown


@pytest.fixture
def chapter() -> nbformat.NotebookNode:
    """Return the smallest chapter in good form."""
    cells = [
        new_markdown_cell("# A chapter\n\nA question."),
        new_code_cell("import rnnlib", metadata={"tags": ["setup"]}),
        new_code_cell(
            "explore(draw, alt='A falling line.', phi=[0, 1])",
            metadata={"mystnb": {"figure": {"caption": "It falls."}}},
        ),
        new_code_cell(
            "ax.plot(x)\nplt.show()",
            metadata={
                "mystnb": {
                    "figure": {"caption": "It rises.", "name": "fig-rise"},
                    "image": {"alt": "A rising line."},
                }
            },
        ),
        new_markdown_cell("(sec-break)=\n## Break it"),
    ]
    for i in range(4):
        for kind, head in (
            ("exercise", f" Half-life\n:label: ex-{i}"),
            ("solution", f" ex-{i}\n:class: dropdown"),
        ):
            cells += [
                new_markdown_cell(f"```{{{kind}-start}}{head}\n```\nText."),
                new_code_cell(f"check('ex-{i}', {kind})"),
                new_markdown_cell(f"```{{{kind}-end}}\n```"),
            ]
    for i, label in ((2, "fig-rise"), (9, "sec-break")):
        code = f"claims.record({i}, 'holds', '0.5', label={label!r})"
        cells.append(new_code_cell(code))
    hidden = {"tags": ["remove-input"]}
    cells.append(new_code_cell("claims.box()", metadata=hidden))
    return new_notebook(cells=cells)


def set_source(index: int, source: str):
    return lambda chapter: chapter.cells[index].update(source=source)


RECALL = "recall(('a', 'b'), ('c', 'd'), ('e', 'f'))"
QUESTION = "ask = predict('a-b', 'Why?', choices=['c', 'd'])\nask"
HIDDEN = {"tags": ["remove-input"]}


@pytest.fixture
def guessing(chapter: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the chapter with recall, a question, and its answer in cell 7."""
    chapter.cells[1].source = "from rnnlib import predict, recall"
    chapter.cells[2:2] = [
        new_code_cell(RECALL, metadata=HIDDEN),
        new_markdown_cell("## A heading"),
        new_code_cell(QUESTION, metadata=HIDDEN),
        new_code_cell("measured = 'c'"),
        new_markdown_cell("### Another heading"),
        new_code_cell("ask.answer(measured)", metadata=HIDDEN),
    ]
    return chapter


def insert(index: int, source: str, metadata: dict = HIDDEN):
    cell = new_code_cell(source, metadata=metadata)
    return lambda chapter: chapter.cells.insert(index, cell)


def test_a_chapter_that_asks_has_no_fault(
    guessing: nbformat.NotebookNode,
) -> None:
    assert chapter_form.faults(guessing) == []
    assert chapter_form.prediction_keys(guessing) == ["a-b"]


def test_a_function_of_the_chapter_may_be_called_predict(
    chapter: nbformat.NotebookNode,
) -> None:
    chapter.cells[4:4] = [new_code_cell("predict('kind', names)")]
    assert chapter_form.faults(chapter) == []
    assert chapter_form.prediction_keys(chapter) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (set_source(7, "x"), "cell 4: a-b has no answer"),
        (set_source(7, "ask.answer(8)"), "cell 7: the answer is typed"),
        (set_source(7, "ask.answer()"), "cell 7: the answer is typed"),
        (set_source(7, "other.answer(x)"), "other answers no open"),
        (set_source(5, "check('x', 1)"), "a check under a cover"),
        (
            set_source(6, "```{exercise-start} A\n:label: ex-0\n```"),
            "an exercise under a cover",
        ),
        (set_source(4, "predict('a-b', 'Why?')"), "question has no na"),
        (set_source(4, "ask = predict(key, 'Why?')"), "not typed out"),
        (insert(5, QUESTION), "a-b is not answered yet"),
        (insert(5, QUESTION), "the key a-b is there twice"),
        (insert(9, QUESTION, {}), "the cell is not tagged remove-input"),
        (set_source(2, "recall(a, b)"), "recall asks 2 questions"),
        (insert(5, RECALL), "recall below a heading"),
    ],
)
def test_a_bad_prediction_is_told_its_fault(
    guessing: nbformat.NotebookNode, spoil, fault: str
) -> None:
    spoil(guessing)
    assert any(fault in found for found in chapter_form.faults(guessing))


def test_a_good_chapter_has_no_fault(chapter: nbformat.NotebookNode) -> None:
    assert chapter_form.faults(chapter) == []


def test_three_columns_and_a_list_of_values_may_be_printed(
    chapter: nbformat.NotebookNode,
) -> None:
    show("name  1  2\nname  3  4\n0.1  0.2  0.3  0.4  0.5\n")(chapter)
    assert chapter_form.faults(chapter) == []


def test_booleans_are_found_in_streams_and_values(
    chapter: nbformat.NotebookNode,
) -> None:
    data = {"text/plain": "   a\n0  False"}
    chapter.cells[6].outputs = [
        new_output("stream", name="stdout", text="x: True\nTruely\n"),
        new_output("execute_result", data=data),
    ]
    found = [line for _, line in chapter_form.booleans(chapter)]
    assert found == ["x: True", "0  False"]


def set_metadata(index: int, metadata: dict):
    return lambda chapter: chapter.cells[index].update(metadata=metadata)


def lengthen(chapter: nbformat.NotebookNode) -> None:
    for cell in chapter.cells[2:]:
        if cell.cell_type == "code" and "claims." not in cell.source:
            cell.source += "\nx = 1" * 9


def tolerate(metadata: object, text: str, *tags: str):
    """Give a cell a tolerance, an output and tags."""
    stream = new_output("stream", name="stdout", text=text)

    def spoil(chapter: nbformat.NotebookNode) -> None:
        cell = chapter.cells[6]
        cell.metadata.update(tolerance=metadata, tags=list(tags))
        cell.source = f"{chapter_form.REASON} why.\n{cell.source}"
        cell.outputs = [stream]

    return spoil


def show(text: str):
    stream = new_output("stream", name="stdout", text=text)
    return lambda chapter: chapter.cells[6].update(outputs=[stream])


def ignore_three(chapter: nbformat.NotebookNode) -> None:
    for _ in range(3):
        chapter.cells.append(
            new_code_cell(
                "# Output differs: a time.\nx",
                metadata={"tags": ["nbval-ignore-output"]},
            )
        )


def fold(*numbers: int, between: nbformat.NotebookNode | None = None):
    """Fold cells, and put one before the last of them."""

    def spoil(chapter: nbformat.NotebookNode) -> None:
        for number in numbers:
            chapter.cells[number].metadata["tags"] = ["hide-input"]
        if between:
            chapter.cells.insert(numbers[-1], between)

    return spoil


@pytest.mark.parametrize("tag", ["remove-cell", "remove-input"])
def test_cells_without_code_to_see_do_not_part_folded_ones(
    chapter: nbformat.NotebookNode, tag: str
) -> None:
    unseen = new_code_cell("x", metadata={"tags": [tag]})
    fold(2, 3, between=unseen)(chapter)
    found = chapter_form.folded_in_a_row(chapter)
    assert found == ["cells 2 and 4 are folded in a row"]


@pytest.mark.parametrize(
    "between", [new_markdown_cell("Look."), new_code_cell("x")]
)
def test_text_or_code_that_is_seen_parts_folded_cells(
    chapter: nbformat.NotebookNode, between: nbformat.NotebookNode
) -> None:
    fold(2, 3, between=between)(chapter)
    assert chapter_form.folded_in_a_row(chapter) == []


def test_code_that_is_not_seen_may_import_and_draw(
    chapter: nbformat.NotebookNode,
) -> None:
    source = "import numpy\n" * 9 + "ax.plot(x)\n" * 9
    insert(2, source, {"tags": ["hide-input"]})(chapter)
    assert chapter_form.imports(chapter) == []
    assert chapter_form.asides(chapter) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lengthen, "the median cell has 10 lines"),
        (
            set_source(6, "import a\nfrom b import (\n" + "c,\n" * 6 + ")"),
            "cell 6 shows 9 lines of imports, more than 8",
        ),
        (fold(2, 3), "cells 2 and 3 are folded in a row"),
        (
            set_source(6, "axes[0].set(x)\nclaims.one(3)\nplots.label(x)"),
            "7 of 15 lines that are seen draw or record",
        ),
        (set_source(6, "check(x)\n" * 26), "cell 6 has 26 lines"),
        (set_source(9, "check('ex-0', exercise)"), "cell 9 repeats cell 6"),
        (set_source(6, f"check({'1' * 73})"), "cell 6, line 1 has 80 columns"),
        (
            set_metadata(6, {"tags": ["nbval-ignore-output"]}),
            "cell 6 is tagged nbval-ignore-output without",
        ),
        (tolerate({"absolut": 1}, "1.0"), "cell 6: tolerance must have no"),
        (tolerate({"absolute": 1}, "one"), "cell 6 has a tolerance and no n"),
        (
            tolerate({"absolute": 1}, "1", "nbval-ignore-output"),
            "cell 6 has a tolerance and is ignored",
        ),
        (show("a  1  2  3\nb  4  5  6\n"), "cell 6 prints 2 lines of more"),
        (ignore_three, "3 cells are tagged nbval-ignore-output"),
        (set_metadata(3, {}), "cell 3 draws without a caption"),
        (
            set_metadata(3, {"mystnb": {"figure": {"caption": "Up."}}}),
            "cell 3 draws without alt text",
        ),
        (
            set_source(2, "explore(draw, phi=[0, 1])"),
            "cell 2 draws without alt text",
        ),
        (
            lambda c: c.cells[6].update(
                outputs=[
                    new_output(
                        "display_data",
                        data={"text/plain": "<Figure size 640x480>"},
                    )
                ]
            ),
            "cell 6 draws without a caption",
        ),
        (set_source(2, "x"), "no figure reacts"),
        (set_source(4, "(sec-break)=\n## A"), "not one section headed Break"),
        (set_source(-1, "x"), "0 cells call claims.box"),
        (set_source(-2, "claims.box()"), "2 cells call claims.box"),
        (set_source(-1, "x\nclaims.box()"), "claims.box() is not alone"),
        (set_metadata(-1, {}), "is not alone, tagged remove-input"),
        (lambda c: c.cells.append(new_code_cell("x")), "code follows on"),
        (
            set_source(0, "```{admonition} A\n:class: verdict\n```"),
            "a verdict is typed in the text",
        ),
        (
            lambda c: c.cells.__delitem__(slice(-3, -1)),
            "nothing calls claims.record",
        ),
        (set_source(4, "## Break it"), "sec-break is the name of nothing"),
        (set_metadata(3, {}), "fig-rise is the name of nothing"),
        (
            set_source(-2, "claims.record(n, 'holds', '1', label='fig-rise')"),
            "claim or label is not typed out",
        ),
        (
            set_source(-2, "claims.record(1, 'holds', '1', label=name)"),
            "claim or label is not typed out",
        ),
        (
            set_source(-2, "claims.record(2, 'holds', '1', label='fig-rise')"),
            "claim 2 is judged twice",
        ),
        (
            set_metadata(-2, {"tags": ["nbval-ignore-output"]}),
            "claims.record where nothing is compared",
        ),
        (set_source(6, "x"), "exercise ex-0 has no call of check"),
        (set_source(9, "x"), "the solution of ex-0 has no call of check"),
        (set_source(8, "Text."), "exercise ex-0 has no solution"),
        (lambda c: c.cells.__delitem__(slice(5, 11)), "there are 3 exercises"),
        (set_metadata(1, {}), "the first code cell is not tagged setup"),
    ],
)
def test_a_bad_chapter_is_told_its_fault(
    chapter: nbformat.NotebookNode, spoil, fault: str
) -> None:
    spoil(chapter)
    assert any(fault in found for found in chapter_form.faults(chapter))


def show_all(chapter: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Turn it into the chapter that judges nothing and shows everything."""
    del chapter.cells[-3:-1]
    chapter.cells[-1].source = "claims_table.table()"
    return chapter


def test_the_chapter_of_all_verdicts_needs_no_box(
    chapter: nbformat.NotebookNode,
) -> None:
    assert chapter_form.faults(show_all(chapter)) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (set_metadata(-1, {}), "is not in one cell, tagged remove-input"),
        (
            lambda c: c.cells.append(copy.deepcopy(c.cells[-1])),
            "is not in one cell, tagged remove-input",
        ),
        (
            set_source(0, "```{admonition} A\n:class: verdict\n```"),
            "a verdict is typed in the text",
        ),
        (
            lambda c: c.cells.append(new_code_cell("claims.box()")),
            "nothing calls claims.record",
        ),
    ],
)
def test_a_bad_chapter_of_all_verdicts_is_told_its_fault(
    chapter: nbformat.NotebookNode, spoil, fault: str
) -> None:
    spoil(show_all(chapter))
    assert any(fault in found for found in chapter_form.faults(chapter))


@pytest.fixture
def executed() -> nbformat.NotebookNode:
    """Return a notebook as an editor saves it after a run."""
    return new_notebook(
        metadata={"kernelspec": {"name": "mine", "display_name": "Mine"}},
        cells=[
            new_code_cell(
                "print(1)  \nx\n",
                execution_count=7,
                metadata={"scrolled": True, "tags": ["hide-input"]},
                outputs=[
                    new_output("stream", name="stdout", text="1\n"),
                    new_output("stream", name="stdout", text="2\n"),
                    new_output(
                        "execute_result",
                        data={"text/plain": "x", "image/png": "iVBO"},
                        execution_count=7,
                    ),
                ],
            ),
            new_code_cell("same", execution_count=9),
            new_code_cell("same", execution_count=10),
            new_code_cell(
                "time()",
                execution_count=11,
                metadata={"tags": ["nbval-ignore-output"]},
                outputs=[new_output("stream", name="stdout", text="3 s")],
            ),
        ],
    )


def test_normal_form_keeps_text_and_nothing_that_changes_by_itself(
    executed: nbformat.NotebookNode,
) -> None:
    untouched = copy.deepcopy(executed)
    normal = notebooks.normalise(executed)
    assert executed == untouched
    first, second, third, timed = normal.cells
    assert first.metadata == {"tags": ["hide-input"]}
    assert first.source == "print(1)\nx"
    assert [output.get("text") for output in first.outputs] == ["1\n2\n", None]
    assert first.outputs[1].data == {"text/plain": "x"}
    assert [cell.execution_count for cell in normal.cells] == [1, 2, 3, 4]
    assert second.id != third.id
    assert timed.outputs == []
    nbformat.validate(normal)


def test_normal_form_is_stable_and_does_not_depend_on_the_way_there(
    executed: nbformat.NotebookNode,
) -> None:
    once = notebooks.normalise(executed)
    assert notebooks.normalise(once) == once
    again = copy.deepcopy(executed)
    for cell in again.cells:
        cell.id = "another-" + cell.id
        cell.execution_count = None
    assert notebooks.as_text(notebooks.normalise(again)) == notebooks.as_text(
        once
    )


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda raw: raw["cells"][0].update(execution_count=4), "execution"),
        (lambda raw: raw["cells"][0].update(id="mine"), "id is not normal"),
        (lambda raw: raw["metadata"].update(author="me"), "metadata beyond"),
        (
            lambda raw: raw["cells"][0]["metadata"].update(collapsed=True),
            "metadata is not normal",
        ),
        (
            lambda raw: raw["cells"][0]["outputs"][1]["data"].update(
                {"text/html": "<b>x</b>"}
            ),
            "outputs is not normal",
        ),
        (lambda raw: raw.update(nbformat_minor=4), "format 4.4"),
        (lambda raw: None, "laid out otherwise"),
    ],
)
def test_check_names_what_is_not_normal(
    executed: nbformat.NotebookNode,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil,
    fault: str,
) -> None:
    path = tmp_path / "x.ipynb"
    notebooks.write(executed, path)
    assert notebooks.main(["check", str(path)]) == 0
    raw = json.loads(path.read_text())
    spoil(raw)
    path.write_text(json.dumps(raw))
    assert notebooks.main(["check", str(path)]) == 1
    said = capsys.readouterr().out
    assert fault in said
    assert "make run" in said  # and what to do about it


def test_run_stores_what_the_cells_print(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    code = "import os\nprint(os.path.exists('x.ipynb'))\n1 + 1"
    notebooks.write(new_notebook(cells=[new_code_cell(code)]), path)
    assert notebooks.main(["run", str(path)]) == 0
    (cell,) = notebooks.read(path).cells
    assert cell.outputs[0].text == "True\n"  # it ran in its own folder
    assert cell.outputs[1].data == {"text/plain": "2"}
    assert notebooks.faults(path) == []


def test_text_and_back_loses_nothing(
    chapter: nbformat.NotebookNode, tmp_path: Path
) -> None:
    path, text = tmp_path / "x.ipynb", tmp_path / "x.md"
    chapter.cells[3].outputs = [
        new_output("stream", name="stdout", text="kept\n")
    ]
    notebooks.write(chapter, path)
    before = path.read_text(encoding="utf-8")
    notebooks.main(["edit", str(path), str(text)])
    notebooks.main(["from-text", str(text), str(path)])
    assert path.read_text(encoding="utf-8") == before


def test_outputs_below_a_change_in_the_text_are_dropped(
    chapter: nbformat.NotebookNode, tmp_path: Path
) -> None:
    path, text = tmp_path / "x.ipynb", tmp_path / "x.md"
    for index in (1, 6):
        chapter.cells[index].outputs = [
            new_output("stream", name="stdout", text="said\n")
        ]
    notebooks.write(chapter, path)
    notebooks.main(["edit", str(path), str(text)])
    text.write_text(text.read_text().replace("ax.plot(x)", "ax.plot(y)"))
    notebooks.main(["from-text", str(text), str(path)])
    cells = notebooks.read(path).cells
    assert cells[1].outputs
    assert not cells[6].outputs


@pytest.mark.nightly
def test_nbval_compares_every_stored_number_and_no_markup(
    tmp_path: Path,
) -> None:
    # nbval compares nothing in a cell without an execution count, and fails
    # on forms of an output that are not stored: both would go unnoticed.
    shutil.copy(ROOT / "conftest.py", tmp_path)
    path = tmp_path / "x.ipynb"
    code = "class Table:\n    _repr_html_ = lambda self: '<b>7</b>'\n"
    code += "    __repr__ = lambda self: '7'\n\nTable()"
    notebooks.write(new_notebook(cells=[new_code_cell(code)]), path)
    notebooks.main(["run", str(path)])
    assert validate(path) == 0
    wrong = notebooks.read(path)
    wrong.cells[0].outputs[0].data["text/plain"] = "8"
    notebooks.write(wrong, path)
    assert validate(path) == 1


def validate(path: Path) -> int:
    command = [sys.executable, "-m", "pytest", "--nbval"]
    command += ["--nbval-current-env", "-p", "no:cacheprovider", "-q"]
    return subprocess.run(
        [*command, path.name],
        cwd=path.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT / "_ext")},
        capture_output=True,
    ).returncode
