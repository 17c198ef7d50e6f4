"""Limits the size of gradients."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.proto import learner_pb2


def clip(
    gradients: Sequence[tf.Tensor], norm: tf.Tensor, message: learner_pb2.Learner
) -> list[tf.Tensor]:
    """Applies the learner's `clipping`; `norm` is the gradients' global L2 norm."""
    kind = message.WhichOneof("clipping")
    if kind == "clip_global_norm":
        # If the norm is below the limit, the factor is exactly 1 and the gradients are unchanged.
        scale = message.clip_global_norm / tf.maximum(norm, message.clip_global_norm)
        return [gradient * scale for gradient in gradients]
    if kind == "clip_value":
        limit = message.clip_value
        return [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]
    return list(gradients)
