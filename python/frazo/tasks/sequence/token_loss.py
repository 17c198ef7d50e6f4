"""The loss and the metrics of predicted tokens."""

from typing import NamedTuple

import tensorflow as tf
from frazo import ops
from frazo.layers.sequence_layout import SequenceLayout
from frazo.learn.loss import Loss
from frazo.tasks.sequence.token_features import num_sequences
from frazo.tasks.task import WeightedMetrics


class TokenLosses(NamedTuple):
    """The losses of a batch's tokens.

    Attributes:
      losses: Those to minimize and the model's own cross entropies, each float32 [batch, time].
      layout: The layout of the predicted tokens.
    """

    losses: ops.CrossEntropies
    layout: SequenceLayout

    @property
    def weights(self) -> tf.Tensor:
        """float32 [batch, time], 1 at tokens and 0 elsewhere."""
        return tf.cast(self.layout.mask, tf.float32)

    def loss_and_metrics(self, *, sums_per_sequence: bool) -> tuple[Loss, WeightedMetrics]:
        """Adds the losses up.

        Args:
          sums_per_sequence: Whether the loss is the mean over sequences of each sequence's sum. If
            not, it is the mean over tokens.

        Returns:
          The loss and the metrics log_pplx, the mean of the model's cross entropies, num_words, the
          number of tokens, and num_examples_in_batch, the number of sequences.
        """
        total, cross_entropy = (tf.reduce_sum(each * self.weights) for each in self.losses)
        num_words = tf.reduce_sum(self.weights)
        sequences = tf.cast(num_sequences(self.layout), tf.float32)
        loss = Loss(total, sequences if sums_per_sequence else num_words)
        return loss, {
            "log_pplx": (Loss(cross_entropy, num_words).mean, num_words),
            "num_words": (num_words, tf.ones([])),
            "num_examples_in_batch": (sequences, tf.ones([])),
        }

    def correct_predictions(
        self, logits: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the share of correctly predicted tokens, and the number of tokens.

        A prediction is correct if the label has the greatest logit.

        Args:
          logits: float32 [batch, time, classes].
          labels: int32 [batch, time].
        """
        best = tf.argmax(logits, axis=-1, output_type=tf.int32)
        hits = tf.cast(tf.equal(best, labels), tf.float32) * self.weights
        num_words = tf.reduce_sum(self.weights)
        return tf.math.divide_no_nan(tf.reduce_sum(hits), num_words), num_words
