"""A page that is opened once for many tests."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from urllib.parse import unquote

from playwright.sync_api import Page

from built_book import HTML


@dataclass
class Visit:
    """A page that has been opened, and what happened meanwhile."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        """Listen from the start."""
        page = self.page
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("requestfailed", lambda r: self.complain(f"failed: {r.url}"))
        page.on("pageerror", lambda error: self.complain(str(error)))
        page.on(
            "console",
            lambda m: self.complain(m.text) if m.type == "error" else None,
        )
        page.on("requestfinished", lambda r: self.weigh(r.url))

    def complain(self, text: str) -> None:
        self.complaints.append(text)

    def weigh(self, url: str) -> None:
        """Note what a file of the book weighs on its way, compressed."""
        own = f"{self.address}/"
        # Under _static lies what all pages share and the browser keeps.
        if url.startswith(own) and not url.startswith(f"{own}_static/"):
            path = HTML / unquote(url.removeprefix(own).partition("?")[0])
            if path.is_file():
                self.weights[url] = len(gzip.compress(path.read_bytes()))

    def open(self, name: str) -> Visit:
        """Open a page and wait until its formulas are set."""
        self.name = name
        self.page.goto(f"{self.address}/{name}.html")
        self.page.evaluate("window.MathJax?.startup?.promise")
        self.page.wait_for_load_state("networkidle")
        return self

    def outside(self) -> list[str]:
        """Return the addresses asked for that are not the book's own."""
        own = (f"{self.address}/", "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]
