"""Writes a set of utterances in LibriSpeech's layout."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

from frazo.program.durable_file import write_bytes, write_text
from frazo_tools.speech.spoken.synthesis import Line

_MADE_OF = "made_of.json"
_PARTIAL = ".partial"
# As in LibriSpeech, a chapter of a speaker is a folder.
_CHAPTER = 1
# Lines that wait for a process at most, for each process.
_WAITING = 8


class Speech(NamedTuple):
    """An utterance to write.

    Attributes:
      id: SPEAKER-CHAPTER-NUMBER.
      text: What is said.
      flac: The content of its file.
    """

    id: str
    text: str
    flac: bytes


def utterance_id(speaker: int, number: int) -> str:
    """Returns the id of an utterance: SPEAKER-CHAPTER-NUMBER."""
    return f"{speaker}-{_CHAPTER}-{number:04d}"


def is_complete(folder: Path, made_of: Mapping[str, Any]) -> bool:
    """Returns whether a set is there, made of the same."""
    try:
        return json.loads((folder / _MADE_OF).read_text()) == made_of
    except (OSError, ValueError):
        return False


def write_set(folder: Path, made_of: Mapping[str, Any], utterances: Iterable[Speech]) -> None:
    """Writes SPEAKER/CHAPTER/ID.flac and SPEAKER/CHAPTER/SPEAKER-CHAPTER.trans.txt.

    The folder appears when it is complete; one that is there is replaced.

    Args:
      folder: The folder of the set.
      made_of: What tells this set from another of this name.
      utterances: They are sorted by speaker.

    Raises:
      OSError.
    """
    partial = folder.with_name(folder.name + _PARTIAL)
    for old in (partial, folder):
        shutil.rmtree(old, ignore_errors=True)
    for chapter, of_chapter in groupby(utterances, lambda speech: speech.id.rsplit("-", 1)[0]):
        place = partial.joinpath(*chapter.split("-"))
        place.mkdir(parents=True)
        lines = []
        for speech in of_chapter:
            (place / f"{speech.id}.flac").write_bytes(speech.flac)
            lines.append(f"{speech.id} {speech.text.upper()}\n")
        write_bytes(place / f"{chapter}.trans.txt", "".join(lines).encode())
    write_text(partial / _MADE_OF, json.dumps(made_of, indent=1) + "\n")
    partial.rename(folder)


def spoken(
    lines: Sequence[Line],
    speak: Callable[[Line], bytes],
    processes: Executor,
    progress: Callable[[int], None],
) -> Iterator[Speech]:
    """Yields lines as they are spoken, in order.

    Args:
      lines: The lines.
      speak: Returns the FLAC file of a line; a process calls it.
      processes: The processes.
      progress: It is told how many lines are done.
    """
    rest = iter(lines)
    waiting = [(line, processes.submit(speak, line)) for line in islice(rest, _WAITING)]
    done = 0
    while waiting:
        line, future = waiting.pop(0)
        yield Speech(line.id, line.text, future.result())
        done += 1
        progress(done)
        waiting += [(line, processes.submit(speak, line)) for line in islice(rest, 1)]
