"""Turns files of the Waymo Open Dataset into records for 3D detection."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from frazo import _core
from frazo_tools.detection.export_tally import ExportTally, Report
from frazo_tools.detection.labelled_splits import has_labels
from frazo_tools.detection.scene_errors import FolderError, SceneError
from frazo_tools.detection.split_export import (
    OBJECTS,
    Split,
    export_processes,
    export_split,
    fingerprint,
    shard_path,
)
from frazo_tools.detection.waymo.example_scene import lingvo_features, read_example
from frazo_tools.detection.waymo.frame_scene import read_frame
from frazo_tools.detection.waymo.waymo_scene import (
    WaymoScene,
    encode_waymo_objects,
    encode_waymo_scene,
)
from frazo_tools.records.input_files import Damage, RecordFiles


class WaymoExport(NamedTuple):
    """How to write records.

    Attributes:
      out: Where to write.
      objects_of: The split whose objects become records, too.
      object_interval: Of each file these are the objects of the first scan, and of each so many
        scans one.
    """

    out: Path
    objects_of: str
    object_interval: int


class _Shard(NamedTuple):
    """The scans of a file; a file of the data set is a drive."""

    of: WaymoExport
    split: str
    number: int
    shards: int
    source: Path
    size: int

    @property
    def paths(self) -> list[Path]:
        names = [self.split, *([OBJECTS] if self.split == self.of.objects_of else [])]
        return [shard_path(self.of.out, name, self.number, self.shards) for name in names]

    def export(self) -> Report:
        """Writes the scans, and the objects of some of them in the same pass."""
        tally = ExportTally("points_left_out", "objects_left_out", "unlabelled")

        def leave_out_damage(damage: Damage) -> None:
            tally.leave_out(str(self.source), SceneError("damaged part of a file", damage.cause))

        with ExitStack() as stack:
            scenes, *more = [stack.enter_context(_core.RecordWriter(path)) for path in self.paths]
            runs = RecordFiles([str(self.source)]).runs(_ignore_progress, leave_out_damage)
            records = (
                (run.first + index, record)
                for run in runs
                for index, record in enumerate(run.records())
            )
            for number, record in records:
                try:
                    scene = read_waymo_scene(record)
                except SceneError as error:
                    detail = f"{self.source}, record {number}: {error.detail}"
                    tally.leave_out(str(self.source), SceneError(error.reason, detail))
                    continue
                # A split of tests has no label at all; a street of another one may be empty.
                is_labelled = has_labels(self.split) or scene.has_labels
                scenes.write(encode_waymo_scene(scene, is_labelled=is_labelled))
                has_objects = more and number % self.of.object_interval == 0
                objects = _write_objects(scene, more[0]) if has_objects else None
                _count(tally, scene, objects, is_labelled=is_labelled)
        return tally.report()


def read_waymo_scene(record: bytes) -> WaymoScene:
    """Returns the scan of a Frame of the data set, or of a tf.Example that Lingvo has made of one.

    Raises:
      SceneError: The record is neither, or something in it is missing or malformed.
    """
    features = lingvo_features(record)
    return read_frame(record) if features is None else read_example(features)


def export_waymo(
    export: WaymoExport, splits: Mapping[str, list[Path]], processes: int
) -> dict[str, Report]:
    """Writes OUT/SPLIT.tfrecord-*, one for each file, and OUT/objects.tfrecord-* of one split, as
    export_split does. Records of other files are removed.

    Args:
      export: How to write.
      splits: The files of each split.
      processes: Processes that read.

    Returns:
      The reports by split.

    Raises:
      FolderError: A split has no scan that can be taken. FrazoError, OSError.
    """
    export.out.mkdir(parents=True, exist_ok=True)
    with export_processes(processes) as pool:
        return {
            name: export_split(_split(export, name, files), pool) for name, files in splits.items()
        }


def find_splits(arguments: list[str]) -> dict[str, list[Path]]:
    """Returns the files of splits, sorted by their names.

    Args:
      arguments: SPLIT=PATTERN each. A split may come several times; a pattern that names a folder
        stands for the files in it whose names have .tfrecord or -of-.

    Raises:
      FolderError: An argument has another form, or a folder has no such file. FrazoError: A pattern
        matches nothing.
    """
    patterns: dict[str, list[str]] = {}
    for argument in arguments:
        name, equals, pattern = argument.partition("=")
        if not equals or not pattern or not name.replace("_", "").isalnum() or name == OBJECTS:
            raise FolderError(
                f"'{argument}' is not SPLIT=FILES, such as train=/data/waymo/training; SPLIT is a "
                f"word, and not {OBJECTS}"
            )
        patterns.setdefault(name, []).extend(_in_folder(Path(pattern)))
    return {
        name: [Path(path) for path in RecordFiles(found).paths] for name, found in patterns.items()
    }


def _in_folder(path: Path) -> list[str]:
    if not path.is_dir():
        return [str(path)]
    files = [
        str(each) for each in path.iterdir() if ".tfrecord" in each.name or "-of-" in each.name
    ]
    if not files:
        raise FolderError(f"{path} has no file whose name has .tfrecord or -of-")
    return files


def _split(export: WaymoExport, name: str, files: list[Path]) -> Split:
    shards = [
        _Shard(export, name, number, len(files), path, path.stat().st_size)
        for number, path in enumerate(files)
    ]
    has_objects = name == export.objects_of
    settings: dict[str, Any] = {
        "files": [str(path.resolve()) for path in files],
        "content": fingerprint(files),
        "object_interval": export.object_interval if has_objects else 0,
        "labelled": has_labels(name),
    }
    source = str(files[0].parent)
    return Split(export.out, name, source, settings, shards, has_objects, unit="bytes")


def _write_objects(scene: WaymoScene, writer: _core.RecordWriter) -> int:
    count = 0
    for record in encode_waymo_objects(scene):
        writer.write(record)
        count += 1
    return count


def _count(
    tally: ExportTally, scene: WaymoScene, objects: int | None, *, is_labelled: bool
) -> None:
    """Counts a scan of which so many records of objects were written; None: nobody wanted them."""
    tally.add(
        scene.classes,
        scans=1,
        points=len(scene.points),
        objects=objects or 0,
        objects_without_points=0 if objects is None else len(scene.classes) - objects,
        points_left_out=scene.points_left_out,
        objects_left_out=scene.objects_left_out,
        unlabelled=int(not is_labelled),
    )


def _ignore_progress(done: int) -> None:
    """The progress is that of all files together."""
