"""Finds sounds: in files, in folders, and in the records that //tools:librispeech writes."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from frazo import _core
from frazo_tools.records.tf_example_features import ExampleError, bytes_features
from frazo_tools.speech.utterances import CorpusError

SOUND_FILES = (".flac", ".wav", ".ogg", ".mp3")


class StoredSound(NamedTuple):
    """A sound.

    Attributes:
      name: The path, or the id in a record.
      content: The content of its file.
      bytes_read: Bytes of all paths up to here, for the progress.
    """

    name: str
    content: bytes
    bytes_read: int


def find_paths(patterns: Sequence[str]) -> list[Path]:
    """Returns the sound files and record files that the patterns name, in order.

    Args:
      patterns: Paths, globs and folders.

    Raises:
      CorpusError: A pattern names nothing.
    """
    paths: list[Path] = []
    for pattern in patterns:
        # A path with brackets is no glob if there is such a file.
        found = [pattern] if Path(pattern).exists() else sorted(glob.glob(pattern))
        inner = [path for name in found for path in _files(Path(name))]
        if not inner:
            raise CorpusError(
                f"{pattern} names no file"
                + (f" ending in {', '.join(SOUND_FILES)}" if found else "")
            )
        paths += inner
    return paths


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix.lower() in SOUND_FILES)


def read_sounds(paths: Sequence[Path]) -> Iterator[StoredSound]:
    """Yields the sounds of all paths.

    Raises:
      CorpusError: A record has no sound. OSError, FrazoError.
    """
    before = 0
    for path in paths:
        size = path.stat().st_size
        if ".tfrecord" in path.name:
            yield from _read_records(path, before)
        else:
            yield StoredSound(str(path), path.read_bytes(), before + size)
        before += size


def _read_records(path: Path, before: int) -> Iterator[StoredSound]:
    read = before
    for number, record in enumerate(_core.RecordReader(path)):
        read += len(record)
        try:
            features = bytes_features(record)
            content = features["audio"][0]
        except (ExampleError, KeyError, IndexError) as error:
            raise CorpusError(
                f"{path}, record {number}: no tf.Example with a feature `audio` ({error}); "
                "//tools:librispeech writes such records"
            ) from error
        names = features.get("uttid") or [f"{path}, record {number}".encode()]
        yield StoredSound(names[0].decode(errors="replace"), content, read)
