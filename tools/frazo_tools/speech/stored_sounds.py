"""Reads sounds: from files, and from the records that //tools:librispeech writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from frazo import _core
from frazo_tools.records.tf_example_features import ExampleError, bytes_features
from frazo_tools.speech.utterances import CorpusError

# How files of sounds end.
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
