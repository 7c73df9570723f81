"""What shares a page, a small book or a JupyterLab shares a worker."""

from __future__ import annotations

import os

import pytest


@pytest.mark.xdist_group("one")
def test_a_group_stays_together(request: pytest.FixtureRequest) -> None:
    """Pytest 9.2 hides groups from pytest-xdist 3.8 (its issue 1386).

    Nothing fails then, but each worker builds and loads everything anew.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("one worker runs them all")
    assert request.node.nodeid.endswith("@one")
