"""Reads files out of Debian packages, without installing or unpacking them."""

import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from frazo_tools.bounded_read import TooLargeError, read_bounded

UNKNOWN = "-"

_COPYRIGHT = re.compile(r"usr/share/doc/[^/]+/copyright")
_DOCUMENTATION = re.compile(r"usr/share/doc/[^/]+")


class PackageFileError(Exception):
    """A package cannot be read. str() names it, the problem and the remedy."""


class PackageFile(NamedTuple):
    """What was read of a package.

    Attributes:
      package: Name of the package.
      version: Its version.
      licence: Path of the package's debian/copyright when it is installed; "-" if unknown.
      contents: The content of each file that was asked for, by its path, such as usr/share/doc/x.
    """

    package: str
    version: str
    licence: str
    contents: dict[str, bytes]


def read_package_file(
    source: Path, is_wanted: Callable[[str], bool], *, max_bytes: int, what: str
) -> PackageFile:
    """Reads some of the files of a .deb package. Writes nothing to disk.

    Args:
      source: The package.
      is_wanted: Tells from the path of a file whether it is read.
      max_bytes: Bytes that the files may have together, unpacked.
      what: What the files are, for the error: "catalogues".

    Raises:
      PackageFileError: The package is damaged or too large, or dpkg-deb is not there.
      OSError: It cannot be read.
    """
    if shutil.which("dpkg-deb") is None:
        raise PackageFileError(
            f"{source}: dpkg-deb, which opens packages, is not installed; unpack the package elsewhere "
            "and give --from the folder"
        )
    with tempfile.TemporaryFile() as messages:
        package, version = _fields(source, messages)
        reader = _Reader(is_wanted, max_bytes)
        try:
            _read(source, reader, messages)
        except TooLargeError as error:
            raise PackageFileError(
                f"{source}: has more than {max_bytes:,} bytes of {what}, which no program needs; "
                "leave it out"
            ) from error
    licence = reader.licences[0] if reader.licences else UNKNOWN
    return PackageFile(package, version, licence, reader.contents)


class _Reader:
    """Takes what is wanted from the members of an archive.

    Attributes:
      contents: See PackageFile.
      licences: The paths of the package's copyright.
    """

    def __init__(self, is_wanted: Callable[[str], bool], max_bytes: int) -> None:
        self.contents: dict[str, bytes] = {}
        self.licences: list[str] = []
        self._is_wanted = is_wanted
        self._room = max_bytes

    def read(self, archive: tarfile.TarFile) -> None:
        for member in archive:
            path = member.name.removeprefix("./")
            wanted = member.isfile() and self._is_wanted(path)
            if file := archive.extractfile(member) if wanted else None:
                self.contents[path] = read_bounded(file, self._room)
                self._room -= len(self.contents[path])
            self.licences += _licence(path, member)


def _fields(source: Path, messages: IO[bytes]) -> tuple[str, str]:
    command = ["dpkg-deb", "--show", "--showformat=${Package}\\t${Version}", source]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=messages)
    if ran.returncode:
        raise _damaged(source, messages)
    package, _, version = ran.stdout.decode(errors="replace").partition("\t")
    return package, version


def _read(source: Path, reader: _Reader, messages: IO[bytes]) -> None:
    command = ["dpkg-deb", "--fsys-tarfile", source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages) as unpacked:
        assert unpacked.stdout is not None
        try:
            with tarfile.open(fileobj=unpacked.stdout, mode="r|") as archive:
                reader.read(archive)
            # Padding follows the archive's end. If it stays unread, it looks like a failure.
            while unpacked.stdout.read(1 << 16):
                pass
        except (tarfile.TarError, EOFError) as error:
            unpacked.kill()
            raise _damaged(source, messages) from error
        except TooLargeError:
            unpacked.kill()
            raise
    if unpacked.returncode:
        raise _damaged(source, messages)


def _licence(path: str, member: tarfile.TarInfo) -> Iterator[str]:
    """Yields the path if the member is the package's copyright file, or a link to its folder."""
    if _COPYRIGHT.fullmatch(path):
        yield f"/{path}"
    elif member.issym() and _DOCUMENTATION.fullmatch(path):
        yield f"/usr/share/doc/{Path(member.linkname).name}/copyright"


def _damaged(source: Path, messages: IO[bytes]) -> PackageFileError:
    messages.seek(0)
    said = " ".join(messages.read().decode(errors="replace").split()) or "the archive is cut short"
    return PackageFileError(f"{source}: cannot be unpacked ({said}); fetch the package again")
