"""Every built page: whole without a network, silent, accessible, narrow."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from built_book import ROOT, chapters, pages

KILOBYTE = 1000
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


def settle(page: Page, url: str) -> Page:
    """Open `url` and wait until its formulas are set."""
    page.goto(url)
    page.evaluate("window.MathJax?.startup?.promise")
    return page


@pytest.fixture(params=["http", "file"])
def address(request: pytest.FixtureRequest, html: Path) -> str:
    """Return where the book stands: on a server, and on the disk."""
    if request.param == "file":
        return html.as_uri()
    return request.getfixturevalue("served")


@pytest.mark.parametrize("name", pages())
def test_page_asks_for_nothing_outside_and_does_not_complain(
    context: BrowserContext, address: str, name: str
) -> None:
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda r: complaints.append(f"failed: {r.url}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda m: complaints.append(m.text) if m.type == "error" else None,
    )
    settle(page, f"{address}/{name}.html")
    page.wait_for_load_state("networkidle")
    own = (f"{address}/", "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", pages())
def test_page_has_no_axe_violation(
    browser: Browser, served: str, name: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = settle(context.new_page(), f"{served}/{name}.html")
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    # Colours are judged where they end, not on their way there.
    page.add_style_tag(
        content="* { transition: none !important; animation: none !important }"
    )
    # What opens on demand counts too: solutions, for example.
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => d.open = true)"
    )
    found = Axe().run(page, options=AXE).response["violations"]
    context.close()
    assert [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ] == []


@pytest.mark.parametrize("name", pages())
def test_nothing_overflows_sideways_on_a_phone(
    browser: Browser, served: str, name: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = settle(context.new_page(), f"{served}/{name}.html")
    widths = page.evaluate(
        "[document.documentElement.scrollWidth,"
        " document.documentElement.clientWidth]"
    )
    too_wide = page.evaluate(TOO_WIDE)
    context.close()
    assert too_wide == []
    assert widths[0] <= widths[1]


@pytest.mark.parametrize("name", chapters())
def test_chapter_adds_little_to_the_weight_of_the_theme(
    context: BrowserContext, served: str, name: str
) -> None:
    # Under _static lies what all pages share and the browser keeps.
    weights: dict[str, int] = {}
    page = context.new_page()

    def weigh(response: object) -> None:
        if not response.url.startswith((f"{served}/_static/", "data:")):
            weights[response.url] = len(gzip.compress(response.body()))

    page.on("requestfinished", lambda request: weigh(request.response()))
    settle(page, f"{served}/{name}.html")
    assert sum(weights.values()) <= 700 * KILOBYTE, weights


@pytest.mark.parametrize("name", chapters())
def test_each_verdict_links_to_where_it_was_measured(
    context: BrowserContext, served: str, name: str
) -> None:
    page = settle(context.new_page(), f"{served}/{name}.html")
    rows = page.locator(":is(.verdict table, table.verdicts) tbody tr")
    for row in rows.all():
        where = row.get_by_role("link").get_attribute("href")
        address, _, label = where.partition("#")
        if address:
            other = context.new_page()
            other.goto(f"{page.url.rpartition('/')[0]}/{where}")
            assert other.locator(f"#{label}").count() == 1, where
            other.close()
        else:
            assert page.locator(f"#{label}").count() == 1, where
    assert bool(rows.count()) == (ROOT / f"{name}.ipynb").exists()


def test_a_page_with_a_foreign_picture_is_caught(
    context: BrowserContext, tmp_path: Path
) -> None:
    # The tests above pass on an empty list of requests: prove it can fill.
    (tmp_path / "page.html").write_text(
        "<img src='http://127.0.0.1:9/x.png'><p style='width:2000px'>wide"
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    settle(page, (tmp_path / "page.html").as_uri())
    assert "http://127.0.0.1:9/x.png" in asked
