"""Show links to the repository only once the book has one.

Colab, Binder, live code, "suggest an edit" and "open an issue" all follow
from ``repository: url:`` in ``_config.yml``. Until a fork sets it (``make
repository URL=...``) the address is a placeholder, and a button that leads
nowhere is worse than none.

What runs a chapter opens the branch with the reader's notebooks; what edits
it leads to the branch that the book is written on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config

# Branch with the reader's notebooks and what runs them.
NOTEBOOKS = "notebooks"


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    # Early, so that the theme never sees what is taken away.
    app.connect("config-inited", hide_links, priority=100)
    # After the theme has added its buttons.
    app.connect("html-page-context", open_readers_notebooks, priority=900)


def is_placeholder(url: str) -> bool:
    """Say whether `url` stands for a repository that is not there yet.

    An account name may hold letters, digits and hyphens: one with an
    underscore can never be somebody's.
    """
    account = url.partition("github.com/")[2].partition("/")[0]
    return not account or "_" in account


def published_at(url: str) -> str:
    """Return where GitHub Pages publishes the repository's book."""
    account, _, name = url.partition("github.com/")[2].partition("/")
    return f"https://{account.lower()}.github.io/{name}/"


def hide_links(app: Sphinx, config: Config) -> None:
    """Remove every link to the repository while it is the placeholder.

    With a real one, pages know the address that they are published at.
    """
    options = config.html_theme_options
    config.thebe_config.setdefault("repository_branch", NOTEBOOKS)
    url = options.get("repository_url") or ""
    if not is_placeholder(url):
        if not config.html_baseurl:
            config.html_baseurl = published_at(url)
        return
    options.pop("repository_url", None)
    options["launch_buttons"] = {}
    for button in ("repository", "edit_page", "issues"):
        options[f"use_{button}_button"] = False
    # Jupyter Book loads the live-code extension always, and without a
    # repository it would point every page at an example of its authors.
    for event in ("env-before-read-docs", "doctree-resolved"):
        for listener in list(app.events.listeners.get(event, [])):
            if listener.handler.__module__ == "sphinx_thebe":
                app.disconnect(listener.id)


def open_readers_notebooks(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Let Binder and Colab open the reader's notebook, not the source."""
    branch = app.config.html_theme_options.get("repository_branch")
    for group in context.get("header_buttons", []):
        if group.get("label") != "launch-buttons":
            continue
        for button in group["buttons"]:
            for form in ("/{}?urlpath=", "/blob/{}/"):
                if "url" in button:  # live code has none
                    button["url"] = button["url"].replace(
                        form.format(branch), form.format(NOTEBOOKS)
                    )
