"""Makes the records of a split, shard by shard, so that a stopped export goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from frazo import _core
from frazo.program.durable_file import write_text
from frazo_tools.detection.export_tally import Report, sum_reports
from frazo_tools.detection.scene_errors import FolderError
from frazo_tools.progress import Progress

# The name of the records of objects.
OBJECTS = "objects"


class Shard(Protocol):
    """A part of a split that one process makes. It travels to that process."""

    @property
    def number(self) -> int:
        """The number of the shard, from 0."""
        ...

    @property
    def size(self) -> int:
        """The work, in the unit of the split."""
        ...

    @property
    def paths(self) -> list[Path]:
        """The files of records that export() writes."""
        ...

    def export(self) -> Report:
        """Writes the files. Each appears whole or not at all."""
        ...


class Split(NamedTuple):
    """What to make.

    Attributes:
      out: The folder of the records.
      name: The name of the split.
      source: What the split is made of, for errors.
      settings: All that the records depend on, as JSON gives it back.
      shards: The parts in the order of their numbers; at least one.
      has_objects: Whether the shards write records of objects, too.
      unit: What Shard.size counts.
    """

    out: Path
    name: str
    source: str
    settings: dict[str, Any]
    shards: Sequence[Shard]
    has_objects: bool
    unit: str


def shard_path(out: Path, name: str, number: int, shards: int) -> Path:
    """Returns the path of a shard's records."""
    return out / f"{name}.tfrecord-{number:05d}-of-{shards:05d}"


@contextmanager
def export_processes(processes: int) -> Iterator[Executor]:
    """Gives processes for export_split; at the end, what has not begun is given up."""
    with ProcessPoolExecutor(processes, get_context("forkserver")) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def export_split(split: Split, pool: Executor) -> Report:
    """Writes OUT/SPLIT.tfrecord-*, and OUT/objects.tfrecord-* where the shards have objects.

    OUT/SPLIT.json, the report, is written at the end: a split that has it is complete and is not
    made again. Until then OUT/SPLIT.unfinished.json has what the complete shards hold. Records made
    with other settings are removed.

    Returns:
      The report.

    Raises:
      FolderError: No scan can be taken. FrazoError, OSError.
    """
    report_path = split.out / f"{split.name}.json"
    unfinished_path = split.out / f"{split.name}.unfinished.json"
    report = _read(report_path)
    if report.get("settings") == split.settings and all(map(_is_there, split.shards)):
        return report
    unfinished = _read(unfinished_path)
    if unfinished.get("settings") != split.settings:
        unfinished = {"settings": split.settings, "shards": {}}
        _remove_records(split.out, [split.name, *([OBJECTS] if split.has_objects else [])])
    report_path.unlink(missing_ok=True)
    kept: dict[str, Any] = unfinished["shards"]
    missing = [each for each in split.shards if str(each.number) not in kept or not _is_there(each)]
    total = sum(each.size for each in split.shards)
    with Progress(f"exporting {split.name}", total, unit=split.unit) as progress:
        futures = {pool.submit(_export, shard): shard for shard in missing}
        done = total - sum(each.size for each in missing)
        for future in as_completed(futures):
            kept[str(futures[future].number)] = future.result()
            write_text(unfinished_path, json.dumps(unfinished))
            done += futures[future].size
            progress(done)
    whole = sum_reports([kept[str(each.number)] for each in split.shards])
    report = {"settings": split.settings, **whole}
    if not report["scans"]:
        named = "; ".join(f"{each['reason']}: {each['detail']}" for each in report["named"][:3])
        raise FolderError(f"{split.source}: no scan of '{split.name}' can be taken: {named}")
    write_text(report_path, json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    unfinished_path.unlink(missing_ok=True)
    return report


def fingerprint(paths: Iterable[Path]) -> int:
    """Returns a number that changes with the names of files, their sizes and their times."""
    seen = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            seen.append(f"{path.name} is missing")
            continue
        seen.append(f"{path.name} {status.st_size} {status.st_mtime_ns}")
    return _core.crc32c("\n".join(seen).encode())


def _export(shard: Shard) -> Report:
    return shard.export()


def _is_there(shard: Shard) -> bool:
    return all(path.exists() for path in shard.paths)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _remove_records(out: Path, names: Sequence[str]) -> None:
    for name in names:
        for path in out.glob(f"{name}.tfrecord-?????-of-?????"):
            path.unlink()
