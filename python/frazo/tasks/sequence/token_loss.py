"""What the predictions of a batch's tokens cost."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.sequence_layout import SequenceLayout
from frazo.learn.loss import Loss
from frazo.tasks.sequence.token_features import num_sequences
from frazo.tasks.task import WeightedMetrics


class TokenLosses(NamedTuple):
    """losses: in nats, float32 [batch, time]. layout: of the tokens that were predicted."""

    losses: tf.Tensor
    layout: SequenceLayout

    @property
    def weights(self) -> tf.Tensor:
        """1 where a token is and 0 elsewhere, float32 [batch, time]."""
        return tf.cast(self.layout.mask, tf.float32)

    def loss_and_metrics(self, *, sums_per_sequence: bool) -> tuple[Loss, WeightedMetrics]:
        """The mean over tokens, or of each sequence's sum over sequences.

        Metrics: log_pplx, the mean per token; num_words, the tokens, and num_examples_in_batch.
        """
        total = tf.reduce_sum(self.losses * self.weights)
        num_words = tf.reduce_sum(self.weights)
        sequences = tf.cast(num_sequences(self.layout), tf.float32)
        per_word = Loss(total, num_words)
        loss = Loss(total, sequences) if sums_per_sequence else per_word
        return loss, {
            "log_pplx": (per_word.mean, num_words),
            "num_words": (num_words, tf.ones([])),
            "num_examples_in_batch": (sequences, tf.ones([])),
        }

    def correct_predictions(
        self, logits: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The share of tokens whose label, int32 [batch, time], has the greatest logit, and their number."""
        best = tf.argmax(logits, axis=-1, output_type=tf.int32)
        hits = tf.cast(best == labels, tf.float32) * self.weights
        num_words = tf.reduce_sum(self.weights)
        return tf.math.divide_no_nan(tf.reduce_sum(hits), num_words), num_words
