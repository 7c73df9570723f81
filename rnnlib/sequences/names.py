"""Names, letter by letter, as sequences.

A name is read and predicted with an end mark on either side::

    read      .  j  a  z  z
    predict   j  a  z  z  .

so that a model also says how a name begins and where it ends. Each of the
27 characters is a class: the end mark 0, the letters a to z 1 to 26. As an
input a class is *one-hot*, a row of zeros with a single one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnlib.checks import Seed, as_float, as_generator, as_int, describe
from rnnlib.sequences.padded import Sequences

END = "."
ALPHABET = END + "abcdefghijklmnopqrstuvwxyz"


def as_names(
    names: Sequence[str], name: str = "names", *, shortest: int = 1
) -> list[str]:
    """Return `names` as a list of words of the letters a to z.

    Parameters
    ----------
    names : sequence of str
        At least one.
    name : str, optional
        Name of the argument, used in the message.
    shortest : int, optional
        Least number of letters: 0 lets beginnings of names through.

    Raises
    ------
    TypeError, ValueError
        If it is no list of words, or a word holds anything else.
    """
    if isinstance(names, str) or not isinstance(names, (Sequence, np.ndarray)):
        raise TypeError(f"{name} must be a list of words, found {names!r:.60}")
    if len(names) == 0:
        raise ValueError(f"{name} must hold at least one word, found none")
    for n, word in enumerate(names):
        if not isinstance(word, str):
            raise TypeError(
                f"{name}[{n}] must be a string, found {describe(word)}"
            )
        if len(word) < shortest or set(word) - set(ALPHABET[1:]):
            raise ValueError(
                f"{name}[{n}] must be of the letters a to z, at least "
                f"{shortest} of them, found {word!r}"
            )
    return [str(word) for word in names]


def classes_of(text: str) -> np.ndarray:
    """Return the class of each character of `text`, 0 for the end mark.

    Raises
    ------
    TypeError, ValueError
        If it is no string of the 27 characters.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, found {describe(text)}")
    if not text or set(text) - set(ALPHABET):
        raise ValueError(
            f"text must be of the letters a to z and {END!r}, found {text!r}"
        )
    return np.array([ALPHABET.index(letter) for letter in text], dtype=np.intp)


def split_names(
    names: Sequence[str], *sizes: int, seed: Seed = 0
) -> tuple[list[str], ...]:
    """Shuffle names and set some aside.

    A sorted list cut into pieces would hold other first letters in each.
    Shuffling does not part names that are nearly the same, see
    :func:`neighbours`.

    Parameters
    ----------
    names : sequence of str
    *sizes : int
        How many names to set aside, for each part.
    seed : int or numpy.random.Generator, optional

    Returns
    -------
    parts : tuple of list of str
        The rest first, to train on, then the parts set aside.

    Raises
    ------
    TypeError, ValueError
        If a name occurs twice, and so might be trained on and tested on, or
        nothing would be left.
    """
    names = as_names(names)
    if len(set(names)) < len(names):
        raise ValueError("names must be different, found some twice")
    sizes = [as_int(size, "sizes") for size in sizes]
    if sum(sizes) >= len(names):
        raise ValueError(
            f"sizes must leave some of the {len(names)} names, found {sizes}"
        )
    order = as_generator(seed).permutation(len(names))
    cuts = np.split(order, np.cumsum(sizes))
    return tuple([names[i] for i in part] for part in (cuts[-1], *cuts[:-1]))


def neighbours(word: str) -> set[str]:
    """Return all words one letter put in, left out or changed away.

    Raises
    ------
    TypeError, ValueError
        If `word` is no word of the letters a to z.
    """
    (word,) = as_names([word], "word")
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    for letter in ALPHABET[1:]:
        found |= {left + letter + right for left, right in cuts}
        found |= {left + letter + right[1:] for left, right in cuts if right}
    return found - {word, ""}


def spell(names: Sequence[str], *, one: float = 1.0) -> Sequences:
    """Pose names as sequences, the next character wanted at every step.

    Parameters
    ----------
    names : sequence of str
        N words of the letters a to z.
    one : float, optional
        The number that says "this character", above 0: how loud the input is.

    Returns
    -------
    sequences : Sequences
        x (T, N, 27), the end mark and the letters, one-hot, zeros in the
        padding; y (T, N), classes of the letters and the end mark; T is one
        more than the letters of the longest name.

    Raises
    ------
    TypeError, ValueError
        If a name is no word of the letters a to z.
    """
    names = as_names(names)
    one = as_float(one, "one", low=0.0, open_low=True)
    lengths = np.array([len(name) + 1 for name in names])
    y = np.zeros((lengths.max(), len(names)), np.intp)
    x = np.zeros((*y.shape, len(ALPHABET)))
    for n, name in enumerate(names):
        characters = classes_of(END + name + END)
        x[np.arange(lengths[n]), n, characters[:-1]] = one
        y[: lengths[n], n] = characters[1:]
    mask = np.arange(len(y))[:, np.newaxis] < lengths
    return Sequences(x, y, mask, lengths)
