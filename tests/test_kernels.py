"""A kernel that dies at birth is started again, and no other."""

from __future__ import annotations

import nbval.kernel
import pytest

from course.kernels import TRIES, again_if_stillborn

STILLBORN = RuntimeError("Kernel died before replying to kernel_info")


class Midwife:
    """Starts kernels of which the first ones fail."""

    def __init__(self, *failures: Exception):
        self.failures = list(failures)
        self.calls = 0

    def __call__(self, name: str, *, cwd: str) -> tuple[str, str]:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return name, cwd


def start(midwife: Midwife) -> tuple[str, str]:
    def begin(name: str, *, cwd: str) -> tuple[str, str]:
        return midwife(name, cwd=cwd)

    return again_if_stillborn(begin)("python", cwd="here")


def test_a_stillborn_kernel_is_started_again() -> None:
    midwife = Midwife(*[STILLBORN] * (TRIES - 1))
    assert start(midwife) == ("python", "here")
    assert midwife.calls == TRIES


def test_one_that_is_never_born_is_an_error() -> None:
    midwife = Midwife(*[STILLBORN] * TRIES)
    with pytest.raises(RuntimeError, match="before replying"):
        start(midwife)
    assert midwife.calls == TRIES


@pytest.mark.parametrize(
    "other", [RuntimeError("no such kernel"), ValueError("before replying")]
)
def test_another_failure_is_told_at_once(other: Exception) -> None:
    midwife = Midwife(other)
    with pytest.raises(type(other), match=str(other)):
        start(midwife)
    assert midwife.calls == 1


def test_nbval_starts_its_kernels_so() -> None:
    assert nbval.kernel.start_new_kernel.__wrapped__
