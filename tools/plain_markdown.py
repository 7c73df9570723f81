"""From the book's Markdown to the Markdown that every notebook viewer knows.

MyST's own parser finds the directives and roles, so what stands in code or
in a formula is left alone. What this module does not know it refuses: a
directive that slips through would show its raw text to the reader.

====================================  =====================================
in the book                           in the reader's notebook
====================================  =====================================
``{admonition}``, ``{note}`` ...      a quotation that opens with the title
``{table}``                           the table
``{cite:t}``, ``{cite:p}``            Yule (1927), (Yule, 1927), linked
``[](#fig-x)``, ``{numref}``          Figure 1.2
``[text](#label)``, ``{ref}``         a link to the heading or the page
``{doc}``                             a link to the notebook or the page
``(label)=``, ``% comment``           nothing
====================================  =====================================
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

EXTENSIONS = (
    "amsmath",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
    "substitution",
    "tasklist",
)
DIRECTIVE = re.compile(r"\{(?P<name>[\w:-]+)\}[ ]*(?P<title>.*)")
OPTION = re.compile(r":[\w-]+:.*")
# Callouts that name themselves; an admonition brings its title.
TITLES = {
    "note": "Note",
    "tip": "Tip",
    "hint": "Hint",
    "important": "Important",
    "warning": "Warning",
    "caution": "Caution",
    "attention": "Attention",
    "seealso": "See also",
}
TITLED = ("admonition", "dropdown")
# What vanishes without a trace.
SILENT = ("myst_target", "myst_line_comment", "myst_block_break")
# What no viewer of notebooks would show as the book does.
REFUSED = (
    "substitution_block",
    "substitution_inline",
    "footnote_ref",
    "math_block_label",
    "dl_open",
)
# A role with a text of its own: {ref}`text <label>`.
EXPLICIT = re.compile(r"(?P<text>.*?)[ ]*<(?P<target>[^<>]+)>", re.S)

# Takes the kind ("figure", "label", "page", "cite:t" ...), what is named, and
# the text to show ("" for none); returns Markdown.
Resolve = Callable[[str, str, str], str]


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """Return MyST's parser with the extensions of the book."""
    return create_md_parser(
        MdParserConfig(enable_extensions=set(EXTENSIONS)), RendererHTML
    )


def to_plain(source: str, resolve: Resolve) -> str:
    """Return the text without directives and roles.

    Parameters
    ----------
    source : str
        Markdown as the book's pages take it.
    resolve : callable
        Says what a reference becomes: takes its kind, the target and the
        text to show, returns Markdown.

    Raises
    ------
    ValueError
        If there is a directive, a role or another construct that is not
        known here.
    """
    lines = source.split("\n")
    # From the end, so that the line numbers of what is left stay true.
    for token in reversed(parser().parse(source)):
        if token.type in REFUSED:
            raise ValueError(f"no plain form is known of: {token.type}")
        if token.type in SILENT:
            start, stop = token.map
            # Another target or the heading follows at once.
            lines[start:stop] = []
        elif token.type in ("fence", "colon_fence"):
            _rewrite_fence(token, lines, resolve)
        elif token.type == "inline" and token.map:
            _rewrite_inline(token, lines, resolve)
    return "\n".join(lines).strip("\n")


def directive(source: str) -> re.Match[str] | None:
    """Return name and title of a directive from the info of its fence."""
    return DIRECTIVE.fullmatch(source.strip())


def split_options(body: str) -> tuple[dict[str, str], str]:
    """Part the ``:key: value`` lines that open a directive from its text."""
    lines = body.split("\n")
    options = {}
    while lines and OPTION.fullmatch(lines[0].strip()):
        key, _, value = lines.pop(0).strip()[1:].partition(":")
        options[key] = value.strip()
    return options, "\n".join(lines).strip("\n")


def callout(title: str, text: str) -> str:
    """Return a box as every viewer shows one: a quotation with a title."""
    lines = [f"**{title}**", *(["", *text.split("\n")] if text else [])]
    # nbconvert, and so GitHub, knows no table within a quotation.
    if any(line.startswith("|") for line in lines):
        return "\n".join(lines)
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _rewrite_fence(token: Token, lines: list[str], resolve: Resolve) -> None:
    found = directive(token.info)
    if found is None:  # a block of code
        return
    name, (options, text) = found["name"], split_options(token.content)
    title = found["title"] or TITLES.get(name, "")
    if name in TITLES or (name in TITLED and title):
        if not found["title"] and name in TITLES:
            title = TITLES[name]
        elif name in TITLES:  # {note} takes its first line from there
            title, text = TITLES[name], f"{found['title']}\n{text}"
        plain = callout(to_plain(title, resolve), to_plain(text, resolve))
    elif name == "table":
        plain = to_plain(text, resolve)
        if title:
            plain = f"*{to_plain(title, resolve)}*\n\n{plain}"
    elif name == "math" and not options:
        plain = f"$$\n{text}\n$$"
    else:
        raise ValueError(f"no plain form is known of: {{{name}}}")
    start, stop = token.map
    indent = re.match(r"\s*", lines[start])[0]
    made = [(indent + line).rstrip() for line in plain.split("\n")]
    # What follows at once would be drawn into the quotation.
    if stop < len(lines) and lines[stop].strip():
        made.append("")
    lines[start:stop] = made


def _rewrite_inline(token: Token, lines: list[str], resolve: Resolve) -> None:
    start, stop = token.map
    text = "\n".join(lines[start:stop])
    for raw, plain in _replacements(token.children or [], resolve):
        if raw not in text:
            raise ValueError(f"{raw!r} is not found where it was read")
        text = text.replace(raw, plain, 1)
    lines[start:stop] = text.split("\n")


def _replacements(
    children: list[Token], resolve: Resolve
) -> list[tuple[str, str]]:
    """Pair what stands in the text with what it becomes, in order."""
    pairs = []
    for i, token in enumerate(children):
        if token.type in REFUSED:
            raise ValueError(f"no plain form is known of: {token.type}")
        if token.type == "myst_role":
            name = token.meta["name"]
            explicit = EXPLICIT.fullmatch(token.content)
            shown, target = ("", token.content)
            if explicit and not name.startswith("cite:"):
                shown, target = explicit["text"], explicit["target"]
            raw = f"{{{name}}}`{token.content}`"
            pairs.append((raw, resolve(name, target, shown)))
        elif token.type == "link_open":
            href = token.attrs.get("href", "")
            if not href.startswith("#"):
                continue
            closing = next(
                j
                for j in range(i, len(children))
                if children[j].type == "link_close"
            )
            shown = "".join(c.content for c in children[i + 1 : closing])
            plain = resolve("label", href[1:], shown)
            pairs.append((f"[{shown}]({href})", plain))
    return pairs
