"""Objects of scans: to cut them out with their points, and to put them into other scans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from frazo import _core
from frazo import geometry_arrays as arrays


class Pasted(NamedTuple):
    """A scan with objects of others.

    Attributes:
      points: float32 [P', 3 + F], those of the scan that are left, then those of each object.
      boxes: float64 [M + pasted, 7], those of the scan, then those of the pasted objects.
      chosen: int64 [pasted], the indices of the pasted objects.
    """

    points: np.ndarray
    boxes: np.ndarray
    chosen: np.ndarray


def crop_objects(
    points: ArrayLike, boxes: ArrayLike, *, threads: int | None = None
) -> list[np.ndarray]:
    """Cuts out the points inside of each box with their features, in one pass over the points.

    The faces are inside. A point in several boxes is in each; one whose x, y or z is not finite is
    in none.

    Args:
      points: [P, 3 + F].
      boxes: [M, 7].
      threads: Number of threads.

    Returns:
      For each box float32 [points inside, 3 + F], in the order of the points.

    Raises:
      ValueError: An array has another shape.
    """
    rows = _points("points", points)
    ends, indices = _core.crop_boxes(
        np.ascontiguousarray(rows[:, :3]),
        arrays.boxes("boxes", boxes),
        threads=arrays.threads(threads),
    )
    return [rows[inside] for inside in np.split(indices, ends)[: len(ends)]]


def paste_objects(
    points: ArrayLike,
    boxes: ArrayLike,
    objects: Sequence[np.ndarray],
    object_boxes: ArrayLike,
    *,
    most: int | None = None,
) -> Pasted:
    """Puts objects of other scans into a scan, at the places where they were.

    Objects are tried in their order. One that meets a box of the scan, whatever its class, or an
    object that was pasted before, is left out: its box and the other have an area in common as seen
    from above. So is one whose box takes no space. The scan loses its points inside of the pasted
    boxes.

    Args:
      points: [P, 3 + F], those of the scan.
      boxes: [M, 7], all boxes of the scan.
      objects: [points, 3 + F] of each object, as crop_objects cuts them out.
      object_boxes: [objects, 7].
      most: At most so many are pasted. None: all that have space.

    Raises:
      ValueError: An array has another shape, or there is not one box for each object.
    """
    rows = _points("points", points)
    there = arrays.boxes("boxes", boxes)
    candidates = arrays.boxes("object_boxes", object_boxes)
    if len(objects) != len(candidates):
        raise ValueError(f"object_boxes: {len(candidates)} boxes for {len(objects)} objects")
    chosen = _core.separate_boxes(
        there, candidates, count=len(candidates) if most is None else most
    )
    pasted = [
        arrays.rows(f"objects[{index}]", objects[index], np.float32, rows.shape[1])
        for index in chosen
    ]
    _, first_boxes = _core.points_in_boxes(
        np.ascontiguousarray(rows[:, :3]), candidates[chosen], threads=1
    )
    return Pasted(
        np.concatenate([rows[first_boxes < 0], *pasted]),
        np.concatenate([there, candidates[chosen]]),
        chosen,
    )


def _points(name: str, points: ArrayLike) -> np.ndarray:
    rows = arrays.rows(name, points, np.float32, None)
    if rows.shape[1] < 3:
        raise ValueError(f"{name}: shape {rows.shape}; expected x, y, z and then the features")
    return rows
