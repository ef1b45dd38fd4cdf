"""Finds a browser: from an environment variable, Playwright's own, or the system's."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from smokegate.environment.extras import not_installed
from smokegate.observation.browser.model import NoBrowser

VARIABLE = "SMOKEGATE_CHROMIUM"
"""Path or name of the browser; `none` disables it."""
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
"""The headless shell comes first: without a window to render it costs half."""
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
INSTALL = "python -m playwright install --only-shell chromium, or name one by the variable SMOKEGATE_CHROMIUM"


def find() -> str | NoBrowser:
    """Return the browser's path, empty for Playwright's own, or why there is none."""
    named = os.environ.get(VARIABLE, "").strip()
    if named.lower() == "none":
        return NoBrowser(f"no browser: {VARIABLE} says that there is none", f"unset {VARIABLE}")
    missing = not_installed("browser")
    if missing is not None:
        return NoBrowser("no browser", f"[browser] {missing}")
    if named:
        found = shutil.which(named)
        return found or NoBrowser(
            f"no browser: {VARIABLE} names {named}, which is not a program", f"correct {VARIABLE}"
        )
    if playwright_has_chromium():
        return ""
    installed = [found for name in NAMES if (found := shutil.which(name))] + [
        each for each in PLACES if Path(each).exists()
    ]
    none = NoBrowser("no browser: neither Playwright's Chromium nor another is installed", INSTALL)
    return installed[0] if installed else none


def is_shell(program: str) -> bool:
    """Return whether a program is a headless shell, as is Playwright's own (an empty path)."""
    return not program or "headless" in Path(program).name


def playwright_has_chromium() -> bool:
    """Return whether Playwright has installed its Chromium."""
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if given == "0":
        return True
    cache = {"darwin": "Library/Caches", "win32": "AppData/Local"}.get(sys.platform, ".cache")
    try:
        place = Path(given) if given else Path.home() / cache / "ms-playwright"
        return any(place.glob("chromium*-*"))
    except (OSError, RuntimeError):
        return False
