"""Packed rows of made-up texts."""

import math
from collections.abc import Sequence

import tensorflow as tf
from frazo.input.input import Input
from frazo.input.share import WHOLE, Share
from frazo.input.unchanged_dataset import unchanged
from frazo.proto import synthetic_tokens_pb2
from frazo.registry import register

_FEATURES = ("tokens", "labels")
# Padding takes less than this share of a row.
_LARGEST_PADDING = 1 / 32


@register(synthetic_tokens_pb2.SyntheticTokens)
class SyntheticTokens(Input):
    """Gives the batches that the message describes. The state of an iterator is a number."""

    def __init__(
        self, message: synthetic_tokens_pb2.SyntheticTokens, *, seed: int, share: Share = WHOLE
    ):
        """Makes nothing yet.

        Args:
          message: The configuration.
          seed: Decides the texts.
          share: The part of the input that this process reads: rows of each batch, or whole
            batches.

        Raises:
          ValueError: The vocabulary has no words, or a batch cannot be divided.
        """
        super().__init__(message, seed=seed, share=share)
        self._first_word = max(message.sos_id, message.eos_id) + 1
        if self._first_word >= message.vocab_size:
            raise ValueError(
                f"synthetic_tokens: words have the ids from {self._first_word} on, but vocab_size is "
                f"{message.vocab_size}. Raise it, or lower sos_id and eos_id."
            )
        self.num_examples = None
        rows = share.of_batch(message.rows)
        self.element_spec = {
            f"{feature}{suffix}": tf.TensorSpec([rows, message.length], tf.int32)
            for feature in _FEATURES
            for suffix in ("", "_segment_ids", "_segment_pos")
        }

    def dataset(self) -> tf.data.Dataset:
        numbers = tf.data.Dataset.counter()
        if not self.message.shuffle:
            numbers = numbers.take(self.message.num_batches)
        if not self.share.divides_batches:
            numbers = numbers.shard(self.share.replicas, self.share.replica)
        batch = tf.autograph.experimental.do_not_convert(self._batch)
        return unchanged(numbers.map(batch))

    def continued_position(self, positions: Sequence[tf.Tensor]) -> tf.Tensor:
        """The state is the number of the next batch, which is the same in all shares of a batch."""
        if not self.share.divides_batches:
            return super().continued_position(positions)
        return positions[0]

    def identity(self) -> dict[str, str]:
        """The share is not in it, because continued_position() does without."""
        identity = super().identity()
        if self.share.divides_batches:
            del identity["share"]
        return identity

    def _batch(self, number: tf.Tensor) -> dict[str, tf.Tensor]:
        """Makes this share's rows of the batch `number`, int64 []."""
        shape = [self.message.rows, self.message.length]
        begins, words, padding = (
            tf.random.stateless_uniform(shape, [self.seed * 3 + draw, number], alg="philox")
            for draw in range(3)
        )
        own = slice(self.share.replica, None, self.share.replicas)
        if not self.share.divides_batches:
            own = slice(None)
        return self._packed(begins[own], self._words(words[own]), padding[own, :1])

    def _words(self, uniform: tf.Tensor) -> tf.Tensor:
        """Maps uniform numbers in [0, 1) to ids, int32; word k has a probability of about 1 / k."""
        count = self.message.vocab_size - self._first_word
        ranks = tf.cast(tf.exp(uniform * math.log(count)), tf.int32)
        return self._first_word + tf.minimum(ranks, count) - 1

    def _packed(
        self, begins: tf.Tensor, words: tf.Tensor, padding: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Puts texts side by side.

        Args:
          begins: float32 [rows, length], uniform: a text begins at the small ones.
          words: int32 [rows, length].
          padding: float32 [rows, 1], uniform: the share of the greatest padding.
        """
        length = self.message.length
        position = tf.range(length, dtype=tf.int32)[tf.newaxis]
        padded = tf.cast(padding * length * _LARGEST_PADDING, tf.int32)
        is_token = position < length - padded
        is_first = (begins < 1 / self.message.mean_text_length) | (position == 0)
        # A text ends before the next one, and before the padding.
        follows = tf.pad((is_first | ~is_token)[:, 1:], [[0, 0], [0, 1]], constant_values=True)
        tokens = tf.where(is_first, self.message.sos_id, tf.pad(words[:, :-1], [[0, 0], [1, 0]]))
        labels = tf.where(follows, self.message.eos_id, words)
        segments = tf.cumsum(tf.cast(is_first, tf.int32), 1)
        sizes = tf.math.bincount(segments, axis=-1)
        begun = tf.gather(tf.cumsum(sizes, 1, exclusive=True), segments, batch_dims=1)
        features = {"tokens": tokens, "labels": labels}
        for name in _FEATURES:
            features[f"{name}_segment_ids"] = segments
            features[f"{name}_segment_pos"] = position - begun
        return {
            name: tf.ensure_shape(tf.where(is_token, value, 0), self.element_spec[name].shape)
            for name, value in features.items()
        }
