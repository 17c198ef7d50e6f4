"""The TensorFlow op of the RNN transducer's loss."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library

# The logarithm of no probability. With an infinite one the gradient of a sum would be NaN.
_IMPOSSIBLE = -1e30


def transducer_losses(
    logits: tf.Tensor,
    labels: tf.Tensor,
    frames: tf.Tensor,
    label_lengths: tf.Tensor,
    *,
    blank: int = -1,
) -> tf.Tensor:
    """Computes -log p(text) of the RNN transducer (Graves 2012, section 2.4), in nats.

    The softmax of logits[b, t, u] says what follows u tokens at frame t: label u leads to [b, t,
    u + 1], the blank to [b, t + 1, u]. The probability of a text is the sum over all ways from
    [b, 0, 0] to the blank of its last frame and token. The losses have a gradient for the logits.
    For the kernel the logits and their gradient are the only tensors of their size, and the
    gradient takes the memory of the logits.

    Args:
      logits: float32 [batch, time, longest + 1, classes], without a softmax. What lies outside of
        the lengths counts for nothing.
      labels: int32 [batch, longest], each a class but not the blank.
      frames: int32 [batch], frames of each utterance.
      label_lengths: int32 [batch], tokens of each text.
      blank: The blank's class; negative ones count from the end.

    Returns:
      float32 [batch]. Infinite for tokens without a frame, or if each way has a logit of minus
      infinity: such losses have no gradient. 0 for no tokens without a frame. NaN if a logit within
      the lengths is NaN or plus infinity.

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, a length is out of range, or a label is
        the blank or no class; the message names the row.
    """
    if not uses_kernels():
        return _in_graph(logits, labels, frames, label_lengths, blank)

    @tf.custom_gradient
    def losses_of(logits):
        inputs = {"labels": labels, "frames": frames, "label_lengths": label_lengths}
        given = op_library().frazo_transducer_loss(logits=logits, blank=blank, **inputs)

        def gradient(slopes):
            return op_library().frazo_transducer_loss_gradient(
                logits=logits,
                totals=given.totals,
                alphas=given.alphas,
                slopes=slopes,
                blank=blank,
                **inputs,
            )

        return given.losses, gradient

    return losses_of(logits)


def _in_graph(
    logits: tf.Tensor,
    labels: tf.Tensor,
    frames: tf.Tensor,
    label_lengths: tf.Tensor,
    blank: int,
) -> tf.Tensor:
    """Goes from diagonal to diagonal, where frame + tokens is the same for all nodes."""
    log_probabilities = tf.nn.log_softmax(logits)
    by_blank = log_probabilities[..., blank]
    by_label = _of_labels(log_probabilities, labels, label_lengths)
    batch, time, nodes = tf.unstack(tf.shape(by_blank))

    def of_diagonal(values: tf.Tensor, diagonal: tf.Tensor) -> tf.Tensor:
        """Returns values[b, diagonal - u, u], and what is impossible outside of the frames."""
        frame = tf.tile((diagonal - tf.range(nodes))[tf.newaxis], [batch, 1])
        is_frame = (frame >= 0) & (frame < frames[:, tf.newaxis])
        by_node = tf.transpose(values, [0, 2, 1])
        found = tf.gather(by_node, tf.clip_by_value(frame, 0, time - 1), axis=2, batch_dims=2)
        return tf.where(is_frame, found, _IMPOSSIBLE)

    def advance(alphas: tf.Tensor, diagonal: tf.Tensor) -> tf.Tensor:
        arrived = alphas + of_diagonal(by_label, diagonal)
        arrived = tf.pad(arrived[:, :-1], [[0, 0], [1, 0]], constant_values=_IMPOSSIBLE)
        stayed = alphas + of_diagonal(by_blank, diagonal)
        return tf.maximum(tf.reduce_logsumexp([stayed, arrived], 0), _IMPOSSIBLE)

    start = tf.where(tf.range(nodes) == 0, 0.0, tf.fill([batch, nodes], _IMPOSSIBLE))
    diagonals = tf.scan(advance, tf.range(time + nodes - 1), start)
    diagonals = tf.transpose(tf.concat([start[tf.newaxis], diagonals], 0), [1, 2, 0])
    ends = tf.stack([label_lengths, frames + label_lengths], 1)
    losses = -tf.gather_nd(diagonals, ends, batch_dims=1)
    return tf.where(losses > -_IMPOSSIBLE / 2, float("inf"), losses)


def _of_labels(
    log_probabilities: tf.Tensor, labels: tf.Tensor, label_lengths: tf.Tensor
) -> tf.Tensor:
    """Returns log_probabilities[b, t, u, labels[b, u]], [batch, time, longest + 1]."""
    longest = tf.shape(labels)[1]
    is_label = tf.sequence_mask(label_lengths, longest + 1)[:, tf.newaxis]
    labels = tf.pad(labels, [[0, 0], [0, 1]])[:, tf.newaxis]
    by_label = tf.gather(
        log_probabilities,
        tf.broadcast_to(tf.where(is_label, labels, 0), tf.shape(log_probabilities)[:-1]),
        axis=3,
        batch_dims=3,
    )
    return tf.where(is_label, by_label, _IMPOSSIBLE)
