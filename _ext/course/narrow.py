"""What is wider than the screen of a telephone, fitted to it by CSS alone.

A page of an e-book does not scroll sideways. So here the formulas that are
too long are marked, and the cells of tables of words are given the names of
their columns, since on a narrow screen each row stands as a paragraph. What
is done with the marks is said in ``epub.css``.
"""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

# As many characters of a display fit in 390 pixels at 16 pixels a letter.
MOST_CHARACTERS = 36
TABLES = "table.stacked, table.linked, table.verdicts, .verdict table"
UNSEEN = "\N{FUNCTION APPLICATION}"


def fit(soup: BeautifulSoup) -> None:
    """Mark long formulas, and name the cells of tables, in place."""
    for display in soup.select("div.math:has(math)"):
        if longest(display.math) > MOST_CHARACTERS:
            display["class"] = ["math", "wide"]
    for table in soup.select(TABLES):
        name_cells(table)


def longest(formula: Tag) -> int:
    """Return how many characters the longest line of a formula has."""
    lines = formula.find_all("mtr") or [formula]
    return max(
        sum(
            len("".join(text.split()).replace(UNSEEN, ""))
            for text in line.find_all(string=True)
            if text.find_parent("annotation") is None
        )
        for line in lines
    )


def name_cells(table: Tag) -> None:
    """Write the name of its column on each cell but the first of a row."""
    names = [head.get_text(" ", strip=True) for head in table.select("th")]
    table["class"] = [*table.get("class", []), "by-row"]
    for row in table.select("tbody tr"):
        cells = row.find_all("td", recursive=False)
        for name, cell in zip(names[1:], cells[1:]):
            if name:
                cell["data-column"] = name
