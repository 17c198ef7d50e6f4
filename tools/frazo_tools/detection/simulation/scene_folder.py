"""Writes simulated scans into a folder in KITTI's layout."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from frazo.program.durable_file import write_text
from frazo.tasks.car.kitti.calibration import format_calibration
from frazo.tasks.car.kitti.labels import format_label_line
from frazo_tools.detection.simulation.scene import CALIBRATION, simulate
from frazo_tools.progress import Progress

# It grows with each change of what a scene of a seed and a number is.
_SIMULATION = 1
_MADE_OF = "made_of.json"
# So many scans that a process's answers cost nothing, and so few that the progress moves.
_SCANS_OF_A_PART = 8
# The label file comes last: a scan that has it is complete.
_LABELS = "label_2"
_FOLDERS = ("velodyne", "calib", _LABELS)


def scene_id(number: int) -> str:
    """Returns the name of the files of a scene."""
    return f"{number:06d}"


def write_scenes(folder: Path, seed: int, splits: Mapping[str, range], processes: int) -> None:
    """Writes training/{velodyne,calib,label_2}/ID.* and ImageSets/SPLIT.txt.

    Scans that are there with the same seed are not made again; those of another seed are removed.

    Args:
      folder: Where to write.
      seed: Chooses the scenes.
      splits: The numbers of the scenes of each split.
      processes: How many processes simulate.

    Raises:
      OSError.
    """
    training = folder / "training"
    for name in _FOLDERS:
        (training / name).mkdir(parents=True, exist_ok=True)
    made_of = {"seed": seed, "simulation": _SIMULATION}
    if _read(folder / _MADE_OF) != made_of:
        for name in _FOLDERS:
            for path in (training / name).iterdir():
                path.unlink()
        write_text(folder / _MADE_OF, json.dumps(made_of) + "\n")
    missing = [number for number in _numbers(splits) if not _label_path(folder, number).exists()]
    _simulate_all(folder, seed, missing, processes)
    (folder / "ImageSets").mkdir(exist_ok=True)
    for split, numbers in splits.items():
        lines = "".join(f"{scene_id(number)}\n" for number in numbers)
        write_text(folder / "ImageSets" / f"{split}.txt", lines)


def _numbers(splits: Mapping[str, range]) -> Iterator[int]:
    for numbers in splits.values():
        yield from numbers


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _label_path(folder: Path, number: int) -> Path:
    return folder / "training" / _LABELS / f"{scene_id(number)}.txt"


def _simulate_all(folder: Path, seed: int, numbers: Sequence[int], processes: int) -> None:
    parts = [
        numbers[begin : begin + _SCANS_OF_A_PART]
        for begin in range(0, len(numbers), _SCANS_OF_A_PART)
    ]
    with (
        ProcessPoolExecutor(processes, get_context("forkserver")) as pool,
        Progress("simulating", len(numbers), unit="scans") as progress,
    ):
        try:
            futures = {pool.submit(_simulate_part, folder, seed, part): part for part in parts}
            done = 0
            for future in as_completed(futures):
                future.result()
                done += len(futures[future])
                progress(done)
        finally:
            pool.shutdown(cancel_futures=True)


def _simulate_part(folder: Path, seed: int, numbers: Sequence[int]) -> None:
    """Simulates some scenes. A process of the pool runs it."""
    calibration = format_calibration(CALIBRATION).encode()
    training = folder / "training"
    for number in numbers:
        scene, name = simulate(seed, number), scene_id(number)
        labels = "".join(f"{format_label_line(each)}\n" for each in scene.objects)
        _write(training / "velodyne" / f"{name}.bin", scene.points.astype("<f4").tobytes())
        _write(training / "calib" / f"{name}.txt", calibration)
        _write(_label_path(folder, number), labels.encode())


def _write(path: Path, content: bytes) -> None:
    """Writes a file that is whole or absent. It does not wait for the disk, which would take longer
    than the simulation: after a power cut, remove the folder.
    """
    aside = path.with_name(path.name + ".partial")
    aside.write_bytes(content)
    aside.replace(path)
