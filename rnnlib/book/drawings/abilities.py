"""The map of memories: who can do what, and how far."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from rnnlib.book.drawings.strokes import INK, sheet
from rnnlib.checks import as_array, as_float, as_instance

PALE, DARK = "#CBD2D8", "#8796A3"
NAMES, CELL, LINE = 2.95, 1.5, 0.62  # widths and a height, drawing units


def memory_map(
    horizons: Mapping[str, Mapping[str, tuple[float, float]]],
    grid: Mapping[str, ArrayLike],
    *,
    units: Mapping[str, str],
    colors: Mapping[str, str] | None = None,
) -> Figure:
    """Draw one row a model, one column a task, a bar for each horizon.

    A bar is as long as the number of steps of the grid that were climbed.
    It is pale as far as half of the seeds came, dark as far as nearly all.

    Parameters
    ----------
    horizons : mapping of str to mapping
        By row, then by column: the horizon of half of the seeds and that of
        nearly all, each a number of the column's grid, or 0.
    grid : mapping of str to array_like, each of shape (L,)
        By column, the rising numbers that were tried.
    units : mapping of str to str
        By column, what is counted, such as "pairs".
    colors : mapping of str to str, optional
        Colours of the rows' names.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError, ValueError
        If a cell is missing or is not two falling numbers of the grid.
    """
    horizons = as_instance(horizons, "horizons", Mapping)
    grid = as_instance(grid, "grid", Mapping)
    units = as_instance(units, "units", Mapping)
    colors = as_instance(colors or {}, "colors", Mapping)
    if not horizons or not grid:
        raise ValueError("horizons and grid must not be empty, found one so")
    steps = {
        column: as_array(numbers, f"grid[{column!r}]", shape=("L",))
        for column, numbers in grid.items()
    }
    height = LINE * len(horizons) + 2.0
    figure, ax = sheet(NAMES + CELL * len(grid), height)
    for n, column in enumerate(steps):
        x = NAMES + CELL * n
        ax.text(x, height - 0.45, column, fontsize=9, color=INK,
                va="center")  # fmt: skip
        ax.text(x, height - 0.9, _name(units, "units", column),
                fontsize=8.5, color=INK, va="center")  # fmt: skip
    for m, row in enumerate(horizons):
        y = height - 1.2 - LINE * (m + 1)
        ax.axhline(y + LINE - 0.03, color="#E6E9EC", lw=0.8)
        ax.text(0.05, y + LINE / 2, row.replace("-", "−"), va="center",
                color=colors.get(row, INK), fontsize=10)  # fmt: skip
        cells = as_instance(horizons[row], f"horizons[{row!r}]", Mapping)
        for n, (column, numbers) in enumerate(steps.items()):
            half, nearly_all = _cell(cells, row, column, numbers)
            x, width = NAMES + CELL * n, CELL - 0.12
            for end, shade in ((half, PALE), (nearly_all, DARK)):
                climbed = (numbers <= end).sum() / len(numbers)
                ax.add_patch(
                    Rectangle((x, y + 0.06), width * climbed, LINE - 0.18,
                              color=shade, lw=0)
                )  # fmt: skip
            censored = " +" if half == numbers[-1] else ""
            ax.text(x + 0.1, y + LINE / 2 - 0.03,
                    f"{half:,.0f}{censored}" if half else "–",
                    va="center", fontsize=9.5, color="black")  # fmt: skip
    for x, shade, text in (
        (0.05, DARK, "at least nine of ten seeds"),
        (4.6, PALE, "at least five"),
        (7.0, None, "+  the longest tried"),
    ):
        if shade:
            ax.add_patch(Rectangle((x, 0.22), 0.4, 0.3, color=shade, lw=0))
        ax.text(x + (0.55 if shade else 0), 0.36, text, fontsize=9,
                color=INK, va="center")  # fmt: skip
    return figure


def _name(texts: Mapping[str, str], name: str, key: str) -> str:
    if key not in texts:
        raise ValueError(f"{name} must hold {key!r}, found it missing")
    return texts[key]


def _cell(
    cells: Mapping[str, tuple[float, float]],
    row: str,
    column: str,
    numbers: ArrayLike,
) -> tuple[float, float]:
    """Return a cell's two horizons."""
    name = f"horizons[{row!r}]"
    if column not in cells:
        raise ValueError(f"{name} must hold {column!r}, found it missing")
    name += f"[{column!r}]"
    half, nearly_all = (
        as_float(number, name, low=0.0)
        for number in as_array(cells[column], name, shape=(2,)).tolist()
    )
    if nearly_all > half:
        raise ValueError(
            f"{name} must not rise, found {half:g} and {nearly_all:g}"
        )
    for number in (half, nearly_all):
        if number and number not in numbers:
            raise ValueError(
                f"{name} must be 0 or one of {numbers.tolist()}, "
                f"found {number:g}"
            )
    return half, nearly_all
