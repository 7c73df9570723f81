"""Let readers answer the exercises in the page, in Python, without a kernel.

Behind the stub of each exercise goes a place that `answers.js` fills: a
button, and after the first click an editor and Python itself. What they load
then lies in ``_static/answers``: what ``_ext/page_python`` has brought from
npm, and `book.js`, made here, with rnnlib and what the exercises need of
their chapters. Each exercise is tried first, without whatever a page lacks;
one that fails so gets a line instead of the button. Where the parts from npm
are missing, the pages stay as they are.
"""

from __future__ import annotations

import html
import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from docutils import nodes
from sphinx.errors import ExtensionError

from course import exercise_cells

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

HERE = Path(__file__).parents[1] / "page_python"
# Beside the pages: what `bundle.py` has left.
READY = Path("_build", "page_python", "ready")
FOLDER = "_static/answers"
SECONDS = 120
TOO_LONG = "it takes too long"
PLACE = (
    '<div class="answer" id="answer-{name}" data-name="{name}" '
    'data-title="{title}" data-folder="{folder}" data-version="{version}">'
    '<script type="application/json">{stub}</script></div>'
)
LEFT_OUT = (
    '<p class="answer-none">To answer this one, open the notebook: it needs '
    "more than the NumPy that a page can bring.</p>"
)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    answers = Answers()
    app.connect("env-updated", answers.prepare)
    app.connect("doctree-resolved", answers.place)
    app.connect("build-finished", answers.copy)


class Answers:
    """The exercises of one build.

    Attributes
    ----------
    places : dict of str to dict of str to str
        For each page that asks, what follows the stub of each exercise.
    book : str
        The script with rnnlib and the definitions of all chapters.
    """

    def __init__(self) -> None:
        self.places: dict[str, dict[str, str]] = {}
        self.book = ""

    def prepare(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Try the exercises; return the pages whose places have changed."""
        version = Path(app.srcdir, READY, "version")
        if app.builder.name == "html" and version.exists():
            asked = _asked(env)
            modules, failed = _tried(asked, env)
            self.book = _book(asked, modules)
            mark = sha256((version.read_text() + self.book).encode())
            self.places = {
                docname: {
                    each.name: LEFT_OUT
                    if each.name in failed
                    else _place(each, docname, mark.hexdigest()[:12])
                    for each in found.values()
                }
                for docname, found in asked.items()
            }
        before = getattr(env, "course_answers", {})
        env.course_answers = self.places
        return sorted(
            docname
            for docname in (before.keys() | self.places.keys())
            if docname in env.found_docs
            and before.get(docname) != self.places.get(docname)
        )

    def place(
        self, app: Sphinx, doctree: nodes.document, docname: str
    ) -> None:
        """Put its place behind the stub of each exercise."""
        waiting = dict(self.places.get(docname, {}))
        for cell in list(doctree.findall(nodes.container)):
            if "cell" in cell["classes"]:
                found = exercise_cells.CHECK.search(cell.astext())
                # The stub comes first; its solution asks the same.
                text = waiting.pop(found[1] if found else "", None)
                if text is not None:
                    raw = nodes.raw("", text, format="html")
                    cell.parent.insert(cell.parent.index(cell) + 1, raw)

    def copy(self, app: Sphinx, exception: Exception | None) -> None:
        """Put beside the pages what they load after the first click."""
        if exception or app.builder.name != "html":
            return
        folder = Path(app.outdir, FOLDER)
        shutil.rmtree(folder, ignore_errors=True)
        if not self.places:
            return
        unseen = shutil.ignore_patterns("version")
        shutil.copytree(Path(app.srcdir, READY), folder, ignore=unseen)
        (folder / "book.js").write_text(self.book, encoding="utf-8")


def _place(each: exercise_cells.Asked, docname: str, version: str) -> str:
    return PLACE.format(
        name=each.name,
        title=html.escape(each.title),
        folder="../" * docname.count("/") + FOLDER,
        version=version,
        stub=json.dumps(each.stub).replace("<", "\\u003c"),
    )


def _asked(
    env: BuildEnvironment,
) -> dict[str, dict[str, exercise_cells.Asked]]:
    """Return the exercises of each page that has some."""
    asked = {}
    for docname in sorted(env.found_docs):
        path = Path(env.doc2path(docname))
        if path.suffix == ".ipynb":
            found = exercise_cells.read(nbformat.read(path, as_version=4))
            if found:
                asked[docname] = found
    return asked


def _tried(
    asked: dict[str, dict[str, exercise_cells.Asked]], env: BuildEnvironment
) -> tuple[list[str], dict[str, str]]:
    """Return the modules that open in a page, and what fails there and why.

    Nothing is tried twice while neither exercises nor rnnlib have changed.
    """
    every = [each for found in asked.values() for each in found.values()]
    task = json.dumps([asdict(each) for each in every])
    sources = [*_package().rglob("*.py"), *HERE.glob("*.py")]
    parts = [task.encode(), *(path.read_bytes() for path in sorted(sources))]
    key = sha256(b"\0".join(parts)).hexdigest()
    known, found = getattr(env, "course_tried", (None, None))
    if known != key:
        found = _try(task, {each.name: TOO_LONG for each in every})
        env.course_tried = key, found
    return found


def _try(task: str, failed: dict[str, str]) -> tuple[list[str], dict]:
    command = [sys.executable, str(HERE / "try_out.py")]
    try:
        done = subprocess.run(
            command,
            input=task,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        if done.returncode:
            raise ExtensionError(f"{HERE / 'try_out.py'}: {done.stderr}")
        lines = done.stdout.splitlines()
    except subprocess.TimeoutExpired as error:
        lines = (error.stdout or b"{}").decode().splitlines()
    modules = json.loads(lines[0])
    failed = failed | dict(json.loads(line) for line in lines[1:])
    return [name for name, opens in modules.items() if opens], {
        name: why for name, why in failed.items() if why is not None
    }


def _package() -> Path:
    return Path(find_spec("rnnlib").origin).parent


def _book(
    asked: dict[str, dict[str, exercise_cells.Asked]], modules: list[str]
) -> str:
    """Return a script with rnnlib and the definitions of all chapters.

    Exercises of a chapter share most of theirs: each comes once, and an
    exercise names the places of its own.
    """
    package = _package()
    files = {"answering.py": (HERE / "answering.py").read_text("utf-8")}
    for module in modules:
        path = package.joinpath(*module.split(".")[1:])
        if path.is_dir():
            path /= "__init__"
        path = path.with_suffix(".py")
        name = path.relative_to(package.parent).as_posix()
        files[name] = path.read_text("utf-8")
    pool: dict[tuple[str | None, ...], int] = {}
    needs = {
        each.name: [
            pool.setdefault(tuple(pair), len(pool))
            for pair in each.definitions
        ]
        for found in asked.values()
        for each in found.values()
    }
    parts = {"files": files, "pool": list(pool), "needs": needs}
    return f"Object.assign(courseAnswers.parts, {json.dumps(parts)});\n"
