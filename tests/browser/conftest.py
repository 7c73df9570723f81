"""A browser, and the built book over http and from disk.

The tests here read ``_build/html`` as ``make book`` leaves it. Where there is
no Chromium they are skipped; where they must run, ``RNNLIB_REQUIRE_BROWSER=1``
or ``CI=true`` turns that into a failure.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from built_book import HTML, pages
from course.chromium import NAMES, find, launch
from live_lab import Lab, serve
from visits import Visit

SECONDS = 1000


def refuse(reason: str) -> None:
    """Skip a test that cannot run here, or fail where it has to run."""
    required = os.environ.get("RNNLIB_REQUIRE_BROWSER") == "1"
    if required or os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def one_by_one(names: list[str], always: Sequence[str] | None = None) -> list:
    """Return parameters that keep the tests of a page on one worker.

    With a fixture of the module's scope a page is then loaded once for all
    its tests. Where `always` names some pages, the others are left to the
    nightly run.
    """
    missing = set(always or ()) - set(names)
    if missing:
        raise ValueError(f"always must be among the names, found {missing}")
    late = [] if always is None else [n for n in names if n not in always]
    return [
        pytest.param(
            name,
            marks=[
                pytest.mark.xdist_group(name),
                *[pytest.mark.nightly] * (name in late),
            ],
            id=name,
        )
        for name in names
    ]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium once.

    These tests are a run of their own (``make test-pages``): while Playwright
    is alive its event loop occupies the main thread, and the kernels of nbval
    need one themselves.
    """
    if find() is None:
        refuse(f"no Chromium on this machine, looked for {NAMES}")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def html() -> Path:
    """Return the folder of the built book."""
    if not (HTML / "index.html").exists():
        refuse("the book is not built: run make book first")
    return HTML


@pytest.fixture(scope="session")
def served(html: Path) -> Iterator[str]:
    """Serve the built book; return its address without a closing slash."""
    handler = functools.partial(QuietHandler, directory=str(html))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start JupyterLab once; tests that use it belong to the group "lab"."""
    with serve(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="session", params=one_by_one(pages()))
def visit(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Visit]:
    """Open a page from the disk, without a network, once for all its tests."""
    if not (HTML / "index.html").exists():
        refuse("the book is not built: run make book first")
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme="light",
        offline=True,
    )
    yield Visit(context.new_page(), HTML.as_uri()).open(request.param)
    context.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a fresh profile on a desktop screen."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serve files without a log line for each."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""
