"""Sequences with a known answer, to find out what a network can do.

Every task returns :class:`rnnlib.windows.Sequences`: inputs time first,
targets, and a mask that says at which steps an answer is wanted. The same
seed gives the same sequences.

J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990.
S. Hochreiter & J. Schmidhuber, "Long short-term memory", Neural Computation
9, 1997 (adding, temporal order, embedded Reber, noise-free lag).
M. Arjovsky, A. Shah & Y. Bengio, "Unitary evolution recurrent neural
networks", ICML 2016 (copying; adding in its modern form).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnlib.recurrent import Seed, as_generator
from rnnlib.validation import (
    as_array,
    as_choice,
    as_flag,
    as_float,
    as_int,
    describe,
)
from rnnlib.windows import Sequences

WIRINGS = (
    "one to one",
    "one to many",
    "many to one",
    "many to many",
    "synced",
)
# Consonant, vowel, interrupted, high, back, voiced: Elman's six bits.
SOUNDS = {
    "b": (1, 0, 1, 0, 0, 1),
    "d": (1, 0, 1, 1, 0, 1),
    "g": (1, 0, 1, 0, 1, 1),
    "a": (0, 1, 0, 0, 1, 1),
    "i": (0, 1, 0, 1, 0, 1),
    "u": (0, 1, 0, 1, 1, 1),
}
SOUND_BITS = ("consonant", "vowel", "interrupted", "high", "back", "voiced")
SYLLABLES = ("ba", "dii", "guuu")
REBER_SYMBOLS = "BTPSXVE"
# Reber's grammar: from each node, what may come and where it leads.
REBER = (
    {"B": 1},
    {"T": 2, "P": 3},
    {"S": 2, "X": 4},
    {"T": 3, "V": 5},
    {"X": 3, "S": 6},
    {"P": 4, "V": 6},
    {"E": 7},
)
ORDER_SYMBOLS = "EBabcdXY"


def two_ones(
    count: int,
    shortest: int,
    longest: int | None = None,
    *,
    noise: float = 0.0,
    seed: Seed = 0,
) -> Sequences:
    """Draw bits and ask at the end whether two ones stood in a row.

    The classes are balanced, or else a long fair coin would nearly always
    say yes: each sequence is with equal chance a "no", drawn evenly from
    all bit sequences of its length without a pair, or a "yes" with exactly
    one pair, which may stand anywhere.

    Parameters
    ----------
    count : int
        Number N of sequences.
    shortest, longest : int, optional
        Lengths are drawn evenly from this range, both ends allowed; one
        length for all if `longest` is left out.
    noise : float, optional
        Standard deviation of Gaussian noise on the bits. A network trained
        with a little of it must hold its answer against pushes.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 1) of 0 and 1; class 1 for yes, wanted at the last step.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    shortest = as_int(shortest, "shortest", low=2)
    longest = shortest if longest is None else longest
    longest = as_int(longest, "longest", low=shortest)
    noise = as_float(noise, "noise", low=0.0)
    lengths = rng.integers(shortest, longest + 1, count)
    yes = rng.random(count) < 0.5
    x = np.zeros((longest, count, 1))
    for n, length in enumerate(lengths):
        if yes[n]:
            first = rng.integers(length - 1)
            # A zero on either side, so that no third one joins the pair.
            before = _without_pair(first - 1, rng)
            after = _without_pair(length - first - 3, rng)
            x[: len(before), n, 0] = before
            x[first : first + 2, n] = 1
            x[length - len(after) : length, n, 0] = after
        else:
            x[:length, n, 0] = _without_pair(length, rng)
    if noise:
        inside = np.arange(longest)[:, np.newaxis] < lengths
        x[inside, 0] += noise * rng.normal(size=inside.sum())
    return _answer_at_end(x, yes.astype(int), lengths)


def _without_pair(length: int, rng: np.random.Generator) -> np.ndarray:
    """Draw evenly from the bit sequences without two ones in a row."""
    # Of the a(n) such sequences of length n, a(n - 1) begin with 0 and
    # a(n - 2) with 10: a are Fibonacci's numbers, 1, 2, 3, 5, 8, ...
    share, shares = 1.0, []  # a(n - 1) / a(n) from n = 1 up
    for _ in range(length):
        share = 1 / (1 + share)
        shares.append(share)
    bits = np.zeros(max(length, 0))
    t = 0
    while t < length:
        bits[t] = rng.random() > shares[length - t - 1]
        t += 2 if bits[t] else 1
    return bits


