"""Checked labels of classes."""

import tensorflow as tf
from frazo.layers.checked_ids import checked_ids


def checked_labels(label: tf.Tensor, num_classes: int) -> tf.Tensor:
    """Returns `label` after a check that each label is a class.

    Args:
      label: int [batch].
      num_classes: The number of classes.

    Raises:
      InvalidArgumentError: A label is not in [0, num_classes). The op fails when it runs.
    """
    problem = (
        f"An example has a label that is not from 0 to {num_classes - 1}. Raise "
        "softmax.num_classes of the task, or correct the input's labels."
    )
    return checked_ids(label, num_classes, problem)
