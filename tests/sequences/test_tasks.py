"""Tasks: every answer is right, checked by another way of finding it."""

import itertools
from itertools import permutations

import numpy as np
import pytest

from rnnlib.sequences.tasks.bits import WIRINGS, two_ones, wiring
from rnnlib.sequences.tasks.letters import SOUNDS, next_letter, syllables
from rnnlib.sequences.tasks.long_lags import (
    adding,
    delayed_recall,
    noise_free_lag,
    temporal_order,
)
from rnnlib.sequences.tasks.look_back import pair_recall, selective_copying
from rnnlib.sequences.tasks.reber_grammar import (
    reber,
    reber_legal,
    reber_passed,
    reber_strings,
)
from rnnlib.sequences.tasks.spelled_numbers import (
    END,
    WORDS,
    number_words,
    spell_number,
)
from rnnlib.sequences.tasks.state_tracking import GROUPS, group_words, parity


def strings(data):
    """Return each sequence of bits as text, without its padding."""
    bits = data.x[..., 0].astype(int)
    return [
        "".join(map(str, bits[:length, n]))
        for n, length in enumerate(data.lengths)
    ]


def test_two_ones_holds_one_pair_or_none():
    data = two_ones(500, 2, 20, seed=1)
    assert data.x.shape == (20, 500, 1)
    assert set(data.lengths) == set(range(2, 21))
    answers = data.y[data.lengths - 1, np.arange(500)]
    for text, answer in zip(strings(data), answers):
        pairs = sum(a == b == "1" for a, b in itertools.pairwise(text))
        assert pairs == answer


def test_two_ones_asks_at_the_last_step_and_only_there():
    data = two_ones(50, 2, 9)
    last = np.arange(9)[:, None] == data.lengths - 1
    np.testing.assert_array_equal(data.mask, last)


def test_two_ones_classes_are_balanced_and_pairs_are_anywhere():
    data = two_ones(4000, 6, seed=2)
    answers = data.y[-1]
    assert 0.47 < answers.mean() < 0.53
    first = [t.index("11") for t in strings(data) if "11" in t]
    places, counts = np.unique(first, return_counts=True)
    np.testing.assert_array_equal(places, range(5))
    assert counts.min() > 0.8 * len(first) / 5


def test_two_ones_negatives_are_drawn_evenly():
    """Of length 5 there are 13 sequences without a pair (Fibonacci)."""
    data = two_ones(8000, 5, seed=3)
    negative = [t for t in strings(data) if "11" not in t]
    kinds, counts = np.unique(negative, return_counts=True)
    assert len(kinds) == 13
    assert counts.min() > 0.8 * len(negative) / 13
    assert counts.max() < 1.2 * len(negative) / 13


def test_two_ones_noise_leaves_answers_and_padding_alone():
    clean = two_ones(30, 2, 9, seed=4)
    noisy = two_ones(30, 2, 9, noise=0.1, seed=4)
    np.testing.assert_array_equal(clean.y, noisy.y)
    np.testing.assert_array_equal(noisy.x.round(), clean.x)
    inside = np.arange(9)[:, None] < noisy.lengths
    assert not noisy.x[~inside].any()
    assert (noisy.x[inside] != clean.x[inside]).all()


def test_delayed_recall_asks_for_the_first_symbol():
    data = delayed_recall(60, 7, symbols=3, noise=0.1, seed=1)
    assert data.x.shape == (8, 60, 3)
    np.testing.assert_array_equal(data.x[0].argmax(axis=1), data.y[-1])
    assert set(data.y[-1]) == {0, 1, 2}
    assert data.mask[-1].all() and not data.mask[:-1].any()
    assert 0.05 < data.x[1:].std() < 0.15


def test_syllables_are_spelled_in_elmans_bits():
    data, sounds = syllables(200, seed=1)
    assert sounds.replace("ba", "").replace("dii", "") == "guuu" * (
        sounds.count("g")
    )
    assert sum(sounds.count(c) for c in "bdg") == 200
    assert len(set(SOUNDS.values())) == 6
    for t in range(len(sounds) - 1):
        assert tuple(data.x[t, 0]) == SOUNDS[sounds[t]]
        assert tuple(data.y[t, 0]) == SOUNDS[sounds[t + 1]]


