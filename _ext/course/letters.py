"""The letters of formulas, to be packed with the ePub.

Readers of e-books that have no font for mathematics set subscripts on the
base line and stretch no bracket. So the book brings the glyphs that its
formulas use, with all forms that grow, of STIX Two Math (SIL Open Font
License 1.1, which its own table of names tells).
"""

from __future__ import annotations

import html
import importlib.util
import io
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FORMULA = re.compile(r"<math.*?</math>", re.S)
TEX = re.compile(r"<annotation.*?</annotation>", re.S)
TAG = re.compile(r"<[^>]*>")
# Elements that draw a sign which stands in no text.
DRAWN = {"<msqrt": "√", "<mroot": "√"}
# Where Unicode's italic letters of mathematics begin, and Planck's h.
ITALIC = {"A": 0x1D434, "a": 0x1D44E, "Α": 0x1D6E2, "α": 0x1D6FC}
LENGTHS = {"A": 26, "a": 26, "Α": 17, "α": 25}
PLANCK = 0x210E
# Names, licence and its address; what is more names other fonts.
NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]


def used(pages: list[str]) -> set[str]:
    """Return the characters that the formulas of XHTML pages need."""
    found: set[str] = set()
    for page in pages:
        for formula in FORMULA.findall(page):
            found |= set(html.unescape(TAG.sub("", TEX.sub("", formula))))
            found |= {sign for tag, sign in DRAWN.items() if tag in formula}
    return {char for char in found if not char.isspace()}


def italic(char: str) -> int | None:
    """Return the code point of a letter's italic form, None without one.

    A name of one letter is set in it, though the page holds the upright one.
    """
    if char == "h":
        return PLANCK
    for first, length in LENGTHS.items():
        offset = ord(char) - ord(first)
        if 0 <= offset < length:
            return ITALIC[first] + offset
    return {"∂": 0x1D715, "ϵ": 0x1D716}.get(char)


def font_file() -> Path:
    """Return where the whole font lies on this machine."""
    found = importlib.util.find_spec("ziamath")
    return Path(found.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"


def letters(characters: set[str]) -> bytes:
    """Return the font with these characters alone, as a file's content.

    Parameters
    ----------
    characters : set of str
        Each of length 1.

    Raises
    ------
    ValueError
        If the font has no form of one of them; the message names it.
    """
    font = TTFont(font_file())
    wanted = {ord(char) for char in characters}
    missing = wanted - set(font.getBestCmap())
    if missing:
        told = ", ".join(f"U+{point:04X}" for point in sorted(missing))
        raise ValueError(f"the font of formulas has no {told}")
    wanted |= {italic(char) for char in characters} - {None}
    options = subset.Options(name_IDs=NAMES, layout_features=["ssty", "dtls"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return made.getvalue()
