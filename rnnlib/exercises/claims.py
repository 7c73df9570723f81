"""Exercises of the chapter on claims: how to judge a comparison."""

from __future__ import annotations

import numpy as np

from rnnlib.exercises.spec import Exercise

_RNG = np.random.default_rng(10)
_OURS = _RNG.normal(size=12).round(2)
_THEIRS = (_OURS + 0.3 + 0.2 * _RNG.normal(size=12)).round(2)


def _judged(low, high):
    return 1 if low > 0 else -1 if high < 0 else 0


def _ahead(ours, theirs, tie=0.5):
    gaps = np.subtract.outer(ours, theirs)
    return (gaps < 0).mean() + tie * (gaps == 0).mean()


def _errors(ours, theirs, ddof=1, roots=True):
    n = len(ours)
    paired = np.var(ours - theirs, ddof=ddof) / n
    unrelated = (np.var(ours, ddof=ddof) + np.var(theirs, ddof=ddof)) / n
    power = 0.5 if roots else 1.0
    return paired**power, unrelated**power


EXERCISES = {
    "claims-interval": Exercise(
        arguments=("low", "high"),
        cases=[
            (0.1, 0.4),
            (-0.2, 0.3),
            (-0.5, -0.1),
            (-0.1, 0.9),
            (0.0, 0.3),
        ],
        truth=_judged,
        slips={
            "an interval that holds 0 decides nothing, even if its middle is "
            "above 0.": lambda low, high: 1 if low + high > 0 else -1,
            "an interval that ends at 0 holds 0.": lambda low, high: (
                1 if low >= 0 else -1 if high <= 0 else 0
            ),
            "the sign is turned over: above 0 speaks for the claim.": (
                lambda low, high: -_judged(low, high)
            ),
            "an interval that lies below 0 speaks against the claim.": (
                lambda low, high: 1 if low > 0 else 0
            ),
        },
        lesson="A 0 is an answer too: not decided.",
    ),
    "claims-pairs": Exercise(
        arguments=("ours", "theirs"),
        cases=[
            (np.array([0.1, 0.3, 0.2]), np.array([0.2, 0.4])),
            (np.array([1.0, 2.0]), np.array([1.0, 2.0])),
            (np.array([5.0, 6.0, 9.0]), np.array([4.0, 7.0, 8.0])),
        ],
        truth=_ahead,
        slips={
            "compare each seed of one side with each of the other, not seed "
            "1 with seed 1: nothing ties them together.": (
                lambda ours, theirs: np.mean(
                    np.resize(ours, 6) < np.resize(theirs, 6)
                )
            ),
            "a tie counts one half, not nothing.": (
                lambda ours, theirs: _ahead(ours, theirs, tie=0)
            ),
            "a tie counts one half, not as ahead.": (
                lambda ours, theirs: _ahead(ours, theirs, tie=1)
            ),
            "these are errors: the lower one is ahead.": (
                lambda ours, theirs: _ahead(theirs, ours)
            ),
        },
        lesson="If it is near one half, one seed is a coin.",
    ),
    "claims-tries": Exercise(
        arguments=("k", "m"),
        cases=[(1, 1), (4, 1), (10, 2), (3, 5)],
        truth=lambda k, m: k / (k + m),
        slips={
            "this is the other side's chance.": lambda k, m: m / (k + m),
            "the best of all runs belongs to the first side with a chance of "
            "k out of k + m; a ratio of k to m is no chance.": (
                lambda k, m: k / m
            ),
            "equally good networks, but unequal tries: only for k = m is it "
            "one half.": lambda k, m: 0.5,
        },
        lesson="Ten tries against one: ahead ten times of eleven.",
    ),
    "claims-always": Exercise(
        arguments=("n",),
        cases=[(1,), (5,), (10,), (100,)],
        truth=lambda n: 0.05 ** (1 / n),
        slips={
            "this is the rule of three, near the answer for large n; the "
            "exact one solves p ** n = 0.05.": lambda n: 1 - 3 / n,
            "n successes in a row have the chance p ** n; solve for p.": (
                lambda n: 0.05**n
            ),
            "it is the successes that come in 5 % of cases, not in 95 %.": (
                lambda n: 0.95 ** (1 / n)
            ),
        },
        lesson="Five of five says above 0.55, ten of ten above 0.74.",
    ),
    "claims-paired": Exercise(
        arguments=("ours", "theirs"),
        cases=[(_OURS, _THEIRS), (_OURS[:5], _THEIRS[:5])],
        truth=_errors,
        slips={
            "the paired one comes first.": (
                lambda ours, theirs: _errors(ours, theirs)[::-1]
            ),
            "these are variances; take the roots.": (
                lambda ours, theirs: _errors(ours, theirs, roots=False)
            ),
            "standard deviations with ddof=1, please: the mean was taken "
            "from the same cases.": (
                lambda ours, theirs: _errors(ours, theirs, ddof=0)
            ),
        },
        lesson="Hard cases are hard for both; the pairs take that out.",
    ),
}
