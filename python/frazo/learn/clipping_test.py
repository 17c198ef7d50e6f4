import numpy as np
import tensorflow as tf
from frazo.learn.clipping import clip
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.whole_values import squared_norms
from frazo.proto import learner_pb2, variable_rule_pb2

# Global norm sqrt(36 + 64) = 10.
_GRADIENTS = [tf.constant([6.0, 0.0]), tf.constant([[-8.0]])]
_WEIGHTS = [
    TrainedWeight(tf.Variable([0.0, 0.0], name="rnn/kernel")),
    TrainedWeight(tf.Variable([[0.0]], name="softmax/kernel")),
]


def clipped(*rules, gradients=_GRADIENTS, **clipping):
    """Clips by the learner's `clipping` and rules, each a pattern and a norm."""
    messages = [variable_rule_pb2.VariableRule(pattern=p, clip_norm=norm) for p, norm in rules]
    message = learner_pb2.Learner(variable_rules=messages, **clipping)
    return clip(gradients, squared_norms(_WEIGHTS, gradients), _WEIGHTS, message)


def test_norm_ten_to_two_scales_all_by_a_fifth():
    first, second = clipped(clip_global_norm=2)
    np.testing.assert_allclose(first, [1.2, 0], rtol=1e-6)
    np.testing.assert_allclose(second, [[-1.6]], rtol=1e-6)


def test_norm_within_the_limit_changes_no_bit():
    for gradient, expected in zip(clipped(clip_global_norm=10.5), _GRADIENTS, strict=True):
        np.testing.assert_array_equal(gradient, expected)


def test_value_limits_each_element():
    first, second = clipped(clip_value=7)
    np.testing.assert_array_equal(first, [6, 0])
    np.testing.assert_array_equal(second, [[-7]])


def test_no_clipping_by_default():
    for gradient, expected in zip(clipped(), _GRADIENTS, strict=True):
        np.testing.assert_array_equal(gradient, expected)


def test_zero_gradients_stay_zero():
    zeros = [tf.zeros([2]), tf.zeros([1, 1])]
    for gradient in clipped(("*", 1), gradients=zeros, clip_global_norm=1):
        np.testing.assert_array_equal(gradient, tf.zeros_like(gradient))


def test_a_rule_limits_the_norm_of_its_variables_together():
    first, second = clipped(("rnn/*", 3))
    np.testing.assert_allclose(first, [3, 0], rtol=1e-6)
    np.testing.assert_array_equal(second, _GRADIENTS[1])
    first, second = clipped(("*", 5), ("rnn/*", 1))
    np.testing.assert_allclose(first, [1, 0], rtol=1e-6)
    np.testing.assert_allclose(second, [[-4]], rtol=1e-6)


def test_a_rule_limits_what_the_clipping_of_the_learner_gives():
    # By the global norm the gradients become 3 and -4, and so the rule of 2 multiplies by 2 / 3.
    first, second = clipped(("rnn/*", 2), clip_global_norm=5)
    np.testing.assert_allclose(first, [2, 0], rtol=1e-6)
    np.testing.assert_allclose(second, [[-4]], rtol=1e-6)
    # The limit of the rule is above 3.
    first, _ = clipped(("rnn/*", 3.5), clip_global_norm=5)
    np.testing.assert_allclose(first, [3, 0], rtol=1e-6)
    # Elements within 4 give (4, 0) and -4, whose norm is 4 sqrt(2).
    first, second = clipped(("*", 2**0.5), clip_value=4)
    np.testing.assert_allclose(first, [1, 0], rtol=1e-6)
    np.testing.assert_allclose(second, [[-1]], rtol=1e-6)


def test_rules_without_a_limit_or_of_other_variables_change_nothing():
    message = learner_pb2.Learner()
    message.variable_rules.add(pattern="*", decay=True)
    message.variable_rules.add(pattern="other/*", clip_norm=1)
    found = clip(_GRADIENTS, squared_norms(_WEIGHTS, _GRADIENTS), _WEIGHTS, message)
    for gradient, expected in zip(found, _GRADIENTS, strict=True):
        np.testing.assert_array_equal(gradient, expected)


def test_gradients_that_list_rows_are_clipped_as_whole_ones():
    rows = tf.IndexedSlices(_GRADIENTS[1], tf.constant([3]), tf.constant([5, 1]))
    first, second = clipped(gradients=[_GRADIENTS[0], rows], clip_global_norm=5)
    np.testing.assert_allclose(first, [3, 0], rtol=1e-6)
    np.testing.assert_allclose(tf.convert_to_tensor(second)[:, 0], [0, 0, 0, -4, 0], rtol=1e-6)
