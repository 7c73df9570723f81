"""Make the notebooks that readers open from the chapters of the book.

    reader_notebooks.py               write them to _build/notebooks
    reader_notebooks.py --complete    fail if a chapter has not been run

The chapters hold what the pages need and a notebook viewer would show raw:
directives, citations, captions in metadata, open solutions. The reader's
notebooks hold the same code cells, checked one by one, under plain Markdown;
solutions are folded, code that a page folds or leaves out is hidden, and
outputs are stored with figures as PNG, so that GitHub shows them too.
"""

from __future__ import annotations

import argparse
import base64
import functools
import hashlib
import io
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from PIL import Image

import executed
import notebooks
import repository
from plain_markdown import Resolve, directive, parser, split_options, to_plain
from references import Book, figure

# The book's Sphinx extension knows what a tolerance means.
sys.path.append(str(Path(__file__).parents[1] / "_ext"))

from course import tolerance

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "_build" / "notebooks"
PAGES = ROOT / "_build" / "html" / "_sources" / "chapters"
SETUP = "setup"
FOLDED = "hide-input"
HIDDEN = (FOLDED, "remove-input")
REMOVED = "remove-cell"
# JupyterLab reads the first, Colab the second.
HIDE_SOURCE = {"jupyter": {"source_hidden": True}, "cellView": "form"}
# A guess is asked for; running the cell uncovers what it puts out. Figures
# are stored all the same, JupyterLab hides them; of a text it would show the
# first line.
ASKS = re.compile(r"(?<![.\w])predict\(\s*[\"']")
ANSWERS = re.compile(r"\.answer\(")
GATES = ("exercise-start", "exercise-end", "solution-start", "solution-end")
# How an output that is a picture prints itself.
PICTURE = ("<Figure size", "a figure with a slider")
DOTS_PER_INCH = 100
KEPT_METADATA = ("tags", "tolerance")
NOT_DEFINED = (
    "*Should a cell say that a name is not defined, run the cells from the "
    "top of the notebook first.*"
)


def make(
    path: Path, book: Book, outputs: list[list[NotebookNode]] | None
) -> NotebookNode:
    """Return the reader's notebook of a chapter.

    Parameters
    ----------
    path : Path
        The chapter.
    book : Book
        Knows where its references lead.
    outputs : list of list of NotebookNode, or None
        Of each code cell; if None, the texts that the chapter stores.

    Raises
    ------
    ValueError
        If the chapter holds something of which no plain form is known; the
        message names chapter and cell.
    """
    source = notebooks.read(path)
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    if outputs is None:
        outputs = [cell.outputs for cell in code]
    made = _Maker(path.stem, book)
    for number, cell in enumerate(source.cells):
        try:
            if cell.cell_type == "markdown":
                made.read_text(cell.source)
            else:
                made.read_code(cell, outputs[made.code_cells])
        except ValueError as error:
            raise ValueError(f"{path.name}, cell {number}: {error}") from error
    if made.solution is not None:
        raise ValueError(f"{path.name}: a solution does not end")
    notebook = NotebookNode(
        cells=made.cells,
        metadata=notebooks.METADATA,
        nbformat=4,
        nbformat_minor=5,
    )
    _name(notebook.cells, code)
    if faults := differences(source, notebook, book):
        raise ValueError(f"{path.name}: {faults[0]}")
    return notebook


def differences(
    source: NotebookNode, notebook: NotebookNode, book: Book
) -> list[str]:
    """Say where the code of a reader's notebook is not the chapter's.

    Solutions stand in folded text, word for word; the first cell knows
    where rnnlib can be had. All other cells are the same, in order.
    """
    text = "\n".join(
        c.source for c in notebook.cells if c.cell_type == "markdown"
    )
    cells = iter([c for c in notebook.cells if c.cell_type == "code"])
    faults, solved = [], False
    for number, cell in enumerate(source.cells):
        if cell.cell_type == "markdown":
            gates = [name for name, *_ in pieces(cell.source) if name]
            for gate in gates:
                if gate.startswith("solution"):
                    solved = gate == "solution-start"
            continue
        wanted = cell.source
        if solved:
            if f"```python\n{wanted}\n```" not in text:
                faults.append(f"cell {number}: the solution is lost")
            continue
        if SETUP in cell.metadata.get("tags", []):
            wanted = setup_cell(cell.source, book)
        found = next(cells, None)
        if found is None or found.source != wanted:
            faults.append(f"cell {number}: its code is not the chapter's")
    if next(cells, None) is not None:
        faults.append("there is code that the chapter does not have")
    return faults


