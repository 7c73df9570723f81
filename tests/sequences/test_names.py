"""Names as sequences, bits counted one way, and names made up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlib import datasets
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import cross_entropy, softmax
from rnnlib.layers.lstm import LSTM
from rnnlib.sequences.chances import bits, invent, pick, sharpen
from rnnlib.sequences.names import (
    ALPHABET,
    classes_of,
    neighbours,
    spell,
    split_names,
)
from rnnlib.training.network import Network

NAMES = ["jazz", "al", "mary", "bo"]
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9)
CHANCES = st.lists(
    st.floats(0, 1), min_size=2, max_size=6
).filter(lambda p: sum(p) > 0.1)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6))
def test_what_is_read_is_what_was_to_be_predicted_a_step_before(names):
    data = spell(names)
    assert (data.lengths == [len(name) + 1 for name in names]).all()
    assert data.mask.sum() == sum(map(len, names)) + len(names)
    for n, name in enumerate(names):
        length = data.lengths[n]
        read = data.x[:length, n].argmax(axis=1)
        assert (data.x[:length, n].sum(axis=1) == 1).all()
        assert (data.x[length:, n] == 0).all()
        assert not data.mask[length:, n].any()
        assert "".join(ALPHABET[c] for c in data.y[: length - 1, n]) == name
        assert data.y[length - 1, n] == 0
        assert read[0] == 0
        assert (read[1:] == data.y[: length - 1, n]).all()


def test_bits_of_the_uniform_model_are_the_logarithm_of_the_characters():
    data = spell(NAMES)
    cost = bits(np.full((*data.mask.shape, 27), 1 / 27), data)
    assert np.isnan(cost[~data.mask]).all()
    np.testing.assert_allclose(cost[data.mask], np.log2(27), rtol=1e-12)


def test_bits_are_the_loss_of_the_network_in_other_units():
    network = Network(LSTM(27, 5), LinearHead(5, 27), cross_entropy)
    data = spell(NAMES)
    cost = bits(softmax(network.predict(data.x)), data)
    np.testing.assert_allclose(
        np.nanmean(cost), network.score(data) / np.log(2), rtol=1e-12
    )


def test_bits_do_not_see_what_stands_in_the_padding():
    data = spell(NAMES)
    chances = np.full((*data.mask.shape, 27), 1 / 27)
    chances[~data.mask] = -7.0
    assert np.nanmean(bits(chances, data)) == pytest.approx(np.log2(27))


@pytest.mark.parametrize(
    ("chances", "message"),
    [
        (np.full((5, 4, 27), 1.0), "chances must be at least 0 and sum to 1"),
        (np.eye(27)[np.full((5, 4), 3)], "above 0 for each character"),
        (np.full((5, 4, 2), 0.5), "classes below 2 as targets"),
    ],
)
def test_what_are_no_chances_of_these_names_is_refused(chances, message):
    with pytest.raises(ValueError, match=message):
        bits(chances, spell(NAMES))


def test_a_split_parts_all_names_and_none_twice():
    names = datasets.first_names()
    parts = split_names(names, 500, 300, seed=3)
    assert [len(part) for part in parts] == [4363, 500, 300]
    assert sorted(name for part in parts for name in part) == list(names)
    again = split_names(names, 500, 300, seed=3)
    other = split_names(names, 500, 300, seed=4)
    assert parts == again
    assert parts != other


def test_a_list_with_a_name_twice_is_not_split():
    with pytest.raises(ValueError, match="names must be different"):
        split_names(["anna", "bo", "anna"], 1)


@settings(max_examples=100, deadline=None)
@given(WORDS, WORDS)
def test_neighbours_are_one_edit_away_both_ways(word, other):
    assert (other in neighbours(word)) == (word in neighbours(other))
    assert word not in neighbours(word)
    assert {abs(len(w) - len(word)) for w in neighbours(word)} <= {0, 1}


def test_neighbours_of_a_word_are_counted():
    # 25 changed at each of 4 places, 4 left out, 26 put in at 5 places, less
    # those that come out the same twice
    assert len(neighbours("anne")) == 25 * 4 + 3 + 26 * 5 - 4
    assert {"anna", "ann", "annie", "janne"} <= neighbours("anne")


@settings(max_examples=100, deadline=None)
@given(CHANCES, st.floats(0.1, 5))
def test_temperature_divides_the_scores(powers, temperature):
    chances = np.array(powers) / sum(powers)
    found = sharpen(chances, temperature)
    with np.errstate(divide="ignore"):
        scores = np.log(chances)
    scores[chances == 0] = -1e30
    np.testing.assert_allclose(found, softmax(scores / temperature), atol=1e-9)
    assert found.sum() == pytest.approx(1)
    np.testing.assert_allclose(sharpen(chances, 1.0), chances, atol=1e-9)


def test_near_zero_the_likeliest_sign_takes_all():
    found = sharpen([0.2, 0.5, 0.3], 1e-3)
    np.testing.assert_allclose(found, [0, 1, 0], atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(CHANCES, st.floats(0, 1, exclude_max=True))
def test_nothing_without_a_chance_is_picked(powers, luck):
    chances = np.array(powers) / sum(powers)
    (found,) = pick(chances[np.newaxis], [luck])
    assert chances[found] > 0
    assert chances[:found].sum() <= luck + 1e-9
    assert luck <= chances[: found + 1].sum() + 1e-9


def test_signs_are_picked_as_often_as_their_chances_say():
    luck = (np.arange(1000) + 0.5) / 1000
    found = pick(np.tile([0.2, 0.5, 0.3], (1000, 1)), luck)
    assert np.bincount(found).tolist() == [200, 500, 300]


def test_made_up_names_end_at_the_end_sign_or_are_cut():
    def after(beginnings):  # a, b, and then the end, but c goes on for ever
        rows = []
        for text in beginnings:
            character = "c" if text[:1] == "c" else "b" if text else "ac"
            character = "." if text == "ab" else character
            chances = np.zeros(27)
            chances[classes_of(character)] = 1 / len(character)
            rows.append(chances)
        return np.array(rows)

    luck = np.array([[0.1, 0.9]] + [[0.5, 0.5]] * 3)
    assert invent(after, luck) == ["ab", "cccc"]


def test_luck_of_one_and_bad_chances_are_refused():
    with pytest.raises(ValueError, match="luck must lie from 0 up to"):
        pick([[0.5, 0.5]], [1.0])
    with pytest.raises(ValueError, match="what after returns must have shape"):
        invent(lambda texts: np.ones((1, 27)) / 27, np.zeros((2, 3)))


@pytest.mark.parametrize("bad", ["Anna", "jo.", "ann e", "zoë", ""])
def test_other_signs_than_letters_are_refused(bad):
    with pytest.raises(ValueError, match=r"names\[1\] must be of the letters"):
        spell(["anna", bad])
