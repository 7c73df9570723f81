"""List the predictions of all chapters on the page that looks back on them.

The page *What you predicted* holds an element with the class of `PLACE`. It
is filled with a table of all questions, each linked to its place; the script
of the page adds what this browser has kept. So nothing is fetched, and the
book works from disk.

A page links to a prediction by its key: ``{prediction}`words <ar1-far>```.
"""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.roles import XRefRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PLACE = '<div class="predictions" id="predictions-all"></div>'
ROLE = "prediction"
ASKED = re.compile(
    r'<div class="predict" id="(?P<anchor>[^"]+)".*?'
    r'<script type="application/json">(?P<data>.*?)</script>',
    re.S,
)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-updated", refresh)
    app.connect("html-page-context", fill)
    # An unknown key is a warning, as for any other link.
    role = XRefRole(innernodeclass=nodes.inline, warn_dangling=True)
    app.add_role(ROLE, role)
    app.connect("missing-reference", link)


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the questions of a page, and know the page that lists them."""
    raw = [n.astext() for n in doctree.findall(nodes.raw)]
    asked = [
        (found["anchor"], json.loads(found["data"]))
        for text in raw
        for found in ASKED.finditer(text)
    ]
    name = app.env.docname
    _kept(app.env)[name] = [
        (anchor, data["key"], data["question"]) for anchor, data in asked
    ]
    if any(PLACE in text for text in raw):
        _places(app.env).add(name)


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop a page that is read again."""
    _kept(env).pop(docname, None)
    _places(env).discard(docname)


def refresh(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write the list again whenever any page has been read."""
    return sorted(_places(env))


def fill(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Put the list into its place."""
    if PLACE not in context.get("body", ""):
        return
    rows = []
    for docname in _in_order(app.env):
        number = app.env.toc_secnumbers.get(docname, {}).get("", ())
        chapter = (
            ".".join(map(str, number)) or app.env.titles[docname].astext()
        )
        page = app.builder.get_relative_uri(pagename, docname)
        rows += [
            f'<tr data-key="{key}" data-chapter="{html.escape(chapter)}">'
            f'<td data-label="Chapter">{html.escape(chapter)}</td>'
            f'<td><a href="{page}#{anchor}">{html.escape(question)}</a></td>'
            "</tr>\n"
            for anchor, key, question in _kept(app.env).get(docname, [])
        ]
    table = (
        '<div class="predictions" id="predictions-all">'
        '<div class="predictions-scroll" tabindex="0" role="region" '
        'aria-label="All predictions"><table>\n<thead><tr>'
        '<th scope="col">Chapter</th><th scope="col">Question</th>'
        f"</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table></div></div>"
    )
    context["body"] = context["body"].replace(PLACE, table)


def link(
    app: Sphinx,
    env: BuildEnvironment,
    wanted: pending_xref,
    shown: nodes.Element,
) -> nodes.reference | None:
    """Return a link to the prediction that a page names."""
    if wanted.get("reftype") != ROLE:
        return None
    for docname, asked in _kept(env).items():
        for anchor, key, question in asked:
            if key == wanted["reftarget"]:
                page = app.builder.get_relative_uri(wanted["refdoc"], docname)
                if not wanted["refexplicit"]:
                    shown = nodes.inline("", question)
                return nodes.reference(
                    "", "", shown, internal=True, refuri=f"{page}#{anchor}"
                )
    return None


def _kept(env: BuildEnvironment) -> dict[str, list[tuple[str, str, str]]]:
    if not hasattr(env, "course_predictions"):
        env.course_predictions = {}
    return env.course_predictions


def _places(env: BuildEnvironment) -> set[str]:
    if not hasattr(env, "course_predictions_places"):
        env.course_predictions_places = set()
    return env.course_predictions_places


def _in_order(env: BuildEnvironment) -> Iterator[str]:
    """Yield the pages in the order of the table of contents."""
    waiting, seen = [env.config.root_doc], set()
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen.add(name)
            yield name
            waiting = [*env.toctree_includes.get(name, []), *waiting]
