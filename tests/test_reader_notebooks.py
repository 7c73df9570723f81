"""The reader's notebooks: the chapters' code under Markdown for every viewer.

What is checked here of every chapter is what a reader would see: no raw
directive or role, no open solution, no figure that is only a name.
"""

from __future__ import annotations

import copy
import html
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

import citations
import lab
import notebooks
import reader_notebooks
import repository
from plain_markdown import to_plain
from references import Book

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
NAMES = [path.stem for path in CHAPTERS]
PAGES = ROOT / "_build" / "html" / "chapters"
URL = "https://github.com/some-account/some.book"
# What MyST would read and other viewers show raw.
RAW = re.compile(r"^[ >]*[`:]{3,}\s*\{|\{[\w:-]+\}`|^\([\w-]+\)=\s*$", re.M)
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module", params=["placeholder", "address"])
def book(request: pytest.FixtureRequest) -> Book:
    """Return the book in both states of its address."""
    book = Book(ROOT)
    book.url = URL if request.param == "address" else None
    return book


@pytest.fixture(scope="module", params=CHAPTERS, ids=NAMES)
def chapter(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def made(chapter: Path, book: Book) -> nbformat.NotebookNode:
    return reader_notebooks.make(chapter, book, None)


def text_of(notebook: nbformat.NotebookNode) -> str:
    return "\n\n".join(
        c.source for c in notebook.cells if c.cell_type == "markdown"
    )


def test_no_directive_and_no_role_is_left(made: nbformat.NotebookNode) -> None:
    assert RAW.findall(text_of(made)) == []


def test_code_is_the_chapters_cell_by_cell(
    chapter: Path, book: Book, made: nbformat.NotebookNode
) -> None:
    source = notebooks.read(chapter)
    assert reader_notebooks.differences(source, made, book) == []
    spoilt = copy.deepcopy(made)
    code = [c for c in spoilt.cells if c.cell_type == "code"]
    code[-1].source += "\n1"
    assert reader_notebooks.differences(source, spoilt, book) != []
    shorter = copy.deepcopy(made)
    shorter.cells = [c for c in shorter.cells if c.id != code[1].id]
    assert reader_notebooks.differences(source, shorter, book) != []


def test_every_solution_is_folded_and_none_runs(
    chapter: Path, made: nbformat.NotebookNode
) -> None:
    solutions = re.findall(
        r"<details>\n<summary><b>Solution</b> \(click to open\)</summary>"
        r"\n\n(.*?)\n\n</details>",
        text_of(made),
        re.S,
    )
    wanted = sum(
        "{solution-start}" in cell.source
        for cell in notebooks.read(chapter).cells
    )
    assert len(solutions) == wanted > 3
    for solution in solutions:
        assert "exercises.check(" in solution
    checks = [
        cell
        for cell in made.cells
        if cell.cell_type == "code" and "exercises.check(" in cell.source
    ]
    assert len(checks) == wanted
    for cell in checks:
        said = "".join(o.get("text", "") for o in cell.outputs)
        assert "Correct" not in said


def test_every_figure_has_a_caption_and_words(
    chapter: Path, made: nbformat.NotebookNode
) -> None:
    captions = re.compile(r"^\*\*Figure (\d+\.\d+)\.\*\* \S", re.M)
    numbered = captions.findall(text_of(made))
    drawn = sum(
        bool(cell.metadata.get("mystnb", {}).get("figure"))
        for cell in notebooks.read(chapter).cells
    )
    first = int(chapter.stem.split("_")[0])
    assert numbered == [f"{first}.{i + 1}" for i in range(drawn)]


def test_bookkeeping_is_hidden_in_lab_and_in_colab(
    chapter: Path, made: nbformat.NotebookNode
) -> None:
    for cell in made.cells:
        tags = set(cell.metadata.get("tags", []))
        recorded = "remove-cell" in tags and "setup" not in tags
        flags = cell.metadata.get("jupyter", {})
        if "hide-input" in tags and flags.get("outputs_hidden"):
            assert "source_hidden" not in flags  # or nothing asks to be run
        elif recorded or {"remove-input", "hide-input"} & tags:
            assert cell.metadata.jupyter.source_hidden is True
            assert cell.metadata.cellView == "form"
        elif cell.cell_type == "code":
            assert "cellView" not in cell.metadata


def test_prompts_are_empty_and_the_notebook_is_valid(
    made: nbformat.NotebookNode,
) -> None:
    nbformat.validate(made)
    for cell in made.cells:
        if cell.cell_type == "code":
            assert cell.execution_count is None


def test_the_first_line_and_the_first_cell_suit_the_address(
    made: nbformat.NotebookNode, book: Book, chapter: Path
) -> None:
    first_line = made.cells[0].source.split("\n")[0]
    first = next(c for c in made.cells if c.cell_type == "code")
    if book.url:
        home = "https://some-account.github.io/some.book/"
        assert f"({home})" in first_line
        assert f"({home}chapters/{chapter.stem}.html)" in first_line
        assert first.source == repository.setup_cell(URL)
        assert f"git+{URL}@notebooks" in first.source
    else:
        assert "make book" in first_line
        assert "%pip" not in first.source
        assert "make lab" in first.source


def test_numbers_and_names_are_those_of_the_page(chapter: Path) -> None:
    page = PAGES / f"{chapter.stem}.html"
    if not page.exists():
        pytest.skip("the book is not built: run make book first")
    body = page.read_text(encoding="utf-8")
    text = text_of(reader_notebooks.make(chapter, Book(ROOT), None))
    figures = re.findall(r'caption-number">Fig. ([\d.]+) <', body)
    assert re.findall(r"^\*\*Figure ([\d.]+)\.\*\*", text, re.M) == figures
    exercises = re.findall(r">Exercise ([\d.]+) </span> \((.*?)\)</p>", body)
    found = re.findall(r"^### Exercise ([\d.]+): (.*)$", text, re.M)
    assert [number for number, _ in found] == [n for n, _ in exercises]
    told = re.findall(r'class="bibtex-citation"[^>]*>(.*?)</span>', body, re.S)
    plain = [html.unescape(re.sub(r"<.*?>", "", t)) for t in told]
    links = re.sub(r"\]\(https?://.*?\)", "]", text).replace("[", "")
    for citation in plain:
        bare = re.sub(r"[\[\]()]", "", citation)
        assert bare in re.sub(r"[\[\]()]", "", links), citation


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        (
            "```{admonition} Predict, then *run*\n:class: predict\nWhy?\n```",
            "> **Predict, then *run***\n>\n> Why?",
        ),
        ("```{note}\nMind.\n```\nGo on.", "> **Note**\n>\n> Mind.\n\nGo on."),
        (":::{tip}\nTry.\n:::", "> **Tip**\n>\n> Try."),
        ("- a\n\n  ```{note}\n  b\n  ```", "- a\n\n  > **Note**\n  >\n  > b"),
        ("(sec-x)=\n## Head", "## Head"),
        (
            "```{admonition} A\n| b |\n|---|\n| c |\n```",
            "**A**\n\n| b |\n|---|\n| c |",
        ),
        ("% a comment\n\nText", "Text"),
        ("See {cite:t}`x`, {cite:t}`x`.", "See <cite:t x>, <cite:t x>."),
        ("Code: `{cite:t}` stays.", "Code: `{cite:t}` stays."),
        ("$\\{a\\}$ and $$\\{b\\}$$", "$\\{a\\}$ and $$\\{b\\}$$"),
        ("```python\n{x}\n```", "```python\n{x}\n```"),
        (
            "[](#fig-x) and [a](https://b.c)",
            "<label fig-x> and [a](https://b.c)",
        ),
        ("{doc}`the page <02_memory>`", "<doc 02_memory the page>"),
        ("```{table}\n:class: wide\n\n| a |\n|---|\n```", "| a |\n|---|"),
        ("```{math}\na = b\n```", "$$\na = b\n$$"),
    ],
)
def test_what_the_book_writes_becomes_plain(source: str, plain: str) -> None:
    def resolve(kind: str, target: str, text: str) -> str:
        return f"<{' '.join(filter(None, (kind, target, text)))}>"

    assert to_plain(source, resolve) == plain


