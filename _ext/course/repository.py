"""Show links to the repository only once the book has one.

Colab, Binder, live code, "suggest an edit" and "open an issue" all follow
from ``repository: url:`` in ``_config.yml``. Until a fork sets it (``make
repository URL=...``) the address is a placeholder, and a button that leads
nowhere is worse than none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    # Early, so that the theme never sees what is taken away.
    app.connect("config-inited", hide_links, priority=100)


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
