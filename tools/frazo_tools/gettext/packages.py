"""Fetches Debian packages that hold many catalogues."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

# Those that add the most new words for their size. What they are in Debian 12, together.
PACKAGES_MB = 196
PACKAGES = (
    "aptitude-common",
    "audacity-data",
    "blender-data",
    "coreutils",
    "darktable",
    "digikam-data",
    "evolution-common",
    "filezilla-common",
    "freeciv-data",
    "gcc-12-locales",
    "gimp-data",
    "git",
    "gnome-control-center-data",
    "gnucash-common",
    "gramps",
    "inkscape",
    "kdevelop-l10n",
    "kmymoney-common",
    "konsole",
    "krita-l10n",
    "libc-l10n",
    "libglib2.0-data",
    "libgtk-3-common",
    "libreoffice-l10n-de",
    "nautilus-data",
    "phpmyadmin",
    "pidgin-data",
    "poedit-common",
    "rkward-data",
    "tellico-data",
    "util-linux-locales",
    "vlc-l10n",
    "wordpress-l10n",
)
_PARTIAL = "partial"


class PackageError(Exception):
    """No packages can be fetched at all; str() says what to bring."""


def missing_packages(folder: Path, packages: Sequence[str] = PACKAGES) -> list[str]:
    """Those that are not in the folder yet."""
    return [package for package in packages if not _fetched(folder, package)]


def fetched_packages(folder: Path, packages: Sequence[str] = PACKAGES) -> list[Path]:
    """The files of those that are there, in the order of their names."""
    return sorted(path for package in packages for path in _fetched(folder, package)[-1:])


def fetch_packages(
    folder: Path,
    packages: Sequence[str],
    progress: Callable[[int], None] = lambda packages: None,
) -> dict[str, str]:
    """Puts the packages' newest versions into the folder; nothing is installed.

    A file appears there when it is whole. progress is called with how many packages are done.

    Returns:
        Why a package could not be had, by its name.

    Raises:
        PackageError: there is no apt-get. OSError.
    """
    if shutil.which("apt-get") is None:
        raise PackageError(
            "packages are fetched with apt-get, which is not there; bring .deb packages or .mo "
            "catalogues from another machine and name them: --from=PATH ..."
        )
    partial = folder / _PARTIAL
    # What an interrupted run left there is not whole.
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
    """apt-get's errors in one line."""
    errors = [line.removeprefix("E: ") for line in output.splitlines() if line.startswith("E: ")]
    return "; ".join(errors) or "apt-get failed without a word"
