"""Bring Python and an editor for the pages from npm, where there is Node.

``make book`` calls this before Sphinx, in the folder of the book. What comes
of it lies in ``_build/page_python/ready``: `editor.js`, `engine.js` with the
worker in it, `python.js` with CPython and NumPy, and the licences of all of
them. Without Node, or without a way to npm, one line says so and the book is
built without "Answer here".
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

HERE = Path(__file__).parent
PLACE = Path("_build", "page_python")
LOCK = ("package.json", "package-lock.json")
SCRIPTS = ("editor.js", "engine.js", "shim.js", "worker.js")
# What the worker's packages take for granted of Node.
OF_NODE = (
    "--inject:./shim.js",
    "--define:global=globalThis",
    '--define:__dirname="/"',
    "--alias:stream=stream-browserify",
    "--alias:path=path-browserify",
)
OLDEST_NODE = 18
LEFT_OUT = "without Python in the pages (no “Answer here”): {}"
HOME = "/usr/lib/python3.11"
# Of the standard library and of NumPy, what no answer needs: other formats
# and machines, the network, windows, tests, what builds packages.
UNUSED = re.compile(
    r"(^|/)(asyncio|concurrent|curses|dbm|distutils|doc|email|ensurepip|f2py|"
    r"http|idlelib|include|lib2to3|mailbox|msilib|multiprocessing|nntplib|"
    r"pydoc\w*|sqlite3|test|tests|tkinter|turtle\w*|venv|wsgiref|xml|xmlrpc|"
    r"__pycache__)(/|\.pyc$)"
    r"|lib-dynload/(_codecs_|_crypt|_curses|_elementtree|_lzma|_sqlite3|_ssl|"
    r"_test|_xx|audioop|ossaudiodev|pyexpat|readline|termios|unicodedata|xx)"
    r"|core/(_umath_tests|_operand_flag_tests|"
    r"_rational_tests|_struct_ufunc_tests|_simd)\."
    r"|\.(c|h|pxd|py|pyi|pyx|txt)$"
)


def main() -> int:
    """Bundle, unless it is done already; never fail the build."""
    chapters = [*Path().glob("*.ipynb"), *Path("chapters").glob("*.ipynb")]
    texts = (path.read_text(encoding="utf-8") for path in chapters)
    if not any("exercises.check(" in text for text in texts):
        return 0
    ready = PLACE / "ready"
    version = _version()
    known = ready / "version"
    if known.exists() and known.read_text() == version:
        return 0
    shutil.rmtree(ready, ignore_errors=True)
    try:
        modules = _installed()
    except LookupError as error:
        print(LEFT_OUT.format(error), flush=True)
        return 0
    made = PLACE / "made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    _bundle(modules, made)
    (made / "version").write_text(version)
    made.rename(ready)
    return 0


def _version() -> str:
    names = (*LOCK, *SCRIPTS, Path(__file__).name)
    parts = [(HERE / name).read_bytes() for name in names]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _installed() -> Path:
    """Return the folder of packages, as the lock file names them.

    Raises
    ------
    LookupError
        If there is no Node, or an old one, or npm cannot be reached.
    """
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise LookupError("there is no Node here")
    version = _run(Path(), node, "--version").strip()
    if int(version.strip("v").partition(".")[0]) < OLDEST_NODE:
        raise LookupError(f"Node {version} is here, {OLDEST_NODE} is needed")
    folder = PLACE / "npm"
    stamp = folder / "stamp"
    lock = "".join((HERE / name).read_text() for name in LOCK)
    if not (stamp.exists() and stamp.read_text() == lock):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in LOCK:
            shutil.copy(HERE / name, folder)
        # Nothing of a package is run while it is installed.
        options = ["--ignore-scripts", "--no-audit", "--no-fund"]
        options += ["--fetch-retries=1", "--loglevel=error"]
        print("Python for the pages comes from npm (60 MB, once)", flush=True)
        try:
            _run(folder, npm, "ci", *options)
        except subprocess.CalledProcessError as error:
            said = [line for line in error.stderr.splitlines() if line.strip()]
            raise LookupError(f"npm says: {[*said, 'nothing'][0]}") from error
        stamp.write_text(lock)
    return folder / "node_modules"


def _bundle(modules: Path, made: Path) -> None:
    # The scripts have to lie beside the packages that they name.
    for name in SCRIPTS:
        shutil.copy(HERE / name, modules.parent)
    worker = made / "worker.js"
    used = _esbuild(modules, worker, *OF_NODE)
    used |= _esbuild(modules, made / "editor.js")
    source = json.dumps(worker.read_text(encoding="utf-8"))
    worker.unlink()
    engine = (HERE / "engine.js").read_text(encoding="utf-8")
    (made / "engine.js").write_text(
        f"const WORKER = {source};\n{engine}", encoding="utf-8"
    )
    packed = base64.b64encode(_archive(_files(modules))).decode()
    (made / "python.js").write_text(
        f'window.courseAnswers.parts.python = "{packed}";\n'
    )
    used |= {"python-wasm", "@cowasm/py-numpy"}
    (made / "LICENSES.txt").write_text(
        _licences(modules, used), encoding="utf-8"
    )


def _esbuild(modules: Path, out: Path, *options: str) -> set[str]:
    """Bundle the script of a name; return the names of the packages in it."""
    facts = out.with_suffix(".meta.json")
    _run(
        modules.parent,
        "node",
        "node_modules/esbuild/bin/esbuild",
        out.name,
        "--bundle",
        "--format=iife",
        "--minify",
        "--log-level=error",
        f"--outfile={out.resolve()}",
        f"--metafile={facts.resolve()}",
        *options,
    )
    inputs = json.loads(facts.read_text(encoding="utf-8"))["inputs"]
    facts.unlink()
    found = re.findall(r"node_modules/((?:@[^/]+/)?[^/]+)/", " ".join(inputs))
    return set(found)


def _files(modules: Path) -> dict[str, bytes]:
    """Return the files of Python and NumPy, by their places in the page."""
    python, numpy = modules / "python-wasm/dist", modules / "@cowasm/py-numpy"
    kernel = modules / "@cowasm/kernel/dist/kernel/kernel.wasm"
    files = {
        "/usr/lib/kernel.wasm": kernel.read_bytes(),
        "/usr/lib/python.wasm": (python / "python.wasm").read_bytes(),
    }
    with ZipFile(python / "python-stdlib.zip") as library:
        for name in sorted(library.namelist()):
            if not (name.endswith("/") or UNUSED.search(name)):
                files[f"{HOME}/{name}"] = library.read(name)
    root = numpy / "dist" / "wasm"
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not UNUSED.search(name):
            files[f"{HOME}/site-packages/{name}"] = path.read_bytes()
    return files


def _archive(files: dict[str, bytes]) -> bytes:
    """Pack files as `worker.js` unpacks them."""
    names = [[name, len(content)] for name, content in files.items()]
    head = json.dumps(names).encode()
    whole = len(head).to_bytes(4) + head + b"".join(files.values())
    return gzip.compress(whole, 9, mtime=0)


def _licences(modules: Path, used: set[str]) -> str:
    """Return the terms of all that is bundled, one after the other."""
    parts = [
        f"{path.stem}\n\n{path.read_text(encoding='utf-8')}"
        for path in sorted((HERE / "licences").glob("*.txt"))
    ]
    for name in sorted(used):
        facts = json.loads((modules / name / "package.json").read_text())
        named = f"{name} {facts['version']}, {facts.get('license', '')}"
        texts = [
            path.read_text(encoding="utf-8")
            for path in sorted((modules / name).iterdir())
            if re.match(r"(?i)licen[cs]e|copying|notice", path.name)
        ]
        parts.append("\n\n".join([named, *texts]))
    rule = "\n\n" + "-" * 72 + "\n\n"
    return rule.join(part.strip() for part in parts) + "\n"


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
