"""Figures drawn in more than one place, and the book's look.

Every function takes the axes `ax` to draw on and returns them. One model has
one colour throughout the book, see :data:`COLORS`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_series

COLORS = {
    "data": "#222222",
    "baseline": "#8A939B",
    "AR": "#5F6B76",
    "memory": "#B07A00",
    "Elman": "#0072B2",
    "GRU": "#007A5A",
    "LSTM": "#C44E1C",
    "attention": "#AA3377",
    "matrix state": "#1C93AD",
    "linear recurrence": "#5D3A1A",
    "accent": "#7A4F9A",
}


def set_style() -> None:
    """Use the book's style sheet for all figures drawn from here on.

    While the book is built (environment variable ``RNNLIB_BOOK``) figures
    become SVG, sharp at every size, with a PNG for viewers of notebooks that
    show no SVG; elsewhere they stay what they are.
    """
    plt.style.use(str(files("rnnlib") / "course.mplstyle"))
    if os.environ.get("RNNLIB_BOOK"):
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", "retina")


def label_line(
    ax: Axes, x: float, y: float, text: str, color: str, **kwargs: object
) -> Axes:
    """Write `text` at (x, y) in the colour of the line that it names.

    Parameters
    ----------
    ax : Axes
    x, y : float
        In data coordinates.
    text, color : str
    **kwargs
        Passed on to :meth:`matplotlib.axes.Axes.text`.

    Returns
    -------
    Axes
    """
    ax.text(x, y, text, color=color, **{"va": "center", **kwargs})
    return ax


def stems(
    ax: Axes,
    lags: ArrayLike,
    heights: ArrayLike,
    *,
    color: str,
    band: float | None = None,
) -> Axes:
    """Draw one stem a lag, with a band in which noise alone would stay.

    Parameters
    ----------
    ax : Axes
    lags, heights : array_like, shape (K,)
    color : str
    band : float, optional
        Half the height of a grey band around zero.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If the arguments are not finite series of one length.
    """
    lags = as_series(lags, "lags")
    heights = as_array(heights, "heights", shape=(len(lags),))
    if band is not None:
        ax.axhspan(-band, band, color="#E6E9EC", zorder=0)
    ax.axhline(0, color="#7A838C", lw=0.8)
    ax.vlines(lags, 0, heights, color=color, lw=2)
    ax.plot(lags, heights, "o", color=color)
    return ax


def intervals(
    ax: Axes,
    scores: Mapping[str, tuple[float, float, float]],
    *,
    colors: Mapping[str, str] | Sequence[str] | None = None,
    zero: float | None = 0.0,
) -> Axes:
    """Draw one row a model: its score as a dot, the interval as a bar.

    Parameters
    ----------
    ax : Axes
    scores : mapping of str to (score, low, high)
        As :func:`rnnlib.forecasting.scores.score_interval` returns them.
    colors : mapping or sequence of str, optional
        Colour of each row; grey if left out.
    zero : float, optional
        Where to draw the line of the baseline.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no row, or a row is not three finite numbers in order.
    """
    if not scores:
        raise ValueError("scores must hold at least one row, found none")
    names = list(scores)
    if colors is None:
        colors = [COLORS["AR"]] * len(names)
    elif isinstance(colors, Mapping):
        colors = [colors.get(name, COLORS["AR"]) for name in names]
    if zero is not None:
        ax.axvline(zero, color=COLORS["baseline"], lw=1, ls="--")
    for row, (name, color) in enumerate(zip(names, colors)):
        score, low, high = as_array(
            scores[name], f"scores[{name!r}]", shape=(3,)
        )
        if not low <= high:
            raise ValueError(
                f"scores[{name!r}] must be (score, low, high), "
                f"found {scores[name]}"
            )
        ax.plot([low, high], [row, row], color=color, lw=3, alpha=0.55)
        ax.plot(score, row, "o", color=color, ms=7)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


def loss_surface(
    ax: Axes,
    x: ArrayLike,
    y: ArrayLike,
    loss: ArrayLike,
    *,
    levels: int = 12,
) -> Axes:
    """Draw a loss over two parameters as level lines, low is dark.

    Parameters
    ----------
    ax : Axes
    x : array_like, shape (N,)
    y : array_like, shape (M,)
    loss : array_like, shape (M, N)
        Positive; the levels are spaced evenly in its logarithm.
    levels : int

    Returns
    -------
    Axes

    Raises
    ------
    TypeError, ValueError
        If the shapes do not fit or a loss is not positive.
    """
    x, y = as_series(x, "x"), as_series(y, "y")
    loss = as_array(loss, "loss", shape=(len(y), len(x)))
    if not (loss > 0).all():
        raise ValueError(f"loss must be positive, found {loss.min():g}")
    steps = np.geomspace(loss.min() * 1.0001, loss.max(), levels)
    ax.contourf(
        x,
        y,
        loss,
        levels=steps,
        cmap="Blues_r",
        norm=LogNorm(),
        alpha=0.5,
        extend="min",
    )
    ax.contour(x, y, loss, levels=steps, colors="white", linewidths=0.7)
    ax.grid(False)
    return ax