def delayed_recall(
    count: int,
    lag: int,
    *,
    symbols: int = 2,
    noise: float = 0.0,
    seed: Seed = 0,
) -> Sequences:
    """Show a symbol once and ask for it `lag` steps later.

    Parameters
    ----------
    count : int
        Number N of sequences.
    lag : int
        Steps between the symbol and the answer.
    symbols : int, optional
        Number of different symbols.
    noise : float, optional
        Standard deviation of Gaussian noise on the inputs in between.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (lag + 1, N, symbols), a one at the symbol in step 0; its class is
        wanted at the last step.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    lag, symbols = as_int(lag, "lag"), as_int(symbols, "symbols", low=2)
    noise = as_float(noise, "noise", low=0.0)
    x = noise * rng.normal(size=(lag + 1, count, symbols))
    classes = rng.integers(symbols, size=count)
    x[0] = np.eye(symbols)[classes]
    return _answer_at_end(x, classes)


def temporal_xor(bits: int = 3000, *, seed: Seed = 0) -> Sequences:
    """Draw Elman's stream of bits in which each third is XOR of the two.

    Parameters
    ----------
    bits : int, optional
        Length of the stream, a multiple of 3.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        One sequence of bits - 1 steps; the next bit is wanted at each.
        y[t] can be known where t % 3 == 1 and nowhere else.
    """
    bits, rng = as_int(bits, "bits", low=3), as_generator(seed)
    if bits % 3:
        raise ValueError(f"bits must be a multiple of 3, found {bits}")
    stream = rng.integers(0, 2, (bits // 3, 3))
    stream[:, 2] = stream[:, 0] ^ stream[:, 1]
    return _next_vector(stream.reshape(-1, 1))


def syllables(
    consonants: int = 1000, *, seed: Seed = 0
) -> tuple[Sequences, str]:
    """Draw Elman's stream of the syllables ba, dii and guuu.

    Parameters
    ----------
    consonants : int, optional
        Number of syllables, each drawn with equal chance.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        One sequence, x and y of six bits (:data:`SOUND_BITS`); the bits of
        the next sound are wanted at each step.
    sounds : str
        The sounds in order; y[t] holds the bits of sounds[t + 1].
    """
    count, rng = as_int(consonants, "consonants"), as_generator(seed)
    sounds = "".join(SYLLABLES[k] for k in rng.integers(3, size=count))
    return _next_vector(np.array([SOUNDS[s] for s in sounds])), sounds


def words(
    lexicon: Sequence[str], count: int, *, seed: Seed = 0
) -> tuple[str, np.ndarray]:
    """Draw words and run them together, without a gap, as Elman did.

    Parameters
    ----------
    lexicon : sequence of str
        The words, each drawn with equal chance.
    count : int
        Number of words to draw.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    text : str
    onset : ndarray of bool, shape (len(text),)
        Where a letter is the first of a word.
    """
    lexicon = _as_strings(lexicon, "lexicon")
    if not all(lexicon):
        raise ValueError("lexicon must hold words of at least one letter")
    rng = as_generator(seed)
    chosen = rng.integers(len(lexicon), size=as_int(count, "count"))
    drawn = [lexicon[k] for k in chosen]
    onset = np.concatenate([np.arange(len(word)) == 0 for word in drawn])
    return "".join(drawn), onset


def next_letter(text: str) -> tuple[Sequences, str]:
    """Pose a text as one sequence, the next letter wanted at every step.

    Parameters
    ----------
    text : str
        At least two letters.

    Returns
    -------
    sequences : Sequences
        x (len(text) - 1, 1, K), a one for each letter; y its classes.
    alphabet : str
        The K letters that occur, sorted; class k stands for alphabet[k].
    """
    if not isinstance(text, str) or len(text) < 2:
        raise ValueError(f"text must hold at least 2 letters, found {text!r}")
    alphabet = "".join(sorted(set(text)))
    classes = np.array([alphabet.index(letter) for letter in text])
    x = np.eye(len(alphabet))[classes[:-1], np.newaxis]  # (T, 1, K)
    y = classes[1:, np.newaxis]
    return Sequences(x, y, np.ones(y.shape, bool)), alphabet


def wiring(name: str, count: int, *, seed: Seed = 0) -> Sequences:
    """Draw a tiny task for one of the five wirings of input and output.

    ================  =================================================
    one to one        x_0 from U[-1, 1]: is it positive? (no memory)
    one to many       x_0 = n / 5 once, then zeros: n ones, then zeros
    many to one       five numbers: is the first greater than the last?
    many to many      three bits, then, after the last, the same three
    synced            at each of six steps: the bit of one step before
    ================  =================================================

    Parameters
    ----------
    name : str
        The wiring, one of :data:`WIRINGS`.
    count : int
        Number N of sequences.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 1); y (T, N, 1) of bits, wanted where the mask is True.
    """
    name = as_choice(name, "name", WIRINGS)
    count, rng = as_int(count, "count"), as_generator(seed)
    T = {"one to one": 1, "synced": 6, "many to many": 6}.get(name, 5)
    x, y = np.zeros((2, T, count, 1))
    mask = np.ones((T, count), bool)
    if name == "one to one":
        x[:] = rng.uniform(-1, 1, x.shape)
        y[:] = x > 0
    elif name == "one to many":
        n = rng.integers(1, T + 1, (count, 1))
        x[0] = n / T
        y[:] = np.arange(T)[:, np.newaxis, np.newaxis] < n
    elif name == "many to one":
        x[:] = rng.uniform(-1, 1, x.shape)
        y[-1] = x[0] > x[-1]
        mask[:-1] = False
    elif name == "many to many":
        x[:3] = rng.integers(0, 2, (3, count, 1))
        y[3:] = x[:3]
        mask[:3] = False
    else:
        x[:] = rng.integers(0, 2, x.shape)
        y[1:] = x[:-1]
        mask[0] = False
    return Sequences(x, y, mask)


def adding(
    count: int, length: int, *, form: str = "paper", seed: Seed = 0
) -> Sequences:
    """Draw numbers of which two are marked, and ask for their sum at the end.

    Parameters
    ----------
    count : int
        Number N of sequences.
    length : int
        Steps T of each, at least 10; 22 in the paper's form.
    form : {"paper", "modern"}, optional
        "paper" (1997): numbers from U[-1, 1]; one mark in the first 10
        steps, another later but before T / 2; marks are 1, at both ends of
        the sequence -1 if unmarked, else 0; target 0.5 + sum / 4.
        "modern": numbers from U[0, 1], a mark in each half; target the sum.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 2), numbers and marks; y (T, N, 1), wanted at the last step.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    form = as_choice(form, "form", ("paper", "modern"))
    paper = form == "paper"
    length = as_int(length, "length", low=22 if paper else 2)
    half, everyone = length // 2, np.arange(count)
    x = np.zeros((length, count, 2))
    x[..., 0] = rng.uniform(-1 if paper else 0, 1, (length, count))
    if paper:
        first = rng.integers(0, 10, count)
        # Any other step before T / 2: those from the first mark on move up.
        second = rng.integers(0, half - 1, count)
        second += second >= first
        x[[0, -1], :, 1] = -1
    else:
        first = rng.integers(0, half, count)
        second = rng.integers(half, length, count)
    x[first, everyone, 1] = x[second, everyone, 1] = 1
    total = x[first, everyone, 0] + x[second, everyone, 0]
    answer = 0.5 + total / 4 if paper else total
    return _answer_at_end(x, answer[:, np.newaxis])


