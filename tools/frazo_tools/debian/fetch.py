"""Fetches Debian packages without installing them."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

_PARTIAL = "partial"


class PackageError(Exception):
    """Packages cannot be fetched. str() says what to provide."""


def missing_packages(folder: Path, packages: Sequence[str]) -> list[str]:
    """Returns the packages that are not in the folder yet."""
    return [package for package in packages if not _fetched(folder, package)]


def fetched_packages(folder: Path, packages: Sequence[str]) -> list[Path]:
    """Returns the files of the packages in the folder, sorted by name."""
    return sorted(path for package in packages for path in _fetched(folder, package)[-1:])


def fetch_packages(
    folder: Path,
    packages: Sequence[str],
    progress: Callable[[int], None] = lambda packages: None,
) -> dict[str, str]:
    """Downloads the newest versions of the packages into the folder. Installs nothing.

    A file appears when it is complete.

    Args:
      progress: Called with the number of packages done.

    Returns:
      The errors of packages that could not be fetched, by name.

    Raises:
      PackageError: There is no apt-get.
      OSError: The folder cannot be written.
    """
    if shutil.which("apt-get") is None:
        raise PackageError(
            "apt-get, which fetches packages, is not installed; copy .deb packages from another "
            "machine and give them: --from=PATH ..."
        )
    partial = folder / _PARTIAL
    # Files of an interrupted run are incomplete.
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, exist_ok=True)
    failures = {}
    for number, package in enumerate(packages):
        progress(number)
        ran = subprocess.run(
            ["apt-get", "download", "-o", "Acquire::Retries=1", package],
            cwd=partial,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        for path in partial.glob(f"{package}_*.deb"):
            if ran.returncode:
                path.unlink()
            else:
                path.replace(folder / path.name)
        if ran.returncode:
            failures[package] = _complaint(ran.stderr)
    shutil.rmtree(partial)
    return failures


def _fetched(folder: Path, package: str) -> list[Path]:
    return sorted(folder.glob(f"{package}_*.deb"))


def _complaint(output: str) -> str:
    """Returns apt-get's errors in one line."""
    errors = [line.removeprefix("E: ") for line in output.splitlines() if line.startswith("E: ")]
    return "; ".join(errors) or "apt-get failed without a message"
