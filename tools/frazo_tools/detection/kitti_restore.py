"""Turns records of scans into the files that they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from frazo.program.durable_file import write_bytes
from frazo_tools.detection.scene_records import StoredScene, read_scenes

_FOLDERS = ("velodyne", "calib", "label_2", "image_2")


def restore(patterns: Sequence[str], out: Path) -> int:
    """Writes OUT/training/{velodyne,calib,label_2}/ID.*, and image_2 if the records have images.

    A label file ends with a new line, as KITTI's do; one without objects is empty.

    Returns:
      How many scans there are.

    Raises:
      SceneRecordError, FrazoError, OSError.
    """
    training = out / "training"
    count = 0
    for scene in read_scenes(patterns):
        for folder, (ending, content) in zip(_FOLDERS, _files(scene), strict=False):
            (training / folder).mkdir(parents=True, exist_ok=True)
            write_bytes(training / folder / f"{scene.id}.{ending}", content)
        count += 1
    return count


def _files(scene: StoredScene) -> list[tuple[str, bytes]]:
    """Returns endings and contents, in the order of _FOLDERS."""
    files = [
        ("bin", scene.points.astype("<f4").tobytes()),
        ("txt", scene.calibration_text.encode()),
        ("txt", "".join(f"{line}\n" for line in scene.lines).encode()),
    ]
    return files if scene.image is None else [*files, ("png", scene.image)]