def setup_cell(source: str, book: Book) -> str:
    """Return the first cell: with an address, it installs rnnlib."""
    return repository.setup_cell(book.url) if book.url else source


def pieces(source: str) -> Iterator[tuple[str, str, str]]:
    """Cut a text at the gates of exercises and solutions.

    Yields
    ------
    gate : str
        ``exercise-start`` and so on; "" for the text between.
    title : str
        What stands behind the gate's name, or the text.
    label : str
        Its label, if it has one.
    """
    lines, done = source.split("\n"), 0
    for token in parser().parse(source):
        found = token.type == "fence" and directive(token.info)
        if not found or found["name"] not in GATES:
            continue
        start, stop = token.map
        if text := "\n".join(lines[done:start]).strip("\n"):
            yield "", text, ""
        options, _ = split_options(token.content)
        yield found["name"], found["title"].strip(), options.get("label", "")
        done = stop
    if text := "\n".join(lines[done:]).strip("\n"):
        yield "", text, ""


class _Maker:
    """Goes through a chapter's cells and collects the reader's."""

    def __init__(self, name: str, book: Book) -> None:
        self.book = book
        self.chapter = book.chapters[name]
        self.resolve: Resolve = functools.partial(book.resolve, name)
        self.cells: list[NotebookNode] = []
        self.solution: list[str] | None = None
        self.code_cells = self.exercises = self.figures = 0
        self.asked = False
        self.opening = opening(book, name)

    def read_text(self, source: str) -> None:
        texts: list[str] = []
        if self.opening:
            texts.append(self.opening)
            self.opening = ""
        for gate, title, _ in pieces(source):
            if gate == "exercise-start":
                self.exercises += 1
                if self.exercises == 1:
                    texts.append(NOT_DEFINED)
                number = f"{self.chapter.number}.{self.exercises}"
                texts.append(f"### Exercise {number}: {title}")
            elif gate == "solution-start":
                if self.solution is not None:
                    raise ValueError("a solution starts within another")
                self._text(texts)
                self.solution, texts = [], []
            elif gate == "solution-end":
                if self.solution is None:
                    raise ValueError("a solution ends that has not started")
                self._text([folded(self.solution)])
                self.solution = None
            elif not gate:
                plain = to_plain(title, self.resolve)
                (texts if self.solution is None else self.solution).append(
                    plain
                )
        self._text(texts)

    def read_code(self, cell: NotebookNode, outputs: list) -> None:
        self.code_cells += 1
        if self.solution is not None:
            self.solution.append(f"```python\n{cell.source}\n```")
            return
        answers = bool(ANSWERS.search(cell.source))
        self.asked &= not answers
        tags = cell.metadata.get("tags", [])
        hidden = REMOVED in tags and SETUP not in tags
        # With source and output both hidden, nothing would ask to be run.
        folded_away = any(tag in tags for tag in HIDDEN)
        if self.asked and FOLDED in tags:
            folded_away = False
        if answers:  # folded, or not at all
            outputs = [o for o in outputs if "text/markdown" in o.data]
        metadata: dict = {
            key: cell.metadata[key]
            for key in KEPT_METADATA
            if key in cell.metadata
        }
        if hidden or folded_away:
            metadata |= HIDE_SOURCE
        if SETUP in tags:  # to be run, not to be read
            metadata["jupyter"] = {"source_hidden": True}
        if hidden or self.asked:
            metadata["jupyter"] = {
                **metadata.get("jupyter", {}),
                "outputs_hidden": True,
            }
        if self.asked:
            outputs = [o for o in outputs if "image/png" in o.get("data", {})]
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        kept = (stored(output, alt, self.resolve) for output in outputs)
        source = cell.source
        if SETUP in tags:
            source = setup_cell(source, self.book)
        self.cells.append(
            new_code_cell(
                source,
                metadata=metadata,
                execution_count=None,
                outputs=[output for output in kept if output],
            )
        )
        if ASKS.search(cell.source):
            self.asked = True
        below = []
        if caption := figure(cell).get("caption"):
            self.figures += 1
            number = f"{self.chapter.number}.{self.figures}"
            plain = to_plain(caption, self.resolve)
            below.append(f"**Figure {number}.** {plain}")
        allowed = tolerance.read(cell.metadata)
        if allowed and (told := tolerance.told(allowed)):
            below.append(f"<small>{told}</small>")
        self._text(below)

    def _text(self, texts: list[str]) -> None:
        if texts := [text for text in texts if text.strip()]:
            self.cells.append(new_markdown_cell("\n\n".join(texts)))


