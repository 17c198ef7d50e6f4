"""Finds the catalogues of one language in Debian packages, in folders, or by their own name."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

from frazo_tools.bounded_read import TooLargeError, read_bounded
from frazo_tools.debian.package_file import UNKNOWN, PackageFileError, read_package_file

# Bytes of the catalogues that one source may have together, unpacked. Large programs have some MB.
MAX_BYTES = 1 << 28


class SourceError(Exception):
    """A file or folder has no catalogues. str() names it, the problem and the remedy."""


class Catalogue(NamedTuple):
    """An unread .mo file.

    Attributes:
      package: Name of its package; "-" if unknown.
      version: Version of the package; "-" if unknown.
      licence: Path of the package's debian/copyright when it is installed; "-" if unknown.
    """

    package: str
    version: str
    licence: str
    path: str
    content: bytes


def is_catalogue(path: str, locale: str) -> bool:
    """Returns whether the path names a catalogue of the language: LOCALE/LC_MESSAGES/program.mo, or
    LOCALE.mo with or without `program-` before it. de matches de_DE, too."""
    names = {locale, f"{locale}_{locale.upper()}"}
    *folders, name = path.split("/")
    if not name.endswith(".mo"):
        return False
    if folders[-1:] == ["LC_MESSAGES"]:
        return len(folders) > 1 and folders[-2] in names
    return name.removesuffix(".mo").rpartition("-")[2] in names


def find_sources(paths: Sequence[Path], locale: str) -> list[Path]:
    """Returns the packages and catalogues among the paths, and those in the folders among them.

    Raises:
        SourceError: a path is none of these, or a folder has none of them.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [
                file
                for file in sorted(path.rglob("*"))
                if file.suffix == ".deb" or is_catalogue(file.as_posix(), locale)
            ]
            if not inside:
                raise SourceError(
                    f"{path}: the folder has neither .deb packages nor catalogues such as "
                    f"{locale}/LC_MESSAGES/program.mo or {locale}.mo; check --locale"
                )
            found += inside
        elif not path.exists():
            raise SourceError(
                f"{path}: does not exist; give --from .deb or .mo files, or folders of them"
            )
        elif path.suffix not in (".deb", ".mo"):
            raise SourceError(
                f"{path}: neither .deb nor .mo; give --from .deb or .mo files, or folders of them"
            )
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def read_catalogues(source: Path, locale: str) -> list[Catalogue]:
    """Returns the catalogues of a .deb package in the order of their paths, or the .mo file itself.

    Raises:
        SourceError: the package is damaged or too large, or dpkg-deb is not there. OSError.
    """
    if source.suffix == ".mo":
        with source.open("rb") as file:
            content = _bounded(file, MAX_BYTES, source)
        return [Catalogue(UNKNOWN, UNKNOWN, UNKNOWN, str(source), content)]
    try:
        read = read_package_file(
            source,
            lambda path: is_catalogue(path, locale),
            max_bytes=MAX_BYTES,
            what="catalogues",
        )
    except PackageFileError as error:
        raise SourceError(str(error)) from error
    return [
        Catalogue(read.package, read.version, read.licence, path, read.contents[path])
        for path in sorted(read.contents)
    ]


def _bounded(file: IO[bytes], room: int, source: Path) -> bytes:
    try:
        return read_bounded(file, room)
    except TooLargeError as error:
        raise SourceError(
            f"{source}: has more than {MAX_BYTES:,} bytes of catalogues, which no program needs; "
            "leave it out"
        ) from error
