"""The errors of recognised texts, counted in the graph."""

import tensorflow as tf
from frazo.tasks.asr.speech_head import Labels


def token_error_rate(found: Labels, labels: Labels) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the metric: the edit distance of texts to the labels per token of these, and the
    number of these tokens.

    Args:
      found: The texts, one for each of the labels.
      labels: The labels.
    """
    distances = tf.edit_distance(_sparse(found), _sparse(labels), normalize=False)
    num_tokens = tf.cast(tf.reduce_sum(labels.lengths), tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(distances), num_tokens), num_tokens


def _sparse(texts: Labels) -> tf.SparseTensor:
    return tf.RaggedTensor.from_tensor(texts.tokens, texts.lengths).to_sparse()
