"""The browser is found where Linux, macOS and Windows put it."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.chromium import find


@pytest.mark.parametrize(
    "place",
    [
        "bin/chromium",
        "Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "home/Applications/Chromium.app/Contents/MacOS/Chromium",
        "programs/Google/Chrome/Application/chrome.exe",
        "x86/Microsoft/Edge/Application/msedge.exe",
    ],
)
def test_a_browser_is_found_in_its_usual_place(
    tmp_path: Path, place: str
) -> None:
    environment = {
        "PATH": str(tmp_path / "bin"),
        "HOME": str(tmp_path / "home"),
        "PROGRAMFILES": str(tmp_path / "programs"),
        "PROGRAMFILES(X86)": str(tmp_path / "x86"),
    }
    applications = tmp_path / "Applications"
    assert find(environment, applications) is None
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)
    assert find(environment, applications) == str(path)