@pytest.mark.parametrize(
    "source",
    ["```{unheard-of}\n```", "{{ name }}", "$$a$$ (eq)", "x[^1]\n\n[^1]: y"],
)
def test_what_is_not_known_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="no plain form is known"):
        to_plain(source, lambda *_: "")


def test_references_lead_where_they_should() -> None:
    book = Book(ROOT)
    book.url = None
    resolve = book.resolve
    assert resolve("01_ar1", "label", "fig-ar1-series", "") == "Figure 1.1"
    assert (
        resolve("01_ar1", "label", "fig-ar1-series", "see figure")
        == "see Figure 1.1"
    )
    assert (
        resolve("01_ar1", "label", "sec-ar1-nothing", "see section")
        == "[see section](#Where-AR-sees-nothing)"
    )
    elsewhere = resolve("11_claims", "label", "fig-ar1-series", "chapter 1")
    assert elsewhere == "[chapter 1](01_ar1.ipynb)"
    book.url = URL
    elsewhere = resolve("11_claims", "label", "fig-ar1-series", "chapter 1")
    home = "https://some-account.github.io/some.book/chapters"
    assert elsewhere == f"[chapter 1]({home}/01_ar1.html#fig-ar1-series)"
    notation = resolve("01_ar1", "doc", "notation", "")
    assert notation == f"[Notation]({home}/notation.html)"
    for kind, target in (("ref", "no"), ("doc", "no"), ("unheard", "x")):
        with pytest.raises(ValueError):
            resolve("01_ar1", kind, target, "")


