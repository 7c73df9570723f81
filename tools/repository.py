"""Set the address of the book's repository, once, for everything.

    repository.py https://github.com/account/name
    repository.py placeholder

``_config.yml`` holds the address; launch, edit and issue links of the built
pages follow from it (``_ext/course/repository.py``), and so does the first
cell of the reader's notebooks, which installs rnnlib on Colab
(``tools/reader_notebooks.py``). This script writes what cannot follow by
itself: the badges of the README and the address in CITATION.cff. No chapter
changes, so none has to run again. The placeholder's account holds an
underscore, as no real one can.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PLACEHOLDER = "https://github.com/your_account/from-one-lag-to-a-thousand"
ADDRESS = re.compile(
    r"https://github\.com/"
    r"(?P<account>[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})/(?P<name>[\w.-]+)"
)
# Where the reader's notebooks are published, with the rnnlib they need.
BRANCH = "notebooks"
FIRST_CHAPTER = "chapters/01_ar1.ipynb"
SETUP = """\
try:
    import rnnlib
except ModuleNotFoundError:  # on Colab: add rnnlib, keep torch and numpy
    %pip install --quiet git+{url}@{branch}"""
NEXT = """\
The address is {url}. Next:
  make book                     builds the pages with their buttons
  git add --all
  git commit -m "Set the address of the book"
  git push                      publishes pages and notebooks, once the
                                tests have passed there
The first time, in the repository's settings on GitHub: Pages, Source,
GitHub Actions."""
NEXT_PLACEHOLDER = """\
The address is the placeholder again: no page shows a button. Next: make book,
then commit what was rewritten."""
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
    return [
        path
        for name, rewrite in (
            ("_config.yml", config_text),
            ("README.md", readme_text),
            ("CITATION.cff", citation_text),
        )
        if _rewrite(path := root / name, rewrite, url)
    ]


def setup_cell(url: str) -> str:
    """Return the first cell of a reader's notebook."""
    return SETUP.format(url=url, branch=BRANCH)


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
    print((NEXT_PLACEHOLDER if url == PLACEHOLDER else NEXT).format(url=url))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
