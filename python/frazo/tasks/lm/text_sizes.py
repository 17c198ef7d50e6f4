"""The sizes of texts, to which losses can be related that do not depend on a tokenizer."""

import math
from typing import NamedTuple

import tensorflow as tf
from frazo.tasks.task import WeightedMetrics


class TextSizes(NamedTuple):
    """The sizes of a batch of texts.

    Attributes:
      words: float32 [], the number of words and of ends: each text has one.
      bytes: float32 [], the number of bytes.
    """

    words: tf.Tensor
    bytes: tf.Tensor

    @classmethod
    def of(cls, texts: tf.Tensor) -> "TextSizes":
        """Counts the words, which stand between blanks, and the bytes of texts, string [batch]."""
        words = tf.size(tf.strings.split(texts).flat_values) + tf.size(texts)
        return cls(
            tf.cast(words, tf.float32), tf.cast(tf.reduce_sum(tf.strings.length(texts)), tf.float32)
        )

    def metrics(self, cross_entropy: tf.Tensor) -> WeightedMetrics:
        """Relates a cross entropy to the sizes.

        Args:
          cross_entropy: float32 [], the sum over all tokens of the texts, in nats. It includes what
            the end of each text costs.

        Returns:
          num_words; log_pplx_per_word, in nats per word, an end being a word; bits_per_byte, in
          which an end is no byte.
        """
        bits = cross_entropy / math.log(2)
        return {
            "num_words": (self.words, tf.ones([])),
            "log_pplx_per_word": (tf.math.divide_no_nan(cross_entropy, self.words), self.words),
            "bits_per_byte": (tf.math.divide_no_nan(bits, self.bytes), self.bytes),
        }
