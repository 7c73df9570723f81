"""The form that every chapter keeps, as rules that a test can check.

Each rule takes a notebook and returns one line for each fault. What the
rules protect is the reader: short cells, figures that everyone can read,
exercises that can be verified, numbers that are compared on every machine.
"""

from __future__ import annotations

import ast
import re
from statistics import median

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from course import tolerance

MEDIAN_LINES = 6
MOST_LINES = 25
MOST_COLUMNS = 79
MOST_IMPORTS = 8
# Of the lines of code that a reader sees: what draws or keeps books.
MOST_ASIDE = 1 / 3
ASIDE = re.compile(r"\b(?:ax|axes|fig|plt|plots|claims)(?:\[[^]]*\])?\.\w")
MOST_IGNORED = 2
EXERCISES = range(4, 7)
SETUP = "setup"
IGNORED = "nbval-ignore-output"
REASON = "# Output differs:"
# Words of a printed line stand in columns if wide gaps part them.
MOST_PRINTED_COLUMNS = 3
GAP = re.compile(r"\s{2,}")
BOOLEAN = re.compile(r"\b(?:True|False)\b")
# How outputs that are pictures print themselves.
PICTURE = ("<Figure size", "a figure with a slider")
START = re.compile(
    r"\{(exercise|solution)-start\}(?P<title>.*)\n(?P<options>(?::.*\n)*)"
)
SOLUTION_END = re.compile(r"\{solution-end\}")
LABEL = re.compile(r"^:label:\s*(\S+)", re.M)
VERDICT = re.compile(r"\{admonition\}.*\n(?::.*\n)*:class:.*\bverdict\b")
RECORD, BOX = "claims.record", "claims.box"
# What the chapter that shows all verdicts has in place of records and box.
TABLE = "claims_table.table()"
# Tag of cells whose code tells a reader nothing: the box, and questions.
HIDDEN = "remove-input"
# Tags of code that is folded away, and of cells that are on no page.
FOLDED, REMOVED = "hide-input", "remove-cell"
# A name in front of a heading, (name)=
TARGET = re.compile(r"^\(([^()]+)\)=[ ]*$", re.M)
SECTION = re.compile(r"^##+ ", re.M)
# Questions on earlier chapters that open a chapter.
RECALLED = 3
BREAK_IT = re.compile(r"^#+ Break it\b", re.M)


def faults(notebook: NotebookNode) -> list[str]:
    """Apply every rule.

    Parameters
    ----------
    notebook : NotebookNode
        A chapter, in version 4 of the format.

    Returns
    -------
    list of str
        One line for each fault; empty for a chapter in good form.
    """
    rules = (
        cell_lengths,
        line_lengths,
        imports,
        folded_in_a_row,
        asides,
        copies,
        ignored_outputs,
        tolerances,
        printed_tables,
        figures,
        exercises,
        fixtures,
        verdicts,
        predictions,
        recalls,
    )
    return [fault for rule in rules for fault in rule(notebook)]


def cell_lengths(notebook: NotebookNode) -> list[str]:
    """Code cells are short: one idea, one cell, one look at the result."""
    lengths = {
        number: sum(bool(line.strip()) for line in cell.source.splitlines())
        for number, cell in _code(notebook)
        if SETUP not in _tags(cell)
    }
    shown = [
        length
        for number, length in lengths.items()
        if HIDDEN not in _tags(notebook.cells[number])
    ]
    found = [
        f"cell {number} has {length} lines, more than {MOST_LINES}"
        for number, length in lengths.items()
        if length > MOST_LINES
    ]
    middle = median(shown) if shown else 0
    if middle > MEDIAN_LINES:
        found.append(f"the median cell has {middle:g} lines")
    return found


def line_lengths(notebook: NotebookNode) -> list[str]:
    """Code fits a page and a phone held sideways."""
    return [
        f"cell {number}, line {i} has {len(line)} columns"
        for number, cell in _code(notebook)
        for i, line in enumerate(cell.source.splitlines(), start=1)
        if len(line) > MOST_COLUMNS
    ]


def imports(notebook: NotebookNode) -> list[str]:
    """Find long lists of imports that are not folded away."""
    found = []
    for number, cell in _seen(notebook):
        lines = sum(
            node.end_lineno - node.lineno + 1
            for node in ast.walk(ast.parse(_python(cell)))
            if isinstance(node, ast.Import | ast.ImportFrom)
        )
        if lines > MOST_IMPORTS:
            found.append(
                f"cell {number} shows {lines} lines of imports, "
                f"more than {MOST_IMPORTS}"
            )
    return found


