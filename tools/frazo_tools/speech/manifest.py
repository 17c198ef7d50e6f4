"""Reads sets of speech from manifests: lists of sound files with their texts.

CSV files have a line of names first. Its columns are `path` and `text`, and `id` if there is one.
JSON lines have the same keys, or those of NeMo (audio_filepath, text, and offset and duration in
seconds where it is a part of a recording) or Lhotse (cuts with supervisions). Paths are relative to
the manifest's folder. A part is cut out and becomes a FLAC file of 16 bits.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from frazo import _core
from frazo_tools.speech.recording_parts import Part, PartError, RecordingParts, is_whole
from frazo_tools.speech.utterances import CorpusError, LeftOut, Utterance

MANIFESTS = (".csv", ".tsv", ".jsonl", ".json", ".jsonl.gz")
_PATHS = ("path", "audio_filepath", "audio", "wav")
_TEXTS = ("text", "transcript", "sentence")
_NO_FILE = "sound file that cannot be read"
_BAD_LINE = "line of a manifest without sound or text"
_NO_PART = "part that is not in its recording"


class ManifestSet:
    """The utterances of a manifest, in its order."""

    def __init__(self, path: Path) -> None:
        ending = next(ending for ending in reversed(MANIFESTS) if path.name.endswith(ending))
        self.name = path.name[: -len(ending)]
        self.source = str(path)
        self._path = path
        self._entries = list(_read_entries(path, ending))
        self._recordings = RecordingParts()

    def total(self) -> tuple[int, str]:
        return len(self._entries), "utterances"

    def read(self, progress: Callable[[int], None]) -> Iterator[Utterance | LeftOut]:
        for done, (line, entry) in enumerate(self._entries, 1):
            yield self._read(line, entry)
            progress(done)

    def _read(self, line: int, entry: Mapping[str, Any]) -> Utterance | LeftOut:
        place = f"{self._path}, line {line}"
        if "recording" in entry:
            entry = _from_cut(entry)
        path = _first(entry, _PATHS)
        text = _first(entry, _TEXTS)
        if path is None or text is None:
            return LeftOut(place, _BAD_LINE, f"it has {', '.join(map(str, entry)) or 'nothing'}")
        file = self._path.parent / path
        try:
            audio, part = self._audio(file, entry)
        except PartError as error:
            return LeftOut(place, _NO_PART, str(error))
        except (OSError, _core.FrazoError) as error:
            return LeftOut(place, _NO_FILE, str(error))
        # Files of one name in several folders would share an id.
        name = str(Path(path).with_suffix(""))
        if part is not None:
            name += f"-{round(part.start * 1000):07}"
        return Utterance(str(entry.get("id") or name), audio, " ".join(text.split()))

    def _audio(self, file: Path, entry: Mapping[str, Any]) -> tuple[bytes, Part | None]:
        """Returns the content of a sound file, and which part of the recording it is if it is one.

        Raises:
          PartError, OSError, FrazoError.
        """
        start, seconds = _number(entry, "offset"), None
        # Other manifests may have durations in other units.
        if "audio_filepath" in entry:
            seconds = _number(entry, "duration") or None
        if not start:
            content = file.read_bytes()
            if seconds is None or is_whole(content, seconds):
                return content, None
        part = Part(start, seconds)
        return self._recordings.cut(file, part), part


def _read_entries(path: Path, ending: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yields the lines with their numbers.

    Raises:
      CorpusError: The manifest is no CSV or JSON lines, or lacks a column. OSError.
    """
    content = path.read_bytes()
    try:
        if ending.endswith(".gz"):
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} cannot be read as UTF-8 text: {error}") from error
    if ending in (".csv", ".tsv"):
        rows = csv.DictReader(io.StringIO(text), delimiter="\t" if ending == ".tsv" else ",")
        if not set(_PATHS) & set(rows.fieldnames or ()):
            raise CorpusError(
                f"{path}: the first line names the columns {', '.join(rows.fieldnames or ())}; one must "
                f"be {' or '.join(_PATHS)}"
            )
        for row in rows:
            yield rows.line_num, row
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise CorpusError(
                f"{path}, line {number} is no JSON: {error}; each line is an object of its own"
            ) from error
        if not isinstance(entry, dict):
            raise CorpusError(f"{path}, line {number}: expected a JSON object")
        yield number, entry


def _from_cut(cut: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the entry of a cut of Lhotse, with NeMo's keys."""
    recording = cut["recording"] if isinstance(cut["recording"], dict) else {}
    sources = [source for source in recording.get("sources", []) if isinstance(source, dict)]
    supervisions = [part for part in cut.get("supervisions", []) if isinstance(part, dict)]
    texts = [part["text"] for part in supervisions if isinstance(part.get("text"), str)]
    entry: dict[str, Any] = {
        "id": cut.get("id"),
        "offset": cut.get("start"),
        "duration": cut.get("duration"),
    }
    if len(sources) == 1 and sources[0].get("type") == "file":
        entry["audio_filepath"] = sources[0].get("source")
    if texts:
        entry["text"] = " ".join(texts)
    return entry


def _first(entry: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    found = (entry.get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and value.strip()), None)


def _number(entry: Mapping[str, Any], name: str) -> float:
    try:
        return float(entry.get(name) or 0)
    except (TypeError, ValueError):
        return 0.0
