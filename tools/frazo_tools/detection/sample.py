"""A small folder in KITTI's layout, for tests."""

from pathlib import Path

import numpy as np

# A camera of 700 pixels focal length, 0.27 m before the lidar and 0.08 m below it.
CALIBRATION = """\
P0: 7.0e+02 0 6.0e+02 0 0 7.0e+02 1.8e+02 0 0 0 1 0
P2: 7.0e+02 0 6.0e+02 4.5e+01 0 7.0e+02 1.8e+02 0 0 0 1 0
R0_rect: 1 0 0 0 1 0 0 0 1
Tr_velo_to_cam: 0 -1 0 0 0 0 -1 -0.08 1 0 0 -0.27

"""
# A car 20 m ahead and 3 m to the right that drives away, a pedestrian, an area.
LABELS = """\
Car 0.00 0 -1.72 690.10 183.20 770.30 243.90 1.50 1.60 3.90 3.00 1.65 20.00 -1.57
Pedestrian 0.20 1 0.50 400.00 170.00 430.00 200.50 1.80 0.60 0.80 -4.00 1.60 15.00 0.25
DontCare -1 -1 -10 503.89 169.71 590.61 190.13 -1 -1 -1 -1000 -1000 -1000 -10
"""


def points(count: int) -> np.ndarray:
    """Returns a scan: of four points, one is in the car, float32 [count, 4]."""
    random = np.random.default_rng(count)
    result = random.uniform([5, -20, -2, 0], [50, 20, 1, 1], [count, 4])
    # The car's box is [20.27, -3, -0.98, 3.9, 1.6, 1.5, 0].
    result[::4, :3] = random.uniform([18.4, -3.7, -1.7], [22.1, -2.3, -0.3], [-(-count // 4), 3])
    return result.astype("<f4")


def write_scene(folder: Path, name: str, count: int) -> None:
    """Writes the files of a scan with `count` points into FOLDER/training."""
    training = folder / "training"
    for part in ("velodyne", "calib", "label_2"):
        (training / part).mkdir(parents=True, exist_ok=True)
    (training / "velodyne" / f"{name}.bin").write_bytes(points(count).tobytes())
    (training / "calib" / f"{name}.txt").write_text(CALIBRATION)
    (training / "label_2" / f"{name}.txt").write_text(LABELS)


def write_folder(folder: Path) -> None:
    """Writes five scans of train, two of val and one of test."""
    sets = folder / "ImageSets"
    sets.mkdir(parents=True)
    splits = {"train": range(5), "val": range(5, 7)}
    for split, numbers in splits.items():
        names = [f"{number:06d}" for number in numbers]
        (sets / f"{split}.txt").write_text("".join(f"{name}\n" for name in names))
        for number, name in zip(numbers, names, strict=True):
            write_scene(folder, name, 40 + number)
    (sets / "test.txt").write_text("000000\n")
    for part in ("velodyne", "calib"):
        (folder / "testing" / part).mkdir(parents=True)
    (folder / "testing" / "velodyne" / "000000.bin").write_bytes(points(9).tobytes())
    (folder / "testing" / "calib" / "000000.txt").write_text(CALIBRATION)


def png(width: int, height: int) -> bytes:
    """Returns the beginning of a PNG file."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + size + b"\x08\x02\0\0\0" + bytes(20)
