"""Saves and restores where an iterator of a dataset stands."""

from typing import Any

import tensorflow as tf

# Our pipelines keep their state in the iterator. A state elsewhere would not be saved, so it is an
# error.
_FAIL_ON_EXTERNAL_STATE = 2


def save_position(iterator: Any) -> tf.Tensor:
    """Returns the position of a tf.data iterator, a tensor of variants."""
    return tf.raw_ops.SerializeIterator(
        resource_handle=iterator._iterator_resource, external_state_policy=_FAIL_ON_EXTERNAL_STATE
    )


def restore_position(iterator: Any, position: tf.Tensor) -> None:
    """Makes an iterator go on at a position that save_position() gave.

    Raises:
      tf.errors.OpError: The position does not fit the dataset. The iterator is then unusable.
    """
    tf.raw_ops.DeserializeIterator(resource_handle=iterator._iterator_resource, serialized=position)
