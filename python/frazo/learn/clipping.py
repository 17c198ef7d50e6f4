"""Limits the size of gradients."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import tensorflow as tf
from frazo.learn.row_gradients import Gradient, scaled
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.whole_values import squared_norms
from frazo.proto import learner_pb2, variable_rule_pb2


def clip(
    gradients: Sequence[Gradient], norm: tf.Tensor, message: learner_pb2.Learner
) -> list[Gradient]:
    """Applies the learner's `clipping`.

    Args:
      gradients: The gradients. With clip_value, none lists rows.
      norm: Their global L2 norm.
      message: The learner's message.
    """
    kind = message.WhichOneof("clipping")
    if kind == "clip_global_norm":
        # If the norm is below the limit, the factor is exactly 1 and the gradients are unchanged.
        scale = message.clip_global_norm / tf.maximum(norm, message.clip_global_norm)
        return [scaled(gradient, scale) for gradient in gradients]
    if kind == "clip_value":
        limit = message.clip_value
        return [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]
    return list(gradients)


def clip_by_rules(
    gradients: Sequence[Gradient],
    weights: Sequence[TrainedWeight],
    rules: Sequence[variable_rule_pb2.VariableRule],
) -> list[Gradient]:
    """Applies the clip_norm of rules, one after the other.

    Args:
      gradients: The gradients.
      weights: The weights that they are for.
      rules: The learner's variable_rules.
    """
    clipped = list(gradients)
    for rule in rules:
        places = [i for i, weight in enumerate(weights) if fnmatchcase(weight.name, rule.pattern)]
        if not rule.HasField("clip_norm") or not places:
            continue
        of_rule = [weights[place] for place in places], [clipped[place] for place in places]
        norm = tf.sqrt(tf.reduce_sum(squared_norms(*of_rule)))
        # Below the limit the factor is exactly 1.
        factor = rule.clip_norm / tf.maximum(norm, rule.clip_norm)
        for place in places:
            clipped[place] = scaled(clipped[place], factor)
    return clipped
