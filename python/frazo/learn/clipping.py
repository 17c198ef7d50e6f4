"""Limits the size of gradients."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import tensorflow as tf
from frazo.learn.row_gradients import Gradient, scaled
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.whole_values import squared_norms
from frazo.proto import learner_pb2, variable_rule_pb2


def clip(
    gradients: Sequence[Gradient],
    of_gradients: tf.Tensor,
    weights: Sequence[TrainedWeight],
    message: learner_pb2.Learner,
) -> list[Gradient]:
    """Applies the learner's `clipping`, and then the clip_norm of its rules, one after the other.

    Args:
      gradients: The gradients. With clip_value, none lists rows.
      of_gradients: Their squared norms, float32 [weights].
      weights: The weights that they are for.
      message: The learner's message.
    """
    norms = tf.sqrt(of_gradients)
    factors: dict[int, tf.Tensor] = {}
    kind = message.WhichOneof("clipping")
    if kind == "clip_global_norm":
        factor = _factor(tf.sqrt(tf.reduce_sum(of_gradients)), message.clip_global_norm)
        factors = dict.fromkeys(range(len(weights)), factor)
        norms *= factor
    elif kind == "clip_value":
        limit = message.clip_value
        gradients = [tf.clip_by_value(gradient, -limit, limit) for gradient in gradients]
        norms = tf.sqrt(squared_norms(weights, gradients))
    _add_factors_of_rules(factors, norms, weights, message.variable_rules)
    # Each gradient is multiplied once, whatever limits it.
    return [
        scaled(gradient, factors[i]) if i in factors else gradient
        for i, gradient in enumerate(gradients)
    ]


def _add_factors_of_rules(
    factors: dict[int, tf.Tensor],
    norms: tf.Tensor,
    weights: Sequence[TrainedWeight],
    rules: Sequence[variable_rule_pb2.VariableRule],
) -> None:
    """Multiplies the factors of gradients by those of the rules.

    Args:
      factors: By the index of its weight what a gradient is multiplied by.
      norms: Those of the gradients when they are so multiplied, float32 [weights].
      weights: The weights.
      rules: The rules.
    """
    for rule in rules:
        is_of_rule = [fnmatchcase(weight.name, rule.pattern) for weight in weights]
        if not rule.HasField("clip_norm") or not any(is_of_rule):
            continue
        places = [i for i, is_own in enumerate(is_of_rule) if is_own]
        factor = _factor(tf.norm(tf.gather(norms, places)), rule.clip_norm)
        for place in places:
            factors[place] = factors[place] * factor if place in factors else factor
        norms = tf.where(is_of_rule, norms * factor, norms)


def _factor(norm: tf.Tensor, limit: float) -> tf.Tensor:
    """Returns what brings a norm down to a limit. Below the limit it is exactly 1, so that nothing
    changes.
    """
    return limit / tf.maximum(norm, limit)
