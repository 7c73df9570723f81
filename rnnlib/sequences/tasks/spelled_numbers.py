"""Numbers in English words, to be written in digits."""

from __future__ import annotations

import numpy as np

from rnnlib.checks import Seed, as_generator, as_int
from rnnlib.sequences.padded import Sequences

SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven"),
    *("eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = (
    *("twenty", "thirty", "forty", "fifty"),
    *("sixty", "seventy", "eighty", "ninety"),
)
WORDS = (*SMALL, *TENS, "hundred", "thousand", "million", "and")
MOST_DIGITS = 9
END = 10  # the class of the end mark; digits are their own classes


def spell_number(number: int) -> list[str]:
    """Return the words of a number below a thousand million.

    Parameters
    ----------
    number : int
        From 0 to 999,999,999.

    Returns
    -------
    words : list of str
        From :data:`WORDS`, with the "and" of British English.
    """
    number = as_int(number, "number", low=0, high=10**MOST_DIGITS - 1)
    words: list[str] = []
    for size, name in ((10**6, "million"), (1000, "thousand")):
        if number >= size:
            words += [*spell_number(number // size), name]
            number %= size
    if number >= 100:
        words += [SMALL[number // 100], "hundred"]
        number %= 100
    if number == 0 and words:
        return words
    if words:
        words.append("and")
    if number < 20:
        return [*words, SMALL[number]]
    ones = [SMALL[number % 10]] if number % 10 else []
    return [*words, TENS[number // 10 - 2], *ones]


def number_words(
    count: int,
    shortest: int,
    longest: int | None = None,
    *,
    reads: int | None = None,
    seed: Seed = 0,
) -> Sequences:
    """Draw numbers, show their words, and ask for their digits.

    Each length in digits is equally likely, and all numbers of one length
    are. An end mark is wanted after the last digit. At each step the digit
    before is shown, the right one, so that a network learns with a teacher
    who guides its hand.

    Parameters
    ----------
    count : int
        Number N of sequences.
    shortest, longest : int, optional
        Number of digits, from 1 to 9, both ends allowed; one length for all
        if `longest` is left out.
    reads : int, optional
        Steps kept for the words; as many as the longest number of `longest`
        digits has if left out. Words end at the last of these steps, so that
        short numbers are preceded by rows of zeros.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (reads + longest + 1, N, len(WORDS) + 11): a one for each word; then
        at a mark for "write", and after it for each digit, at the end of
        the row. The classes of the digits are wanted from the mark on,
        and then :data:`END`.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    shortest = as_int(shortest, "shortest", high=MOST_DIGITS)
    longest = as_int(
        shortest if longest is None else longest,
        "longest",
        low=shortest,
        high=MOST_DIGITS,
    )
    most = len(spell_number(int("7" * longest)))  # no number has more words
    reads = as_int(most if reads is None else reads, "reads", low=most)
    x = np.zeros((reads + longest + 1, count, len(WORDS) + 11))
    y, mask = np.zeros(x.shape[:2], int), np.zeros(x.shape[:2], bool)
    lengths = rng.integers(shortest, longest + 1, count)
    for n, digits in enumerate(lengths):
        low = 10 ** (digits - 1) if digits > 1 else 0
        number = int(rng.integers(low, 10**digits))
        words = [WORDS.index(word) for word in spell_number(number)]
        written = [int(digit) for digit in str(number)]
        x[np.arange(reads - len(words), reads), n, words] = 1
        shown = [len(WORDS), *(len(WORDS) + 1 + d for d in written)]
        x[np.arange(reads, reads + digits + 1), n, shown] = 1
        y[reads : reads + digits + 1, n] = [*written, END]
        mask[reads : reads + digits + 1, n] = True
    return Sequences(x, y, mask, reads + lengths + 1)
