"""Formulas as MathML, for readers that run no JavaScript.

MathJax itself translates them, in Chromium, from the same TeX and with the
same file as on the pages of the book; so a formula says the same everywhere,
and one that MathJax cannot read stops the build.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from xml.etree import ElementTree

from playwright.sync_api import sync_playwright

from course import chromium

# Marks for MathJax's own output; in MathML they are no attributes.
OWN = re.compile(r'\s(?:data-[\w-]+|class)="[^"]*"')
MATHML = "http://www.w3.org/1998/Math/MathML"
APPLIED = "\N{FUNCTION APPLICATION}"
MINUS = "\N{MINUS SIGN}"
THIN = "0.167em"
# Where children stand side by side; elsewhere each has a place of its own.
ROWS = {f"{{{MATHML}}}{name}" for name in ("math", "mrow", "mtd", "mstyle")}
TRANSLATE = """async (formulas) => {
  await MathJax.startup.promise;
  return formulas.map(([tex, display]) => MathJax.tex2mml(tex, {display}));
}"""


def mathjax() -> Path:
    """Return MathJax's folder on this machine."""
    found = importlib.util.find_spec("sphinx-mathjax-offline")
    return Path(found.origin).parent / "static" / "mathjax"


class Translator:
    """A browser that translates; to be used in a ``with`` statement."""

    def __enter__(self) -> Translator:
        self._playwright = sync_playwright().start()
        self._browser = chromium.launch(self._playwright)
        self._page = self._browser.new_page()
        self._page.add_script_tag(path=mathjax() / "tex-mml-chtml.js")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._browser.close()
        self._playwright.stop()

    def to_mathml(self, formulas: Sequence[tuple[str, bool]]) -> list[str]:
        """Translate formulas.

        Parameters
        ----------
        formulas : sequence of (str, bool)
            TeX, and whether it stands on a line of its own.

        Returns
        -------
        list of str
            MathML.

        Raises
        ------
        ValueError
            If MathJax cannot read a formula; the message holds it.
        """
        made = self._page.evaluate(TRANSLATE, [list(f) for f in formulas])
        for (tex, _), mathml in zip(formulas, made):
            if "<merror" in mathml:
                raise ValueError(f"MathJax cannot read this formula: {tex}")
        return [spaced(OWN.sub("", mathml)) for mathml in made]


def spaced(mathml: str) -> str:
    """Return a formula with TeX's spaces around names of functions.

    What applies a function has no width in MathML, and a minus sign in the
    middle of a row is taken for a difference: "= - log k" needs both said.
    """
    ElementTree.register_namespace("", MATHML)
    formula = ElementTree.fromstring(mathml)
    for row in formula.iter():
        if row.tag not in ROWS:
            continue
        parts = list(row)
        for before, part in pairwise(parts):
            if _says(before, "=") and _says(part, MINUS):
                part.set("form", "prefix")
        for i, part in enumerate(parts):
            if not _says(part, APPLIED) or i == 0:
                continue
            if i + 1 < len(parts) and not _is_operator(parts[i + 1]):
                part.set("rspace", THIN)
            if i > 1 and not _is_operator(parts[i - 2]):
                space = ElementTree.Element(f"{{{MATHML}}}mspace", width=THIN)
                row.insert(list(row).index(parts[i - 1]), space)
    return ElementTree.tostring(formula, encoding="unicode")


def _is_operator(part: ElementTree.Element) -> bool:
    return part.tag == f"{{{MATHML}}}mo"


def _says(part: ElementTree.Element, text: str) -> bool:
    return _is_operator(part) and (part.text or "").strip() == text
