"""Draw the wordmark, favicon, social card and cover in the book's colours.

Run from the repository's root: ``python tools/brand.py``. The results are
committed, since they change only when this file does.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from rnnlib import plots
from rnnlib.book.drawings.strokes import sheet

STATIC = Path(__file__).parent.parent / "_static"
FADING = ("AR", "memory", "Elman", "GRU", "LSTM")


def mark(ax: Axes, x: float, y: float, scale: float) -> None:
    """Draw the sign of the course: an output, and what is left of it."""
    for age, model in enumerate(reversed(FADING)):
        ax.add_patch(
            plt.Circle(
                (x + 0.98 * scale * (1 - 0.62**age) / 0.38, y),
                0.5 * scale * 0.62**age,
                color=plots.COLORS[model],
            )
        )


def wordmark(ink: str, name: str) -> None:
    """Save the wordmark with letters of one colour."""
    figure, ax = sheet(10.4, 3.6, inches=5.2)
    mark(ax, 0.95, 2.75, 1.4)
    style = {"color": ink, "fontweight": "bold", "fontsize": 23}
    ax.text(0.2, 1.38, "From one lag", va="center", **style)
    ax.text(0.2, 0.45, "to a thousand", va="center", **style)
    figure.savefig(STATIC / name, transparent=True, metadata={"Date": None})
    plt.close(figure)


def favicon() -> None:
    """Save the sign alone, on a square."""
    figure, ax = sheet(3.0, 3.0, inches=0.9)
    dots = ((0.95, 1.5, 0.9, "LSTM"), (2.2, 1.5, 0.5, "Elman"))
    for x, y, size, model in (*dots, (2.8, 1.5, 0.2, "AR")):
        ax.add_patch(plt.Circle((x, y), size, color=plots.COLORS[model]))
    figure.savefig(
        STATIC / "favicon.svg", transparent=True, metadata={"Date": None}
    )
    plt.close(figure)


def social_card() -> None:
    """Save the picture that a shared link shows, 1200 by 630 pixels."""
    figure, ax = sheet(12.0, 6.3, inches=12.0)
    mark(ax, 1.6, 4.4, 1.6)
    style = {"color": "#222222", "va": "center"}
    ax.text(
        0.8, 2.55, "From one lag to a thousand", fontsize=46, weight="bold",
        **style,
    )  # fmt: skip
    ax.text(
        0.8, 1.5, "An open course on recurrent neural networks", fontsize=26,
        **style,
    )  # fmt: skip
    figure.savefig(STATIC / "card.png", dpi=100, facecolor="white")
    plt.close(figure)


def cover() -> None:
    """Save the cover of the book to carry away, 1200 by 1800 pixels."""
    figure, ax = sheet(12.0, 18.0, inches=12.0)
    mark(ax, 2.6, 11.2, 3.1)
    style = {"color": "#222222", "va": "center"}
    for y, line in ((7.6, "From one lag"), (6.2, "to a thousand")):
        ax.text(1.0, y, line, fontsize=84, weight="bold", **style)
    for y, line in ((4.4, "An open course on"), (3.6, "recurrent networks")):
        ax.text(1.0, y, line, fontsize=40, **style)
    figure.savefig(STATIC / "cover.png", dpi=100, facecolor="white")
    plt.close(figure)


if __name__ == "__main__":
    plots.set_style()
    wordmark("#222222", "logo.svg")
    wordmark("#E8EBEE", "logo-dark.svg")
    favicon()
    social_card()
    cover()
