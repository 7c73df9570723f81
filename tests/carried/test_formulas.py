"""Names of functions stand apart from what is before and after them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from course.formulas import APPLIED, MATHML, MINUS, THIN, spaced

LOG = f"<mi>log</mi><mo>{APPLIED}</mo>"
SQUARED = f"<msup><mi>tanh</mi><mn>2</mn></msup><mo>{APPLIED}</mo>"


def row(inside: str) -> list[ElementTree.Element]:
    """Return what stands in a formula once it is spaced."""
    formula = f'<math xmlns="{MATHML}"><mrow>{inside}</mrow></math>'
    return list(ElementTree.fromstring(spaced(formula))[0])


def told(part: ElementTree.Element) -> tuple[str, dict[str, str]]:
    """Return the name of an element and what is said of it."""
    return part.tag.rpartition("}")[2], part.attrib


@pytest.mark.parametrize("name", [LOG, SQUARED])
def test_a_thin_space_stands_before_and_after_a_name(name: str) -> None:
    parts = row(f"<mi>k</mi>{name}<mi>k</mi>")
    assert told(parts[1]) == ("mspace", {"width": THIN})
    assert told(parts[3]) == ("mo", {"rspace": THIN})
    assert len(parts) == 5


def test_none_is_needed_beside_an_operator_or_a_bracket() -> None:
    parts = row(f"<mo>=</mo>{LOG}<mo>(</mo><mi>k</mi><mo>)</mo>")
    assert [told(part)[0] for part in parts] == [
        "mo", "mi", "mo", "mo", "mi", "mo"
    ]  # fmt: skip
    assert not any(part.attrib for part in parts)


def test_a_minus_after_an_equals_sign_is_no_difference() -> None:
    parts = row(f"<mo>=</mo><mo>{MINUS}</mo><mi>k</mi>")
    assert parts[1].attrib == {"form": "prefix"}
    parts = row(f"<mi>a</mi><mo>{MINUS}</mo><mi>k</mi>")
    assert parts[1].attrib == {}


def test_the_second_child_of_an_index_is_left_alone() -> None:
    inside = f"<msub><mi>x</mi>{LOG}</msub>"
    assert len(list(row(inside)[0])) == 3
