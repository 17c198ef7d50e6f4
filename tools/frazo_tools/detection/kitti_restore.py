"""Turns records of scans into the files that they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from frazo.program.durable_file import write_bytes
from frazo_tools.detection.scene_records import StoredScene, read_scenes


def restore(patterns: Sequence[str], out: Path) -> int:
    """Writes OUT/training/{velodyne,calib,label_2}/ID.*, and image_2 if the records have images.

    A label file ends with a new line, as KITTI's do; one without objects is empty. Scans that
    nobody labelled go to OUT/testing, without label_2.

    Returns:
      How many scans there are.

    Raises:
      SceneRecordError, FrazoError, OSError.
    """
    count = 0
    for scene in read_scenes(patterns):
        part = out / ("testing" if scene.lines is None else "training")
        for folder, ending, content in _files(scene):
            (part / folder).mkdir(parents=True, exist_ok=True)
            write_bytes(part / folder / f"{scene.id}.{ending}", content)
        count += 1
    return count


def _files(scene: StoredScene) -> list[tuple[str, str, bytes]]:
    """Returns folders, endings and contents."""
    files = [
        ("velodyne", "bin", scene.points.astype("<f4").tobytes()),
        ("calib", "txt", scene.calibration_text.encode()),
    ]
    if scene.lines is not None:
        lines = "".join(f"{line}\n" for line in scene.lines)
        files.append(("label_2", "txt", lines.encode()))
    if scene.image is not None:
        files.append(("image_2", "png", scene.image))
    return files
