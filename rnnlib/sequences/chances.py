"""Chances of the next character: their cost in bits, and names drawn.

Every model of letters is scored the same way, in bits per character::

    - sum of log2 p(character that came) / number of characters

over all letters and one end mark for each name. A model that gives all 27
characters the same chance has log2(27) = 4.75 bits; whoever leaves the end
mark out, or counts the padding of short names, gets another number.

C. E. Shannon, "Prediction and entropy of printed English", Bell System
Technical Journal 30, 1951.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_float, as_function, as_instance
from rnnlib.sequences.names import ALPHABET
from rnnlib.sequences.padded import Sequences

After = Callable[[list[str]], np.ndarray]


def bits(chances: ArrayLike, data: Sequences) -> np.ndarray:
    """Return the bits that each character cost: -log2 of the chance it had.

    Parameters
    ----------
    chances : array_like, shape (T, N, K)
        Probabilities of the K characters at each step; what stands in the
        padding is not looked at.
    data : Sequences
        With classes as targets, shape (T, N).

    Returns
    -------
    bits : ndarray, shape (T, N)
        NaN where no target counts. The mean over all that count,
        ``np.nanmean``, is the number of bits per character.

    Raises
    ------
    TypeError, ValueError
        If the arguments do not fit each other, the chances of a step are
        negative or do not sum to one, or the character that came had none.
    """
    data = as_instance(data, "data", Sequences)
    wanted = (*data.mask.shape, "K")
    chances = as_array(chances, "chances", shape=wanted)
    counted, classes = chances[data.mask], data.y[data.mask]
    if data.y.ndim != 2 or classes.max() >= chances.shape[-1]:
        raise ValueError(
            f"data must have classes below {chances.shape[-1]} as targets, "
            f"found y of shape {data.y.shape} up to {data.y.max()}"
        )
    _as_chances(counted, "chances")
    given = counted[np.arange(len(classes)), classes]
    if not (given > 0).all():
        raise ValueError(
            "chances must be above 0 for each character that came, found 0"
        )
    cost = np.full(data.mask.shape, np.nan)
    cost[data.mask] = -np.log2(given)
    return cost


def sharpen(chances: ArrayLike, temperature: float) -> np.ndarray:
    """Return chances at another temperature: p^(1 / temperature), in shares.

    At 1 nothing changes, towards 0 the likeliest character takes all, above 1
    the characters come closer to equal. With p = softmax(scores) this is
    softmax(scores / temperature).

    Parameters
    ----------
    chances : array_like, shape (..., K)
    temperature : float
        Above 0.

    Raises
    ------
    TypeError, ValueError
        If chances are negative or do not sum to one.
    """
    chances = _as_chances(chances, "chances")
    temperature = as_float(temperature, "temperature", low=0.0, open_low=True)
    with np.errstate(divide="ignore"):  # log 0: a chance of 0 stays 0
        scores = np.log(chances) / temperature
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def pick(chances: ArrayLike, luck: ArrayLike) -> np.ndarray:
    """Draw a class from each row of chances with given random numbers.

    The chances are laid end to end from 0 to 1; the class is the one that
    `luck` falls into. The same luck with nearly the same chances draws the
    same class, so one can see what a change of the chances does.

    Parameters
    ----------
    chances : array_like, shape (N, K)
    luck : array_like, shape (N,)
        Random numbers from 0 up to, not including, 1.

    Returns
    -------
    classes : ndarray of int, shape (N,)

    Raises
    ------
    TypeError, ValueError
        If a number of luck is out of range, or chances do not sum to one.
    """
    chances = as_array(chances, "chances", shape=("N", "K"))
    _as_chances(chances, "chances")
    luck = _as_luck(luck, (len(chances),))
    edges = np.cumsum(chances, axis=1)
    edges /= edges[:, -1:]  # exactly 1 at the end, whatever the rounding
    return (luck[:, np.newaxis] >= edges).sum(axis=1)


def invent(
    after: After, luck: ArrayLike, *, temperature: float = 1.0
) -> list[str]:
    """Make up names: draw a character, hand it back, until the end mark comes.

    Parameters
    ----------
    after : callable
        Takes a list of N beginnings and returns the chances (N, 27) of what
        comes after each.
    luck : array_like, shape (T, N)
        A random number for each step of each name, from 0 up to 1. A name
        that has not ended after T letters is cut there.
    temperature : float, optional
        See :func:`sharpen`.

    Returns
    -------
    names : list of str

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or `after` returns no chances.
    """
    after = as_function(after, "after")
    luck = _as_luck(luck, ("T", "N"))
    names = [""] * luck.shape[1]
    going = np.arange(len(names))
    for numbers in luck:
        chances = as_array(
            after([names[n] for n in going]),
            "what after returns",
            shape=(len(going), len(ALPHABET)),
        )
        characters = pick(sharpen(chances, temperature), numbers[going])
        for n, character in zip(going, characters):
            names[n] += ALPHABET[character] if character else ""
        going = going[characters > 0]
        if len(going) == 0:
            break
    return names


def _as_chances(chances: object, name: str) -> np.ndarray:
    chances = as_array(chances, name, shape=(..., "K"))
    sums = chances.sum(axis=-1)
    if (chances < 0).any() or not np.allclose(sums, 1, atol=1e-5, rtol=0):
        raise ValueError(
            f"{name} must be at least 0 and sum to 1, found from "
            f"{chances.min():g} on, sums {sums.min():g} to {sums.max():g}"
        )
    return chances


def _as_luck(luck: object, shape: tuple) -> np.ndarray:
    luck = as_array(luck, "luck", shape=shape)
    if luck.min() < 0 or luck.max() >= 1:
        raise ValueError(
            "luck must lie from 0 up to, not including, 1, found "
            f"{luck.min():g} to {luck.max():g}"
        )
    return luck
