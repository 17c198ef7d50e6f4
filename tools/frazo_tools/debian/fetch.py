"""Fetches Debian packages without installing them."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from frazo_tools.progress import Progress

_PARTIAL = "partial"


class PackageError(Exception):
    """Packages cannot be fetched. str() says what to provide."""


def complete_packages(
    folder: Path, packages: Sequence[str], others: str
) -> tuple[list[Path], list[str]]:
    """Fetches those packages that are not in the folder yet, and shows how far it is.

    Args:
      folder: Where the packages are.
      packages: Their names.
      others: What a user without them may give instead: "packages, pages or texts".

    Returns:
      The files of the packages in the folder, sorted by name, and the errors of packages that could
      not be fetched, each "PACKAGE: error".

    Raises:
      PackageError: There is no apt-get, or there would be no package.
      OSError: The folder cannot be written.
    """
    missing = missing_packages(folder, packages)
    failures = {}
    if missing:
        with Progress("fetching", len(missing), unit="packages") as progress:
            failures = fetch_packages(folder, missing, progress)
    files = fetched_packages(folder, packages)
    if not files:
        raise PackageError(
            f"none of {len(packages)} packages could be fetched: {next(iter(failures.values()))}; run "
            f"`apt-get update`, or give {others} from elsewhere: --from=PATH ..."
        )
    return files, [f"{package}: {why}" for package, why in failures.items()]


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
