"""Boxes and points of lidar scans as NumPy arrays, without TensorFlow.

A box is x, y, z of its centre, length, width, height and heading, in metres and radians: x forward,
y left, z up, headings counter-clockwise from +x. A box with a number that is not finite, or a size
outside of 1e-9 .. 1e9, takes no space. Points are rows of x, y, z, and of features where F is
named. `threads` is by default the number of the processors that may be used; no result depends on
it. `frazo.ops` has most of it for graphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from frazo import _core
from frazo import geometry_arrays as arrays
from frazo.anchor_assignment import Anchors as Anchors
from frazo.anchor_assignment import AssignedAnchors as AssignedAnchors
from frazo.anchor_assignment import assign_anchors as assign_anchors
from frazo.neighbor_choice import NeighborChoice
from frazo.scene_objects import Pasted as Pasted
from frazo.scene_objects import crop_objects as crop_objects
from frazo.scene_objects import paste_objects as paste_objects

View = Literal["3d", "birds_eye"]


class ClassNms(NamedTuple):
    """What non-max suppression keeps of one class.

    Attributes:
      iou_threshold: A box is dropped if its IoU with a kept one is above this; from 0 to 1.
      score_threshold: A box with a lower score is left out.
      max_kept: At most so many boxes are kept; 0 leaves the class out.
    """

    iou_threshold: float
    score_threshold: float
    max_kept: int


def pairwise_iou(
    boxes_a: ArrayLike, boxes_b: ArrayLike, *, view: View = "3d", threads: int | None = None
) -> np.ndarray:
    """Computes the intersection over union of each box with each other, from 0 to 1.

    Boxes that only touch have 0, as has a box that takes no space. A heading counts modulo pi.

    Args:
      boxes_a: [N, 7].
      boxes_b: [M, 7].
      view: "3d" compares volumes, "birds_eye" areas as seen from above, at whatever height.
      threads: Number of threads.

    Returns:
      float64 [N, M].

    Raises:
      ValueError: An array has another shape, or no view has this name.
    """
    return _core.pairwise_iou(
        arrays.boxes("boxes_a", boxes_a),
        arrays.boxes("boxes_b", boxes_b),
        birds_eye=_is_birds_eye(view),
        threads=arrays.threads(threads),
    )


def oriented_nms(
    boxes: ArrayLike,
    scores: ArrayLike,
    classes: Sequence[ClassNms],
    *,
    view: View = "3d",
    threads: int | None = None,
) -> list[np.ndarray]:
    """Suppresses for each class the boxes that overlap one of a higher score too much.

    Boxes come in the order of falling scores, of rising indices where scores are equal. Each is
    kept unless its IoU with a kept one is above the threshold. A box that takes no space and a NaN
    score are left out.

    Args:
      boxes: [N, 7].
      scores: [N, K] of the K classes.
      classes: What is kept of each.
      view: What the IoU compares, as in pairwise_iou.
      threads: Number of threads.

    Returns:
      For each class int64 [kept], the indices of the kept boxes, best first.

    Raises:
      ValueError: Shapes or numbers of classes differ, or a setting is out of its range.
    """
    return list(
        _core.oriented_nms(
            arrays.boxes("boxes", boxes),
            arrays.rows("scores", scores, np.float32, None),
            classes=list(classes),
            birds_eye=_is_birds_eye(view),
            threads=arrays.threads(threads),
        )
    )


def farthest_points(
    points: ArrayLike,
    count: int,
    *,
    seed: int = 0,
    starts: ArrayLike = (),
    is_candidate: ArrayLike | None = None,
) -> np.ndarray:
    """Chooses points that are far from each other: farthest point sampling.

    Each next point is the candidate whose distance, seen from above (x and y), to the nearest point
    chosen so far is greatest; of equals that of the lowest index.

    Args:
      points: [P, 3]; a point that is not finite is no candidate.
      count: Number of points in all.
      seed: Draws the first point if there are no starts.
      starts: Indices of the points chosen first, candidates or not.
      is_candidate: [P] of truth values; all points if it is not given.

    Returns:
      int64 [at most count], the indices in the order of choice.

    Raises:
      ValueError: An array has another shape, the count is below 0, or a start is no index of a
        finite point or comes twice.
    """
    return _core.farthest_points(
        arrays.rows("points", points, np.float32, 3),
        arrays.flags(is_candidate),
        count=count,
        starts=np.ascontiguousarray(starts, np.int64),
        seed=seed,
    )


def uniform_points(
    points: ArrayLike, count: int, *, seed: int, is_candidate: ArrayLike | None = None
) -> np.ndarray:
    """Draws points, none twice; each set in each order is equally likely.

    Args:
      points: [P, 3]; a point that is not finite is no candidate.
      count: Number of points.
      seed: Draws them.
      is_candidate: [P] of truth values; all points if it is not given.

    Returns:
      int64 [at most count], the indices in the order drawn.

    Raises:
      ValueError: An array has another shape, or the count is below 0.
    """
    return _core.uniform_points(
        arrays.rows("points", points, np.float32, 3),
        arrays.flags(is_candidate),
        count=count,
        seed=seed,
    )


def find_neighbors(
    points: ArrayLike,
    centers: ArrayLike,
    choice: NeighborChoice,
    *,
    seed: int = 0,
    threads: int | None = None,
) -> np.ndarray:
    """Finds the points around centres.

    Args:
      points: [P, 3].
      centers: [C, 3].
      choice: Which points are taken.
      seed: Draws the random sets.
      threads: Number of threads.

    Returns:
      int64 [C, count], the indices of the neighbours; -1 after the last.

    Raises:
      ValueError: An array has another shape, a number is out of its range, or no sampling has this
        name.
    """
    return _core.find_neighbors(
        arrays.rows("points", points, np.float32, 3),
        arrays.rows("centers", centers, np.float32, 3),
        radius=choice.radius,
        count=choice.count,
        closest=_is_closest(choice.sampling),
        seed=seed,
        threads=arrays.threads(threads),
    )


def gather_neighbors(
    points: ArrayLike,
    centers: ArrayLike,
    choice: NeighborChoice,
    *,
    seed: int = 0,
    threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Gathers the points around centres, as a detector's featurizer takes them.

    Args:
      points: [P, 3 + F].
      centers: [C, 3].
      choice: Which points are taken.
      seed: Draws the random sets.
      threads: Number of threads.

    Returns:
      (neighbors, counts). neighbors is float32 [C, count, 3 + F]: x, y and z from the centre, then
      the features; zeros after the last neighbour. counts is int32 [C].

    Raises:
      ValueError: As in find_neighbors.
    """
    return _core.gather_neighbors(
        arrays.rows("points", points, np.float32, None),
        arrays.rows("centers", centers, np.float32, 3),
        radius=choice.radius,
        count=choice.count,
        closest=_is_closest(choice.sampling),
        seed=seed,
        threads=arrays.threads(threads),
    )


