"""The documents of packages and files: paragraphs of prose."""

import dataclasses
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from frazo_tools.bounded_read import TooLargeError, read_bounded
from frazo_tools.debian.fetch import complete_packages
from frazo_tools.debian.package_file import (
    UNKNOWN,
    PackageFile,
    PackageFileError,
    read_package_file,
)
from frazo_tools.prose.html_text import paragraphs
from frazo_tools.prose.prose_filter import Reason, fault_of

# Bytes of the pages that one package may have together, unpacked. That of the kernel has 130 MB.
MAX_BYTES = 1 << 29
# Bytes of one file.
MAX_FILE_BYTES = 1 << 26

_PAGE = re.compile(r".*\.x?html?(\.gz)?")
_TEXT = re.compile(r".*\.(txt|text|md)(\.gz)?")
# The source of a page, which Sphinx puts beside it.
_PAGE_SOURCES = "/_sources/"
_LANGUAGE = re.compile(r"<html\b[^>]*?\slang=[\"']?([A-Za-z]+)", re.IGNORECASE)
_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")
_HEAD_CHARACTERS = 2000
# Links to a heading itself, which pages of Sphinx have; soft hyphens.
_INVISIBLE = str.maketrans("", "", "\u00b6\u00ad\u200b\ufeff")


class SourceError(Exception):
    """A file or folder has no documents. str() names it, the problem and the remedy."""


class Document(NamedTuple):
    """A document that people wrote.

    Attributes:
      package: Name of its package; "-" if it is a file of its own.
      path: Its path in the package, or the name of the file.
      paragraphs: Its prose. There is at least one paragraph.
    """

    package: str
    path: str
    paragraphs: list[str]


class Source(NamedTuple):
    """A package, or a file of its own, as the manifest lists it.

    Attributes:
      package: Name of the package; "-" if it is a file of its own.
      version: Version of the package; "-" if unknown.
      licence: Path of the package's debian/copyright when it is installed; "-" if unknown.
      path: Path of the package's file, or of the file.
    """

    package: str
    version: str
    licence: str
    path: str


@dataclasses.dataclass
class Library:
    """All documents, and what was left out.

    Attributes:
      sources: What was read, with the number of its documents.
      reasons: Number of paragraphs that are no prose.
      left_out: Files that could not be read, and why.
    """

    documents: list[Document] = dataclasses.field(default_factory=list)
    sources: list[tuple[Source, int]] = dataclasses.field(default_factory=list)
    reasons: Counter[Reason] = dataclasses.field(default_factory=Counter)
    left_out: list[str] = dataclasses.field(default_factory=list)


def is_document(path: str) -> bool:
    """Returns whether a path names a page or a text: .html, .txt, .md, gzipped or not."""
    is_one = _PAGE.fullmatch(path) or _TEXT.fullmatch(path)
    return bool(is_one) and _PAGE_SOURCES not in path


def find_sources(paths: Sequence[Path]) -> dict[Path, str]:
    """Finds the packages and documents among the paths, and those in the folders among them.

    Returns:
      The name of each: its path in the folder, so that it is the same wherever the folder is.

    Raises:
      SourceError: A path is none of these, or a folder has none of them.
    """
    found: dict[Path, str] = {}
    for path in paths:
        if path.is_dir():
            files = [
                file
                for file in sorted(path.rglob("*"))
                if file.is_file() and (file.suffix == ".deb" or is_document(file.name))
            ]
            if not files:
                raise SourceError(
                    f"{path}: the folder has neither .deb packages nor .html, .txt or .md files"
                )
            found |= {file: file.relative_to(path).as_posix() for file in files}
        elif not path.exists():
            raise SourceError(f"{path}: does not exist; give --from packages, pages or texts")
        elif path.suffix == ".deb" or is_document(path.name):
            found[path] = path.name
        else:
            raise SourceError(f"{path}: neither .deb nor .html, .txt or .md")
    return found


def find_or_fetch_sources(
    paths: Sequence[Path], folder: Path, packages: Sequence[str]
) -> tuple[dict[Path, str], list[str]]:
    """Finds the sources among the paths, or fetches packages if there are no paths.

    Args:
      paths: Packages, documents, and folders of them; or none.
      folder: Where fetched packages are.
      packages: The names of the packages to fetch.

    Returns:
      The name of each source, and the errors of packages that could not be fetched.

    Raises:
      SourceError: See find_sources.
      PackageError, OSError: See complete_packages.
    """
    if paths:
        return find_sources(paths), []
    found, failures = complete_packages(folder, packages, "packages, pages or texts")
    return {path: path.name for path in found}, failures


def read_library(
    sources: Mapping[Path, str], progress: Callable[[int], None] = lambda read: None
) -> Library:
    """Reads packages and files one after the other and leaves out damaged ones.

    Args:
      sources: The packages and files, with their names.
      progress: Called with the number of bytes of the sources that are done.

    Raises:
      OSError: A file cannot be read.
    """
    library = Library()
    done = 0
    for source, name in sources.items():
        try:
            _add(library, _read(source, name), source)
        except (PackageFileError, TooLargeError) as error:
            library.left_out.append(str(error))
        done += source.stat().st_size
        progress(done)
    return library


def _read(source: Path, name: str) -> PackageFile:
    if source.suffix == ".deb":
        return read_package_file(source, is_document, max_bytes=MAX_BYTES, what="pages")
    with source.open("rb") as file:
        content = read_bounded(file, MAX_FILE_BYTES)
    return PackageFile(UNKNOWN, UNKNOWN, UNKNOWN, {name: content})


def _add(library: Library, read: PackageFile, source: Path) -> None:
    number = damaged = 0
    for path, content in sorted(read.contents.items()):
        try:
            text = _unpacked(path, content).decode(errors="replace")
        except (OSError, EOFError, zlib.error, TooLargeError) as error:
            library.left_out.append(f"{source}: {path}: cannot be unpacked ({error})")
            damaged += 1
            continue
        found = []
        for paragraph in _paragraphs(path, text):
            if fault := fault_of(paragraph):
                library.reasons[fault] += 1
            else:
                found.append(paragraph)
        if found:
            library.documents.append(Document(read.package, path, found))
            number += 1
    if not number and not damaged:
        library.left_out.append(f"{source}: has no pages or texts with English prose")
    library.sources.append((Source(read.package, read.version, read.licence, str(source)), number))


def _unpacked(path: str, content: bytes) -> bytes:
    if not path.endswith(".gz"):
        return content
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        return read_bounded(file, MAX_FILE_BYTES)


def _paragraphs(path: str, text: str) -> list[str]:
    text = text.translate(_INVISIBLE)
    if _PAGE.fullmatch(path):
        language = _LANGUAGE.search(text[:_HEAD_CHARACTERS])
        if language and language[1].lower() != "en":
            return []
        return paragraphs(text)
    return [" ".join(part.split()) for part in _BETWEEN_PARAGRAPHS.split(text) if part.strip()]
