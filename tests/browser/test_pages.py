"""Every built page: whole without a network, silent, accessible, narrow."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Response

from built_book import ROOT, pages
from conftest import one_by_one

KILOBYTE = 1000
DESKTOP = {"width": 1280, "height": 900}
AXE = {
    "resultTypes": ["violations"],
    # Off by default in axe-core, as are all rules it calls experimental.
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}
# Elements of the article that reach beyond the screen and stand in nothing
# that scrolls: the page either moves sideways or cuts them off.
TOO_WIDE = """() => {
  const limit = document.documentElement.clientWidth + 1;
  const scrolls = (e) => ["auto", "scroll"].includes(
    getComputedStyle(e).overflowX);
  const inside = (e) => e && e !== document.body
    && (scrolls(e) || inside(e.parentElement));
  return [...document.querySelectorAll("article *, .bd-header-article *")]
    .filter((e) => e.checkVisibility() && e.getClientRects().length
      && e.getBoundingClientRect().right > limit
      && !e.closest("mjx-assistive-mml, .visually-hidden")
      && !inside(e.parentElement) && !scrolls(e))
    .map((e) => e.outerHTML.slice(0, 120));
}"""


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
        page.on("requestfinished", lambda r: self.weigh(r.response()))

    def complain(self, text: str) -> None:
        self.complaints.append(text)

    def weigh(self, response: Response) -> None:
        # Under _static lies what all pages share and the browser keeps.
        shared = (f"{self.address}/_static/", "data:", "blob:", "file:")
        if not response.url.startswith(shared):
            size = len(gzip.compress(response.body()))
            self.weights[response.url] = size

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


@pytest.fixture(scope="module", params=one_by_one(pages()))
def visit(
    request: pytest.FixtureRequest, browser: Browser, served: str
) -> Iterator[Visit]:
    """Open a page once for all tests below."""
    context = browser.new_context(viewport=dict(DESKTOP), color_scheme="light")
    yield Visit(context.new_page(), served).open(request.param)
    context.close()


def test_page_asks_for_nothing_outside_and_does_not_complain(
    visit: Visit,
) -> None:
    assert visit.outside() == []
    assert visit.complaints == []


def test_page_adds_little_to_the_weight_of_the_theme(visit: Visit) -> None:
    assert sum(visit.weights.values()) <= 700 * KILOBYTE, visit.weights


def test_page_on_the_disk_asks_for_nothing_outside(
    visit: Visit, context: BrowserContext, html: Path
) -> None:
    found = Visit(context.new_page(), html.as_uri()).open(visit.name)
    assert found.outside() == []
    assert found.complaints == []


def test_nothing_overflows_sideways_on_a_phone(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    widths = visit.page.evaluate(
        "[document.documentElement.scrollWidth,"
        " document.documentElement.clientWidth]"
    )
    too_wide = visit.page.evaluate(TOO_WIDE)
    visit.page.set_viewport_size(dict(DESKTOP))
    assert too_wide == []
    assert widths[0] <= widths[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_has_no_axe_violation(visit: Visit, scheme: str) -> None:
    page = visit.page
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        f"document.documentElement.dataset.theme === '{scheme}'"
    )
    # Colours are judged where they end, not on their way there.
    page.add_style_tag(
        content="* { transition: none !important; animation: none !important }"
    )
    # What opens on demand counts too: solutions, for example.
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => d.open = true)"
    )
    found = Axe().run(page, options=AXE).response["violations"]
    assert [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ] == []


def test_each_verdict_links_to_where_it_was_measured(
    visit: Visit, html: Path
) -> None:
    page = visit.page
    rows = page.locator(":is(.verdict table, table.verdicts) tbody tr")
    for row in rows.all():
        where = row.get_by_role("link").get_attribute("href")
        address, _, label = where.partition("#")
        if address:
            other = (html / visit.name).parent / address
            assert f'id="{label}"' in other.read_text("utf-8"), where
        else:
            assert page.locator(f"#{label}").count() == 1, where
    assert bool(rows.count()) == (ROOT / f"{visit.name}.ipynb").exists()


def test_a_page_with_a_foreign_picture_is_caught(
    context: BrowserContext, tmp_path: Path
) -> None:
    # The tests above pass on an empty list of requests: prove it can fill.
    (tmp_path / "page.html").write_text(
        "<img src='http://127.0.0.1:9/x.png'><p style='width:2000px'>wide"
    )
    visit = Visit(context.new_page(), tmp_path.as_uri()).open("page")
    assert visit.outside() == ["http://127.0.0.1:9/x.png"]
    assert visit.complaints != []
