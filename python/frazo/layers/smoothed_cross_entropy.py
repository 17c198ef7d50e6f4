"""Cross entropy with smoothed labels."""

import tensorflow as tf
from frazo import ops


def smoothed_cross_entropy(
    logits: tf.Tensor, labels: tf.Tensor, *, smoothing: float = 0.0
) -> tf.Tensor:
    """-sum over classes c of target[c] log softmax(logits)[c], in nats.

    target is 1 - smoothing for the label and smoothing / (classes - 1) for every other class
    (Szegedy et al. 2016, section 7, with the label's own share taken out of the uniform part).

    logits: float32 [..., classes]. labels: int32 [...]; one that is not a class is
    InvalidArgumentError. smoothing: in [0, 1).
    Returns float32 [...]. Neither the targets nor the logarithms are ever made as a whole.
    """
    rows = tf.reshape(logits, [-1, logits.shape[-1]])
    losses = ops.smoothed_cross_entropy(rows, tf.reshape(labels, [-1]), smoothing=smoothing)
    return tf.reshape(losses, tf.shape(labels))
