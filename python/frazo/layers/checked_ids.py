"""A check of the range of ids."""

import tensorflow as tf


def checked_ids(ids: tf.Tensor, size: int, problem: str) -> tf.Tensor:
    """Returns `ids` after a check that each is from 0 to size - 1.

    Args:
      ids: Whole numbers of any shape.
      size: The number of valid ids.
      problem: The text of the error. The smallest and the largest id follow it.

    Raises:
      InvalidArgumentError: An id is out of range. The op fails when it runs.
    """
    check = tf.debugging.Assert(
        tf.reduce_all((ids >= 0) & (ids < size)),
        [f"{problem} The least and the greatest:", tf.reduce_min(ids), tf.reduce_max(ids)],
    )
    # Without the dependency, a check of TensorFlow may fail first. Its error names no remedy.
    with tf.control_dependencies([check]):
        return tf.identity(ids)