def folded_in_a_row(notebook: NotebookNode) -> list[str]:
    """Find folded cells with nothing to read between them.

    A cell that is on no page parts nothing; nor does one whose code alone is
    left out.
    """
    found, last = [], None
    for number, cell in enumerate(notebook.cells):
        tags = _tags(cell)
        if FOLDED in tags:
            if last is not None:
                found.append(f"cells {last} and {number} are folded in a row")
            last = number
        elif not {HIDDEN, REMOVED} & set(tags):
            last = None
    return found


def asides(notebook: NotebookNode) -> list[str]:
    """Count the lines that draw or keep books among those a reader sees."""
    lines = [
        line
        for _, cell in _seen(notebook)
        for line in cell.source.splitlines()
        if line.strip()
    ]
    aside = sum(bool(ASIDE.search(line)) for line in lines)
    if aside > MOST_ASIDE * len(lines):
        return [f"{aside} of {len(lines)} lines that are seen draw or record"]
    return []


def copies(notebook: NotebookNode) -> list[str]:
    """Find cells that repeat another one: pasted where other code belongs."""
    found, first = [], {}
    for number, cell in _seen(notebook):
        earlier = first.setdefault(cell.source, number)
        if earlier != number:
            found.append(f"cell {number} repeats cell {earlier}")
    return found


def ignored_outputs(notebook: NotebookNode) -> list[str]:
    """Few outputs go without comparison, and each says why it must."""
    cells = [(n, c) for n, c in _code(notebook) if IGNORED in _tags(c)]
    found = [
        f"cell {number} is tagged {IGNORED} without a line '{REASON} ...'"
        for number, cell in cells
        if not re.search(rf"^{REASON} \S", cell.source, re.M)
    ]
    if len(cells) > MOST_IGNORED:
        found.append(f"{len(cells)} cells are tagged {IGNORED}")
    return found


def tolerances(notebook: NotebookNode) -> list[str]:
    """Find tolerances that are not in order, or with nothing to compare."""
    found = []
    for number, cell in _code(notebook):
        try:
            allowed = tolerance.read(cell.metadata)
        except (TypeError, ValueError) as error:
            found.append(f"cell {number}: {error}")
            continue
        if allowed is None:
            continue
        if IGNORED in _tags(cell):
            found.append(f"cell {number} has a tolerance and is ignored")
        if not tolerance.NUMBER.search(printed(cell)):
            found.append(f"cell {number} has a tolerance and no number")
    return found


def printed_tables(notebook: NotebookNode) -> list[str]:
    """Results that form a table are one, not columns of print."""
    found = []
    for number, cell in _code(notebook):
        streams = [o for o in cell.get("outputs", []) if "text" in o]
        lines = "".join(o.text for o in streams).splitlines()
        wide = [
            line
            for line in lines
            if len(GAP.split(line.strip())) > MOST_PRINTED_COLUMNS
        ]
        if len(wide) > 1:
            found.append(
                f"cell {number} prints {len(wide)} lines of more than "
                f"{MOST_PRINTED_COLUMNS} columns"
            )
    return found


def booleans(notebook: NotebookNode) -> list[tuple[int, str]]:
    """Return cell and line of each True or False that is shown."""
    return [
        (number, line)
        for number, cell in _code(notebook)
        for line in printed(cell).splitlines()
        for _ in BOOLEAN.findall(line)
    ]


def printed(cell: NotebookNode) -> str:
    """Return all that a cell shows as text."""
    return "\n".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.get("outputs", [])
    )


def figures(notebook: NotebookNode) -> list[str]:
    """Every figure has a caption and words for those who cannot see it."""
    found = []
    for number, cell in _code(notebook):
        options = cell.metadata.get("mystnb", {})
        if not (_draws(cell) or options.get("figure")):
            continue
        if not options.get("figure", {}).get("caption", "").strip():
            found.append(f"cell {number} draws without a caption")
        explored = _calls(cell, "explore")
        described = (
            all(any(k.arg == "alt" for k in c.keywords) for c in explored)
            if explored
            else options.get("image", {}).get("alt", "").strip()
        )
        if not described:
            found.append(f"cell {number} draws without alt text")
    return found