def copying(
    count: int, lag: int, *, symbols: int = 8, length: int = 10, seed: Seed = 0
) -> Sequences:
    """Show a string of symbols and ask for all of it after a pause.

    Parameters
    ----------
    count : int
        Number N of sequences.
    lag : int
        Steps from the first symbol shown to the first wanted, less the
        string's length: pause and signal.
    symbols, length : int, optional
        Number of symbols, and how many are to be kept.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (lag + 2 length, N, symbols + 2): a one for a symbol, the blank,
        or the signal to answer; classes wanted at the last `length` steps.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    lag, length = as_int(lag, "lag"), as_int(length, "length")
    symbols = as_int(symbols, "symbols", low=2)
    T, blank, signal = lag + 2 * length, symbols, symbols + 1
    string = rng.integers(symbols, size=(length, count))
    shown = np.full((T, count), blank)
    shown[:length] = string
    shown[T - length - 1] = signal
    y = np.full((T, count), 0)
    y[-length:] = string
    mask = np.zeros((T, count), bool)
    mask[-length:] = True
    return Sequences(np.eye(symbols + 2)[shown], y, mask)


def temporal_order(
    count: int, shortest: int = 100, longest: int | None = None, *, seed=0
) -> Sequences:
    """Hide two symbols, X or Y, among others and ask for their order.

    The first stands between a tenth and a fifth of `shortest`, the second
    between a half and six tenths: steps 10-20 and 50-60 of 100, as in 1997.

    Parameters
    ----------
    count : int
        Number N of sequences.
    shortest, longest : int, optional
        Range of lengths; `longest` is a tenth more if left out.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 8), a one for each of :data:`ORDER_SYMBOLS`; class 0 to 3
        for XX, XY, YX, YY, wanted at the last step.
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    shortest = as_int(shortest, "shortest", low=10)
    longest = shortest + shortest // 10 if longest is None else longest
    longest = as_int(longest, "longest", low=shortest)
    lengths = rng.integers(shortest, longest + 1, count)
    everyone, tenth = np.arange(count), shortest // 10
    shown = rng.integers(2, 6, (longest, count))  # a, b, c, d
    shown[0], shown[lengths - 1, everyone] = 0, 1  # E begins, B ends
    first, second = rng.integers(0, 2, (2, count))  # X or Y
    shown[rng.integers(tenth, 2 * tenth + 1, count), everyone] = 6 + first
    place = rng.integers(5 * tenth, 6 * tenth + 1, count)
    shown[place, everyone] = 6 + second
    x = np.eye(8)[shown]
    x[np.arange(longest)[:, np.newaxis] >= lengths] = 0
    return _answer_at_end(x, 2 * first + second, lengths)


