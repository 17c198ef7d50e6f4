"""Turns the splits of a folder in KITTI's layout into records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from frazo import _core
from frazo.program.durable_file import write_text
from frazo_tools.detection.kitti_folder import (
    FolderError,
    KittiScene,
    SceneError,
    read_scene,
    read_split,
    scene_paths,
)
from frazo_tools.detection.object_records import encode_objects
from frazo_tools.detection.scene_records import boxes_of, encode_scene
from frazo_tools.progress import Progress

# The name of the records of objects.
OBJECTS = "objects"
# What is left out is named up to this many times; all of it is counted.
_MOST_NAMED = 100


class Export(NamedTuple):
    """What to make of a folder.

    Attributes:
      folder: It has ImageSets and training.
      out: Where to write.
      shards: Files of each split.
      objects_of: The split whose objects become records, too.
      with_images: Whether the records have the images.
    """

    folder: Path
    out: Path
    shards: int
    objects_of: str
    with_images: bool


class _Shard(NamedTuple):
    export: Export
    split: str
    number: int
    ids: list[str]

    @property
    def has_objects(self) -> bool:
        return self.split == self.export.objects_of

    def path(self, name: str) -> Path:
        shards = self.export.shards
        return self.export.out / f"{name}.tfrecord-{self.number:05d}-of-{shards:05d}"

    def is_there(self) -> bool:
        return self.path(self.split).exists() and (
            not self.has_objects or self.path(OBJECTS).exists()
        )


def export_splits(export: Export, splits: Sequence[str], processes: int) -> dict[str, Any]:
    """Writes OUT/SPLIT.tfrecord-* of each split, and OUT/objects.tfrecord-* of one.

    OUT/SPLIT.json, the report, is written at the end: a split that has it is complete and is not
    read again. Until then OUT/SPLIT.unfinished.json has what the complete shards hold. Records made
    with other settings or of other scans are removed.

    Returns:
      The reports by split.

    Raises:
      FolderError: A split is missing, or no scan of it can be taken. FrazoError, OSError.
    """
    ids = {split: read_split(export.folder, split) for split in splits}
    export.out.mkdir(parents=True, exist_ok=True)
    reports = {}
    with ProcessPoolExecutor(processes, get_context("forkserver")) as pool:
        try:
            for split in splits:
                reports[split] = _export_split(export, split, ids[split], pool)
        finally:
            pool.shutdown(cancel_futures=True)
    return reports


def _export_split(export: Export, split: str, ids: Sequence[str], pool: Executor) -> dict[str, Any]:
    report_path = export.out / f"{split}.json"
    unfinished_path = export.out / f"{split}.unfinished.json"
    shards = [
        _Shard(export, split, number, list(ids[number :: export.shards]))
        for number in range(export.shards)
    ]
    settings = _settings(shards, ids)
    report = _read(report_path)
    if report.get("settings") == settings and all(shard.is_there() for shard in shards):
        return report
    unfinished = _read(unfinished_path)
    if unfinished.get("settings") != settings:
        unfinished = {"settings": settings, "shards": {}}
        _remove_records(export.out, [split, *([OBJECTS] if shards[0].has_objects else [])])
    report_path.unlink(missing_ok=True)
    kept: dict[str, Any] = unfinished["shards"]
    missing = [each for each in shards if str(each.number) not in kept or not each.is_there()]
    with Progress(f"exporting {split}", len(ids), unit="scans") as progress:
        futures = {pool.submit(_export_shard, shard): shard for shard in missing}
        done = len(ids) - sum(len(shard.ids) for shard in missing)
        for future in as_completed(futures):
            kept[str(futures[future].number)] = future.result()
            write_text(unfinished_path, json.dumps(unfinished))
            done += len(futures[future].ids)
            progress(done)
    report = {"settings": settings, **_sum([kept[str(number)] for number in range(len(shards))])}
    if not report["scans"]:
        named = "; ".join(f"{each['reason']}: {each['detail']}" for each in report["named"][:3])
        raise FolderError(f"{export.folder}: no scan of '{split}' can be taken: {named}")
    write_text(report_path, json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    unfinished_path.unlink(missing_ok=True)
    return report


def _settings(shards: Sequence[_Shard], ids: Sequence[str]) -> dict[str, Any]:
    export = shards[0].export
    return {
        "source": str(export.folder.resolve()),
        "shards": export.shards,
        "objects": shards[0].has_objects,
        "images": export.with_images,
        "files": _fingerprint(export.folder, shards[0].split, ids),
    }


def _fingerprint(folder: Path, split: str, ids: Sequence[str]) -> int:
    """Returns a number that changes with the scans of a split, their files' sizes and times."""
    seen = []
    for name in ids:
        for path in scene_paths(folder, split, name):
            try:
                status = path.stat()
            except OSError:
                seen.append(f"{path.name} is missing")
                continue
            seen.append(f"{path.name} {status.st_size} {status.st_mtime_ns}")
    return _core.crc32c("\n".join(seen).encode())


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


def _export_shard(shard: _Shard) -> dict[str, Any]:
    """Writes a shard, and its objects in the same pass. A process of the pool runs it.

    Returns:
      What the shard holds and what was left out, as the report has it of all shards.
    """
    export = shard.export
    counts: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    named = []
    with ExitStack() as stack:
        scenes = stack.enter_context(_core.RecordWriter(shard.path(shard.split)))
        objects = None
        if shard.has_objects:
            objects = stack.enter_context(_core.RecordWriter(shard.path(OBJECTS)))
        for name in shard.ids:
            try:
                scene = read_scene(export.folder, shard.split, name, with_image=export.with_images)
            except SceneError as error:
                left_out[error.reason] += 1
                named.append({"name": name, "reason": error.reason, "detail": error.detail})
                continue
            counts += _write(scene, scenes, objects)
            labels.update(each.label for each in scene.objects)
    return {
        **{key: counts[key] for key in ("scans", "points", "objects", "without_image")},
        "labels": dict(labels),
        "left_out": dict(left_out),
        "named": named[:_MOST_NAMED],
    }


def _write(
    scene: KittiScene, scenes: _core.RecordWriter, objects: _core.RecordWriter | None
) -> Counter[str]:
    boxes = boxes_of(scene.objects, scene.calibration)
    scenes.write(encode_scene(scene, boxes))
    count = 0
    if objects is not None:
        for record in encode_objects(scene, boxes):
            objects.write(record)
            count += 1
    return Counter(
        scans=1,
        points=len(scene.points),
        objects=count,
        without_image=int(scene.image_size is None),
    )


def _sum(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns the report of all shards."""
    labels: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for part in parts:
        labels.update(part["labels"])
        left_out.update(part["left_out"])
    named = sorted(
        (each for part in parts for each in part["named"]), key=lambda each: each["name"]
    )
    return {
        **{
            key: sum(part[key] for part in parts)
            for key in ("scans", "points", "objects", "without_image")
        },
        "labels": dict(sorted(labels.items())),
        "left_out": dict(sorted(left_out.items())),
        "named": named[:_MOST_NAMED],
    }
