"""Turns a set of speech into records: checks each sound, and deals the utterances to shards."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from frazo import _core
from frazo.program.durable_file import write_text
from frazo_tools.progress import Progress
from frazo_tools.records.tf_example import encode_example
from frazo_tools.speech.measures import measure_level
from frazo_tools.speech.utterances import CorpusError, LeftOut, SpeechSet, Utterance

# A sound of this rate is as long as it is, whatever its own rate.
_RATE = 16000
# What is left out or clipped is named up to this many times; all of it is counted.
_MOST_NAMED = 100


class Limits(NamedTuple):
    """Which sounds are taken.

    Attributes:
      least_seconds: A shorter one is left out.
      most_seconds: A longer one is left out.
    """

    least_seconds: float
    most_seconds: float


class _Checked(NamedTuple):
    utterance: Utterance
    samples: int
    # The share of samples that are as large as they can be if they are many, else None.
    clipped: float | None


def prepare(
    speech: SpeechSet, out: Path, shards: int, limits: Limits, threads: int
) -> dict[str, Any]:
    """Writes OUT/NAME.tfrecord-*-of-* and then OUT/NAME.json, the report, which it returns.

    A set whose report is there with the same settings is complete and is not read again. Shards
    without their report are of an interrupted run and are written anew.

    Raises:
      CorpusError: The set has no utterance, an id twice, or cannot be read. OSError, FrazoError.
    """
    path = out / f"{speech.name}.json"
    settings = {"source": str(Path(speech.source).resolve()), "shards": shards, **limits._asdict()}
    finished = _read_report(path)
    if finished is not None and finished.get("settings") == settings:
        return finished
    path.unlink(missing_ok=True)
    for shard in out.glob(f"{_escaped(speech.name)}.tfrecord-?????-of-?????"):
        shard.unlink()
    report = _Report(speech.name)
    total, unit = speech.total()
    writer = _core.ShardedRecordWriter(out / f"{speech.name}.tfrecord@{shards}")
    with writer, Progress(f"reading {speech.name}", total, unit=unit) as progress:
        for found in _checked(speech.read(progress), limits, threads):
            report.add(found)
            if isinstance(found, _Checked):
                writer.write(_record(found), shard_of(found.utterance.id, shards))
        report.check()
    result = {"settings": settings, **report.figures()}
    write_text(path, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return result


def shard_of(utterance: str, shards: int) -> int:
    """Returns the shard of an utterance: it depends on its id alone."""
    return _core.crc32c(utterance.encode()) % shards


def _record(checked: _Checked) -> bytes:
    utterance = checked.utterance
    return encode_example(
        {
            "audio": utterance.audio,
            "milliseconds": checked.samples * 1000 // _RATE,
            "transcript": utterance.text.encode(),
            "uttid": utterance.id.encode(),
        }
    )


def _checked(
    found: Iterator[Utterance | LeftOut], limits: Limits, threads: int
) -> Iterator[_Checked | LeftOut]:
    """Decodes the sounds in threads, in order. At most 4 for each thread are in memory."""
    waiting: deque[Future[_Checked | LeftOut]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in found:
                waiting.append(pool.submit(_check, item, limits))
                if len(waiting) >= 4 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _check(utterance: Utterance | LeftOut, limits: Limits) -> _Checked | LeftOut:
    if isinstance(utterance, LeftOut):
        return utterance
    try:
        samples = _core.decode_sound(utterance.audio, sample_rate=_RATE)
    except _core.FrazoError as error:
        return LeftOut(utterance.id, "sound that cannot be read", str(error))
    seconds = len(samples) / _RATE
    if seconds < limits.least_seconds:
        return LeftOut(utterance.id, f"shorter than {limits.least_seconds:g} s", f"{seconds:.2f} s")
    if seconds > limits.most_seconds:
        return LeftOut(utterance.id, f"longer than {limits.most_seconds:g} s", f"{seconds:.2f} s")
    level = measure_level(samples)
    if level.is_silent:
        return LeftOut(utterance.id, "silence", f"{seconds:.2f} s")
    return _Checked(utterance, len(samples), level.clipped if level.is_clipped else None)


class _Report:
    """Adds up what a set holds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ids: set[str] = set()
        self._samples = 0
        self._words = 0
        self._longest = 0
        self._reasons: Counter[str] = Counter()
        self._named: list[LeftOut] = []
        self._clipped = 0
        self._clipped_named: list[dict[str, str]] = []

    def add(self, found: _Checked | LeftOut) -> None:
        if isinstance(found, LeftOut):
            self._reasons[found.reason] += 1
            if len(self._named) < _MOST_NAMED:
                self._named.append(found)
            return
        if found.utterance.id in self._ids:
            raise CorpusError(f"{self._name}: the id {found.utterance.id} comes twice")
        self._ids.add(found.utterance.id)
        self._samples += found.samples
        self._words += len(found.utterance.text.split())
        self._longest = max(self._longest, found.samples)
        if found.clipped is not None:
            self._clipped += 1
            if len(self._clipped_named) < _MOST_NAMED:
                detail = f"{found.clipped:.2%} of its samples"
                self._clipped_named.append({"name": found.utterance.id, "detail": detail})

    def check(self) -> None:
        """Raises a CorpusError if nothing was found."""
        if self._ids:
            return
        named = "; ".join(" ".join(filter(None, item)) for item in self._named[:3])
        raise CorpusError(
            f"{self._name} has no utterance that can be taken" + (f": {named}" if named else "")
        )

    def figures(self) -> dict[str, Any]:
        return {
            "utterances": len(self._ids),
            "hours": round(self._samples / _RATE / 3600, 4),
            "words": self._words,
            "longest_seconds": round(self._longest / _RATE, 3),
            "left_out": dict(sorted(self._reasons.items())),
            "left_out_named": [item._asdict() for item in self._named],
            "clipped": self._clipped,
            "clipped_named": self._clipped_named,
        }


def _read_report(path: Path) -> dict[str, Any] | None:
    try:
        report = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def _escaped(name: str) -> str:
    """Returns a pattern that matches the name alone."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)
