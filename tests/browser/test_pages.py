"""Every built page: whole without a network, silent, accessible, narrow."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

import chapter_form
import notebooks
from built_book import ROOT
from visits import Visit

KILOBYTE = 1000
# A chapter with all that a chapter has, and two pages that have something of
# their own; at night the colours of all pages are judged.
KINDS = ("chapters/intro", "chapters/02_memory", "chapters/11_claims")
# All rules that look at something else than colours.
STRUCTURE = {
    "resultTypes": ["violations"],
    "rules": {
        "color-contrast": {"enabled": False},
        # Off by default in axe-core, as are all rules it calls experimental.
        "label-content-name-mismatch": {"enabled": True},
    },
}
COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "rule",
        "values": ["color-contrast", "link-in-text-block"],
    },
}
# A page of code has ten thousand words in a dozen pairs of colours, and axe
# takes half a minute to weigh each: here it gets one of every kind.
KIND = "data-kind-of-colours"
MARK_KINDS = f"""() => {{
  const seen = new Set();
  const behind = (e) => {{
    while (e && getComputedStyle(e).backgroundColor === "rgba(0, 0, 0, 0)")
      e = e.parentElement;
    return e ? getComputedStyle(e).backgroundColor : "";
  }};
  for (const e of document.querySelectorAll("body *")) {{
    e.removeAttribute("{KIND}");
    const own = [...e.childNodes].some(
      (n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (!own || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const kind = [style.color, style.fontSize, style.fontWeight,
      style.opacity, style.textDecorationLine, behind(e),
      e.localName === "a" && getComputedStyle(e.parentElement).color
    ].join();
    if (!seen.has(kind)) e.setAttribute("{KIND}", "");
    seen.add(kind);
  }}
  return seen.size;
}}"""
OPEN = """() => {
  document.querySelectorAll("details").forEach((d) => d.open = true);
  document.querySelectorAll(".predict-foot:not([hidden]) .predict-show")
    .forEach((button) => button.click());
}"""
# A word of code is a word like its neighbours to all rules of structure; axe
# is twice as fast where code is one piece of text.
PLAIN_CODE = """() => document.querySelectorAll("pre, code")
  .forEach((e) => e.textContent = e.textContent)"""
# The theme lets the keyboard into what scrolls, some time after it changes.
SCROLLERS_ARE_REACHED = """() => [...document.querySelectorAll("pre")]
  .every((e) => e.scrollWidth <= e.clientWidth || e.tabIndex === 0)"""
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


def test_page_asks_for_nothing_outside_and_does_not_complain(
    visit: Visit,
) -> None:
    assert visit.outside() == []
    assert visit.complaints == []


def test_page_adds_little_to_the_weight_of_the_theme(visit: Visit) -> None:
    assert visit.weights
    assert sum(visit.weights.values()) <= 700 * KILOBYTE, visit.weights


@pytest.mark.parametrize("name", KINDS)
def test_a_page_that_is_served_asks_for_nothing_outside(
    context: BrowserContext, served: str, name: str
) -> None:
    found = Visit(context.new_page(), served).open(name)
    assert found.outside() == []
    assert found.complaints == []
    assert found.weights


def test_each_prediction_covers_its_answer(visit: Visit) -> None:
    """Before the tests below uncover them all."""
    path = ROOT / f"{visit.name}.ipynb"
    keys = []
    if path.exists():
        keys = chapter_form.prediction_keys(notebooks.read(path))
    page = visit.page
    assert [
        box.get_attribute("id") for box in page.locator(".predict").all()
    ] == [f"predict-{key}" for key in keys]
    for key in keys:
        assert page.locator(
            f".predict-covered #predict-{key}-answer"
        ).count() == 1  # fmt: skip


def test_nothing_overflows_sideways_on_a_phone(visit: Visit) -> None:
    desktop = visit.page.viewport_size
    visit.page.evaluate(OPEN)
    visit.page.set_viewport_size({"width": 390, "height": 844})
    widths = visit.page.evaluate(
        "[document.documentElement.scrollWidth,"
        " document.documentElement.clientWidth]"
    )
    too_wide = visit.page.evaluate(TOO_WIDE)
    visit.page.set_viewport_size(desktop)
    assert too_wide == []
    assert widths[0] <= widths[1]


def test_every_kind_of_page_has_colours_that_can_be_read(
    context: BrowserContext, html: Path
) -> None:
    page = context.new_page()
    for name in KINDS:
        page.goto((html / f"{name}.html").as_uri())
        for scheme in ("light", "dark"):
            assert told(faint(page, scheme)) == [], (name, scheme)


@pytest.mark.nightly
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_has_no_colours_that_are_hard_to_read(
    visit: Visit, scheme: str
) -> None:
    assert told(faint(visit.page, scheme)) == []


def test_page_has_no_axe_violation(visit: Visit) -> None:
    # What opens on demand counts too: solutions, and what is covered.
    visit.page.evaluate(OPEN)
    visit.page.wait_for_function(SCROLLERS_ARE_REACHED)
    visit.page.evaluate(PLAIN_CODE)
    found = Axe().run(visit.page, options=STRUCTURE).response["violations"]
    assert told(found) == []


def test_one_faint_word_among_many_is_caught(
    context: BrowserContext, html: Path
) -> None:
    # The tests above leave words out: not those of a colour of their own.
    page = context.new_page()
    page.goto((html / "chapters" / "notation.html").as_uri())
    page.locator("article p").first.evaluate(
        """p => {
          p.insertAdjacentHTML("beforeend", "<b>faint</b>");
          p.lastChild.style.color = "#bbb";
        }"""
    )
    assert any("faint" in line for line in told(faint(page, "light")))


def faint(page: Page, scheme: str, *, opens: bool = True) -> list[dict]:
    """Return what axe finds in the colours of a page, opened or as it is."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        f"document.documentElement.dataset.theme === '{scheme}'"
    )
    # Colours are judged where they end, not on their way there.
    page.add_style_tag(
        content="* { transition: none !important; animation: none !important }"
    )
    if opens:
        page.evaluate(OPEN)
    assert page.evaluate(MARK_KINDS) > 1
    context = {"include": [[f"[{KIND}]"]]}
    answer = Axe().run(page, context=context, options=COLOURS)
    return answer.response["violations"]


def told(violations: list[dict]) -> list[str]:
    """Return a line for each element that breaks a rule."""
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


def test_each_verdict_links_to_where_it_was_measured(
    visit: Visit, html: Path
) -> None:
    page = visit.page
    rows = page.locator(":is(.verdict table, table.verdicts) tbody tr")
    for row in rows.all():
        assert row.locator("a").count() >= 1, row.inner_text()
    for link in rows.locator("a").all():
        where = link.get_attribute("href")
        address, _, label = where.partition("#")
        if address:
            other = (html / visit.name).parent / address
            assert f'id="{label}"' in other.read_text("utf-8"), where
        else:
            assert page.locator(f"#{label}").count() == 1, where
    chapter = ROOT / f"{visit.name}.ipynb"
    records = chapter.exists() and "claims." in chapter.read_text("utf-8")
    assert bool(rows.count()) == records


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