def test_next_letter_spells_jazz():
    data, alphabet = next_letter("jazz.")
    assert alphabet == ".ajz"
    assert "".join(alphabet[k] for k in data.x[:, 0].argmax(1)) == "jazz"
    assert "".join(alphabet[k] for k in data.y[:, 0]) == "azz."


@pytest.mark.parametrize("name", WIRINGS)
def test_each_wiring_gives_the_answer_its_text_promises(name):
    data = wiring(name, 40, seed=2)
    for n in range(40):
        x, y = data.x[:, n, 0], data.y[:, n, 0]
        if name == "one to one":
            wanted = x > 0
        elif name == "one to many":
            wanted = np.arange(5) < round(5 * x[0])
            assert not x[1:].any()
        elif name == "many to one":
            wanted = [x[0] > x[-1]]
        elif name == "many to many":
            wanted = x[:3]
            assert not x[3:].any()
        else:
            wanted = x[:-1]
        np.testing.assert_array_equal(y[data.mask[:, n]], wanted)


@pytest.mark.parametrize("length", [22, 23, 100])
def test_adding_asks_for_the_sum_of_the_marked_as_the_paper_has_it(length):
    data = adding(600, length, seed=1)
    marks, values = data.x[..., 1], data.x[..., 0]
    for n in range(600):
        one, two = np.flatnonzero(marks[:, n] == 1)
        assert one < 10 and two < length // 2
        wanted = 0.5 + (values[one, n] + values[two, n]) / 4
        assert data.y[-1, n, 0] == wanted
    assert values.min() < -0.9 and values.max() > 0.9
    assert set(np.unique(marks)) == {-1, 0, 1}
    assert (marks[-1] == -1).all()
    assert not marks[length // 2 : -1].any()


def test_adding_in_its_modern_form_has_a_mark_in_each_half():
    data = adding(300, 30, form="modern", seed=1)
    marks, values = data.x[..., 1], data.x[..., 0]
    np.testing.assert_array_equal(marks[:15].sum(axis=0), 1)
    np.testing.assert_array_equal(marks[15:].sum(axis=0), 1)
    np.testing.assert_allclose((marks * values).sum(axis=0), data.y[-1, :, 0])
    assert values.min() >= 0


def test_temporal_order_classes_follow_the_two_symbols():
    data = temporal_order(300, seed=1)
    assert set(data.lengths) == set(range(100, 111))
    for n, length in enumerate(data.lengths):
        shown = data.x[:length, n].argmax(axis=1)
        one, two = np.flatnonzero(shown >= 6)
        assert 10 <= one <= 20 and 50 <= two <= 60
        wanted = 2 * (shown[one] - 6) + shown[two] - 6
        assert data.y[length - 1, n] == wanted
        assert (shown[0], shown[-1]) == (0, 1)
        assert not data.x[length:, n].any()
    assert set(data.y[data.mask]) == {0, 1, 2, 3}


def test_noise_free_sequences_differ_at_their_ends_alone():
    data = noise_free_lag(7)
    shown = data.x.argmax(axis=2)
    assert data.x.shape == (7, 2, 8)
    np.testing.assert_array_equal(shown[0], [0, 1])
    np.testing.assert_array_equal(data.y[-1], [0, 1])
    np.testing.assert_array_equal(shown[1:, 0], shown[1:, 1])
    np.testing.assert_array_equal(shown[1:], data.y[:-1])


def test_embedded_strings_repeat_their_second_symbol():
    strings = reber_strings(300, seed=1)
    assert {s[1] for s in strings} == {"T", "P"}
    for string in strings:
        assert string[0] == "B" and string[-1] == "E"
        assert string[1] == string[-2]
        reber_legal(string)  # does not raise
    assert min(map(len, strings)) == 9


@pytest.mark.parametrize("embedded", [True, False])
def test_what_came_next_was_legal(embedded):
    strings = reber_strings(200, embedded=embedded, seed=2)
    data, legal = reber(strings, embedded=embedded)
    chosen = np.take_along_axis(legal, data.y[..., None], axis=2)[..., 0]
    assert chosen[data.mask].all()
    assert not legal[~data.mask].any()
    counts = legal.sum(axis=2)[data.mask]
    assert set(counts) == {1, 2}


def test_legal_symbols_of_a_string_worked_out_by_hand():
    assert reber_legal("BTXSE", embedded=False) == ["TP", "SX", "XS", "E"]
    assert reber_legal("BPBTXSEPE") == [
        "TP",
        "B",
        "TP",
        "SX",
        "XS",
        "E",
        "P",
        "E",
    ]


@pytest.mark.parametrize(
    "string", ["", "B", "BTE", "BTXSEE", "BTXS", "BTBTXSEPE", "BXBTXSEXE"]
)
def test_what_is_not_of_the_grammar_is_refused(string):
    for embedded in (True, False):
        with pytest.raises(ValueError, match="must be of the grammar"):
            reber_legal(string, embedded=embedded)


def test_the_rule_of_1997_wants_every_legal_symbol_above_every_other():
    data, legal = reber(reber_strings(5, seed=3))
    good = np.where(legal, 1.0, 0.0)
    assert reber_passed(good, legal, data.mask).all()
    bad = good.copy()
    n, t = 2, data.lengths[2] - 1
    bad[t, n, legal[t, n]] = 0.0  # a tie is no success
    passed = reber_passed(bad, legal, data.mask)
    np.testing.assert_array_equal(passed, np.arange(5) != n)


@pytest.mark.parametrize(
    ("changed", "asked"), [(0, None), (3, None), (2, 1), (6, 6)]
)
def test_pairs_are_recalled_as_they_were_shown_last(changed, asked):
    data = pair_recall(
        300, 6, keys=9, values=5, changed=changed, asked=asked, seed=1
    )
    asked = asked or 6
    assert data.x.shape == (6 + changed + asked, 300, 14)
    for n in range(300):
        told, questions = np.split(data.x[:, n], [6 + changed])
        assert (told[:, :9].sum(axis=1) == 1).all()
        assert (told[:, 9:].sum(axis=1) == 1).all()
        assert not questions[:, 9:].any()
        pairs = [(row[:9].argmax(), row[9:].argmax()) for row in told]
        first, book = dict(pairs[:6]), dict(pairs)
        assert len(first) == len(book) == 6
        assert sum(first[key] != book[key] for key in book) == changed
        keys = questions[:, :9].argmax(axis=1)
        assert len(set(keys)) == asked
        answers = data.y[data.mask[:, n], n]
        np.testing.assert_array_equal(answers, [book[key] for key in keys])
    assert not data.mask[: 6 + changed].any()


def test_pairs_are_balanced_so_that_guessing_is_right_once_in_its_values():
    data = pair_recall(2000, 5, keys=8, values=4, changed=2, seed=2)
    told = data.x[:7]
    for columns, share in ((told[:5, :, :8], 1 / 8), (told[..., 8:], 1 / 4)):
        counts = columns.mean(axis=(0, 1))
        np.testing.assert_allclose(counts, share, rtol=0.1)
    shares = np.bincount(data.y[data.mask]) / data.mask.sum()
    np.testing.assert_allclose(shares, 1 / 4, rtol=0.1)
    # Nor does it matter at which step a pair was shown.
    place = told[:5, :, :8].argmax(axis=2)
    asked = data.x[7, :, :8].argmax(axis=1)
    counts = (place == asked).mean(axis=1)
    np.testing.assert_allclose(counts, 1 / 5, rtol=0.2)


@pytest.mark.parametrize("length", [4, 20])
def test_selective_copying_asks_for_the_items_in_order(length):
    data = selective_copying(400, length, 4, symbols=5, seed=1)
    assert data.x.shape == (length + 4, 400, 7)
    shown = data.x.argmax(axis=2)
    np.testing.assert_array_equal(data.x.sum(axis=2), 1)
    assert (shown[length:] == 6).all() and data.mask[length:].all()
    assert not data.mask[:length].any()
    for n in range(400):
        items = shown[:length, n][shown[:length, n] < 5]
        np.testing.assert_array_equal(data.y[length:, n], items)
    places = (shown[:length] < 5).mean(axis=1)
    np.testing.assert_allclose(places, 4 / length, rtol=0.4)
    shares = np.bincount(data.y[length:].ravel()) / (4 * 400)
    np.testing.assert_allclose(shares, 1 / 5, rtol=0.2)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety nine"),
        (100, "one hundred"),
        (703, "seven hundred and three"),
        (1003, "one thousand and three"),
        (12_345, "twelve thousand three hundred and forty five"),
        (1_000_000, "one million"),
        (20_000_100, "twenty million one hundred"),
    ],
)
def test_numbers_are_spelled_as_one_says_them(number, words):
    assert spell_number(number) == words.split()