def exercises(notebook: NotebookNode) -> list[str]:
    """Exercises have a stub, a check, and a solution that is checked too.

    What follows an exercise belongs to it until its solution starts, behind
    the end of its box too: stub and check are not for folding away.
    """
    checks: dict[tuple[str, str], int] = {}
    part: tuple[str, str] | None = None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if part:
                checks[part] += len(_calls(cell, "check"))
            continue
        if SOLUTION_END.search(cell.source):
            part = None
        if start := START.search(cell.source + "\n"):
            label = LABEL.search(start["options"])
            name = label[1] if label else start["title"].strip()
            part = (start[1], name)
            checks.setdefault(part, 0)
    names = [name for kind, name in checks if kind == "exercise"]
    found = []
    if len(names) not in EXERCISES:
        found.append(f"there are {len(names)} exercises")
    for name in names:
        if not checks["exercise", name]:
            found.append(f"exercise {name} has no call of check")
        if ("solution", name) not in checks:
            found.append(f"exercise {name} has no solution")
        elif not checks["solution", name]:
            found.append(f"the solution of {name} has no call of check")
    return found


def fixtures(notebook: NotebookNode) -> list[str]:
    """Each chapter reacts, and breaks something."""
    text = "\n".join(cell.source for cell in _text(notebook))
    found = []
    if not any(_calls(cell, "explore") for _, cell in _code(notebook)):
        found.append("no figure reacts: nothing calls explore")
    if len(BREAK_IT.findall(text)) != 1:
        found.append("there is not one section headed Break it")
    first = next((cell for _, cell in _code(notebook)), None)
    if first is None or SETUP not in _tags(first):
        found.append(f"the first code cell is not tagged {SETUP}")
    return found


def verdicts(notebook: NotebookNode) -> list[str]:
    """Claims are judged where they are measured, and shown in one box.

    One chapter shows the verdicts of all others. A chapter may judge nothing.
    """
    found = []
    places = [n for n, cell in _code(notebook) if _calls(cell, BOX)]
    tables = [c for _, c in _code(notebook) if c.source == TABLE]
    judged, known = records(notebook), labels(notebook)
    if any(VERDICT.search(c.source) for c in _text(notebook)):
        found.append("a verdict is typed in the text")
    if tables and not places:  # it shows every verdict, its own among them
        if [_tags(cell) for cell in tables] != [[HIDDEN]]:
            found.append(f"{TABLE} is not in one cell, tagged {HIDDEN}")
    elif not places and not judged:
        return found
    elif len(places) != 1:
        return [*found, f"{len(places)} cells call {BOX}"]
    else:
        last = notebook.cells[places[0]]
        if last.source != f"{BOX}()" or _tags(last) != [HIDDEN]:
            found.append(
                f"the cell with {BOX}() is not alone, tagged {HIDDEN}"
            )
        if _code(notebook)[-1][0] != places[0]:
            found.append(f"code follows on {BOX}()")
        if not judged:
            found.append(f"nothing calls {RECORD}")
    for number, claim, label in judged:
        if not isinstance(claim, int) or not isinstance(label, str):
            found.append(f"cell {number}: claim or label is not typed out")
        elif label not in known:
            found.append(f"cell {number}: {label} is the name of nothing here")
        if IGNORED in _tags(notebook.cells[number]):
            found.append(f"cell {number}: {RECORD} where nothing is compared")
        if [claim for _, claim, _ in judged].count(claim) > 1:
            found.append(f"cell {number}: claim {claim} is judged twice")
    return found


def predictions(notebook: NotebookNode) -> list[str]:
    """Each question is answered below it, by what was measured.

    What lies between is covered until the reader commits: no exercise may
    stand there, no end of the chapter, and no other question.
    """
    found: list[str] = []
    keys: list[object] = []
    if not _imports(notebook, "predict"):
        return found
    asked: tuple[int, str, str] | None = None  # cell, variable, key
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            if asked and START.search(cell.source + "\n"):
                found.append(f"cell {number}: an exercise under a cover")
            continue
        if asked and _calls(cell, "check"):
            found.append(f"cell {number}: a check under a cover")
        for name, call in _answers(cell):
            if asked is None or name != asked[1]:
                found.append(f"cell {number}: {name} answers no open question")
                continue
            asked = None
            if not call.args or _literal(call.args[0]) is not None:
                found.append(f"cell {number}: the answer is typed")
            found += _shown_alone(cell, number)
        for name, call in _asked(cell):
            key = _literal(call.args[0]) if call.args else None
            if asked:
                found.append(f"cell {number}: {asked[2]} is not answered yet")
            if not isinstance(key, str) or not name:
                found.append(
                    f"cell {number}: the key is not typed out, or the "
                    "question has no name"
                )
            keys.append(key)
            asked = (number, name, str(key))
            found += _shown_alone(cell, number)
    if asked:
        found.append(f"cell {asked[0]}: {asked[2]} has no answer")
    twice = {key for key in keys if keys.count(key) > 1}
    return found + [f"the key {key} is there twice" for key in sorted(twice)]


