"""Ask for a guess before the measurement: :func:`predict`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from rnnlib.book.predictions.axes import Axes
from rnnlib.book.predictions.choice import Choice
from rnnlib.book.predictions.curve import Curve
from rnnlib.book.predictions.number import Allowance, Number
from rnnlib.book.predictions.question import Question
from rnnlib.checks import (
    as_array,
    as_flag,
    as_float,
    as_line,
    describe,
)

KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
CHOICES = range(2, 7)
MOST_STOPS = 201
POSITIONS = range(2, 13)


def predict(
    key: str,
    question: str,
    *,
    choices: Sequence[str] | Mapping[str, Callable] | None = None,
    number: tuple[float, float, float] | Sequence[float] | None = None,
    curve: Sequence[float] | None = None,
    unit: str = "",
    tolerance: float | None = None,
    factor: float | None = None,
    known: tuple[Sequence[float], Sequence[float]] | None = None,
    axes: tuple[str, str] | None = None,
    limits: tuple[float, float] | None = None,
    log: bool = False,
    crossing: float | None = None,
) -> Question:
    """Ask the reader for a guess, to be answered by a measurement.

    Exactly one of `choices`, `number` and `curve` says what is asked for.

    Parameters
    ----------
    key : str
        Chapter and name, such as "memory-half-life"; unique in the book.
    question : str
        One line of Markdown.
    choices : sequence of str, or mapping of str to callable, optional
        Two to six answers to choose from. A mapping gives each its condition
        on the measured value: the one that is met is right.
    number : tuple (low, high, step), or list of float, optional
        The stops of a slider, 201 at most.
    curve : sequence of float, optional
        Two to twelve rising positions whose values the reader draws.
    unit : str, optional
        Of the number, or of the positions of the curve; in the plural.
    tolerance, factor : float, optional
        What counts as right, one of them for a number or a curve: the
        largest difference, or the largest ratio. Of a curve it is the mean
        over its points.
    known : tuple of two sequences of float, optional
        Positions and values of the part of the curve that is given, left of
        what is drawn.
    axes : tuple of two str, optional
        Labels of the axes of the curve, x and y.
    limits : tuple (low, high), optional
        The ends of the y axis of the curve.
    log : bool, optional
        Whether the y axis is logarithmic.
    crossing : float, optional
        A level, 0.5 for the half-life: where the curve first reaches it is
        compared in words.

    Returns
    -------
    Question
        Shows itself as the output of a cell; ask its `answer` below the
        measurement.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or belongs to another kind of question.
    """
    if not KEY.fullmatch(as_line(key, "key")):
        raise ValueError(
            "key must be made of a chapter, a hyphen and a name, in small "
            f"letters, found {key!r}"
        )
    as_line(question, "question")
    as_line(unit, "unit", empty=True)
    kinds = {"choices": choices, "number": number, "curve": curve}
    named = [name for name, given in kinds.items() if given is not None]
    if len(named) != 1:
        raise ValueError(
            "one of choices, number and curve must be named, found "
            f"{' and '.join(named) or 'none'}"
        )
    only_curve = {
        "known": known, "axes": axes, "limits": limits, "crossing": crossing,
        "log": as_flag(log, "log") or None,
    }  # fmt: skip
    if curve is None:
        _refuse(only_curve, named[0])
    if choices is not None:
        others = {"tolerance": tolerance, "factor": factor}
        _refuse({**others, "unit": unit or None}, "choices")
        return Choice(key, question, _choices(choices))
    allowed = _allowance(tolerance, factor)
    if number is not None:
        values = _stops(number)
        if allowed.is_factor and values[0] <= 0:
            raise ValueError(
                "number must be positive where a factor counts, "
                f"found {values[0]:g}"
            )
        return Number(key, question, values, unit, allowed)
    at = _rising(curve, "curve", POSITIONS)
    given = _known(known, at)
    if axes is None or limits is None:
        missing = "axes" if axes is None else "limits"
        raise ValueError(f"{missing} must be named for a curve, found none")
    labels = _pair(axes, "axes")
    frame = Axes(
        (float([*given[0], *at][0]), float(at[-1])),
        _limits(limits, log or allowed.is_factor),
        (as_line(labels[0], "axes[0]"), as_line(labels[1], "axes[1]")),
        bool(log),
        whole=all(float(x).is_integer() for x in at),
        inset=not len(given[0]),
    )
    if crossing is not None:
        crossing = as_float(crossing, "crossing")
    return Curve(key, question, at, given, frame, unit, allowed, crossing)


def _refuse(given: dict[str, Any], kind: str) -> None:
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"{name} must be left out beside {kind}, "
                f"found {describe(value)}"
            )


def _choices(
    given: Sequence[str] | Mapping[str, Callable],
) -> dict[str, Callable | None]:
    if isinstance(given, str) or not isinstance(given, (Sequence, Mapping)):
        raise TypeError(
            f"choices must be a list of texts, found {describe(given)}"
        )
    for choice in given:
        if "$" in as_line(choice, "choices"):
            raise ValueError(
                "choices must do without formulas, a browser reads them "
                f"aloud; found {choice!r}"
            )
    if len(set(given)) != len(given) or len(given) not in CHOICES:
        raise ValueError(
            "choices must be two to six different texts, found "
            f"{', '.join(map(repr, given)) or 'none'}"
        )
    if not isinstance(given, Mapping):
        return dict.fromkeys(given)
    for choice, condition in given.items():
        if not callable(condition):
            raise TypeError(
                f"choices[{choice!r}] must be a function, "
                f"found {describe(condition)}"
            )
    return dict(given)


def _allowance(tolerance: float | None, factor: float | None) -> Allowance:
    if (tolerance is None) == (factor is None):
        raise ValueError(
            "tolerance or factor must say what counts as right, found "
            f"{'neither' if tolerance is None else 'both'}"
        )
    if factor is not None:
        size = as_float(factor, "factor", low=1, open_low=True)
        return Allowance(size, is_factor=True)
    size = as_float(tolerance, "tolerance", low=0, open_low=True)
    return Allowance(size, is_factor=False)


def _stops(number: tuple | Sequence[float]) -> list[float]:
    if not isinstance(number, tuple):
        return _rising(number, "number", range(2, MOST_STOPS + 1)).tolist()
    low, high, step = as_array(number, "number", shape=(3,))
    if not (low < high and step > 0):
        raise ValueError(
            "number must be low, high and a positive step, "
            f"found {tuple(number)}"
        )
    stops = round((high - low) / step) + 1
    if stops > MOST_STOPS or not np.isclose(low + (stops - 1) * step, high):
        raise ValueError(
            f"number must reach its end in at most {MOST_STOPS - 1} whole "
            f"steps, found {tuple(number)}"
        )
    return [round(float(low + i * step), 10) for i in range(stops)]


def _rising(values: Any, name: str, lengths: range) -> np.ndarray:
    array = as_array(values, name, shape=("n",))
    if len(array) not in lengths or not (np.diff(array) > 0).all():
        raise ValueError(
            f"{name} must hold {lengths[0]} to {lengths[-1]} rising numbers, "
            f"found {describe(values)}"
        )
    return array


def _known(given: Any, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if given is None:
        return np.empty(0), np.empty(0)
    x, y = _pair(given, "known")
    x = as_array(x, "known[0]", shape=("n",))
    y = as_array(y, "known[1]", shape=(len(x),))
    if not (np.diff([*x, at[0]]) > 0).all():
        raise ValueError(
            "known[0] must rise and end left of the first position to draw, "
            f"{at[0]:g}; found {x.tolist()}"
        )
    return x, y


def _limits(given: Any, positive: bool) -> tuple[float, float]:
    low, high = as_array(_pair(given, "limits"), "limits", shape=(2,))
    if low >= high or (positive and low <= 0):
        wanted = "rise, from above 0" if positive else "rise"
        raise ValueError(f"limits must {wanted}, found {(low, high)}")
    return float(low), float(high)


def _pair(given: Any, name: str) -> tuple[Any, Any]:
    if isinstance(given, str) or not isinstance(given, (tuple, list)):
        raise TypeError(f"{name} must be a pair, found {describe(given)}")
    if len(given) != 2:
        raise ValueError(f"{name} must be a pair, found {describe(given)}")
    return given[0], given[1]
