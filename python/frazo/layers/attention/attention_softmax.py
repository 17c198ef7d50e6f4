"""From the products of queries and keys to probabilities."""

from typing import NamedTuple

import tensorflow as tf


class AttentionSoftmax(NamedTuple):
    """The softmax of an attention layer.

    Attributes:
      logit_cap: Bounds the products: cap * tanh(product / cap); None: they stay as they are.
      extra_logit: One more logit of this value takes a share of the probability; None: there is
        none.
    """

    logit_cap: float | None = None
    extra_logit: float | None = None

    def __call__(self, products: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
        """Computes the probabilities of the keys.

        Args:
          products: float32 [..., keys].
          bias: Added to the products once they are bounded; broadcasts with them.

        Returns:
          float32 [..., keys]. The sum over the keys is 1, or less with an extra logit.
        """
        if self.logit_cap is not None:
            products = self.logit_cap * tf.tanh(products / self.logit_cap)
        logits = products + bias
        if self.extra_logit is None:
            return tf.nn.softmax(logits)
        extra = tf.fill(tf.concat([tf.shape(logits)[:-1], [1]], 0), self.extra_logit)
        return tf.nn.softmax(tf.concat([logits, extra], -1))[..., :-1]

    @property
    def is_plain(self) -> bool:
        """Whether it is tf.nn.softmax(products + bias)."""
        return self.logit_cap is None and self.extra_logit is None