def prediction_keys(notebook: NotebookNode) -> list[str]:
    """Return the keys of a chapter's predictions; no other chapter's."""
    if not _imports(notebook, "predict"):
        return []
    return [
        str(_literal(call.args[0]))
        for _, cell in _code(notebook)
        for _, call in _asked(cell)
        if call.args
    ]


def recalls(notebook: NotebookNode) -> list[str]:
    """Questions on earlier chapters are three, and open the chapter."""
    found = []
    headings = 0
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            headings += len(SECTION.findall(cell.source))
            continue
        for call in _calls(cell, "recall"):
            if headings:
                found.append(f"cell {number}: recall below a heading")
            if len(call.args) != RECALLED:
                found.append(
                    f"cell {number}: recall asks {len(call.args)} questions"
                )
            found += _shown_alone(cell, number)
    return found


def _imports(notebook: NotebookNode, name: str) -> bool:
    """Say whether a chapter takes `name` from rnnlib's front door."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "rnnlib"
        and any(alias.name == name for alias in node.names)
        for _, cell in _code(notebook)
        for node in ast.walk(ast.parse(_python(cell)))
    )


def _asked(cell: NotebookNode) -> list[tuple[str, ast.Call]]:
    """Return each call of predict with the variable that it goes to."""
    found = []
    for node in ast.parse(_python(cell)).body:
        calls = [
            each
            for each in ast.walk(node)
            if isinstance(each, ast.Call)
            and isinstance(each.func, ast.Name)
            and each.func.id == "predict"
        ]
        name = ""
        if isinstance(node, ast.Assign) and calls == [node.value]:
            name = ast.unparse(node.targets[0])
        found += [(name, call) for call in calls]
    return found


def _answers(cell: NotebookNode) -> list[tuple[str, ast.Call]]:
    """Return each call of a question's answer with the question's name."""
    return [
        (ast.unparse(call.func.value), call)
        for call in _calls(cell, "answer")
        if isinstance(call.func, ast.Attribute)
    ]


def _shown_alone(cell: NotebookNode, number: int) -> list[str]:
    if _tags(cell) == [HIDDEN]:
        return []
    return [f"cell {number}: the cell is not tagged {HIDDEN}"]


def records(
    notebook: NotebookNode,
) -> list[tuple[int, int | None, str | None]]:
    """Return cell, claim and label of each call of ``claims.record``.

    Claim and label are None where they are no literals.
    """
    return [
        (
            number,
            _literal(call.args[0] if call.args else None),
            _literal(next((k.value for k in call.keywords if k.arg == "label"),
                          None)),
        )
        for number, cell in _code(notebook)
        for call in _calls(cell, RECORD)
    ]  # fmt: skip


def labels(notebook: NotebookNode) -> set[str]:
    """Return the names of figures, and those in front of headings."""
    figures = {
        cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        for _, cell in _code(notebook)
    }
    targets = {
        name for c in _text(notebook) for name in TARGET.findall(c.source)
    }
    return (figures | targets) - {None}


def _literal(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _text(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def _code(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return [
        (number, cell)
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]


def _seen(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """Return the cells whose code a reader sees."""
    unseen = {SETUP, FOLDED, HIDDEN, REMOVED}
    return [
        (number, cell)
        for number, cell in _code(notebook)
        if not unseen & set(_tags(cell))
    ]


def _tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def _calls(cell: NotebookNode, name: str) -> list[ast.Call]:
    """Return the calls of the function `name`, plain or dotted."""
    return [
        node
        for node in ast.walk(ast.parse(_python(cell)))
        if isinstance(node, ast.Call)
        and f".{ast.unparse(node.func)}".endswith(f".{name}")
    ]


def _python(cell: NotebookNode) -> str:
    return TransformerManager().transform_cell(cell.source)


def _draws(cell: NotebookNode) -> bool:
    return bool(
        _calls(cell, "explore")
        or _calls(cell, "show")
        or any(
            output.get("data", {}).get("text/plain", "").startswith(PICTURE)
            for output in cell.get("outputs", [])
        )
    )
