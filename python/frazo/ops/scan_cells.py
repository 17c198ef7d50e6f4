"""The TensorFlow op that makes the cells of scans, which a 3D detector looks at."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class ScanCells(NamedTuple):
    """The cells of B scans: centres with the points around them.

    Attributes:
      centers: float32 [B, C, 3]; zeros after the last one.
      neighbors: float32 [B, C, N, 3 + F], places from the centre, then the features; zeros after
        the last one.
      neighbor_counts: int32 [B, C].
    """

    centers: tf.Tensor
    neighbors: tf.Tensor
    neighbor_counts: tf.Tensor


class ScanCamera(NamedTuple):
    """The cameras of B scans.

    Attributes:
      velo_to_image: float32 [B, 12], from x, y, z, 1 to the image, 3 x 4, row by row; zeros where
        there is none.
      image_sizes: int32 [B, 2], width and height in pixels.
    """

    velo_to_image: tf.Tensor
    image_sizes: tf.Tensor


def scan_cells(
    points: tf.Tensor,
    lengths: tf.Tensor,
    config: bytes,
    *,
    camera: ScanCamera | None = None,
    seed: int = 1,
) -> ScanCells:
    """Makes cells as the step prepare_scene of a pipeline does, without a gradient.

    A point with a number that is not finite is left out. The draws of a scan depend on the seed
    alone.

    Args:
      points: float32 [B, P, 3 + F], x, y, z in metres, then the features.
      lengths: int32 [B], the points of each scan.
      config: A serialized frazo.PrepareScene, of which centers, neighbors, steps and
        neighbor_steps are read. The steps are keep_range, drop_outside_image and
        remove_no_label_zone: those that look at each point by itself and draw nothing at random.
      camera: Is read if config.centers.in_image, and for drop_outside_image. None: there is none,
        and no point is seen.
      seed: Decides the draws.

    Raises:
      tf.errors.InvalidArgumentError: The message cannot be followed, has another step, or a length
        is outside 0 .. P.
    """
    if camera is None:
        batch = tf.shape(points)[0]
        camera = ScanCamera(tf.zeros([batch, 12]), tf.zeros([batch, 2], tf.int32))
    return ScanCells(
        *op_library().frazo_scan_cells(
            points=points,
            lengths=lengths,
            velo_to_image=camera.velo_to_image,
            image_sizes=camera.image_sizes,
            config=config,
            seed=seed,
        )
    )