def read_number(words):
    """Return the number that words say, found by adding up."""
    value = {w: n for n, w in enumerate(WORDS[:20])}
    value |= {w: 10 * n for n, w in enumerate(WORDS[20:28], start=2)}
    total = below = 0
    for word in words:
        if word == "hundred":
            below *= 100
        elif word in ("thousand", "million"):
            total += below * {"thousand": 1000, "million": 10**6}[word]
            below = 0
        elif word != "and":
            below += value[word]
    return total + below


def test_what_is_spelled_can_be_read_again():
    draws = np.random.default_rng(0).integers(0, 10**9, 500)
    for number in [*range(1200), *draws]:
        assert read_number(spell_number(int(number))) == number


@pytest.mark.parametrize("reads", [None, 20])
def test_number_words_end_where_the_digits_begin(reads):
    data = number_words(300, 1, 6, reads=reads, seed=1)
    reads = reads or 11
    K = len(WORDS)
    assert data.x.shape == (reads + 7, 300, K + 11)
    lengths = []
    for n in range(300):
        x, wanted = data.x[:, n], data.y[data.mask[:, n], n]
        said = x[:reads][x[:reads].any(axis=1)]
        words = [WORDS[k] for k in said.argmax(axis=1)]
        assert x[reads - 1].any()
        digits = "".join(map(str, wanted[:-1]))
        assert wanted[-1] == END
        assert read_number(words) == int(digits)
        written = x[reads : data.lengths[n]].argmax(axis=1) - K
        np.testing.assert_array_equal(written, [0, *(1 + wanted[:-1])])
        assert not x[data.lengths[n] :].any()
        lengths.append(len(digits))
    assert np.bincount(lengths, minlength=7)[1:].min() > 25


