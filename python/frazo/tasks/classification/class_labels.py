"""Labels of classes."""

import tensorflow as tf


def checked_labels(label: tf.Tensor, num_classes: int) -> tf.Tensor:
    """`label`, int [batch], once it is known that each is below num_classes: else
    InvalidArgumentError.
    """
    check = tf.debugging.assert_less(
        tf.reduce_max(label),
        num_classes,
        message=f"An example has a label that is not below the number of classes, {num_classes}. "
        "Raise softmax.num_classes of the task, or correct the input's labels.",
    )
    # Without the dependency TensorFlow's own check may be the first to fail, and names no remedy.
    with tf.control_dependencies([check]):
        return tf.identity(label)