def noise_free_lag(lag: int) -> Sequences:
    """Pose the two sequences of 1997 that differ at their ends alone.

    Both run through the same symbols; the first symbol, one of two, comes
    back as the last, `lag` steps later. The next symbol is wanted at every
    step, and all but the last can be learned without memory of the first.

    Parameters
    ----------
    lag : int
        Steps p between the first symbol and its return.

    Returns
    -------
    sequences : Sequences
        x (lag, 2, lag + 1), a one for each symbol; classes of the next.
    """
    lag = as_int(lag, "lag", low=2)
    between = np.arange(2, lag + 1)  # p - 1 symbols, the same for both
    symbols = np.array([[n, *between, n] for n in (0, 1)]).T  # (p + 1, 2)
    return Sequences(
        np.eye(lag + 1)[symbols[:-1]], symbols[1:], np.ones((lag, 2), bool)
    )


def reber_strings(
    count: int, *, embedded: bool = True, seed: Seed = 0
) -> list[str]:
    """Draw strings of Reber's grammar, or of the embedded one.

    An embedded string is B, T or P, a Reber string, the same T or P again,
    E: the last choice but one depends on the second symbol alone.

    Parameters
    ----------
    count : int
    embedded : bool, optional
    seed : int or numpy.random.Generator, optional
    """
    count, rng = as_int(count, "count"), as_generator(seed)
    embedded, strings = as_flag(embedded, "embedded"), []
    for _ in range(count):
        string, node = "", 0
        while node < len(REBER):
            symbols = tuple(REBER[node])
            string += symbols[rng.integers(len(symbols))]
            node = REBER[node][string[-1]]
        frame = "TP"[rng.integers(2)] if embedded else ""
        strings.append(f"B{frame}{string}{frame}E" if embedded else string)
    return strings


