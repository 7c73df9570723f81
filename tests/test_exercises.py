"""Checks accept the answer, refuse what is wrong, and say why."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from rnnlib import exercises
from rnnlib.book.exercises import CHAPTERS, every, find, of
from rnnlib.book.exercises.spec import judge

# Wrong answers that no check knows by name: they must be refused too.
STRANGE = {
    "zero": lambda *arguments: 0.0,
    "first argument": lambda *arguments: arguments[0],
    "text": lambda *arguments: "42",
    "ragged": lambda *arguments: [[1.0], [1.0, 2.0]],
    "not a number": lambda *arguments: float("nan"),
}


@pytest.mark.parametrize("name", every())
class TestEachExercise:
    def test_truth_is_accepted(self, name):
        exercise = find(name)
        assert judge(exercise, exercise.truth).startswith("Correct. ")

    def test_at_least_two_plausible_slips_are_met_with_their_hint(self, name):
        exercise = find(name)
        assert len(exercise.slips) >= 2
        for hint, slip in exercise.slips.items():
            assert judge(exercise, slip) == f"Not yet: {hint}"
            assert hint.endswith(".")

    @pytest.mark.parametrize("strange", STRANGE)
    def test_unforeseen_answers_are_refused(self, name, strange):
        told = judge(find(name), STRANGE[strange])
        assert told.startswith("Not yet: ")

    def test_a_stub_passes_unjudged(self, name):
        for stub in (None, ..., lambda *a: ...):
            told = judge(find(name), stub)
            assert told.startswith("Not attempted yet")

    def test_an_answer_that_only_prints_is_told_to_return(self, name):
        told = judge(find(name), lambda *arguments: None)
        assert told.startswith("Not yet: your function returns nothing")

    def test_an_answer_of_the_wrong_shape_is_told_the_shape(self, name):
        exercise = find(name)

        def nested(*arguments):
            return [[[exercise.truth(*arguments)]]]

        told = judge(exercise, nested)
        assert "you return an array of shape (1, 1, 1" in told

    def test_an_answer_that_stops_is_told_where(self, name):
        def broken(*arguments):
            raise ZeroDivisionError("division by zero")

        told = judge(find(name), broken)
        line = broken.__code__.co_firstlineno + 1
        wanted = f"stopped in line {line} with ZeroDivisionError: division"
        assert wanted in told

    def test_an_answer_that_misses_a_name_is_sent_to_the_first_cells(
        self, name
    ):
        told = judge(find(name), lambda *a: not_defined_here)  # noqa: F821
        assert "NameError: name 'not_defined_here' is not defined" in told
        assert told.endswith("run its cells from the top first.")

    def test_an_answer_that_reads_too_early_is_not_sent_there(self, name):
        def early(*arguments):
            total += 1  # noqa: F821
            return total

        told = judge(find(name), early)
        assert "UnboundLocalError" in told
        assert "run its cells" not in told

    def test_an_answer_cannot_change_the_cases(self, name):
        exercise = find(name)

        def vandal(*arguments):
            for argument in arguments:
                if np.ndim(argument):
                    argument[:] = 0.0
            return 0.0

        before = repr(exercise.cases)
        judge(exercise, vandal)
        assert repr(exercise.cases) == before


def test_a_number_instead_of_a_function_is_told_apart():
    told = judge(find("memory-half-life"), 0.5)
    assert told.startswith("Not yet: hand over your function, not 0.5")


def test_hours_of_coffee_are_whole_and_can_be_looped_over():
    def caffeine_left(cups, night):
        left = 0.0
        for hour in range(cups[0], night + 1):
            left = left * 0.5 ** (1 / 5) + 80 * np.sum(cups == hour)
        return left

    told = judge(find("memory-coffee"), caffeine_left)
    assert told.startswith("Correct. ")


def test_unknown_exercise_lists_the_known_ones():
    with pytest.raises(ValueError, match="'ar1-forecast'"):
        exercises.check("ar1-forcast", lambda: 1)
    with pytest.raises(TypeError, match="name must be a string"):
        exercises.check(1, lambda: 1)
    with pytest.raises(ValueError, match=r"chapter must be .*'ar1'"):
        of("ar2")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_name_of_an_exercise_begins_with_its_chapter(chapter):
    assert of(chapter)
    for name in of(chapter):
        assert name.startswith(f"{chapter}-")


def test_checking_an_answer_opens_no_other_chapter():
    code = (
        "import sys; from rnnlib import exercises;"
        "exercises.check('elman-step', None);"
        "print(*(m for m in sys.modules if 'exercises' in m))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(told.split("\n")[1].split()) == {
        "rnnlib.book.exercises",
        "rnnlib.book.exercises.spec",
        "rnnlib.book.exercises.elman",
    }


def test_check_prints_one_line(capsys):
    exercises.check("memory-half-life", lambda steps: 0.5 ** (1 / steps))
    assert capsys.readouterr().out.startswith("Correct. ")


def test_of_a_large_array_the_first_wrong_place_is_named() -> None:
    exercise = find("attention-window")

    def round_the_end(T, width):
        seen = np.array(exercise.truth(T, width), dtype=float)
        seen[0, T - 1] = 1.0
        return seen

    told = judge(exercise, round_the_end)
    T = exercise.cases[0][0]
    shape = f"an array of shape ({T}, {T})"
    assert f"{shape} that differs first at [0, {T - 1}]: 1, " in told
    assert told.endswith("the answer there is 0.")
