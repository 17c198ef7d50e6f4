"""Turns the splits of a folder in KITTI's layout into records."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from frazo import _core
from frazo_tools.detection.export_tally import ExportTally, Report
from frazo_tools.detection.kitti_folder import KittiScene, read_scene, read_split, scene_paths
from frazo_tools.detection.kitti_objects import encode_objects
from frazo_tools.detection.labelled_splits import has_labels
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.scene_records import boxes_of, encode_scene
from frazo_tools.detection.split_export import (
    OBJECTS,
    Split,
    export_processes,
    export_split,
    fingerprint,
    shard_path,
)


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
    of: Export
    split: str
    number: int
    ids: list[str]

    @property
    def size(self) -> int:
        return len(self.ids)

    @property
    def has_objects(self) -> bool:
        return self.split == self.of.objects_of

    @property
    def paths(self) -> list[Path]:
        names = [self.split, *([OBJECTS] if self.has_objects else [])]
        return [shard_path(self.of.out, name, self.number, self.of.shards) for name in names]

    def export(self) -> Report:
        """Writes the scans, and their objects in the same pass."""
        tally = ExportTally("without_image")
        with ExitStack() as stack:
            scenes, *more = [stack.enter_context(_core.RecordWriter(path)) for path in self.paths]
            objects = more[0] if more else None
            for name in self.ids:
                try:
                    scene = read_scene(
                        self.of.folder, self.split, name, with_image=self.of.with_images
                    )
                except SceneError as error:
                    tally.leave_out(name, error)
                    continue
                _write(scene, scenes, objects, tally)
        return tally.report()


def export_splits(export: Export, splits: Sequence[str], processes: int) -> dict[str, Report]:
    """Writes OUT/SPLIT.tfrecord-* of each split, and OUT/objects.tfrecord-* of one, as export_split
    does. Records of other scans are removed.

    Returns:
      The reports by split.

    Raises:
      FolderError: A split is missing, or no scan of it can be taken. FrazoError, OSError.
    """
    ids = {split: read_split(export.folder, split) for split in splits}
    export.out.mkdir(parents=True, exist_ok=True)
    with export_processes(processes) as pool:
        return {split: export_split(_split(export, split, ids[split]), pool) for split in splits}


def _split(export: Export, split: str, ids: Sequence[str]) -> Split:
    shards = [
        _Shard(export, split, number, list(ids[number :: export.shards]))
        for number in range(export.shards)
    ]
    has_objects = shards[0].has_objects
    files = [path for name in ids for path in scene_paths(export.folder, split, name)]
    settings: dict[str, Any] = {
        "source": str(export.folder.resolve()),
        "shards": export.shards,
        "objects": has_objects,
        "images": export.with_images,
        "labelled": has_labels(split),
        "files": fingerprint(files),
    }
    source = str(export.folder)
    return Split(export.out, split, source, settings, shards, has_objects, unit="scans")


def _write(
    scene: KittiScene,
    scenes: _core.RecordWriter,
    objects: _core.RecordWriter | None,
    tally: ExportTally,
) -> None:
    boxes = boxes_of(scene.objects, scene.calibration)
    scenes.write(encode_scene(scene, boxes))
    known, count = sum(each.has_3d_info for each in scene.objects), 0
    if objects is not None:
        for record in encode_objects(scene, boxes):
            objects.write(record)
            count += 1
    tally.add(
        [each.label for each in scene.objects],
        scans=1,
        points=len(scene.points),
        objects=count,
        objects_without_points=known - count if objects is not None else 0,
        without_image=int(scene.image_size is None),
    )
