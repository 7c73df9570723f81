"""N-grams: chances that sum to one, counts that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnnlib import datasets
from rnnlib.models.ngrams import NGram
from rnnlib.sequences.chances import bits
from rnnlib.sequences.names import ALPHABET, spell, split_names

WORDS = st.text("abcz", min_size=1, max_size=6)
LISTS = st.lists(WORDS, min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(LISTS, st.integers(1, 6), st.lists(WORDS, min_size=1), st.booleans())
# The estimate for counts of two is below zero.
@example(["a"] * 4 + ["b"] * 2 + ["bc"], 2, ["a"], True)
def test_chances_sum_to_one_after_any_beginning(names, order, texts, smooth):
    model = NGram(names, order, smooth=smooth)
    chances = model.after(["", *texts])
    assert (chances >= 0).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-12)
    if smooth:
        assert (chances > 0).all()  # nothing is impossible


@settings(max_examples=40, deadline=None)
@given(LISTS, st.integers(2, 5), WORDS)
def test_an_ngram_sees_the_last_characters_only(names, order, text):
    model = NGram(names, order)
    far = "a" * order + text.rjust(order, "b")
    near = "c" * order + text.rjust(order, "b")
    np.testing.assert_array_equal(*model.after([far, near]))


def test_without_smoothing_the_chances_are_shares_of_the_counts():
    model = NGram(["aa", "ab", "b"], 2, smooth=False)
    after_a = dict(zip(ALPHABET, model.after(["a"])[0]))
    assert after_a["."] == pytest.approx(1 / 3)  # aa. aab ab: a three times
    assert after_a["a"] == pytest.approx(1 / 3)
    assert after_a["b"] == pytest.approx(1 / 3)
    first = dict(zip(ALPHABET, model.after([""])[0]))
    assert (first["a"], first["b"]) == pytest.approx((2 / 3, 1 / 3))


def test_a_character_that_always_has_the_same_company_counts_once_below():
    # After a, b and c an x came once each; y came six times, always after d.
    # Behind a character that only the end has ever followed, x is the
    # better bet, although y was seen more often.
    names = ["ax", "bx", "cx", *["dy"] * 6, "e"]
    model = NGram(names, 2)
    chances = dict(zip(ALPHABET, model.after(["q"])[0]))
    assert chances["x"] > chances["y"] > 0
    plain = NGram(names, 1, smooth=False)
    shares = dict(zip(ALPHABET, plain.after([""])[0]))
    assert shares["y"] > shares["x"]


def test_order_one_looks_at_nothing():
    model = NGram(["ab", "b"], 1)
    np.testing.assert_array_equal(*model.after(["", "zzz"]))


@pytest.fixture(scope="module")
def parts():
    return split_names(datasets.first_names(), 500, 500)


@pytest.fixture(scope="module")
def scores(parts):
    train, held_out, _ = parts
    data = spell(held_out)
    return [
        np.nanmean(bits(NGram(train, order).predict(held_out), data))
        for order in range(1, 6)
    ]


def test_longer_contexts_help_up_to_five(scores):
    assert np.diff(scores).max() < -0.04
    assert scores[0] < np.log2(27)


def test_the_discounts_are_between_nothing_and_everything(parts):
    model = NGram(parts[0], 5)
    for discount in model.discounts[1:]:
        assert discount[0] == 0
        assert (np.diff(discount) > 0).all()  # more is taken from more
        assert (discount <= [0, 1, 2, 3]).all()


def test_prediction_step_by_step_is_that_after_each_beginning(parts):
    model = NGram(parts[0][:200], 4)
    names = ["jazz", "al"]
    chances = model.predict(names)
    assert chances.shape == (5, 2, 27)
    np.testing.assert_array_equal(
        chances[:, 0], model.after(["", "j", "ja", "jaz", "jazz"])
    )
    np.testing.assert_array_equal(chances[:3, 1], model.after(["", "a", "al"]))
    np.testing.assert_allclose(chances[3:, 1], 1 / 27)
