"""The TensorFlow op of additive attention in a step of decoding."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


def additive_probabilities(
    queries: tf.Tensor,
    keys: tf.Tensor,
    energy: tf.Tensor,
    mask: tf.Tensor,
    row_entries: tf.Tensor,
) -> tf.Tensor:
    """Computes the softmax over sources of energy . tanh(key + query) for one query a row.

    Rows that attend to the same entry share its keys without a copy. The result does not depend on
    the number of threads. The op has no gradient.

    Args:
      queries: float32 [rows, hidden].
      keys: float32 [entries, sources, hidden].
      energy: float32 [hidden].
      mask: bool [entries, sources], true where a source is. If an entry has none, its
        probabilities are equal.
      row_entries: int32 [rows], the entry that each row attends to.

    Returns:
      float32 [rows, sources], zero where no source is.

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, or a row's entry does not exist.
    """
    if uses_kernels():
        return op_library().frazo_additive_probabilities(
            queries=queries, keys=keys, energy=energy, mask=mask, row_entries=row_entries
        )
    hidden = tf.tanh(tf.gather(keys, row_entries) + queries[:, tf.newaxis])
    energies = tf.linalg.matvec(hidden, energy)
    # It is finite, so that probabilities are equal if no source is seen.
    unseen = tf.constant(-0.7 * tf.float32.max, tf.float32)
    return tf.nn.softmax(tf.where(tf.gather(mask, row_entries), energies, unseen))
