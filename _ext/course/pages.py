"""Mend in each page what the theme and its extensions leave undone."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# The picture on social cards, in _static; it needs an address of its own.
CARD = "card.png"
# What search engines and social cards show of a description.
DESCRIPTION_LENGTH = 200


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    # After the theme and all extensions (500, 501) have added theirs.
    app.connect("html-page-context", drop_repeated_scripts, priority=900)
    app.connect("html-page-context", drop_dead_launch_buttons, priority=900)
    app.connect("html-page-context", describe_page)
    app.connect("html-page-context", mend_names)


def drop_repeated_scripts(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Keep the first of equal inline scripts.

    sphinx-thebe's settings come twice under Jupyter Book 1, and a second
    ``const THEBE_JS_URL`` is a syntax error in the browser's console.
    """
    seen: set[str] = set()
    kept = []
    for script in context.get("script_files", []):
        body = getattr(script, "attributes", {}).get("body")
        if body is None or body not in seen:
            kept.append(script)
        seen.add(body)
    context["script_files"] = kept


def drop_dead_launch_buttons(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Remove launch buttons from pages that no notebook file stands behind.

    The theme offers them for text notebooks too, and Colab cannot open
    those.
    """
    if Path(app.env.doc2path(pagename)).suffix != ".ipynb":
        context["header_buttons"] = [
            button
            for button in context.get("header_buttons", [])
            if button.get("label") != "launch-buttons"
        ]


def describe_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Describe the page by its first paragraph of plain words.

    Where it has none, a list or a formula comes first, the description of
    the whole book in ``_config.yml`` stands in.
    """
    address = app.config.html_baseurl.rstrip("/")
    if address and Path(app.srcdir, "_static", CARD).exists():
        context["card"] = f"{address}/_static/{CARD}"
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        prose = isinstance(paragraph.parent, nodes.section)
        if prose and not any(paragraph.findall(nodes.math)):
            context["description"] = shorten(
                paragraph.astext(), DESCRIPTION_LENGTH, placeholder=" …"
            )
            return


def mend_names(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Correct what generated HTML tells assistive technology.

    docutils gives the entries of a bibliography a role that ARIA has
    withdrawn, which leaves the list around them without items. myst-nb
    names what opens a folded cell otherwise than it shows. pandas puts an
    empty heading where a table has neither row nor column to name.
    """
    body = context.get("body", "")
    for wrong, right in (
        (' role="doc-biblioentry"', ' role="listitem"'),
        ('<summary aria-label="Toggle hidden content">', "<summary>"),
        ("<th></th>", "<td></td>"),
    ):
        body = body.replace(wrong, right)
    context["body"] = body
