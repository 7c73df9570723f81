"""Set the address of the book's repository, once, for everything.

    repository.py https://github.com/account/name
    repository.py placeholder

``_config.yml`` holds the address; launch, edit and issue links of the built
pages follow from it (``_ext/course/repository.py``). This script writes what
cannot follow by itself: the first cell of each chapter, which installs
rnnlib on Colab, the badges of the README and the address in CITATION.cff.
The placeholder's account holds an underscore, as no real one can.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

import notebooks

ROOT = Path(__file__).parents[1]
PLACEHOLDER = "https://github.com/your_account/from-one-lag-to-a-thousand"
ADDRESS = re.compile(
    r"https://github\.com/"
    r"(?P<account>[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})/(?P<name>[\w.-]+)"
)
BRANCH = "main"
FIRST_CHAPTER = "chapters/01_ar1.ipynb"
SETUP = """\
try:
    import rnnlib
"""
SETUP_PLACEHOLDER = (
    SETUP
    + """\
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "rnnlib is not installed here. In a clone of the book, start the "
        "chapters with: make lab. For Colab, first set the address of your "
        "copy: make repository URL=https://github.com/account/name"
    ) from None"""
)
SETUP_REAL = (
    SETUP
    + """\
except ModuleNotFoundError:  # on Colab: add rnnlib, keep torch and numpy
    %pip install --quiet git+{url}"""
)
BADGES = ("<!-- badges -->", "<!-- end of badges -->")


def parse(given: str) -> str:
    """Return the address in the one form that everything else expects.

    Parameters
    ----------
    given : str
        ``https://github.com/account/name``, a closing slash or ``.git``
        allowed, or ``placeholder``.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if given in ("placeholder", PLACEHOLDER):
        return PLACEHOLDER
    url = given.strip().removesuffix("/").removesuffix(".git")
    match = ADDRESS.fullmatch(url)
    if not match or match["name"] in (".", ".."):
        raise ValueError(
            "URL must look like https://github.com/account/name "
            f"(or be: placeholder), found {given!r}"
        )
    return url


def configured(root: Path = ROOT) -> str:
    """Return the address that ``_config.yml`` holds."""
    config = (root / "_config.yml").read_text(encoding="utf-8")
    return yaml.safe_load(config)["repository"]["url"]


def set_address(url: str, root: Path = ROOT) -> list[Path]:
    """Write the address wherever it has to stand.

    Parameters
    ----------
    url : str
        As :func:`parse` returns it.
    root : Path
        Folder of the book.

    Returns
    -------
    list of Path
        The files that changed.
    """
    changed = [
        path
        for name, rewrite in (
            ("_config.yml", config_text),
            ("README.md", readme_text),
            ("CITATION.cff", citation_text),
        )
        if _rewrite(path := root / name, rewrite, url)
    ]
    for path in sorted((root / "chapters").glob("*.ipynb")):
        notebook = notebooks.read(path)
        cells = [
            cell
            for cell in notebook.cells
            if "setup" in cell.metadata.get("tags", [])
        ]
        if any(cell.source != setup_cell(url) for cell in cells):
            for cell in cells:
                cell.source = setup_cell(url)
            notebooks.write(notebook, path)
            changed.append(path)
    return changed


def setup_cell(url: str) -> str:
    """Return the source of a chapter's first cell."""
    if url == PLACEHOLDER:
        return SETUP_PLACEHOLDER
    return SETUP_REAL.format(url=url)


def config_text(text: str, url: str) -> str:
    """Return ``_config.yml`` with the address."""
    return re.sub(
        r"(?m)^(repository:\n(?: .*\n)*?  url:).*$", rf"\1 {url}", text
    )


def citation_text(text: str, url: str) -> str:
    """Return ``CITATION.cff`` with the address, without one if not set."""
    text = re.sub(r"(?m)^repository-code:.*\n", "", text)
    if url == PLACEHOLDER:
        return text
    return text.rstrip("\n") + f"\nrepository-code: {url}\n"


def readme_text(text: str, url: str) -> str:
    """Return the README with badges below its title, or with their place."""
    start, end = BADGES
    block = "\n".join([start, *badges(url), end])
    if start in text:
        old = re.escape(start) + r"[\s\S]*?" + re.escape(end)
        return re.sub(old, lambda match: block, text)
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{block}\n{rest}"


def badges(url: str) -> list[str]:
    """Return one line of Markdown for each badge; none if not set."""
    if url == PLACEHOLDER:
        return []
    account, name = ADDRESS.fullmatch(url).group("account", "name")
    colab = "https://colab.research.google.com"
    return [
        f"[![Tests]({url}/actions/workflows/ci.yml/badge.svg)]"
        f"({url}/actions/workflows/ci.yml)",
        "[![Binder](https://mybinder.org/badge_logo.svg)]"
        f"(https://mybinder.org/v2/gh/{account}/{name}/{BRANCH}"
        f"?urlpath=lab/tree/{FIRST_CHAPTER})",
        f"[![Colab]({colab}/assets/colab-badge.svg)]"
        f"({colab}/github/{account}/{name}/blob/{BRANCH}/{FIRST_CHAPTER})",
    ]


def _rewrite(path: Path, rewrite: object, url: str) -> bool:
    before = path.read_text(encoding="utf-8")
    after = rewrite(before, url)
    if after != before:
        path.write_text(after, encoding="utf-8")
    return after != before


def main(arguments: list[str]) -> int:
    """Set the address given; return the exit status."""
    if len(arguments) != 1:
        print(f"The address is {configured()}. To set it:", file=sys.stderr)
        print(
            "  make repository URL=https://github.com/account/name\n"
            "  make repository URL=placeholder",
            file=sys.stderr,
        )
        return 2
    try:
        url = parse(arguments[0])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for path in set_address(url):
        print(f"rewritten: {path.relative_to(ROOT)}")
    print(f"The address is {url}. Next: make book.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