def reber_legal(string: str, *, embedded: bool = True) -> list[str]:
    """Return, for each symbol but the last, the symbols that may follow.

    Raises
    ------
    ValueError
        If the string is not of the grammar.
    """
    if not isinstance(string, str):
        raise TypeError(f"string must be a string, found {describe(string)}")
    wrong = ValueError(f"string must be of the grammar, found {string!r}")
    inner, legal, after = string, [], []
    embedded = as_flag(embedded, "embedded")
    if embedded:
        frame = string[1:2]
        inner, legal, after = string[2:-2], ["TP", "B"], [frame, "E"]
        if string != f"B{frame}{inner}{frame}E" or frame not in ("T", "P"):
            raise wrong
    node = 0
    for symbol in inner:
        if node == len(REBER) or symbol not in REBER[node]:
            raise wrong
        node = REBER[node][symbol]
        if node < len(REBER):
            legal.append("".join(REBER[node]))
    if node != len(REBER):
        raise wrong
    return legal + after


def reber(
    strings: Sequence[str], *, embedded: bool = True
) -> tuple[Sequences, np.ndarray]:
    """Pose strings of the grammar: the next symbol is wanted at every step.

    Parameters
    ----------
    strings : sequence of str
        From :func:`reber_strings`.
    embedded : bool, optional

    Returns
    -------
    sequences : Sequences
        x (T, N, 7), a one for each of :data:`REBER_SYMBOLS`; the classes
        of the symbols that did come next.
    legal : ndarray of bool, shape (T, N, 7)
        The symbols that might have come.
    """
    strings = _as_strings(strings, "strings")
    followers = [reber_legal(string, embedded=embedded) for string in strings]
    lengths = np.array([len(string) - 1 for string in strings])
    T, N = lengths.max(), len(strings)
    x, legal = np.zeros((T, N, 7)), np.zeros((T, N, 7), bool)
    y = np.zeros((T, N), int)
    for n, string in enumerate(strings):
        classes = [REBER_SYMBOLS.index(symbol) for symbol in string]
        x[: lengths[n], n] = np.eye(7)[classes[:-1]]
        y[: lengths[n], n] = classes[1:]
        for t, symbols in enumerate(followers[n]):
            legal[t, n, [REBER_SYMBOLS.index(a) for a in symbols]] = True
    mask = np.arange(T)[:, np.newaxis] < lengths
    return Sequences(x, y, mask, lengths), legal


def reber_passed(y_hat, legal, mask) -> np.ndarray:
    """Say which strings pass the rule of 1997, shape (N,).

    A string passes if at every step every legal symbol has a higher output
    than every other.

    Parameters
    ----------
    y_hat : array_like, shape (T, N, 7)
    legal : array_like of bool, shape (T, N, 7)
    mask : array_like of bool, shape (T, N)
    """
    y_hat = as_array(y_hat, "y_hat", shape=("T", "N", 7))
    legal = as_array(legal, "legal", shape=y_hat.shape, dtype=bool)
    mask = as_array(mask, "mask", shape=y_hat.shape[:2], dtype=bool)
    lowest = np.where(legal, y_hat, np.inf).min(axis=2)
    highest = np.where(legal, -np.inf, y_hat).max(axis=2)
    return ((lowest > highest) | ~mask).all(axis=0)


def _as_strings(strings: object, name: str) -> Sequence[str]:
    """Return a sequence of strings, of at least one."""
    if (
        isinstance(strings, str)
        or not isinstance(strings, (Sequence, np.ndarray))
        or not all(isinstance(string, str) for string in strings)
    ):
        raise TypeError(
            f"{name} must be a list of strings, found {describe(strings)}"
        )
    if len(strings) == 0:
        raise ValueError(f"{name} must hold at least one string, found none")
    return strings


def _answer_at_end(
    x: np.ndarray, answer: np.ndarray, lengths: np.ndarray | None = None
) -> Sequences:
    """Want `answer` at the last step of each sequence, and only there."""
    T, N, _ = x.shape
    last = (np.full(N, T) if lengths is None else lengths) - 1
    y = np.zeros((T, *answer.shape), answer.dtype)
    y[last, np.arange(N)] = answer
    mask = np.zeros((T, N), bool)
    mask[last, np.arange(N)] = True
    return Sequences(x, y, mask, lengths)


def _next_vector(stream: np.ndarray) -> Sequences:
    """Want the next of (T, D) vectors at every step."""
    stream = as_array(stream, "stream", shape=("T", "D"))[:, np.newaxis]
    return Sequences(
        stream[:-1], stream[1:], np.ones((len(stream) - 1, 1), bool)
    )
