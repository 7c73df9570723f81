"""The ePub brings a font that has every letter of its formulas."""

from __future__ import annotations

import io

import pytest
from fontTools.ttLib import TTFont

from course.letters import font_file, italic, letters, used

PAGE = (
    "<p>Ω</p><math><mi>h</mi><mo>&lt;</mo><mi>φ</mi>"
    "<annotation>\\leq</annotation></math><p>Ψ</p><math><mo>∑</mo></math>"
)


def test_letters_of_formulas_are_found_and_no_others() -> None:
    assert used([PAGE, "<math><mn>2</mn></math>"]) == set("h<φ∑2")


def test_a_root_needs_its_sign_though_no_text_holds_it() -> None:
    assert used(["<math><msqrt><mn>2</mn></msqrt></math>"]) == {"√", "2"}
    font = TTFont(io.BytesIO(letters({"√", "2"})))
    grown = font["MATH"].table.MathVariants.VertGlyphCoverage.glyphs
    assert font.getBestCmap()[ord("√")] in grown


@pytest.mark.parametrize(
    ("char", "name"),
    [("a", "𝑎"), ("Z", "𝑍"), ("h", "ℎ"), ("φ", "𝜑"), ("Δ", "𝛥")],
)
def test_a_name_of_one_letter_is_set_in_italics(char: str, name: str) -> None:
    assert italic(char) == ord(name)


def test_digits_and_signs_have_no_italics() -> None:
    assert [italic(char) for char in "2+∑"] == [None, None, None]


def test_the_font_keeps_what_is_used_and_what_grows_and_is_small() -> None:
    made = letters(set("hφ∑(2"))
    font = TTFont(io.BytesIO(made))
    assert {*map(ord, "hφ∑(2"), ord("ℎ"), ord("𝜑")} <= set(font.getBestCmap())
    grown = font["MATH"].table.MathVariants.VertGlyphCoverage.glyphs
    assert font.getBestCmap()[ord("(")] in grown
    assert len(made) < font_file().stat().st_size / 5
    licence = font["name"].getDebugName(13)
    assert "SIL Open Font License" in licence


def test_a_character_without_a_form_is_named() -> None:
    with pytest.raises(ValueError, match=r"no U\+AC00"):
        letters({"가", "x"})
