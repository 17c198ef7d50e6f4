"""The scores that a model gives to the tokens of known outputs."""

from typing import NamedTuple

import tensorflow as tf


class TokenScores(NamedTuple):
    """The scores of a batch of outputs.

    Attributes:
      tokens: int32 [batch, time], with the token that ends an output; 0 after it.
      scores: float32 [batch, time], the natural logarithms of the tokens' probabilities, given the
        tokens before; 0 after the last token.
      lengths: int32 [batch], the number of tokens.
    """

    tokens: tf.Tensor
    scores: tf.Tensor
    lengths: tf.Tensor
