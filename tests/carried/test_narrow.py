"""On a telephone a long formula is smaller and a table of words is a list."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from course.narrow import MOST_CHARACTERS, fit

TABLE = """
<table class="stacked"><thead><tr><th></th><th>in</th><th>out</th></tr></thead>
<tbody><tr><td>music</td><td>notes</td><td>the next note</td></tr></tbody>
</table>
"""


def display(lines: list[str]) -> BeautifulSoup:
    """Return a formula of several lines, with its TeX beside it."""
    rows = "".join(f"<mtr><mtd><mi>{line}</mi></mtd></mtr>" for line in lines)
    page = (
        f'<div class="math"><math><mtable>{rows}</mtable>'
        f"<annotation>{'x' * 200}</annotation></math></div>"
    )
    soup = BeautifulSoup(page, "html.parser")
    fit(soup)
    return soup


@pytest.mark.parametrize(
    ("lines", "wide"),
    [
        (["x" * MOST_CHARACTERS], False),
        (["x" * (MOST_CHARACTERS + 1)], True),
        (["x" * MOST_CHARACTERS] * 3, False),
        (["x", "x" * (MOST_CHARACTERS + 1)], True),
        # What calls a function is not seen, and takes no room.
        (["x" * MOST_CHARACTERS + "\N{FUNCTION APPLICATION}"], False),
    ],
)
def test_the_longest_line_of_a_formula_decides(
    lines: list[str], wide: bool
) -> None:
    assert ("wide" in display(lines).div["class"]) is wide


def test_each_cell_but_the_first_is_given_the_name_of_its_column() -> None:
    soup = BeautifulSoup(TABLE, "html.parser")
    fit(soup)
    assert soup.table["class"] == ["stacked", "by-row"]
    named = [cell.get("data-column") for cell in soup.find_all("td")]
    assert named == [None, "in", "out"]


def test_tables_of_numbers_stay_tables() -> None:
    page = TABLE.replace("stacked", "dataframe")
    soup = BeautifulSoup(page, "html.parser")
    fit(soup)
    assert not soup.select("[data-column]")
    assert soup.table["class"] == ["dataframe"]