def points_in_boxes(
    points: ArrayLike, boxes: ArrayLike, *, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the points inside of boxes; the faces are inside.

    A point that is not finite is in no box, and a box that takes no space has no points. A point in
    several boxes counts in each.

    Args:
      points: [P, 3].
      boxes: [M, 7].
      threads: Number of threads.

    Returns:
      (counts, first_boxes). counts is int32 [M], the number of points inside of each box.
      first_boxes is int32 [P], the index of the first box around a point; -1 for none.

    Raises:
      ValueError: An array has another shape.
    """
    return _core.points_in_boxes(
        arrays.rows("points", points, np.float32, 3),
        arrays.boxes("boxes", boxes),
        threads=arrays.threads(threads),
    )


def points_to_grid(
    points: ArrayLike,
    *,
    limits: Sequence[tuple[float, float]],
    cells: Sequence[int],
    points_per_cell: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Sorts points into the cells of a grid.

    The lower edge of a cell belongs to it, the upper edge to the next. Points outside of the grid
    are left out, and so are points of which x, y or z is NaN. Of more points than a cell takes it
    gets a random set, each equally likely, in no particular order; else all of them in their order.

    Args:
      points: [P, 3 + F].
      limits: Least and greatest x, y and z, in metres.
      cells: Number of cells along x, y and z.
      points_per_cell: Most points of a cell.
      seed: Draws the random sets.

    Returns:
      (grid, counts). grid is float32 [x cells, y cells, z cells, points_per_cell, 3 + F]; zeros
      after the last point of a cell. counts is int32 [x cells, y cells, z cells].

    Raises:
      ValueError: An array has another shape, limits are not finite and rising, or a number is
        below 1.
    """
    grid, counts = _core.points_to_grid(
        arrays.rows("points", points, np.float32, None),
        limits=[limit for axis in limits for limit in axis],
        cells=list(cells),
        points_per_cell=points_per_cell,
        seed=seed,
    )
    return grid.reshape(*cells, *grid.shape[1:]), counts.reshape(cells)


def _is_birds_eye(view: str) -> bool:
    return _choice("view", view, "birds_eye", "3d")


def _is_closest(sampling: str) -> bool:
    return _choice("sampling", sampling, "closest", "uniform")


def _choice(name: str, chosen: str, one: str, other: str) -> bool:
    if chosen not in (one, other):
        raise ValueError(f"{name} is {chosen!r} but must be {one!r} or {other!r}")
    return chosen == one
