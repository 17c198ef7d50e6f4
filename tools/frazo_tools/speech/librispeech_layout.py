"""Reads sets of speech in LibriSpeech's layout, from folders and from OpenSLR's archives.

train-clean-100/103/1240/103-1240-0000.flac
train-clean-100/103/1240/103-1240.trans.txt     lines "103-1240-0000 CHAPTER ONE ..."
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from frazo_tools.bounded_read import TooLargeError, read_bounded
from frazo_tools.speech.utterances import CorpusError, LeftOut, Utterance

TRANSCRIPTS = ".trans.txt"
SOUNDS = (".flac", ".wav")
ARCHIVES = (".tar.gz", ".tgz", ".tar")
# A sound file or a chapter's transcripts have no more; LibriSpeech's longest utterance has 35 s.
_MOST_BYTES = 1 << 28
NO_TRANSCRIPT = "sound without a transcript"
NO_SOUND = "transcript without a sound"


def parse_transcripts(content: bytes, name: str) -> dict[str, str]:
    """Returns the texts of a chapter by the utterances' ids, in lower case.

    Raises:
      CorpusError: A line has no text, an id comes twice, or the bytes are not UTF-8.
    """
    texts: dict[str, str] = {}
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CorpusError(f"{name} is not UTF-8: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        utterance, _, text = line.strip().partition(" ")
        if not text.strip():
            raise CorpusError(f"{name}, line {number}: '{line[:60]}' is no id with a text")
        if utterance in texts:
            raise CorpusError(f"{name}, line {number}: {utterance} comes twice")
        texts[utterance] = " ".join(text.lower().split())
    return texts


class FolderSet:
    """A folder such as dev-clean, with a folder for each speaker and in it for each chapter."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        self.source = str(folder)
        self._transcripts = sorted(folder.rglob("*" + TRANSCRIPTS))

    def total(self) -> tuple[int, str]:
        return len(self._transcripts), "chapters"

    def read(self, progress: Callable[[int], None]) -> Iterator[Utterance | LeftOut]:
        for done, path in enumerate(self._transcripts, 1):
            yield from _read_chapter(path)
            progress(done)


def _read_chapter(path: Path) -> Iterator[Utterance | LeftOut]:
    try:
        texts = parse_transcripts(path.read_bytes(), str(path))
    except CorpusError as error:
        yield LeftOut(str(path), "transcripts that cannot be read", str(error))
        return
    sounds = {file.stem: file for file in sorted(path.parent.iterdir()) if file.suffix in SOUNDS}
    for utterance in sorted(texts.keys() | sounds.keys()):
        if utterance not in texts:
            yield LeftOut(str(sounds[utterance]), NO_TRANSCRIPT)
        elif utterance not in sounds:
            yield LeftOut(utterance, NO_SOUND, str(path))
        else:
            yield Utterance(utterance, sounds[utterance].read_bytes(), texts[utterance])


class ArchiveSet:
    """An archive of one set, as train-clean-100.tar.gz, read from its beginning to its end.

    A chapter's transcripts may come after its sounds; so long the sounds are kept in memory.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name[: -len(_ending(path.name, ARCHIVES))]
        self.source = str(path)
        self._path = path

    def total(self) -> tuple[int, str]:
        return self._path.stat().st_size, "bytes"

    def read(self, progress: Callable[[int], None]) -> Iterator[Utterance | LeftOut]:
        waiting: dict[str, dict[str, bytes]] = {}
        texts: dict[str, dict[str, str]] = {}
        try:
            with open(self._path, "rb") as file, tarfile.open(fileobj=file, mode="r|*") as archive:
                for member in archive:
                    progress(file.tell())
                    yield from _read_member(archive, member, waiting, texts)
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise CorpusError(
                f"{self._path} is damaged or ends early ({error}); fetch it again"
            ) from error
        for chapter, sounds in waiting.items():
            for utterance in sorted(sounds):
                yield LeftOut(f"{chapter}/{utterance}", NO_TRANSCRIPT)
        for chapter, left in texts.items():
            for utterance in sorted(left):
                yield LeftOut(utterance, NO_SOUND, chapter)


def _read_member(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    waiting: dict[str, dict[str, bytes]],
    texts: dict[str, dict[str, str]],
) -> Iterator[Utterance | LeftOut]:
    """Yields what a member completes. `waiting` and `texts` hold, for each chapter, the sounds and
    the texts whose other half has not come yet.
    """
    path = PurePosixPath(member.name)
    chapter = str(path.parent)
    is_sound = path.suffix in SOUNDS
    content = archive.extractfile(member) if member.isfile() else None
    if content is None or not (is_sound or path.name.endswith(TRANSCRIPTS)):
        return
    try:
        found = read_bounded(content, _MOST_BYTES)
        if is_sound:
            text = texts.get(chapter, {}).pop(path.stem, None)
            if text is None:
                waiting.setdefault(chapter, {})[path.stem] = found
            else:
                yield Utterance(path.stem, found, text)
            return
        texts[chapter] = parse_transcripts(found, member.name)
    except (TooLargeError, CorpusError) as error:
        yield LeftOut(member.name, "a file that cannot be read", str(error))
        return
    sounds = waiting.get(chapter, {})
    for utterance in sorted(sounds.keys() & texts[chapter].keys()):
        yield Utterance(utterance, sounds.pop(utterance), texts[chapter].pop(utterance))


def _ending(name: str, endings: tuple[str, ...]) -> str:
    return next((ending for ending in endings if name.endswith(ending)), "")
