"""What an exercise consists of, and how an answer is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from traceback import extract_tb

import numpy as np

from rnnlib.checks import describe

# Of larger arrays a message names one place.
MOST_SHOWN = 12
UNDEFINED = (
    "If it is something that the chapter defines: run its cells from the top "
    "first."
)


@dataclass(frozen=True)
class Exercise:
    """An exercise whose answer is a function.

    Attributes
    ----------
    arguments : tuple of str
        Names of the function's arguments, for messages.
    cases : sequence of tuple
        Arguments that the answer is called with.
    truth : callable
        The right answer.
    slips : mapping of str to callable
        Wrong answers that people give, under the hint that helps.
    lesson : str
        Said when the answer is right.
    on_error : str, optional
        Hint for an answer that stops with an error.
    tolerance : float, optional
        Relative error that still counts as right.
    """

    arguments: tuple[str, ...]
    cases: Sequence[tuple]
    truth: Callable
    slips: Mapping[str, Callable]
    lesson: str
    on_error: str = ""
    tolerance: float = 1e-6


def judge(exercise: Exercise, answer: object) -> str:
    """Judge an answer in one line.

    Parameters
    ----------
    exercise : Exercise
    answer : callable

    Returns
    -------
    str
        Starts with "Not attempted yet", "Correct" or "Not yet".
    """
    if answer is None or answer is ...:
        return "Not attempted yet: replace the dots by your code."
    if not callable(answer):
        return f"Not yet: hand over your function, not {describe(answer)}."
    results = []
    for case in exercise.cases:
        # a fresh copy each time: an answer that edits its input harms no one
        copies = [np.copy(a) if np.ndim(a) else a for a in case]
        try:
            result = answer(*copies)
        except NotImplementedError:
            return "Not attempted yet: replace the dots by your code."
        except Exception as error:
            stopped = (
                f"stopped{_line(answer, error)} with "
                f"{type(error).__name__}: {error}."
            )
            if type(error) is NameError:
                hint = on_missing(error)
                return f"Not yet: your function {stopped} {hint}".rstrip()
            return (
                f"Not yet: for {_shown(exercise, case)} your function "
                f"{stopped} {exercise.on_error}".rstrip()
            )
        if result is ...:
            return "Not attempted yet: replace the dots by your code."
        if result is None:
            return "Not yet: your function returns nothing; end with return."
        results.append(result)
    wanted = [exercise.truth(*case) for case in exercise.cases]
    near = exercise.tolerance
    if all(_same(r, w, near) for r, w in zip(results, wanted)):
        return f"Correct. {exercise.lesson}"
    for hint, slip in exercise.slips.items():
        slipped = [slip(*case) for case in exercise.cases]
        if all(_same(r, s, near) for r, s in zip(results, slipped)):
            return f"Not yet: {hint}"
    for case, result, want in zip(exercise.cases, results, wanted):
        if _shape(result) != np.shape(want):
            return (
                f"Not yet: for {_shown(exercise, case)} you return "
                f"{_kind(result)}, {_kind(want)} is wanted."
            )
        if not _same(result, want, near):
            return (
                f"Not yet: for {_shown(exercise, case)} you return "
                f"{_unlike(result, want, near)}."
            )
    raise AssertionError("an answer that differs nowhere is correct")


def on_missing(error: NameError) -> str:
    """Return what to say of a name that is nowhere.

    The book's own page, where no cell can be run, puts its words here.
    """
    return UNDEFINED


def _line(answer: Callable, error: Exception) -> str:
    """Return the line of the answer's own code in which it stopped."""
    code = getattr(answer, "__code__", None)
    frames = extract_tb(error.__traceback__)
    lines = [
        frame.lineno
        for frame in frames
        if code is not None and frame.filename == code.co_filename
    ]
    return f" in line {lines[-1]}" if lines else ""


def _same(result: object, wanted: object, near: float) -> bool:
    try:
        result = np.asarray(result, dtype=float)
    except (TypeError, ValueError):
        return False
    wanted = np.asarray(wanted, dtype=float)
    if result.shape != wanted.shape:
        return False
    return bool(np.allclose(result, wanted, rtol=near, atol=near / 1000))


def _unlike(result: object, wanted: object, near: float) -> str:
    """Return both, or of large arrays the first place where they differ."""
    if np.size(wanted) <= MOST_SHOWN:
        return f"{_short(result)}, the answer is {_short(wanted)}"
    kind = _kind(wanted)
    try:
        result = np.asarray(result, dtype=float)
    except (TypeError, ValueError):
        return f"{describe(result)}, {kind} of numbers is wanted"
    close = np.isclose(result, wanted, rtol=near, atol=near / 1000)
    place = tuple(int(i) for i in np.argwhere(~close)[0])
    return (
        f"{kind} that differs first at {list(place)}: {result[place]:.6g}, "
        f"the answer there is {np.asarray(wanted)[place]:.6g}"
    )


def _shape(value: object) -> tuple[int, ...] | None:
    try:
        return np.shape(value)
    except ValueError:  # ragged
        return None


def _kind(value: object) -> str:
    shape = _shape(value)
    if shape is None:
        return "rows of unequal length"
    if isinstance(value, tuple):
        return f"{len(value)} values"
    return "a single number" if shape == () else f"an array of shape {shape}"


def _shown(exercise: Exercise, case: tuple) -> str:
    return ", ".join(
        f"{name} = {_short(value)}"
        for name, value in zip(exercise.arguments, case)
    )


def _short(value: object) -> str:
    try:
        array = np.asarray(value)
        array = array if array.dtype.kind in "iu" else array.astype(float)
    except (TypeError, ValueError):
        return describe(value)
    if array.ndim == 0:
        return f"{array:.6g}"
    if array.size > MOST_SHOWN:
        return f"an array of shape {array.shape}"
    return np.array2string(array, precision=4, separator=", ").replace(
        "\n", ""
    )
