"""Ids that are known to be in their range."""

import tensorflow as tf


def checked_ids(ids: tf.Tensor, size: int, problem: str) -> tf.Tensor:
    """`ids`, whole numbers, once it is known that each is from 0 to size - 1.

    Otherwise InvalidArgumentError: `problem`, and the least and the greatest id.
    """
    check = tf.debugging.Assert(
        tf.reduce_all((ids >= 0) & (ids < size)),
        [f"{problem} The least and the greatest:", tf.reduce_min(ids), tf.reduce_max(ids)],
    )
    # Without the dependency a check of TensorFlow's own may fail first, and names no remedy.
    with tf.control_dependencies([check]):
        return tf.identity(ids)
