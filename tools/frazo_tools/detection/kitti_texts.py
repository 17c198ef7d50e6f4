"""Writes what was found in scans as KITTI's text, a file for each scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from frazo.tasks.car.kitti.labels import CLASSES, DONT_CARE
from frazo_tools.detection.detection_lines import Detection
from frazo_tools.detection.kitti_results import write_result
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.stored_scans import StoredScan

_FOUND = frozenset(CLASSES[1:]) - {DONT_CARE}


class KittiTexts:
    """A folder of texts.

    Attributes:
      outside: How many detections are left out because the camera does not see them.
    """

    def __init__(self, folder: Path) -> None:
        """Makes the folder.

        Raises:
          OSError.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._written: set[str] = set()
        self.outside = 0

    def write(self, scan: StoredScan, found: Sequence[Detection]) -> None:
        """Writes FOLDER/ID.txt.

        Raises:
          SceneError: The scan has no calibration, or another one had its name. ValueError: A class
            is none of KITTI's. OSError.
        """
        if scan.calibration is None:
            raise SceneError(
                "no calibration",
                f"{scan.name}: KITTI's text is in the frame of the camera; have velodyne/{scan.name}.bin "
                f"and calib/{scan.name}.txt in one folder, or give records",
            )
        if scan.name in self._written:
            raise SceneError("a name comes twice", f"{scan.name}; write into another folder")
        if unknown := {each.label for each in found} - _FOUND:
            raise ValueError(
                f"'{min(unknown)}' is no class of KITTI's, such as {CLASSES[1]}; leave out --kitti_text"
            )
        self._written.add(scan.name)
        path = self._folder / f"{scan.name}.txt"
        lines = write_result(path, found, scan.calibration, scan.image_size)
        self.outside += len(found) - lines
