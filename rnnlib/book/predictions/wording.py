"""Numbers, units and sentences, for pages and for plain text."""

from __future__ import annotations

import html
import json
import math
import re

from rnnlib.book.claims import HYPHEN

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
UPRIGHT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
SMALLEST, LARGEST = 1e-3, 1e6
LEVELS = {
    0.5: "one half",
    0.25: "a quarter",
    0.1: "a tenth",
    0.01: "a hundredth",
    0.001: "a thousandth",
    0.0: "zero",
}
POWER = re.compile(r"·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
FORMULA = r'<span class="math notranslate nohighlight">\({}\)</span>'
MATH = re.compile(r"\$([^$]+)\$")
SUBSCRIPT = str.maketrans("-0123456789tk", "₋₀₁₂₃₄₅₆₇₈₉ₜₖ")
LETTERS = {
    r"\varphi": "φ", r"\rho": "ρ", r"\lambda": "λ", r"\sigma": "σ",
    r"\tau": "τ", r"\partial": "∂", r"\tanh": "tanh", r"\ln": "ln",
    r"\log": "log", r"\to": "→", r"\le": "≤", r"\dots": "…",
}  # fmt: skip
# A hyphen typed for a minus sign, unless in a formula or in code.
TYPED = re.compile(rf"\$[^$]+\$|`[^`]+`|{HYPHEN.pattern}")
MARKS = (
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
)


def spelled(text: str) -> str:
    """Return a line of Markdown without markup, its formulas in letters.

    For places that set no formulas: lists, and files to take along.
    """

    def formula(found: re.Match) -> str:
        inner = found[1]
        for command, letter in LETTERS.items():
            inner = re.sub(re.escape(command) + r"(?![a-z]) ?", letter, inner)
        inner = re.sub(
            r"_\{?([-\dtk]+)\}?", lambda m: m[1].translate(SUBSCRIPT), inner
        )
        return re.sub(
            r"\^\{?(-?\d+)\}?", lambda m: m[1].translate(SUPERSCRIPT), inner
        )

    text = MATH.sub(formula, with_minus(text))
    return re.sub(
        r"\*\*([^*]+)\*\*|\*([^*]+)\*|`([^`]+)`",
        lambda m: m[1] or m[2] or m[3],
        text,
    )


def say(value: float, digits: int = 3) -> str:
    """Return a number as a reader takes it in.

    Parameters
    ----------
    value : float
    digits : int, optional
        Significant digits; the whole part of a number is never rounded.
    """
    size = abs(value)
    if size == 0:
        return "0"
    if not SMALLEST <= size < LARGEST:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        mantissa = mantissa.replace("-", "−")
        return f"{mantissa}·10{str(int(power)).translate(SUPERSCRIPT)}"
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def with_unit(value: float, unit: str, digits: int = 3) -> str:
    """Return a number with its unit: "1 step", "2 steps", "0.3"."""
    number = say(value, digits)
    if number == "1":
        first, space, rest = unit.partition(" ")
        unit = first.removesuffix("s") + space + rest
    return f"{number} {unit}".rstrip()


def level(value: float) -> str:
    """Return a level of a curve in words, if there are any."""
    return LEVELS.get(value) or say(value)


def for_comparison(text: str) -> str:
    """Return the text with its powers of ten as 1e-7: one number each."""
    return POWER.sub(lambda power: f"e{power[1].translate(UPRIGHT)}", text)


def joined(sentences: list[str]) -> str:
    """Return the sentences as one text; empty ones are left out."""
    return " ".join(sentence for sentence in sentences if sentence)


def with_minus(text: str) -> str:
    """Return a line of Markdown with minus signs before its numbers."""
    return TYPED.sub(lambda m: "−" if m[0] == "-" else m[0], text)


def marked(text: str) -> str:
    """Return a line of Markdown as HTML: formulas, stress and code."""
    parts = MATH.split(with_minus(text))
    for i, part in enumerate(parts):
        part = html.escape(part, quote=False)
        if i % 2:
            part = FORMULA.replace("{}", part)
        else:
            for mark, tag in MARKS:
                part = mark.sub(tag, part)
        parts[i] = part
    return "".join(parts)


def as_json(data: object) -> str:
    """Return JSON that may stand in a script of a page."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
