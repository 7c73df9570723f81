"""One number for all of rnnlib that a chapter's outputs can depend on.

jupyter-cache knows a notebook by its code alone. The code of a chapter says
which modules of rnnlib it imports, these say which others, and the contents
of all of them, with the versions of the libraries below, make the
fingerprint: equal fingerprints, equal outputs.
"""

from __future__ import annotations

import ast
import hashlib
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

# Libraries whose version can change a number or a figure.
STACK = ("ipywidgets", "matplotlib", "numpy", "torch")


def fingerprint(package: Path, code: list[str]) -> str:
    """Return the fingerprint of a chapter.

    Parameters
    ----------
    package : Path
        Folder of rnnlib.
    code : list of str
        Source of each code cell; IPython's ``%`` and ``!`` lines are allowed.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in STACK:
        digest.update(f"{name} {_installed(name)}\n".encode())
    for path in sorted(reached(package, code)):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def reached(package: Path, code: list[str]) -> set[Path]:
    """Return the files of `package` that the code can reach, at any depth.

    Data belong to the modules that name the file or its folder in ``data``.
    What no module names counts for everyone who reaches any module, and so
    do other files that are no Python, a style sheet for example. A module
    that imports by computed name counts as reaching all; the package itself
    does so only to open what it is asked for, and what that is stands in the
    code.
    """
    if not package.is_dir():
        return set()
    modules = _modules(package)
    lent = _lent(modules, package.name)
    everything = f"{package.name}.*"
    waiting: set[str] = set()
    for cell in code:
        waiting |= _imports(_as_python(cell), package.name)
    names: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name == everything:
            waiting |= set(modules)
        name = lent.get(name, name)
        if name in names or name not in modules:
            continue
        names.add(name)
        if name.count("."):
            waiting.add(name.rpartition(".")[0])
        source = modules[name].read_text(encoding="utf-8")
        computed = "import_module" in source or "__import__" in source
        if computed and name != package.name:
            waiting |= set(modules)
        is_package = modules[name].name == "__init__.py"
        parent = name if is_package else name.rpartition(".")[0]
        waiting |= _imports(source, package.name, parent)
    if not names:
        return set()
    files = {modules[name] for name in names}
    data = package / "data"
    for path in package.rglob("*"):
        plain = path.is_file() and path.suffix not in (".py", ".pyc")
        if plain and data in path.parents:
            owners = _owners(path.relative_to(data), modules, package.name)
            plain = not owners or bool(owners & names)
        if plain:
            files.add(path)
    return files


def _owners(path: Path, modules: dict[str, Path], root: str) -> set[str]:
    """Return the modules that name a file in ``data``, or its folder.

    The package itself names rooms, not folders.
    """
    folders = "|".join(map(re.escape, path.parts[:-1])) or "(?!)"
    named = re.compile(rf"{re.escape(path.name)}|[\"'/]({folders})[\"'/]")
    return {
        name
        for name in modules.keys() - {root}
        if named.search(modules[name].read_text(encoding="utf-8"))
    }


def _modules(package: Path) -> dict[str, Path]:
    """Map each dotted name inside `package` to its file."""
    found = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        found[".".join(parts)] = path
    return found


def _lent(modules: dict[str, Path], root: str) -> dict[str, str]:
    """Map what the package hands on at first use to the module it is from.

    `rnnlib` keeps such names in a dictionary, the class and its module.
    """
    if root not in modules:
        return {}
    tree = ast.parse(modules[root].read_text(encoding="utf-8"))
    pairs = [
        (key.value, value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
    ]
    return {
        f"{root}.{name}": f"{root}.{module}"
        for name, module in pairs
        if f"{root}.{module}" in modules
    }


def _imports(source: str, root: str, parent: str = "") -> set[str]:
    """Return the dotted names under `root` that `source` may import.

    Names that turn out to be functions or classes do no harm: the caller
    looks each one up among the modules.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the kernel says so better
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
            # Under another name it may open anything.
            names |= {f"{a.name}.*" for a in node.names if a.asname}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = parent.split(".")
                above = above[: len(above) - node.level + 1]
                base = ".".join([*above, *filter(None, [base])])
            names.add(base)
            names |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute):  # rnnlib.linear.fit
            names.add(ast.unparse(node))
    return {name for name in names if name.split(".")[0] == root}


def _as_python(cell: str) -> str:
    return TransformerManager().transform_cell(cell)


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
