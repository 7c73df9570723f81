"""A JupyterLab of its own for the tests: nobody's settings, a free port."""

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
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat import NotebookNode

import notebooks


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, and the folder that it shows."""

    address: str
    folder: Path

    def open_address(self, notebook: NotebookNode, name: str) -> str:
        """Put a notebook into the folder; return where it opens."""
        path = self.folder / f"{name}.ipynb"
        path.write_text(notebooks.as_text(notebook), encoding="utf-8")
        return f"{self.address}/lab/tree/{name}.ipynb?reset"


@contextmanager
def serve(tmp_path: Path) -> Iterator[Lab]:
    """Start JupyterLab over the new folder ``work`` and hand it over."""
    (tmp_path / "work").mkdir()
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
            yield Lab(address, tmp_path / "work")
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


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
