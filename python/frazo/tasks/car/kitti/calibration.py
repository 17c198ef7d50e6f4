"""KITTI's calibration of a lidar and a camera: a file for each scan."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# What is read of a file, by its shape.
_SHAPES = {"P2": (3, 4), "R0_rect": (3, 3), "Tr_velo_to_cam": (3, 4)}
# All lines of a file, in KITTI's order.
_LINES = ("P0", "P1", "P2", "P3", "R0_rect", "Tr_velo_to_cam", "Tr_imu_to_velo")
# Rotations have the determinant 1; KITTI writes them with 12 digits.
_LEAST_DETERMINANT = 1e-3


class CalibrationError(Exception):
    """A file is no calibration. str() names the line."""


class Calibration(NamedTuple):
    """How points of the lidar become points of the left colour camera and its pixels.

    Attributes:
      projection: P2, float64 [3, 4]: from the rectified camera to pixels.
      rectification: R0_rect, float64 [3, 3].
      velo_to_cam: Tr_velo_to_cam, float64 [3, 4]: from the lidar to the camera as it was before
        rectification.
    """

    projection: np.ndarray
    rectification: np.ndarray
    velo_to_cam: np.ndarray

    @property
    def velo_to_camera(self) -> np.ndarray:
        """R0_rect Tr_velo_to_cam, float64 [4, 4]: from the lidar to the rectified camera."""
        rectification, motion = np.eye(4), np.eye(4)
        rectification[:3, :3] = self.rectification
        motion[:3] = self.velo_to_cam
        return rectification @ motion

    @property
    def camera_to_velo(self) -> np.ndarray:
        """The inverse of velo_to_camera, float64 [4, 4]."""
        return np.linalg.inv(self.velo_to_camera)

    @property
    def velo_to_image(self) -> np.ndarray:
        """P2 R0_rect Tr_velo_to_cam, float64 [3, 4]: from the lidar to pixels times depth."""
        return self.projection @ self.velo_to_camera


def parse_calibration(text: str) -> Calibration:
    """Reads a calibration file: lines such as "P2: 7.215377e+02 0 ...".

    Raises:
      CalibrationError: A matrix is missing, has another number of values, has values that are not
        finite, or cannot be inverted.
    """
    matrices: dict[str, np.ndarray] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, colon, values = line.partition(":")
        name = name.strip()
        if not line.strip() or name not in _SHAPES:
            continue
        if not colon:
            raise CalibrationError(f"line {number}: '{line[:40]}' has no colon")
        matrices[name] = _matrix(values, _SHAPES[name], f"line {number}: {name}")
    missing = [name for name in _SHAPES if name not in matrices]
    if missing:
        raise CalibrationError(f"no line for {', '.join(missing)}")
    result = Calibration(matrices["P2"], matrices["R0_rect"], matrices["Tr_velo_to_cam"])
    if abs(np.linalg.det(result.velo_to_camera)) < _LEAST_DETERMINANT:
        raise CalibrationError("R0_rect times Tr_velo_to_cam cannot be inverted")
    return result


def _matrix(text: str, shape: tuple[int, int], place: str) -> np.ndarray:
    try:
        values = np.array([float(word) for word in text.split()])
    except ValueError as error:
        raise CalibrationError(f"{place}: {error}") from None
    if values.size != shape[0] * shape[1]:
        raise CalibrationError(
            f"{place} has {values.size} values; a matrix of {shape[0]} x {shape[1]} has "
            f"{shape[0] * shape[1]}"
        )
    if not np.isfinite(values).all():
        raise CalibrationError(f"{place} has values that are not finite")
    return values.reshape(shape)


def format_calibration(calibration: Calibration) -> str:
    """Returns a file with all lines of KITTI's. What a Calibration does not hold is the identity,
    and the projections of the other cameras are that of the left colour camera.
    """
    matrices = dict.fromkeys(_LINES, calibration.projection)
    matrices["R0_rect"] = calibration.rectification
    matrices["Tr_velo_to_cam"] = calibration.velo_to_cam
    matrices["Tr_imu_to_velo"] = np.eye(3, 4)
    return "".join(
        f"{name}: {' '.join(f'{value:.12e}' for value in matrix.ravel())}\n"
        for name, matrix in matrices.items()
    )