def test_a_source_is_named_as_people_name_it() -> None:
    told = citations.Citations(ROOT / "references.bib")
    doi = "https://doi.org/10.1098/rsta.1927.0007"
    assert told.textual("yule1927") == f"Yule ([1927]({doi}))"
    assert told.parenthetical("yule1927") == f"([Yule, 1927]({doi}))"
    assert told.textual("box2015") == "Box et al. (2015)"
    assert told.textual("campbell2008").startswith("Campbell and Thompson (")
    with pytest.raises(ValueError, match="nobody1900"):
        told.textual("nobody1900")


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Book]:
    """Return a chapter in which everything occurs once, and its book."""
    (tmp_path / "chapters").mkdir()
    for name in ("references.bib", "_config.yml"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"))
    (tmp_path / "chapters" / "start.md").write_text("# Start\n")
    (tmp_path / "_toc.yml").write_text(
        "root: chapters/start\nparts:\n- numbered: true\n  chapters:\n"
        "  - file: chapters/01_x\n"
    )
    cells = [
        new_markdown_cell("# X\n\nText."),
        new_code_cell("import rnnlib", metadata={"tags": ["setup"]}),
        new_markdown_cell("```{admonition} Guess\n:class: predict\nA\n```"),
        new_code_cell(
            "plt.show()",
            metadata={
                "mystnb": {
                    "figure": {"caption": "It rises.", "name": "fig-x"},
                    "image": {"alt": "A rising line."},
                },
                "tolerance": {"absolute": 0.5, "relative": 0.1},
            },
        ),
        new_markdown_cell("Told."),
        new_code_cell("shown = 1", metadata={"tags": ["remove-cell"]}),
        new_markdown_cell("```{solution-start} ex\n```\nThink."),
        new_code_cell("y = 1"),
        new_markdown_cell("```{solution-end}\n```"),
    ]
    path = tmp_path / "chapters" / "01_x.ipynb"
    path.write_text(notebooks.as_text(new_notebook(cells=cells)))
    return path, Book(tmp_path)


def test_figures_are_stored_as_pictures_with_words(
    small: tuple[Path, Book],
) -> None:
    path, book = small
    drawn = new_output(
        "display_data",
        data={
            "image/png": PIXEL,
            "image/svg+xml": "<svg/>",
            "text/plain": "<Figure size 440x126 with 1 Axes>",
        },
    )
    bare = new_output(
        "display_data", data={"text/plain": "<Figure size 440x126>"}
    )
    made = reader_notebooks.make(path, book, [[], [drawn, bare], [], []])
    figure, below = made.cells[3:5]
    (output,) = figure.outputs
    assert set(output.data) == {"image/png"}
    assert output.metadata["image/png"]["alt"] == "A rising line."
    assert below.source == (
        "**Figure 1.1.** It rises.\n\n"
        "<small>Numbers here may differ by 0.5, plus 10 % of the number, "
        "on your machine."
        "</small>"
    )


def test_a_prediction_is_text_and_its_answer_is_folded(
    small: tuple[Path, Book],
) -> None:
    path, book = small
    notebook = notebooks.read(path)
    hidden = {"tags": ["remove-input"]}
    notebook.cells[2:5] = [
        new_code_cell(
            "ask = predict(\n    'x-a', 'Why?')\nask", metadata=hidden
        ),
        new_code_cell("measured = 0.5"),
        new_code_cell("plot()", metadata={"tags": ["hide-input"]}),
        new_code_cell("ask.answer(measured)", metadata=hidden),
        new_code_cell("print(measured)"),
    ]
    notebooks.write(notebook, path)
    said = new_output("stream", name="stdout", text="0.5\n")
    drawn = new_output("display_data", data={"image/png": PIXEL})

    def shown(text: str) -> nbformat.NotebookNode:
        forms = {"text/html": "<script>", "text/plain": "it"}
        return new_output(
            "execute_result", data={**forms, "text/markdown": text}
        )

    outputs = [[], [shown("> Why?")], [said], [drawn], [shown("<details>")]]
    made = reader_notebooks.make(path, book, [*outputs, [said], [], []])
    cells = [cell for cell in made.cells if cell.cell_type == "code"][1:6]
    question, measured, plot, answer, after = cells
    assert question.outputs[0].data["text/markdown"] == "> Why?"
    assert "text/html" not in question.outputs[0].data
    assert measured.outputs == []
    assert [o.output_type for o in plot.outputs] == ["display_data"]
    assert answer.outputs[0].data["text/markdown"] == "<details>"
    assert [o.text for o in after.outputs] == ["0.5\n"]
    flags = [cell.metadata.get("jupyter", {}) for cell in cells]
    assert [f.get("outputs_hidden", False) for f in flags] == [0, 1, 1, 0, 0]
    assert [f.get("source_hidden", False) for f in flags] == [1, 0, 0, 1, 0]


def test_a_solution_that_does_not_end_is_refused(
    small: tuple[Path, Book],
) -> None:
    path, book = small
    notebook = notebooks.read(path)
    del notebook.cells[-1]
    notebooks.write(notebook, path)
    with pytest.raises(ValueError, match="does not end"):
        reader_notebooks.make(path, book, None)


def test_what_cannot_be_shown_is_named_with_its_place(
    small: tuple[Path, Book],
) -> None:
    path, book = small
    notebook = notebooks.read(path)
    notebook.cells[4].source = "See {unheard}`of`."
    notebooks.write(notebook, path)
    with pytest.raises(ValueError, match=r"01_x\.ipynb, cell 4: .*unheard"):
        reader_notebooks.make(path, book, None)


def test_the_readers_copy_is_renewed_only_where_it_was_not_changed(
    tmp_path: Path,
) -> None:
    originals, mine = tmp_path / "originals", tmp_path / "mine"
    originals.mkdir()
    for name in ("a", "b"):
        (originals / f"{name}.ipynb").write_text(f"{name} 1")
    assert lab.copy(originals, mine) == []
    (mine / "b.ipynb").write_text("b 1, scribbled in")
    assert lab.copy(originals, mine) == []  # nothing new: nothing to say
    for name in ("a", "b"):
        (originals / f"{name}.ipynb").write_text(f"{name} 2")
    assert lab.copy(originals, mine) == ["b.ipynb"]
    assert (mine / "a.ipynb").read_text() == "a 2"
    assert (mine / "b.ipynb").read_text() == "b 1, scribbled in"
    (mine / "b.ipynb").rename(mine / "mine.ipynb")
    assert lab.copy(originals, mine) == []
    assert (mine / "b.ipynb").read_text() == "b 2"
    assert (mine / "mine.ipynb").read_text() == "b 1, scribbled in"


def test_git_does_not_see_the_readers_copy() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert f"{lab.MINE.name}/" in ignored
