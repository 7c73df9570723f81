"""Compare what a cell prints with what is stored: words exactly, numbers near.

A closed form prints the same digits everywhere. What hundreds of updates
have trained does not: one last digit, rounded otherwise by another
processor, ends in another network. Such a cell names in its metadata how far
its numbers may lie from the stored ones::

    "tolerance": {"absolute": 0.5}
    "tolerance": {"absolute": 0.01, "relative": 0.05}
    "tolerance": {"recorded": true}

A number ``x`` agrees with the stored ``y`` if ``|x - y|`` is at most
``absolute + relative * |y|``. Everything between the numbers, and how many
there are, must agree exactly, except how many spaces stand between words: a
column of a table grows with its widest number. NaN and infinity are words.

``recorded`` is for a cell that repeats lines of cells above, the box of
verdicts: each number was compared where it was measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KEY = "tolerance"
# A number that stands by itself: x2 and h_1 are names, 2-3 holds two numbers.
NUMBER = re.compile(
    r"(?<![\w.])(?:(?<![\d)])[-−+])?"
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w|\.\d)"
)
SPACES = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Tolerance:
    """How far numbers may lie from the stored ones.

    Attributes
    ----------
    absolute : float
        In the unit of the number as it is printed.
    relative : float
        As a fraction of the stored number.
    recorded : bool
        The cell repeats lines that were compared in cells above.

    Raises
    ------
    TypeError, ValueError
        If a value is no number of at least 0, or all are 0.
    """

    absolute: float = 0.0
    relative: float = 0.0
    recorded: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not be compared with."""
        for name in ("absolute", "relative"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise TypeError(
                    f"{KEY}: {name} must be a number, found {value!r}"
                )
            if not 0 <= value < float("inf"):
                raise ValueError(
                    f"{KEY}: {name} must be finite and at least 0, "
                    f"found {value!r}"
                )
        if not isinstance(self.recorded, bool):
            raise TypeError(
                f"{KEY}: recorded must be true or false, "
                f"found {self.recorded!r}"
            )
        if bool(self.absolute or self.relative) == self.recorded:
            raise ValueError(
                f"{KEY} must name absolute or relative, or be recorded alone, "
                f"found {self}"
            )

    def of(self, number: float) -> float:
        """Return the largest deviation that `number` may have."""
        return self.absolute + self.relative * abs(number)


def read(metadata: Mapping[str, object]) -> Tolerance | None:
    """Return the tolerance that a cell's metadata name, or None.

    Raises
    ------
    TypeError, ValueError
        If there is one and it is not in order.
    """
    found = metadata.get(KEY)
    if found is None:
        return None
    known = Tolerance.__dataclass_fields__
    if not isinstance(found, Mapping) or set(found) - set(known):
        raise ValueError(
            f"{KEY} must have no keys but {', '.join(known)}, found {found!r}"
        )
    return Tolerance(**found)


def share(found: str, stored: str, tolerance: Tolerance) -> float | None:
    """Return the largest deviation as a share of what is allowed.

    Parameters
    ----------
    found, stored : str
        What the cell printed now, and what it is compared with.
    tolerance : Tolerance

    Returns
    -------
    float or None
        0 if the texts are equal, above 1 if a number is too far off, None
        if they differ in more than numbers.
    """
    if _words(found) != _words(stored):
        return None
    shares = [0.0]
    for now, before in zip(NUMBER.findall(found), NUMBER.findall(stored)):
        if now != before:
            wanted = _value(before)
            allowed = tolerance.of(wanted)
            off = abs(_value(now) - wanted)
            # Printed decimals: 0.3 - 0.2 is not 0.1 to the last digit.
            off = round(off, 12)
            shares.append(off / allowed if allowed else float("inf"))
    return max(shares)


def repeated(found: str, lines: Iterable[tuple[str, str]]) -> str:
    """Return the text with what was measured above put back as it is stored.

    Parameters
    ----------
    found : str
        What the cell printed now.
    lines : iterable of tuple of str
        Lines of cells above, as printed now and as stored. A verdict ends
        its line, behind the first colon.

    Returns
    -------
    str
        To be compared exactly.
    """
    known = {}
    for now, stored in lines:
        known[now.partition(": ")[2]] = stored.partition(": ")[2]
    restored = []
    for line in found.split("\n"):
        head, colon, measured = line.partition(": ")
        restored.append(head + colon + known.get(measured, measured))
    return "\n".join(restored)


def told(tolerance: Tolerance) -> str:
    """Return the sentence that the page shows below the numbers."""
    if tolerance.recorded:
        return ""
    limits = []
    if tolerance.absolute:
        limits.append(f"{tolerance.absolute:g}")
    if tolerance.relative:
        limits.append(f"{100 * tolerance.relative:g} %")
    if len(limits) == 2:
        limits[1] += " of the number,"
    return (
        f"Numbers here may differ by {', plus '.join(limits)} on your machine."
    )


def _words(text: str) -> list[str]:
    """Return what stands between the numbers, line ends kept."""
    lines = NUMBER.sub("\0", text).split("\n")
    # Spaces beside a number make a column; those at the ends mean nothing.
    return [
        SPACES.sub(" ", line).replace(" \0", "\0").replace("\0 ", "\0").strip()
        for line in lines
    ]


def _value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))
