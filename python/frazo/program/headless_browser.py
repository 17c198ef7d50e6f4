"""Loads pages in a browser, for tests."""

import shutil
import subprocess
from pathlib import Path

import pytest

_TIMEOUT_SECONDS = 200
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--window-size=1200,1200",
)


class HeadlessBrowser:
    """Chromium without a window. A test that makes one is skipped where it is not installed."""

    def __init__(self, folder: Path):
        """Finds the browser.

        Args:
          folder: The browser keeps its files there.
        """
        found = shutil.which("chromium")
        if found is None:
            pytest.skip("chromium is not installed: apt-get install chromium")
        self._command = [found, *_OPTIONS, f"--user-data-dir={folder}/user"]

    def page(self, url: str) -> str:
        """Returns the HTML of a page after its scripts ran."""
        return self._run("--dump-dom", url)

    def screenshot(self, url: str, picture: Path) -> None:
        """Writes a PNG of a page, 1200 pixels wide and high."""
        self._run(f"--screenshot={picture}", url)

    def _run(self, *arguments: str) -> str:
        ran = subprocess.run(
            [*self._command, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout
