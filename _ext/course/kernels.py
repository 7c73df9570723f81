"""Start a kernel, and once more if it dies at birth.

A kernel is told ports that were free a moment ago. Where several start at
once another may have taken one of them, and the kernel ends before it has
answered anything.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")

TRIES = 3
# What jupyter_client says of a kernel that ended before its first answer.
STILLBORN = "died before replying"


def again_if_stillborn(start: Callable[Given, Made]) -> Callable[Given, Made]:
    """Return `start`, called up to three times if its kernel is stillborn."""

    @functools.wraps(start)
    def patient(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        for _ in range(TRIES - 1):
            try:
                return start(*args, **kwargs)
            except RuntimeError as error:
                if STILLBORN not in str(error):
                    raise
        return start(*args, **kwargs)

    return patient