@pytest.mark.parametrize("labels", ["every", "last"])
def test_parity_says_whether_the_ones_so_far_are_odd(labels):
    data = parity(300, 3, 9, labels=labels, seed=1)
    assert set(data.lengths) == set(range(3, 10))
    for n, length in enumerate(data.lengths):
        odd = data.x[:, n, 0].cumsum() % 2
        wanted = data.mask[:, n]
        assert wanted.sum() == (length if labels == "every" else 1)
        assert wanted[length - 1] and not wanted[length:].any()
        np.testing.assert_array_equal(data.y[wanted, n], odd[wanted])
        assert not data.x[length:, n].any() and not data.y[length:, n].any()


def test_parity_is_balanced_at_every_step():
    odd = parity(4000, 12, seed=2).y.mean(axis=1)
    assert odd.min() > 0.46 and odd.max() < 0.54


SIZES = {  # things, symbols, answers
    "S3": (3, 6, 6),
    "A5": (5, 60, 60),
    "A5 cycles": (5, 20, 60),
    "S5 swaps": (5, 10, 120),
}


@pytest.mark.parametrize("group", GROUPS)
def test_group_words_are_products_of_permutation_matrices(group):
    """The symbols are read off words of one letter; products come of them."""
    size, symbols, answers = SIZES[group]
    orders = list(permutations(range(size)))
    if group.startswith("A5"):
        signs = [np.linalg.det(np.eye(5)[list(p)]) for p in orders]
        orders = [p for p, sign in zip(orders, signs) if sign > 0]
    assert len(orders) == answers
    matrices = np.array([np.eye(size)[list(p)] for p in orders])
    letters = group_words(3000, 1, group=group, seed=1)
    meaning = dict(zip(letters.x[0].argmax(axis=1), letters.y[0]))
    assert sorted(meaning) == list(range(symbols))
    stay = {"S5 swaps": 3, "A5 cycles": 2}.get(group)  # things left alone
    if stay:
        fixed = matrices[list(meaning.values())].trace(axis1=1, axis2=2)
        np.testing.assert_array_equal(fixed, stay)
    data = group_words(20, 3, 8, group=group, seed=2)
    assert data.x.shape[2] == symbols
    for n, length in enumerate(data.lengths):
        product = np.eye(size)
        for t in range(length):
            symbol = data.x[t, n].argmax()
            product = product @ matrices[meaning[symbol]]  # row vectors
            np.testing.assert_array_equal(matrices[data.y[t, n]], product)
        assert data.mask[:length, n].all() and not data.mask[length:, n].any()
        assert not data.x[length:, n].any()


