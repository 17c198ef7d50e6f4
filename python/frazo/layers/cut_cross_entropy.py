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
    return ops.CrossEntropies(*_entropies(logits, labels - own.start, group, smoothing, z_loss))


def _entropies(
    logits: tf.Tensor, labels: tf.Tensor, group: AxisGroup, smoothing: float, z_loss: float
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns both losses; the labels are counted from this process's first class."""
    own_classes = logits.shape[1]
    classes = own_classes * group.size
    is_own = tf.logical_and(labels >= 0, labels < own_classes)
    other = smoothing / (classes - 1) if smoothing else 0.0

    @tf.custom_gradient
    def entropies_of(logits):
        parts = ops.cut_cross_entropy_parts(logits, labels)
        largest = group.all_reduce_max(parts.largest)
        moved = largest - parts.largest
        own_sums = [
            tf.exp(parts.log_total - moved),
            tf.where(is_own, parts.label_distance + moved, 0.0),
            parts.distances + own_classes * moved,
        ]
        total, of_label, of_all = tf.unstack(group.all_reduce(tf.stack(own_sums)))
        log_total = tf.math.log(total)
        plain = log_total + of_label
        # The targets sum to 1, so log_total is added once.
        losses = log_total + (1 - smoothing - other) * of_label + other * of_all
        if not smoothing:
            losses = plain
        log_sum = largest + log_total
        if z_loss:
            losses += z_loss * log_sum**2
        totals = tf.stack([largest, log_total], 1)

        def gradient(slopes, _):
            of_log_sums = 2 * z_loss * log_sum * slopes
            by_logits = ops.cut_cross_entropy_gradient(
                logits,
                labels,
                totals,
                slopes + of_log_sums,
                num_classes=classes,
                smoothing=smoothing,
            )
            # It is slopes * (softmax - target), and the logarithms add to the softmax only.
            if not z_loss:
                return by_logits
            targets = of_log_sums * other, of_log_sums * (1 - smoothing - other)
            return _with_targets(by_logits, labels, *targets)

        return (losses, plain), gradient

    return entropies_of(logits)


def _with_targets(
    matrix: tf.Tensor, labels: tf.Tensor, of_all: tf.Tensor, of_label: tf.Tensor
) -> tf.Tensor:
    """Adds of_all[i] to row i, and of_label[i] at its label if that is one of the columns."""
    is_own = tf.logical_and(labels >= 0, labels < matrix.shape[1])
    places = tf.stack([tf.range(tf.size(labels)), tf.where(is_own, labels, 0)], 1)
    matrix += of_all[:, tf.newaxis]
    return tf.tensor_scatter_nd_add(matrix, places, tf.where(is_own, of_label, 0.0))
