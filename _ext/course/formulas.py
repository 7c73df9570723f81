"""Formulas as MathML, for readers that run no JavaScript.

MathJax itself translates them, in Chromium, from the same TeX and with the
same file as on the pages of the book; so a formula says the same everywhere,
and one that MathJax cannot read stops the build.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from playwright.sync_api import sync_playwright

from course import chromium

# Marks for MathJax's own output; in MathML they are no attributes.
OWN = re.compile(r'\s(?:data-[\w-]+|class)="[^"]*"')
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
        return [OWN.sub("", mathml) for mathml in made]