def test_the_order_of_a_word_matters():
    """The first of two letters is done first: a word, worked out by hand."""
    data = group_words(400, 2, group="S3", seed=3)
    letters = data.x.argmax(axis=2)  # number of a permutation: itertools'
    orders = list(permutations(range(3)))
    first, then = orders.index((1, 0, 2)), orders.index((0, 2, 1))
    n = np.flatnonzero((letters[0] == first) & (letters[1] == then))[0]
    # 0 goes to 1 and then to 2; 1 goes to 0 and stays; 2 stays, then to 1.
    assert orders[data.y[1, n]] == (2, 0, 1)


@pytest.mark.parametrize("group", GROUPS)
def test_group_words_are_balanced(group):
    data = group_words(12_000, 20, group=group, seed=4)
    answers, counts = np.unique(data.y[-1], return_counts=True)
    possible = 60 if group == "S5 swaps" else SIZES[group][2]
    assert len(answers) == possible
    assert counts.min() > 0.6 * 12_000 / possible
    assert counts.max() < 1.4 * 12_000 / possible


MAKERS = [
    lambda seed: pair_recall(20, 5, changed=2, seed=seed),
    lambda seed: selective_copying(20, 9, 3, seed=seed),
    lambda seed: number_words(20, 1, 4, seed=seed),
    lambda seed: two_ones(20, 2, 9, noise=0.1, seed=seed),
    lambda seed: delayed_recall(20, 5, noise=0.1, seed=seed),
    lambda seed: syllables(30, seed=seed)[0],
    lambda seed: wiring("synced", 20, seed=seed),
    lambda seed: adding(20, 30, seed=seed),
    lambda seed: temporal_order(20, seed=seed),
    lambda seed: reber(reber_strings(20, seed=seed))[0],
    lambda seed: parity(20, 3, 9, seed=seed),
    lambda seed: group_words(20, 3, 9, seed=seed),
]


@pytest.mark.parametrize("make", MAKERS)
def test_the_seed_decides_and_a_generator_moves_on(make):
    first, again, other = make(1), make(1), make(2)
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.y, again.y)
    assert first.x.shape != other.x.shape or (first.x != other.x).any()
    rng = np.random.default_rng(1)
    one, two = make(rng), make(rng)
    np.testing.assert_array_equal(one.x, first.x)
    assert one.x.shape != two.x.shape or (one.x != two.x).any()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: two_ones(5, 1), ValueError, "shortest must be at least 2"),
        (lambda: two_ones(5, 5, 4), ValueError, "longest must be at least 5"),
        (lambda: two_ones(0, 5), ValueError, "count must be at least 1"),
        (lambda: two_ones(5, 5, noise=-1), ValueError, "noise must lie"),
        (lambda: delayed_recall(5, 0), ValueError, "lag must be"),
        (lambda: delayed_recall(5, 3, symbols=1), ValueError, "symbols must"),
        (lambda: next_letter("j"), ValueError, "text must hold"),
        (lambda: adding(5, 21), ValueError, "length must be at least 22"),
        (lambda: adding(5, 30, form="old"), ValueError, "form must be"),
        (lambda: temporal_order(5, 9), ValueError, "shortest must be"),
        (lambda: noise_free_lag(1), ValueError, "lag must be at least 2"),
        (lambda: pair_recall(5, 9, keys=8), ValueError, "pairs must be betw"),
        (lambda: pair_recall(5, 3, changed=4), ValueError, "changed must be"),
        (lambda: pair_recall(5, 3, asked=4), ValueError, "asked must be betw"),
        (lambda: selective_copying(5, 3, 4), ValueError, "items must be betw"),
        (lambda: spell_number(10**9), ValueError, "number must be between 0"),
        (lambda: number_words(5, 3, 2), ValueError, "longest must be between"),
        (lambda: number_words(5, 6, reads=10), ValueError, "reads must be at"),
        (lambda: wiring("many to none", 3), ValueError, "name must be one"),
        (lambda: parity(5, 3, 2), ValueError, "longest must be at least 3"),
        (lambda: parity(5, 3, labels="no"), ValueError, "labels must be"),
        (lambda: group_words(5, 3, group="S4"), ValueError, "group must be"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
