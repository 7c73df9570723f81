"""A browser: on the path, or where its installer puts it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
APPLICATIONS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
PROGRAMS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
# Variables of Windows that name the folders of programs.
FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
# No calls home, and no sandbox: it opens nothing but this book.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)


def find(
    environment: Mapping[str, str] = os.environ,
    applications: Path = Path("/Applications"),
) -> str | None:
    """Return the path of a Chromium, or None.

    Parameters
    ----------
    environment : mapping, optional
        Holds PATH, and on Windows the folders of programs.
    applications : Path, optional
        Where macOS keeps its applications; also looked for at home.
    """
    for name in NAMES:
        if path := shutil.which(name, path=environment.get("PATH")):
            return path
    home = Path(environment.get("HOME", "/"), "Applications")
    places = [
        folder / app for folder in (applications, home) for app in APPLICATIONS
    ]
    places += [
        Path(environment[folder], program)
        for folder in FOLDERS
        if folder in environment
        for program in PROGRAMS
    ]
    return next((str(place) for place in places if place.exists()), None)


def launch(playwright: Playwright) -> Browser:
    """Start the browser, without network and without a window.

    Raises
    ------
    FileNotFoundError
        If there is none on this machine.
    """
    path = find()
    if path is None:
        raise FileNotFoundError(
            f"no Chromium on this machine, looked for {', '.join(NAMES)}"
        )
    return playwright.chromium.launch(executable_path=path, args=list(QUIET))
