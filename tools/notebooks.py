"""Run, normalise and check the chapters, and edit them as text.

    notebooks.py run chapters/*.ipynb        execute, store what is printed
    notebooks.py normalise chapters/*.ipynb  rewrite in the normal form
    notebooks.py check chapters/*.ipynb      say what is not in normal form
    notebooks.py edit chapters/x.ipynb FILE.md       notebook to MyST text
    notebooks.py from-text FILE.md chapters/x.ipynb  text to notebook

A notebook in normal form holds text outputs only, so that a change of a
number is one line of a diff and a figure is none. Execution counts run
1, 2, 3: without one nbval compares nothing at all.

What a chapter records about the claims of the articles goes into
``rnnlib/data/verdicts.json`` when it is run.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
CHAPTERS = ROOT / "chapters"
VERDICTS = ROOT / "rnnlib" / "data" / "verdicts.json"
IGNORED = "nbval-ignore-output"
METADATA = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
# Tags steer nbval and the book, mystnb holds captions and alt text, and
# tolerance says how far printed numbers may lie from the stored ones.
CELL_METADATA = ("mystnb", "tags", "tolerance")


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook in normal form; the argument stays as it is.

    Parameters
    ----------
    notebook : NotebookNode
        In version 4 of the format.

    Returns
    -------
    NotebookNode
        In version 4.5, with the same sources.
    """
    cells = []
    executed = 0
    for cell in notebook.cells:
        kept = NotebookNode(
            cell_type=cell.cell_type,
            id="",
            metadata={
                key: copy.deepcopy(cell.metadata[key])
                for key in CELL_METADATA
                if cell.metadata.get(key)
            },
            source=_tidy(cell.source),
        )
        if cell.cell_type == "code":
            executed += 1
            kept.execution_count = executed
            ignored = IGNORED in cell.metadata.get("tags", [])
            outputs = [] if ignored else cell.get("outputs", [])
            kept.outputs = _text_outputs(outputs, executed)
        cells.append(kept)
    _number(cells)
    return NotebookNode(
        cells=cells,
        metadata=copy.deepcopy(METADATA),
        nbformat=4,
        nbformat_minor=5,
    )


def write(notebook: NotebookNode, path: Path) -> None:
    """Write the notebook in normal form."""
    path.write_text(as_text(normalise(notebook)), encoding="utf-8")


