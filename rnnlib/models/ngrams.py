"""Counting letters: n-gram models with modified Kneser-Ney smoothing.

An n-gram model looks at the last n - 1 characters and at nothing before them::

    p(z | ja) = c(jaz) / c(ja)          n = 3, c = how often seen

Long contexts are precise and rarely seen. So each order hands some of its
chances down to the next shorter one::

    p(z | ja) = max(c(jaz) - d, 0) / c(ja) + share handed down * p(z | a)

d is a *discount* taken from every count that is not zero; what was taken
from a context is what it hands down, so that the chances sum to one. Below
the highest order Kneser and Ney do not count how often "az" was seen, but
after how many *different* characters: what is seen often, but always in the
company of the same one, deserves little once that one is not there. At the
bottom all characters are equal.

The discounts (one for counts of 1, of 2, and of 3 and more) are not chosen
but estimated, from how many n-grams were seen once, twice, three and four
times. So the order is the only choice left.

R. Kneser & H. Ney, "Improved backing-off for m-gram language modeling",
ICASSP 1995. S. F. Chen & J. Goodman, "An empirical study of smoothing
techniques for language modeling", Computer Speech and Language 13, 1999
(the interpolated form with three discounts).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from rnnlib.checks import as_flag, as_int
from rnnlib.sequences.names import ALPHABET, END, as_names, classes_of


class NGram:
    """An n-gram model of names.

    Parameters
    ----------
    names : sequence of str
        Words of the letters a to z to count in.
    order : int
        Characters in an n-gram: 1 looks at nothing, 2 at the character before.
    smooth : bool, optional
        False for plain shares of the counts in the longest context seen;
        characters that never followed it then have no chance at all.

    Raises
    ------
    TypeError, ValueError
        If a name is no word of the letters a to z.
    """

    def __init__(
        self, names: Sequence[str], order: int, *, smooth: bool = True
    ):
        names = as_names(names)
        self.order = as_int(order, "order")
        self.smooth = as_flag(smooth, "smooth")
        # counts[k]: how often each followed each context of k characters
        self.counts = [
            defaultdict(lambda: np.zeros(len(ALPHABET))) for _ in range(order)
        ]
        for name in names:
            text = END + name + END
            for t, character in enumerate(classes_of(text)[1:], start=1):
                k = min(t, order - 1)  # a name's beginning is a short context
                self.counts[k][text[t - k : t]][character] += 1
        for k in reversed(range(order - 1)):
            for context, seen in list(self.counts[k + 1].items()):
                kinds = seen > 0 if smooth else seen
                self.counts[k][context[1:]] += kinds
        self.discounts = [_discounts(table.values()) for table in self.counts]

    def after(self, beginnings: Sequence[str]) -> np.ndarray:
        """Return the chances of what comes after each beginning.

        Parameters
        ----------
        beginnings : sequence of str
            N beginnings of names; the empty one asks for a first letter.

        Returns
        -------
        chances : ndarray, shape (N, 27)
            Each row sums to one.

        Raises
        ------
        TypeError, ValueError
            If one is no word of the letters a to z.
        """
        beginnings = as_names(beginnings, "beginnings", shortest=0)
        return np.stack([self._after(END + text) for text in beginnings])

    def predict(self, names: Sequence[str]) -> np.ndarray:
        """Return the chances at each step of names, shape (T, N, 27).

        Parameters
        ----------
        names : sequence of str
            Laid out as :func:`rnnlib.sequences.names.spell` does it; in the
            padding all characters are equal.
        """
        names = as_names(names)
        steps = max(map(len, names)) + 1
        K = len(ALPHABET)
        chances = np.full((steps, len(names), K), 1 / K)
        for n, name in enumerate(names):
            for t in range(len(name) + 1):
                chances[t, n] = self._after(END + name[:t])
        return chances

    def _after(self, text: str) -> np.ndarray:
        """Return the chances after a text that begins with the end mark."""
        p = np.full(len(ALPHABET), 1 / len(ALPHABET))
        for k in range(min(len(text), self.order - 1) + 1):
            seen = self.counts[k].get(text[len(text) - k :])
            if seen is None:
                break  # longer contexts were not seen either
            if self.smooth:
                discount = self.discounts[k][np.minimum(seen, 3).astype(int)]
                p = (seen - discount + discount.sum() * p) / seen.sum()
            else:
                p = seen / seen.sum()
        return p


def _discounts(tables) -> np.ndarray:
    """Estimate what to take from counts of 0, 1, 2, and 3 and more."""
    seen = np.concatenate([np.zeros(1), *tables])
    n1, n2, n3, n4 = ((seen == count).sum() for count in (1, 2, 3, 4))
    if min(n1, n2, n3, n4) > 0:
        share = n1 / (n1 + 2 * n2)
        found = np.array(
            [
                0,
                1 - 2 * share * n2 / n1,
                2 - 3 * share * n3 / n2,
                3 - 4 * share * n4 / n3,
            ]
        )
        if found[1:].min() > 0:
            return found
    # Too few to estimate from. Something is taken from each count, or after
    # some context what was never seen would be impossible.
    return np.array([0.0, 0.5, 0.5, 0.5])