def _name(cells: list[NotebookNode], code: list[NotebookNode]) -> None:
    """Give code its name in the chapter, and each text one of its own."""
    names = {cell.source: cell.id for cell in code}
    seen: set[str] = set()
    for cell in cells:
        mark = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        name = names.get(cell.source, f"text-{mark}")
        while name in seen:
            name += "-again"
        cell.id = name
        seen.add(name)


def opening(book: Book, name: str) -> str:
    """Return the first line of a notebook: where it belongs."""
    title = book.title
    if home := book.page():
        page = book.page(name)
        where = f"[{title}]({home}); [this chapter as a page]({page})"
    else:
        where = f"{title}; `make book` builds its pages"
    return (
        f"*A chapter of {where}. Run the cells from top to bottom, and "
        "change what you like.*"
    )


def folded(parts: list[str]) -> str:
    """Return a solution that opens at a click, in every viewer."""
    return "\n\n".join(
        [
            "<details>\n<summary><b>Solution</b> (click to open)</summary>",
            *parts,
            "To try it, copy it into the cell above and run that.",
            "</details>",
        ]
    )


def stored(
    output: NotebookNode, alt: str, resolve: Resolve
) -> NotebookNode | None:
    """Return an output as the reader's notebook keeps it.

    Of a figure the PNG, with words for those who cannot see it; never the
    name by which Python knows it.
    """
    if output.output_type in ("stream", "error"):
        return NotebookNode(output)
    kept = NotebookNode(
        output_type=output.output_type, data=NotebookNode(), metadata={}
    )
    if output.output_type == "execute_result":
        kept.execution_count = None
    data = output.data
    if "image/png" in data:
        kept.data["image/png"] = data["image/png"]
        width, height = _size(data["image/png"])
        kept.metadata = {
            "image/png": {"width": width, "height": height, "alt": alt}
        }
        return kept
    if data.get("text/plain", "").startswith(PICTURE):
        return None
    if "text/markdown" in data:
        kept.data["text/markdown"] = to_plain(data["text/markdown"], resolve)
        # Its HTML is the form of a page, which needs the page's script.
        data = {k: v for k, v in data.items() if k != "text/html"}
    for kind in ("text/html", "text/latex", "text/plain"):
        if kind in data:
            kept.data[kind] = data[kind]
    return kept


def _size(png: str) -> tuple[int, int]:
    """Return width and height on a page, where 100 dots are an inch."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        dots = round(image.info.get("dpi", (DOTS_PER_INCH,))[0])
        return tuple(round(n * DOTS_PER_INCH / dots) for n in image.size)


def write(
    folder: Path, book: Book | None = None, cache: Path = executed.CACHE
) -> list[str]:
    """Write the reader's notebooks of all chapters to a folder.

    Returns
    -------
    list of str
        The chapters that have not been run, so that no figure is stored.
    """
    book = book or Book()
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for name in book.chapters:
        path = book.pages[name].with_suffix(".ipynb")
        outputs = executed.outputs(path, cache)
        if outputs is None:
            missing.append(name)
        text = notebooks.as_text(make(path, book, outputs))
        (folder / path.name).write_text(text, encoding="utf-8")
    for path in folder.glob("*.ipynb"):
        if path.stem not in book.chapters:
            path.unlink()
    return missing


def main(arguments: list[str] | None = None) -> int:
    """Write the notebooks; return the exit status."""
    wanted = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    wanted.add_argument("--complete", action="store_true")
    given = wanted.parse_args(arguments)
    missing = write(FOLDER)
    if PAGES.is_dir():  # what "download notebook" hands out
        for path in FOLDER.glob("*.ipynb"):
            shutil.copy(path, PAGES)
    if missing:
        print(
            f"Without figures, since not run yet: {', '.join(missing)}. "
            "make book runs them.",
            file=sys.stderr,
        )
    print(f"The reader's notebooks: {FOLDER.relative_to(ROOT)}")
    return 1 if missing and given.complete else 0


if __name__ == "__main__":
    sys.exit(main())
