"""Predictions: what is asked, what counts as right, what is said."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

import chapter_form
from rnnlib.book.claims import one
from rnnlib.book.predictions import predict, recall, recorded
from rnnlib.book.predictions.curve import crossing
from rnnlib.book.predictions.wording import (
    for_comparison,
    marked,
    say,
    spelled,
    with_unit,
)

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.ipynb"))
AGES = np.arange(21)


def second(**choices):
    return predict(
        "memory-second",
        "Is $O(2)$ **again** 0.282?",
        choices=choices or {"less": lambda y: y < 0, "more": lambda y: y > 0},
    )


def half_life(**changes):
    options = {"number": (1, 30, 1), "unit": "steps", "tolerance": 1}
    return predict("memory-half", "How many steps?", **{**options, **changes})


def left(**changes):
    options = {
        "curve": [2, 8, 14, 20],
        "known": ([0], [1]),
        "axes": ("age in steps", "share left"),
        "limits": (0, 1),
        "unit": "steps",
        "tolerance": 0.1,
        "crossing": 0.5,
    }
    return predict("memory-left", "Draw it.", **{**options, **changes})


def powers():
    return left(
        limits=(1e-7, 1), tolerance=None, factor=3, log=True, crossing=0.01
    )


def data_of(page: str) -> dict:
    found = re.search(
        r'<script type="application/json">(.*?)</script>', page, re.S
    )
    return json.loads(found[1])


def test_the_choice_that_the_measurement_meets_is_right():
    outcome = second().answer(0.3).outcome
    assert outcome.measured == "more"
    assert outcome.judge("more").right
    wrong = outcome.judge("less")
    assert not wrong.right
    assert wrong.text == "You said “less”; measured: “more”."


def test_a_choice_of_a_list_is_named_or_counted():
    question = predict("ar1-best", "Which?", choices=["mean", "naive"])
    assert question.answer("naive").outcome.measured == "naive"
    assert question.answer(np.int64(0)).outcome.measured == "mean"
    for bad in ("AR", 2, -1, True, None):
        with pytest.raises(ValueError, match="measured must be one of"):
            question.answer(bad)


def test_a_measurement_that_fits_none_or_two_choices_is_refused():
    with pytest.raises(ValueError, match="one choice right, found none"):
        second().answer(0.0)
    both = second(a=lambda y: True, b=lambda y: True)
    with pytest.raises(ValueError, match="found a, b for"):
        both.answer(1)


@pytest.mark.parametrize(
    ("guess", "right", "told"),
    [
        (5, False, "You said 5 steps; measured: 6.58 steps. Too low by 1.6."),
        (6, True, "measured: 6.58 steps. Right, within 1 step."),
        (9, False, "Too high by 2.4."),
        (1, False, "You said 1 step;"),
    ],
)
def test_a_number_is_right_within_its_tolerance(guess, right, told):
    judged = half_life().answer(6.58).outcome.judge(guess)
    assert judged.right is right
    assert told in judged.text
    assert judged.surprise == pytest.approx(abs(guess - 6.58))


def test_a_number_at_the_edge_of_its_tolerance_is_right():
    question = half_life(number=(0, 1, 0.1), tolerance=0.1)
    outcome = question.answer(0.2).outcome
    assert [outcome.judge(v).right for v in question.values[:5]] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_a_factor_judges_ratios():
    question = half_life(number=[1, 10, 100], tolerance=None, factor=4)
    outcome = question.answer(30.0).outcome
    assert [outcome.judge(v).right for v in (1, 10, 100)] == [0, 1, 1]
    assert outcome.judge(1).text.endswith("Too low by a factor of 30.")
    with pytest.raises(ValueError, match="measured must lie in"):
        question.answer(0.0)


def test_a_drawn_curve_is_judged_by_its_mean_gap():
    outcome = left().answer(0.9**AGES, at=AGES).outcome
    assert outcome.judge(outcome.values).right
    judged = outcome.judge([0.7, 0.2, 0.1, 0.1])
    assert not judged.right
    gaps = np.abs(np.array([0.7, 0.2, 0.1, 0.1]) - 0.9 ** np.array(left().at))
    assert judged.surprise == pytest.approx(gaps.mean() / 0.1)
    assert judged.text == (
        "Your curve reaches one half at 4.4 steps; measured: at 6.6 steps. "
        "The largest gap is at 8 steps: you drew 0.2, measured 0.43. "
        "On average your points are off by 0.12; 0.1 counts as right."
    )


def test_a_curve_on_a_logarithmic_axis_is_judged_by_factors():
    outcome = powers().answer(0.5**AGES, at=AGES).outcome
    twice = outcome.judge(2 * outcome.values)
    assert twice.right
    assert "off by a factor of 2" in twice.text
    never = outcome.judge([0.5, 0.5, 0.5, 0.5])
    assert "Your curve never reaches a hundredth here; " in never.text
    assert "measured: at 6.6 steps" in never.text
    with pytest.raises(ValueError, match="measured must be positive"):
        powers().answer([0.5, 0.1, 0.0, 0.1])


def test_a_curve_can_be_measured_where_it_is_asked_for():
    values = 0.9 ** np.array([2, 8, 14, 20])
    direct = left().answer(values).outcome
    np.testing.assert_allclose(direct.values, values)
    assert direct.x[0] == 0  # it starts where the known part ends
    with pytest.raises(ValueError, match=r"measured must have shape \(4,\)"):
        left().answer([1.0, 2.0])
    with pytest.raises(ValueError, match="at must reach from 2 to 20"):
        left().answer([1.0, 2.0], at=[3, 20])
    with pytest.raises(ValueError, match="at must rise"):
        left().answer([1.0, 2.0], at=[20, 2])
    with pytest.raises(ValueError, match="at must be left out"):
        half_life().answer(3, at=[1])


def test_a_measured_curve_joins_what_is_known_and_ends_with_the_axes():
    at = np.arange(1, 60)
    outcome = left().answer(0.98**at, at=at).outcome
    assert (outcome.x[0], outcome.x[-1]) == (0, 20)
    assert (np.diff(outcome.x) > 0).all()
    assert outcome.crosses is None  # half is reached at 34, beyond them
    assert outcome.measured.endswith("one half nowhere here")
    before = left().answer(0.9**AGES, at=AGES).outcome
    assert (before.x[0], before.y[0], len(before.x)) == (0, 1, 21)


@pytest.mark.parametrize(
    ("y", "log", "place"),
    [
        ([1, 0], False, 5.0),
        ([1, 0.25], True, 5.0),
        ([0.5, 0], False, 0.0),
        ([0.2, 0.8], False, 5.0),
        ([1, 0.6], False, None),
    ],
)
def test_a_crossing_lies_on_the_line_as_it_is_drawn(y, log, place):
    found = crossing([0, 10], y, 0.5, log)
    assert found == (place if place is None else pytest.approx(place))


def test_a_page_holds_the_judgement_on_every_guess():
    question = half_life()
    outcome = question.answer(6.58).outcome
    data = data_of(question.answer(6.58).to_html())
    asked = data_of(question.to_html())
    assert data["key"] == asked["key"] == "memory-half"
    assert len(asked["values"]) == len(data["judged"]) == 30
    for value, (right, surprise, told) in zip(asked["values"], data["judged"]):
        judged = outcome.judge(value)
        assert (right, told) == (judged.right, judged.text)
        assert surprise == pytest.approx(judged.surprise, abs=1e-3)


def test_no_text_ends_the_script_or_becomes_a_tag():
    question = predict(
        "ar1-tags", "Is <b> $a<b$ </script>?", choices=["<i>", "b"]
    )
    for page in (question.to_html(), question.answer("<i>").to_html()):
        assert page.count("</script>") == 1
        assert "<i>" not in page
    assert r"\(a&lt;b\)" in question.to_html()


@pytest.mark.parametrize(
    ("question", "measured", "asked", "told"),
    [
        (second(), 1, "Is O(2) again 0.282? (One of: less; more)", "more."),
        (
            half_life(),
            6.578,
            "How many steps? (A number from 1 to 30 steps; within 1 step "
            "counts as right)",
            "6.58 steps.",
        ),
        (
            left(limits=(1e-7, 1), tolerance=None, factor=3, log=True),
            [0.5, 0.1, 1e-4, 2e-7],
            "Draw it. (A curve to draw: share left by age in steps, from 2 to "
            "20 steps; within a factor of 3 on average counts as right)",
            "0.5 at 2, 0.1 at 8, 1e-4 at 14, 2e-7 at 20; one half at 2 steps.",
        ),
    ],
)
def test_the_stored_text_is_plain(question, measured, asked, told):
    assert repr(question) == f"a question: {asked}"
    answer = question.answer(measured, say="And *so* on.")
    assert repr(answer) == f"answer: {told} And *so* on."


@pytest.mark.parametrize("book", [True, False])
def test_the_bundle_suits_the_place(book, monkeypatch):
    monkeypatch.delenv("RNNLIB_BOOK", raising=False)
    if book:
        monkeypatch.setenv("RNNLIB_BOOK", "1")
    widget = "application/vnd.jupyter.widget-view+json"
    question = left()
    for shown in (question, question.answer(0.9**AGES, at=AGES)):
        bundle = shown._repr_mimebundle_()
        assert bundle["text/plain"] == repr(shown)
        assert ("text/html" in bundle) is book
        assert (widget in bundle) is not book


@pytest.mark.parametrize(
    ("question", "measured", "said"),
    [
        (second(), 1, "measured: “more”"),
        (half_life(), 6.58, "measured: 6.58 steps"),
        (left(), [0.9, 0.5, 0.2, 0.1], "The largest gap"),
    ],
)
def test_the_widget_waits_for_a_guess_and_a_commitment(
    question, measured, said
):
    box = question.to_widget()
    answer = question.answer(measured, say="So it is.").to_widget()
    *_, buttons, status = box.children
    commit, _ = buttons.children
    commit.click()
    assert status.value == "Make a guess first."
    assert "So it is." not in answer.value
    for widget in box.children:
        if question.kind == "choice" and hasattr(widget, "options"):
            widget.value = "less"
        elif question.kind == "number" and hasattr(widget, "index"):
            widget.index = 2
        elif question.kind == "curve" and hasattr(widget, "children"):
            for slider in widget.children[:2]:
                if hasattr(slider, "index"):
                    slider.index = 3
    assert "So it is." not in answer.value
    commit.click()
    assert said in answer.value
    assert "So it is." in answer.value
    assert commit.disabled
    # An answer that is run again afterwards waits no more.
    assert said in question.answer(measured).to_widget().value


def test_show_answers_without_a_guess():
    question = half_life()
    answer = question.answer(6.58).to_widget()
    box = question.to_widget()
    *_, buttons, status = box.children
    buttons.children[1].click()
    assert answer.value.startswith("<b>Answer.</b> Measured: 6.58 steps.")
    assert question.guess is None
    assert status.value.startswith("Not guessed.")
    other = half_life()
    waiting = other.answer(3).to_widget()
    other.show()
    assert "Measured: 3 steps." in waiting.value


def test_numbers_are_said_as_readers_take_them_in():
    said = {
        6.5788: "6.58", 0.0: "0", 1234.4: "1,234", 0.5: "0.5", -0.25: "−0.25",
        1e-7: "1·10⁻⁷", 2.5e9: "2.5·10⁹", 69.97: "70", 0.00123: "0.00123",
    }  # fmt: skip
    assert {value: say(value) for value in said} == said
    assert for_comparison("0.4, −2.5·10⁻⁷ at 3") == "0.4, −2.5e-7 at 3"
    assert [with_unit(n, "steps") for n in (1, 2)] == ["1 step", "2 steps"]
    assert with_unit(1, "% a month") == "1 % a month"
    assert with_unit(1, "") == "1"


def test_a_list_spells_formulas_in_letters():
    told = spelled(
        r"How large is $\partial h_{100}/\partial h_0$, and $10^{-7}$, in "
        "`torch.nn.RNN`? *Think.*"
    )
    assert told == "How large is ∂h₁₀₀/∂h₀, and 10⁻⁷, in torch.nn.RNN? Think."


def test_marks_become_tags_outside_formulas_only():
    assert marked("*a* $b*c*d$ `x < 1`") == (
        '<em>a</em> <span class="math notranslate nohighlight">'
        r"\(b*c*d\)</span> <code>x &lt; 1</code>"
    )


def test_typed_hyphens_before_numbers_become_minus_signs():
    assert marked("by -0.008, from 2-3 to (-4)") == (
        "by −0.008, from 2-3 to (−4)"
    )
    for kept in ("`-1`", "$-1$", "$n$-3", "$10^{-6}$"):
        assert "−" not in marked(kept)
    assert spelled("at -0.5 and $x$") == "at −0.5 and x"


def test_a_first_point_keeps_clear_of_the_axis_unless_a_line_leads_there():
    free = left(known=None, curve=[0, 8, 14, 20])
    for question, clear in ((free, True), (left(), False)):
        axis = left().axes.point(0, 0)[0]
        first = question.axes.point(0, 0)[0]
        assert (first > axis) is clear
        assert data_of(question.to_html())["axes"]["box"][0] == first


def test_recall_folds_its_answers():
    shown = recall(("What is $u$?", "A *weight*."), ("And $m$?", "Another."))
    assert repr(shown) == "Do you remember?\n1. What is u?\n2. And m?"
    bundle = shown._repr_mimebundle_()
    for form in ("text/html", "text/markdown"):
        assert bundle[form].count("<details>") == 2
    assert "<em>weight</em>" in bundle["text/html"]


def test_recorded_hands_out_what_a_chapter_has_found():
    assert "0.282" in recorded(12)
    assert "0.28" in one(12).text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"an AR(1) has $\varphi = 0.8$", "an AR(1) has φ = 0.8"),
        (r"$\partial h_2/\partial h_0$", "∂h_2/∂h_0"),
        (r"$h = \tanh(2h)$", "h = tanh(2h)"),
    ],
)
def test_plain_text_has_letters_for_names_of_latex(text, shown):
    assert shown in repr(recall(*[(f"Is it so that {text}?", "Yes.")] * 3))


def test_no_stored_question_shows_a_name_of_latex():
    stored = [
        output.data["text/plain"]
        for path in CHAPTERS
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if "text/plain" in output.get("data", {})
    ]
    asked = [t for t in stored if t.startswith(("a question:", "Do you"))]
    assert len(asked) > len(CHAPTERS)
    assert not [text for text in asked if "\\" in text]


def test_the_keys_of_all_predictions_differ():
    keys = [
        key
        for path in CHAPTERS
        for key in chapter_form.prediction_keys(
            nbformat.read(path, as_version=4)
        )
    ]
    assert sorted(set(keys)) == sorted(keys)
