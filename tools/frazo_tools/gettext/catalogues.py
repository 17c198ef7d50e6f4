"""Finds the catalogues of one language in Debian packages, in folders, or by their own name."""

import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from frazo_tools.bounded_read import TooLargeError, read_bounded

# Bytes of the catalogues that one source may have together, unpacked. Large programs have some MB.
MAX_BYTES = 1 << 28

_COPYRIGHT = re.compile(r"usr/share/doc/[^/]+/copyright")
_DOCUMENTATION = re.compile(r"usr/share/doc/[^/]+")
UNKNOWN = "-"


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
    if shutil.which("dpkg-deb") is None:
        raise SourceError(
            f"{source}: dpkg-deb, which opens packages, is not installed; unpack the package elsewhere "
            "and give --from the folder"
        )
    with tempfile.TemporaryFile() as messages:
        package, version = _fields(source, messages)
        contents, licence = _read_package(source, locale, messages)
    return [Catalogue(package, version, licence, path, contents[path]) for path in sorted(contents)]


def _fields(source: Path, messages: IO[bytes]) -> tuple[str, str]:
    command = ["dpkg-deb", "--show", "--showformat=${Package}\\t${Version}", source]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=messages)
    if ran.returncode:
        raise _damaged(source, messages)
    package, _, version = ran.stdout.decode(errors="replace").partition("\t")
    return package, version


def _read_package(source: Path, locale: str, messages: IO[bytes]) -> tuple[dict[str, bytes], str]:
    """Returns the catalogues by path, and the path of the licence. Writes nothing to disk."""
    contents: dict[str, bytes] = {}
    licences: list[str] = []
    room = MAX_BYTES
    command = ["dpkg-deb", "--fsys-tarfile", source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages) as unpacked:
        assert unpacked.stdout is not None
        try:
            with tarfile.open(fileobj=unpacked.stdout, mode="r|") as archive:
                for member in archive:
                    path = member.name.removeprefix("./")
                    wanted = member.isfile() and is_catalogue(path, locale)
                    if file := archive.extractfile(member) if wanted else None:
                        contents[path] = _bounded(file, room, source)
                        room -= len(contents[path])
                    licences += _licence(path, member)
            # Padding follows the archive's end. If it stays unread, it looks like a failure.
            while unpacked.stdout.read(1 << 16):
                pass
        except (tarfile.TarError, EOFError) as error:
            unpacked.kill()
            raise _damaged(source, messages) from error
        except SourceError:
            unpacked.kill()
            raise
    if unpacked.returncode:
        raise _damaged(source, messages)
    return contents, licences[0] if licences else UNKNOWN


def _bounded(file: IO[bytes], room: int, source: Path) -> bytes:
    try:
        return read_bounded(file, room)
    except TooLargeError as error:
        raise SourceError(
            f"{source}: has more than {MAX_BYTES:,} bytes of catalogues, which no program needs; "
            "leave it out"
        ) from error


def _licence(path: str, member: tarfile.TarInfo) -> Iterator[str]:
    """Yields the path if the member is the package's copyright file, or a link to its folder."""
    if _COPYRIGHT.fullmatch(path):
        yield f"/{path}"
    elif member.issym() and _DOCUMENTATION.fullmatch(path):
        yield f"/usr/share/doc/{Path(member.linkname).name}/copyright"


def _damaged(source: Path, messages: IO[bytes]) -> SourceError:
    messages.seek(0)
    said = " ".join(messages.read().decode(errors="replace").split()) or "the archive is cut short"
    return SourceError(f"{source}: cannot be unpacked ({said}); fetch the package again")
