"""TensorFlow ops on the boxes and points of lidar scans.

B is the number of scans, P of points, F of a point's features. A box is x, y, z of its centre,
length, width, height and heading, in metres and radians: x forward, y left, z up, headings
counter-clockwise from +x. A box with a number that is not finite, or a size outside of 1e-9 .. 1e9,
takes no space. None of these ops has a gradient. A seed is a number, or a tensor of one for each
scan; with one number a scan's result does not depend on its place in the batch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from frazo.neighbor_choice import NeighborChoice
from frazo.ops.library import op_library


class ChosenPoints(NamedTuple):
    """Points of B scans.

    Attributes:
      indices: int32 [B, count] in the order of choice; -1 where a scan's points run out.
      counts: int32 [B], number of points chosen.
    """

    indices: tf.Tensor
    counts: tf.Tensor


class Neighbors(NamedTuple):
    """The points around C centres of B scans.

    Attributes:
      neighbors: float32 [B, C, count, 3 + F], x, y and z from the centre, then the features; zeros
        after the last neighbour.
      counts: int32 [B, C], number of neighbours.
    """

    neighbors: tf.Tensor
    counts: tf.Tensor


class BoxPoints(NamedTuple):
    """Which of P points are in which of M boxes.

    Attributes:
      counts: int32 [B, M], number of points inside.
      first_boxes: int32 [B, P], index of the first box around a point; -1 for none.
    """

    counts: tf.Tensor
    first_boxes: tf.Tensor


class GridPoints(NamedTuple):
    """The points of B scans by the cells of a grid.

    Attributes:
      grid: float32 [B, x cells, y cells, z cells, points_per_cell, 3 + F]; zeros after the last
        point of a cell.
      counts: int32 [B, x cells, y cells, z cells], number of points, at most points_per_cell.
    """

    grid: tf.Tensor
    counts: tf.Tensor


def farthest_points(
    points: tf.Tensor,
    lengths: tf.Tensor,
    count: int,
    *,
    seed: int | tf.Tensor,
    z_min: float = -math.inf,
    z_max: float = math.inf,
) -> ChosenPoints:
    """Chooses points that are far from each other: farthest point sampling.

    Each next point is the one whose distance, seen from above (x and y), to the nearest point
    chosen so far is greatest; of equals that of the lowest index. The seed draws the first. A point
    that is not finite is never chosen.

    Args:
      points: float32 [B, P, 3 + F].
      lengths: int32 [B], number of real points of each scan.
      count: Number of points to choose of each scan.
      seed: Number, or int64 [B].
      z_min: Least z of a point that may be chosen.
      z_max: Greatest z of a point that may be chosen.

    Raises:
      tf.errors.InvalidArgumentError: Shapes do not fit, a length is outside 0 .. P, or a limit is
        NaN.
    """
    return ChosenPoints(
        *op_library().frazo_farthest_points(
            points=points,
            lengths=lengths,
            seeds=_seeds(seed),
            count=count,
            z_min=z_min,
            z_max=z_max,
        )
    )


def uniform_points(
    points: tf.Tensor,
    lengths: tf.Tensor,
    count: int,
    *,
    seed: int | tf.Tensor,
    z_min: float = -math.inf,
    z_max: float = math.inf,
) -> ChosenPoints:
    """Draws points, none twice; each set in each order is equally likely.

    All else is as in farthest_points.
    """
    return ChosenPoints(
        *op_library().frazo_uniform_points(
            points=points,
            lengths=lengths,
            seeds=_seeds(seed),
            count=count,
            z_min=z_min,
            z_max=z_max,
        )
    )


def gather_neighbors(
    points: tf.Tensor,
    lengths: tf.Tensor,
    centers: tf.Tensor,
    center_counts: tf.Tensor,
    choice: NeighborChoice,
    *,
    seed: int | tf.Tensor,
) -> Neighbors:
    """Gathers the points around centres, as the pipeline's step prepare_scene does.

    Args:
      points: float32 [B, P, 3 + F].
      lengths: int32 [B], number of real points of each scan.
      centers: float32 [B, C, 3].
      center_counts: int32 [B], number of real centres of each scan; the others get no neighbours.
      choice: Which points are taken.
      seed: Number, or int64 [B]; for uniform sampling.

    Raises:
      tf.errors.InvalidArgumentError: Shapes do not fit, or a number is out of its range.
    """
    return Neighbors(
        *op_library().frazo_gather_neighbors(
            points=points,
            lengths=lengths,
            centers=centers,
            center_counts=center_counts,
            seeds=_seeds(seed),
            **choice._asdict(),
        )
    )


def points_in_boxes(
    points: tf.Tensor, lengths: tf.Tensor, boxes: tf.Tensor, box_counts: tf.Tensor
) -> BoxPoints:
    """Finds the points inside of boxes; the faces are inside.

    A point that is not finite is in no box, and a box that takes no space has no points. A point in
    several boxes counts in each.

    Args:
      points: float32 [B, P, 3 + F].
      lengths: int32 [B], number of real points of each scan; the others are in no box.
      boxes: float32 [B, M, 7].
      box_counts: int32 [B], number of real boxes of each scan; the others have no points.

    Raises:
      tf.errors.InvalidArgumentError: Shapes do not fit, or a number is outside 0 .. P or 0 .. M.
    """
    return BoxPoints(
        *op_library().frazo_points_in_boxes(
            points=points, lengths=lengths, boxes=boxes, box_counts=box_counts
        )
    )


def points_to_grid(
    points: tf.Tensor,
    lengths: tf.Tensor,
    *,
    limits: Sequence[tuple[float, float]],
    cells: Sequence[int],
    points_per_cell: int,
    seed: int | tf.Tensor,
) -> GridPoints:
    """Sorts points into the cells of a grid.

    The lower edge of a cell belongs to it, the upper edge to the next. Points outside of the grid
    are left out, and so are points of which x, y or z is NaN. Of more points than a cell takes it
    gets a random set, each equally likely, in no particular order; else all of them in their order.

    Args:
      points: float32 [B, P, 3 + F].
      lengths: int32 [B], number of real points of each scan.
      limits: Least and greatest x, y and z, in metres.
      cells: Number of cells along x, y and z.
      points_per_cell: Most points of a cell.
      seed: Number, or int64 [B].

    Raises:
      tf.errors.InvalidArgumentError: Shapes do not fit, limits are not finite and rising, or a
        number is below 1.
    """
    return GridPoints(
        *op_library().frazo_points_to_grid(
            points=points,
            lengths=lengths,
            seeds=_seeds(seed),
            limits=[limit for axis in limits for limit in axis],
            cells=list(cells),
            points_per_cell=points_per_cell,
        )
    )


def _seeds(seed: int | tf.Tensor) -> tf.Tensor:
    return tf.cast(seed, tf.int64)
