"""Spoil one argument of a good call at a time: what the tests share.

A table maps the name of a call to the function and the arguments of one good
call. What is wrong for an argument depends on what it is: a series, a count,
a number and so on, each with its own list of bad values here.
"""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import strategies as st

NO_ARRAY = [
    "text",
    None,
    [],
    np.array([]),
    ["1", "2"],
    [1 + 2j, 0],
    {"a": 1},
    [[1.0, 2.0], [3.0]],
]
NO_NUMBER = [np.nan, np.inf, "1", [1.0, 2.0], True, 1j]
NO_COUNT = st.one_of(
    st.integers(max_value=0),
    st.floats(),
    st.text(max_size=3),
    st.booleans(),
    st.none(),
    st.just([3]),
)
NO_OBJECT = [None, "text", 3, [1.0], object(), dict]


def spoilable(table, names, but=()):
    """List call and name of each argument in `names`, for parametrize.

    Both sets may hold the name of an argument, wherever it occurs, or
    "call(name)"; what is in `but` is passed by.
    """
    cases = []
    for call, (_, arguments) in table.items():
        for name in arguments:
            both = {name, f"{call}({name})"}
            if both & set(names) and not both & set(but):
                cases.append(pytest.param(call, name, id=f"{call}({name})"))
    return cases


def refused(table, call, name, value):
    """Ask for an error that names the argument and says what was wanted."""
    function, arguments = table[call]
    with pytest.raises((ValueError, TypeError)) as caught:
        function(**{**arguments, name: value})
    message = str(caught.value)
    named = re.search(rf"\b{name}\b", message)
    assert named, f"{message!r} does not name {name}"
    assert "must" in message or "found" in message, message
    plt.close("all")


def spoilt(good, data):
    """Return a copy of an array with NaN or infinity somewhere."""
    bad = np.array(good, dtype=float)
    where = data.draw(st.integers(0, bad.size - 1))
    bad.flat[where] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    return bad
