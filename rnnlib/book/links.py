"""A table each cell of which leads to the place that explains it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from rnnlib.book.claims import in_book, markdown_table
from rnnlib.checks import as_instance


class LinkedTable:
    """A table with links; made by :func:`linked_table`."""

    def __init__(
        self, table: pd.DataFrame, places: Mapping[tuple[str, str], str]
    ) -> None:
        self.table, self.places = table, places

    def __repr__(self) -> str:
        return self.table.to_string()

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {"text/plain": repr(self), "text/markdown": self.to_markdown()}

    def to_markdown(self) -> str:
        """Return the table as Markdown.

        In the book a link leads to a label of any chapter, elsewhere to the
        notebook that lies beside the one that shows the table.
        """
        columns = [str(column) for column in self.table.columns]
        rows = []
        for row, cells in zip(self.table.index, self.table.to_numpy()):
            shown = [
                self._linked(str(text), (str(row), column))
                for column, text in zip(columns, cells)
            ]
            rows.append((str(row), *shown))
        corner = str(self.table.columns.name or "name")
        table = markdown_table((corner, *columns), rows)
        if not in_book():
            return table
        return f"```{{table}}\n:class: linked\n\n{table}\n```"

    def _linked(self, text: str, cell: tuple[str, str]) -> str:
        if cell not in self.places:
            return text
        chapter, _, label = self.places[cell].partition("#")
        return f"[{text}]({f'#{label}' if in_book() else f'{chapter}.ipynb'})"


def linked_table(
    table: pd.DataFrame, places: Mapping[tuple[str, str], str]
) -> LinkedTable:
    """Give the cells of a table links.

    Parameters
    ----------
    table : DataFrame
        Its columns' name stands above the names of the rows.
    places : mapping of (str, str) to str
        By names of row and column: the chapter and a label in it, such as
        ``"07_lstm#fig-lstm-adding"``. A cell that is left out has no link.

    Returns
    -------
    LinkedTable
        Shows itself; without a browser as the table that it was.

    Raises
    ------
    TypeError, ValueError
        If a place is of no cell, or is no chapter and label.
    """
    table = as_instance(table, "table", pd.DataFrame)
    places = as_instance(places, "places", Mapping)
    names = {
        (str(row), str(column))
        for row in table.index
        for column in table.columns
    }
    for cell, place in places.items():
        if cell not in names:
            raise ValueError(f"places must be of cells, found {cell!r}")
        if not isinstance(place, str) or place.count("#") != 1:
            raise ValueError(
                f"places[{cell!r}] must be a chapter, # and a label, "
                f"found {place!r}"
            )
    return LinkedTable(table, dict(places))