def as_text(notebook: NotebookNode) -> str:
    """Return the notebook as the text of a file."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook, indent=1, ensure_ascii=False)
    return text.rstrip("\n") + "\n"


def read(path: Path) -> NotebookNode:
    """Read a notebook file as version 4 of the format."""
    return nbformat.read(path, as_version=4)


def run(
    path: Path, timeout: int = 300, claims: Path | None = None
) -> NotebookNode:
    """Execute a notebook in its own folder and return it with its outputs.

    Parameters
    ----------
    path : Path
        The notebook; the file is not changed.
    timeout : int, optional
        Seconds that a cell may take.
    claims : Path, optional
        Where `rnnlib.book.claims` writes what the notebook records.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails; the file is left as it was.
    """
    from nbclient import NotebookClient

    notebook = read(path)
    NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        # That kernels talk over this machine's own network is no news.
        extra_arguments=["--log-level=ERROR"],
    ).execute(env={**os.environ, "RNNLIB_CLAIMS": str(claims or "")})
    return notebook


def run_chapter(path: Path, verdicts: Path = VERDICTS) -> None:
    """Run a chapter; store its outputs, and what it records of the claims.

    Parameters
    ----------
    path : Path
        The chapter.
    verdicts : Path, optional
        The records of all chapters: those of this chapter are replaced,
        those of chapters that are no longer beside it dropped.
    """
    with TemporaryDirectory() as folder:
        made = Path(folder, "claims.json")
        notebook = run(path, claims=made)
        records = json.loads(made.read_text("utf-8")) if made.exists() else []
    write(notebook, path)
    kept = json.loads(verdicts.read_text("utf-8")) if verdicts.exists() else {}
    kept = {
        chapter: kept[chapter]
        for chapter in kept
        if path.with_name(f"{chapter}.ipynb").exists()
    }
    kept[path.stem] = records
    # Sorted, an entry a line: a new number is one line of a diff.
    kept = {
        chapter: kept[chapter] for chapter in sorted(kept) if kept[chapter]
    }
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    verdicts.write_text(text, "utf-8")


def faults(path: Path) -> list[str]:
    """Say what keeps the file from being in normal form.

    Returns
    -------
    list of str
        One line for each fault; empty for a file in normal form.
    """
    text = path.read_text(encoding="utf-8")
    found = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    if (found.nbformat, found.nbformat_minor) != (4, 5):
        return [
            f"{path}: format {found.nbformat}.{found.nbformat_minor}, not 4.5"
        ]
    wanted = normalise(found)
    lines = []
    if found.metadata != wanted.metadata:
        lines.append(f"{path}: metadata beyond kernelspec and language")
    for number, (have, want) in enumerate(zip(found.cells, wanted.cells)):
        for key in sorted(have.keys() | want.keys()):
            if have.get(key) != want.get(key):
                lines.append(f"{path}: cell {number}: {key} is not normal")
    if not lines and text != as_text(wanted):
        lines.append(f"{path}: laid out otherwise (indent, order, last line)")
    return lines


def to_text(path: Path, text_path: Path) -> None:
    """Write a notebook as MyST text, outputs left out."""
    import jupytext

    jupytext.write(read(path), text_path, fmt="md:myst")


def from_text(text_path: Path, path: Path) -> None:
    """Write MyST text as a notebook, with the outputs of unchanged code.

    Outputs are kept as far down as the code is the same as before: below the
    first change they may no longer be true.
    """
    import jupytext

    notebook = jupytext.read(text_path, fmt="md:myst")
    before = _code_cells(read(path)) if path.exists() else []
    for cell, old in zip(_code_cells(notebook), before):
        if _tidy(cell.source) != old.source:
            break
        cell.outputs = old.outputs
    write(notebook, path)


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _tidy(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.rstrip().split("\n"))


def _text_outputs(
    outputs: list[NotebookNode], executed: int
) -> list[NotebookNode]:
    """Keep streams, each in one piece, and the plain text of the rest."""
    kept: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type == "stream":
            if output.name in streams:
                streams[output.name].text += output.text
            else:
                stream = NotebookNode(output)
                streams[output.name] = stream
                kept.append(stream)
        elif output.output_type == "error":
            kept.append(NotebookNode({**output, "traceback": []}))
        elif "text/plain" in output.data:
            text = NotebookNode(
                output_type=output.output_type,
                data={"text/plain": output.data["text/plain"]},
                metadata={},
            )
            if output.output_type == "execute_result":
                text.execution_count = executed
            kept.append(text)
    return kept


def _number(cells: list[NotebookNode]) -> None:
    """Give each cell an id that follows from its source and nothing else."""
    seen: dict[str, int] = {}
    for cell in cells:
        text = f"{cell.cell_type}\n{cell.source}"
        name = hashlib.sha256(text.encode()).hexdigest()[:8]
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in ("run", "normalise", "check"):
        commands.add_parser(command).add_argument(
            "notebooks", nargs="*", type=Path
        )
    for command in ("edit", "from-text"):
        two_files = commands.add_parser(command)
        two_files.add_argument("source", type=Path)
        two_files.add_argument("target", type=Path)
    given = parser.parse_args(arguments)
    if given.command == "edit":
        to_text(given.source, given.target)
    elif given.command == "from-text":
        from_text(given.source, given.target)
    elif given.command == "check":
        lines = [line for path in given.notebooks for line in faults(path)]
        print("\n".join(lines) or "Notebooks: in normal form.")
        if lines:
            print(
                "make run brings them into normal form; without running: "
                "python tools/notebooks.py normalise FILE"
            )
        return 1 if lines else 0
    else:
        for path in given.notebooks:
            if given.command == "normalise":
                write(read(path), path)
            elif path.resolve().parent == CHAPTERS:
                run_chapter(path)
            else:
                write(run(path), path)
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
