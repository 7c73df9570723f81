"""What pytest needs to know of the chapters."""

from __future__ import annotations

import pytest
from hypothesis import settings
from nbval.plugin import IPyNbFile

# Chapters store the plain text of their outputs only, see tools/notebooks.py;
# the other forms of the same output have nothing to be compared with.
NOT_STORED = ("image/svg+xml", "text/html", "text/latex", "text/markdown")

# A busy machine is no failure: the time of an example says nothing.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Let nbval compare what the chapters store: streams and plain text."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += NOT_STORED
