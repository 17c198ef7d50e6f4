"""Labels of classes."""

import tensorflow as tf
from frazo.layers.checked_ids import checked_ids


def checked_labels(label: tf.Tensor, num_classes: int) -> tf.Tensor:
    """`label`, int [batch], once it is known that each is a class: else InvalidArgumentError."""
    problem = (
        f"An example has a label that is not below the number of classes, {num_classes}. Raise "
        "softmax.num_classes of the task, or correct the input's labels."
    )
    return checked_ids(label, num_classes, problem)
