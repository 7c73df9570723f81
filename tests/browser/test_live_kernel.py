"""With a kernel the same call gives widgets: a slider redraws the figure."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import BrowserContext, TimeoutError, expect

import notebooks

SECONDS = 1000
CODE = """\
import matplotlib.pyplot as plt

from rnnlib.book.sliders import explore


def draw(phi):
    fig, ax = plt.subplots()
    ax.plot([phi**k for k in range(20)])
    return fig


explore(draw, alt="A falling line.", phi=[0.1, 0.5, 0.9])"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """Start JupyterLab over a notebook that explores; return its address."""
    notebook = new_notebook(cells=[new_code_cell(CODE)])
    (tmp_path / "work").mkdir()
    notebooks.write(notebook, tmp_path / "work" / "live.ipynb")
    with serve(tmp_path) as address:
        yield address


@contextmanager
def serve(tmp_path: Path) -> Iterator[str]:
    """Start JupyterLab over the folder ``work``; hand over its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser"]
    command += ["--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--LabApp.news_url=", "--ServerApp.port_retries=0"]
    command += ["--ServerApp.root_dir=" + str(tmp_path / "work")]
    # Nothing of the reader's own settings, nothing left behind.
    environment = {**os.environ, "HOME": str(tmp_path)}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{name}_DIR"] = str(tmp_path / name.lower())
    environment.pop("RNNLIB_BOOK", None)
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/api", server, tmp_path / "log")
            yield address
        finally:
            server.terminate()
            server.wait(30)


def wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def test_moving_the_slider_in_jupyterlab_redraws_the_figure(
    context: BrowserContext, lab: str
) -> None:
    page = context.new_page()
    page.set_default_timeout(60 * SECONDS)
    page.goto(f"{lab}/lab/tree/live.ipynb?reset")
    output = page.locator(".jp-OutputArea-output")
    picture = output.locator("img[alt='A falling line.']")
    for _ in range(4):  # what is typed before the kernel is there is lost
        page.locator(".jp-Cell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        try:
            picture.wait_for(timeout=45 * SECONDS)
            break
        except TimeoutError:
            continue
    picture.wait_for(timeout=1 * SECONDS)
    before = picture.get_attribute("src")
    handle = output.get_by_role("slider")
    handle.focus()
    handle.press("ArrowRight")
    expect(output.locator(".widget-readout")).to_have_text("0.5")
    expect(picture).not_to_have_attribute("src", before)
    assert picture.evaluate("image => image.decode().then(() => true)")
