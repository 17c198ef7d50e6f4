"""Cross entropy with logits whose classes are cut between processes."""

import tensorflow as tf
from frazo import ops
from frazo.layers.checked_ids import checked_ids
from frazo.shard.axis_group import AxisGroup
from frazo.shard.mesh import Range


def cut_cross_entropies(
    logits: tf.Tensor,
    labels: tf.Tensor,
    own: Range,
    group: AxisGroup,
    *,
    smoothing: float = 0.0,
    z_loss: float = 0.0,
) -> ops.CrossEntropies:
    """Computes ops.cross_entropies of logits that no process has as a whole.

    The processes exchange four numbers a row: the largest logit, and sums. The gradient exchanges
    nothing (Shoeybi et al. 2019, "Megatron-LM", section 3).

    Args:
      logits: float32 [rows, own.size], those of this process's classes.
      labels: int32 [rows], the same in each process.
      own: The classes of this process. All processes have as many.
      group: The processes, in the order of their classes.
      smoothing: In [0, 1).
      z_loss: See ops.cross_entropies.

    Returns:
      The losses of the rows, the same in each process. The plain ones have no gradient.

    Raises:
      InvalidArgumentError: A label is not a class. The op fails when it runs.
    """
    classes = own.size * group.size
    labels = checked_ids(
        labels, classes, f"a label is not a class, from 0 to {classes - 1}. Correct the labels."
    )
    other = smoothing / (classes - 1) if smoothing else 0.0
    is_own = tf.logical_and(labels >= own.start, labels < own.start + own.size)
    # No class if the label is another process's.
    column = tf.where(is_own, labels - own.start, own.size)

    @tf.custom_gradient
    def entropies_of(logits):
        largest = group.all_reduce_max(tf.reduce_max(logits, 1))
        shifted = logits - largest[:, tf.newaxis]
        exponentials = tf.exp(shifted)
        of_label = tf.gather(tf.pad(shifted, [[0, 0], [0, 1]]), column, axis=1, batch_dims=1)
        own_sums = [tf.reduce_sum(exponentials, 1), of_label, tf.reduce_sum(shifted, 1)]
        total, of_label, of_all = tf.unstack(group.all_reduce(tf.stack(own_sums)))
        log_total = tf.math.log(total)
        plain = log_total - of_label
        rest = (classes - 1) * log_total - (of_all - of_label)
        losses = (1 - smoothing) * plain + other * rest if smoothing else plain
        log_sum = largest + log_total
        losses += z_loss * log_sum**2

        def gradient(slopes, _):
            targets = other + (1 - smoothing - other) * tf.one_hot(column, own.size)
            of_probabilities = (1 + 2 * z_loss * log_sum) / total
            probabilities = exponentials * of_probabilities[:, tf.newaxis]
            return (probabilities - targets) * slopes[:, tf.newaxis]

        return (losses, plain), gradient

    return ops.CrossEntropies(*entropies_of(logits))
