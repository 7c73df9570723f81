"""Exercises of the chapter on characters."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_RNG = np.random.default_rng(9)


def _softmax(scores):
    powers = np.exp(scores - np.max(scores))
    return powers / powers.sum()


def _real(loss, lengths):
    """Return where a step belongs to a sequence, shape (T, N)."""
    return np.arange(len(loss))[:, np.newaxis] < lengths


def _smoothed(c, p, d):
    taken = d * (c > 0).sum() / c.sum()
    return np.maximum(c - d, 0) / c.sum() + taken * p


def _best_share(p, q, best=np.argmax):
    """Return the share of p, in steps of 0.05, whose mixture scores best."""
    shares = np.linspace(0, 1, 21)
    scores = [np.log2(s * p + (1 - s) * q).mean() for s in shares]
    return shares[best(scores)]


_CHANCES = np.array([0.1, 0.5, 0.15, 0.25])
_LOWER = np.array([0.4, 0.3, 0.2, 0.1])

EXERCISES = {
    "characters-mixture": Exercise(
        arguments=("p", "q"),
        cases=[
            (np.array([0.9, 0.05, 0.6, 0.3]), np.array([0.3, 0.5, 0.2, 0.4])),
            (np.array([0.2, 0.1, 0.7, 0.4]), np.array([0.5, 0.3, 0.3, 0.1])),
        ],
        truth=_best_share,
        slips={
            "you mix the bits; what the mixture costs are the bits of the "
            "mixed chances. A mean of two numbers of bits never beats the "
            "better one.": lambda p, q: float(
                np.log2(p).mean() > np.log2(q).mean()
            ),
            "you ask for the highest mean chance; the score is the mean of "
            "the logarithms.": lambda p, q: float(p.mean() > q.mean()),
            "this is the share of q; return that of p.": lambda p, q: (
                1 - _best_share(p, q)
            ),
            "this share costs most; take the one that costs least.": (
                lambda p, q: _best_share(p, q, best=np.argmin)
            ),
        },
        lesson="They err in different places, so the best share lies between "
        "0 and 1.",
    ),
    "characters-temperature": Exercise(
        arguments=("scores", "temperature"),
        cases=[
            (np.array([1.0, 2.0, 0.5]), 0.5),
            (np.array([0.0, -1.0, 3.0, 1.0]), 2.0),
        ],
        truth=lambda scores, temperature: _softmax(scores / temperature),
        slips={
            "your temperature works the wrong way round: divide the scores "
            "by it.": lambda scores, temperature: _softmax(
                scores * temperature
            ),
            "the temperature does nothing here: chances divided by a number "
            "and made to sum to 1 are what they were. Divide the scores.": (
                lambda scores, temperature: _softmax(scores)
            ),
            "these do not sum to 1: divide by their sum.": (
                lambda scores, temperature: np.exp(scores / temperature)
            ),
        },
        lesson="Dividing all scores keeps their order: the favourite stays.",
    ),
    "characters-pick": Exercise(
        arguments=("chances", "luck"),
        cases=[
            (_CHANCES, 0.05),
            (_CHANCES, 0.55),
            (_CHANCES, 0.65),
            (_CHANCES, 0.999),
        ],
        truth=lambda p, luck: int((np.cumsum(p) <= luck).sum()),
        slips={
            "you always take the likeliest: then every name would be the "
            "same. Use luck.": lambda p, luck: int(np.argmax(p)),
            "one too many: luck below the first chance is class 0.": (
                lambda p, luck: int((np.cumsum(p) <= luck).sum()) + 1
            ),
            "you give every class the same share; lay the chances end to end "
            "and see into which of them luck falls.": (
                lambda p, luck: int(luck * len(p))
            ),
        },
        lesson="The same luck and nearly the same chances: the same letter.",
    ),
    "characters-mask": Exercise(
        arguments=("loss", "lengths"),
        cases=[
            (_RNG.uniform(0.5, 3, (4, 3)).round(1), np.array([4, 1, 2])),
            (_RNG.uniform(0.5, 3, (3, 2)).round(1), np.array([1, 3])),
        ],
        truth=lambda loss, lengths: loss[_real(loss, lengths)].mean(),
        slips={
            "you count the padding: past its length a sequence has no loss, "
            "whatever stands there.": lambda loss, lengths: loss.mean(),
            "the padding no longer adds to the sum, but you still divide by "
            "all steps; divide by the real ones, lengths.sum().": (
                lambda loss, lengths: (loss * _real(loss, lengths)).mean()
            ),
            "this is the mean of the sequences' means, in which a letter of "
            "a short name weighs more; count each step once.": (
                lambda loss, lengths: (
                    (loss * _real(loss, lengths)).sum(axis=0) / lengths
                ).mean()
            ),
            "one step too few: a sequence of length 2 has the steps 0 and "
            "1.": lambda loss, lengths: loss[_real(loss, lengths - 1)].mean(),
        },
        lesson="Every real step once: so all models count alike.",
    ),
    "characters-discount": Exercise(
        arguments=("counts", "lower", "discount"),
        cases=[
            (np.array([3.0, 1.0, 0.0, 0.0]), _LOWER, 0.5),
            (np.array([0.0, 2.0, 1.0, 6.0]), _LOWER, 0.8),
        ],
        truth=_smoothed,
        slips={
            "what was taken away is lost: your chances do not sum to 1. Hand "
            "it down, times lower.": lambda c, p, d: (
                np.maximum(c - d, 0) / c.sum()
            ),
            "the discount was taken from every character seen: hand down "
            "discount times their number, divided by the sum of counts.": (
                lambda c, p, d: np.maximum(c - d, 0) / c.sum() + d * p
            ),
            "nothing is taken from the counts, but something is added: your "
            "chances sum to more than 1.": lambda c, p, d: (
                c / c.sum() + d * (c > 0).sum() / c.sum() * p
            ),
            "a count of 0 has nothing to give: not below zero.": (
                lambda c, p, d: (
                    (c - d) / c.sum() + d * (c > 0).sum() / c.sum() * p
                )
            ),
        },
        lesson="Nothing is impossible any more, and the sum is still 1.",
    ),
}
