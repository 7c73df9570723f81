"""Where a browser may be: on the path, or where its installer puts it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

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
