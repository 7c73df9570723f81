"""Put the reader's notebooks, and what runs them, on a branch of their own.

    notebooks_branch.py            write the commit, name it
    notebooks_branch.py --push     and send it to the remote "origin"
    notebooks_branch.py --home URL   name another address than that of
                                     _config.yml

The branch holds the notebooks where the chapters lie on the branch that the
book is written on, rnnlib beside them, and Binder's environment: Colab's
first cell installs rnnlib from it, and Binder builds it. It has no history,
so that a clone is small; what has not changed is not sent, since Binder
would build its image anew. Python alone runs this, nothing is installed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "_build" / "notebooks"
BRANCH = "notebooks"
ADDRESS = re.compile(r"(?m)^repository:\n(?: .*\n)*?  url: *(\S+)")
# What a reader needs beside the notebooks, as git knows it.
TAKEN = (".binder", "rnnlib", "pyproject.toml", "LICENSE", ".gitattributes")
README = """\
# {title}: the notebooks

Made from the chapters of the book, with every push to its repository; do not
edit them here. The book itself, and how to read it: {home}
"""
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "The book"),
        ("EMAIL", "book@users.noreply.github.com"),
    )
}


def commit(root: Path = ROOT, notebooks: Path = FOLDER, home: str = "") -> str:
    """Write the branch into the repository; return the name of its commit.

    Parameters
    ----------
    root : Path, optional
        A clone of the book; what git tracks there is taken as it was last
        committed.
    notebooks : Path, optional
        Folder of the reader's notebooks.
    home : str, optional
        Address of the book's repository; as in ``_config.yml`` if "".

    Raises
    ------
    ValueError
        If there are no notebooks.
    """
    paths = sorted(notebooks.glob("*.ipynb"))
    if not paths:
        raise ValueError(f"{notebooks} holds no notebooks: make notebooks")
    title = (root / "README.md").read_text("utf-8").split("\n")[0]
    config = (root / "_config.yml").read_text("utf-8")
    text = README.format(
        title=title.removeprefix("# "),
        home=home or ADDRESS.search(config)[1],
    )
    with TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        git(root, "read-tree", "--empty", **index)
        tracked = git(root, "ls-tree", "-r", "HEAD", *TAKEN)
        git(root, "update-index", "--index-info", text=tracked, **index)
        contents = {f"chapters/{p.name}": p.read_text("utf-8") for p in paths}
        for name, content in {**contents, "README.md": text}.items():
            blob = git(root, "hash-object", "-w", "--stdin", text=content)
            entry = f"100644,{blob},{name}"
            git(root, "update-index", "--add", "--cacheinfo", entry, **index)
        tree = git(root, "write-tree", **index)
    before = git(root, "rev-parse", "-q", "--verify", _branch(), fails=True)
    if before and git(root, "rev-parse", f"{before}^{{tree}}") == tree:
        return before
    made = git(root, "commit-tree", tree, text="The notebooks", **AUTHOR)
    git(root, "update-ref", _branch(), made)
    return made


def push(root: Path = ROOT) -> bool:
    """Send the branch to the remote; return whether it had to be sent."""
    ref = _branch()
    fetched = "refs/notebooks/published"
    git(root, "fetch", "-q", "--depth=1", "origin", f"+{ref}:{fetched}",
        fails=True)  # fmt: skip
    trees = [
        git(root, "rev-parse", "-q", "--verify", f"{r}^{{tree}}", fails=True)
        for r in (ref, fetched)
    ]
    if trees[0] == trees[1]:
        return False
    git(root, "push", "-q", "--force", "origin", f"{ref}:{ref}")
    return True


def git(
    root: Path, *words: str, text: str = "", fails: bool = False, **more: str
) -> str:
    """Run git and return what it prints, "" where it may fail and does."""
    done = subprocess.run(
        ["git", *words],
        cwd=root,
        env={**os.environ, **more},
        input=text.encode(),
        capture_output=True,
    )
    if done.returncode and not fails:
        raise RuntimeError(f"git {words[0]}: {done.stderr.decode()}")
    return "" if done.returncode else done.stdout.decode().rstrip("\n")


def _branch() -> str:
    return f"refs/heads/{BRANCH}"


def main(arguments: list[str] | None = None) -> int:
    """Write the branch, and send it if asked; return the exit status."""
    wanted = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    wanted.add_argument("--push", action="store_true")
    wanted.add_argument("--home", default="")
    given = wanted.parse_args(arguments)
    print(f"{BRANCH}: {commit(home=given.home)}")
    if given.push:
        print("sent" if push() else "unchanged: nothing to send")
    return 0


if __name__ == "__main__":
    sys.exit(main())
