"""Decides which variables are trained, and how."""

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase

import tensorflow as tf
from frazo.layers.declaration import declaration_of
from frazo.learn.trained_weight import TrainedWeight
from frazo.proto import variable_rule_pb2

_NAMES_TO_SUGGEST = 3


def trained_weights(
    variables: Sequence[tf.Variable], rules: Sequence[variable_rule_pb2.VariableRule]
) -> list[TrainedWeight]:
    """The trainable variables that no rule freezes, in their order.

    ValueError: a rule matches none of the trainable variables, or all are frozen.
    """
    weights = [TrainedWeight(variable) for variable in variables if variable.trainable]
    names = [weight.name for weight in weights]
    for index, rule in enumerate(rules):
        matching(rule.pattern, names, field=f"variable_rules[{index}].pattern")
    trained = []
    for weight in weights:
        merged = variable_rule_pb2.VariableRule(
            freeze=False, learning_rate_scale=1, decay=declaration_of(weight.variable).decays
        )
        for rule in rules:
            if fnmatchcase(weight.name, rule.pattern):
                # Only the fields that the rule sets replace earlier ones.
                merged.MergeFrom(rule)
        if not merged.freeze:
            trained.append(TrainedWeight(weight.variable, merged.learning_rate_scale, merged.decay))
    if weights and not trained:
        raise ValueError(
            "variable_rules freeze all trainable variables, so there is nothing to train; let a "
            "rule with freeze: false follow for those that shall be trained"
        )
    return trained


def matching(pattern: str, names: Sequence[str], *, field: str) -> list[str]:
    """Those of the trainable variables' names that match; ValueError, naming the field:
    none does.
    """
    matched = [name for name in names if fnmatchcase(name, pattern)]
    if matched:
        return matched
    problem = f'{field}: "{pattern}" matches no trainable variable; '
    nearest = difflib.get_close_matches(pattern, names, n=_NAMES_TO_SUGGEST, cutoff=0)
    listed = ", ".join(f'"{name}"' for name in nearest)
    raise ValueError(
        f"{problem}the nearest are {listed}" if listed else f"{problem}the model has none"
    )
