import numpy as np
import tensorflow as tf
from frazo.learn.clipping import clip, clip_by_rules
from frazo.learn.trained_weight import TrainedWeight
from frazo.proto import learner_pb2, variable_rule_pb2

# Global norm sqrt(36 + 64) = 10.
_GRADIENTS = [tf.constant([6.0, 0.0]), tf.constant([[-8.0]])]
_WEIGHTS = [
    TrainedWeight(tf.Variable([0.0, 0.0], name="rnn/kernel")),
    TrainedWeight(tf.Variable([[0.0]], name="softmax/kernel")),
]


def clipped(**clipping):
    return clip(_GRADIENTS, tf.constant(10.0), learner_pb2.Learner(**clipping))


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
    (gradient,) = clip([tf.zeros([2])], tf.constant(0.0), learner_pb2.Learner(clip_global_norm=1))
    np.testing.assert_array_equal(gradient, [0, 0])


def clipped_by_rules(*rules):
    messages = [variable_rule_pb2.VariableRule(pattern=p, clip_norm=norm) for p, norm in rules]
    return clip_by_rules(_GRADIENTS, _WEIGHTS, messages)


def test_a_rule_limits_the_norm_of_its_variables_together():
    first, second = clipped_by_rules(("rnn/*", 3))
    np.testing.assert_allclose(first, [3, 0], rtol=1e-6)
    np.testing.assert_array_equal(second, _GRADIENTS[1])
    first, second = clipped_by_rules(("*", 5), ("rnn/*", 1))
    np.testing.assert_allclose(first, [1, 0], rtol=1e-6)
    np.testing.assert_allclose(second, [[-4]], rtol=1e-6)


def test_rules_without_a_limit_or_of_other_variables_change_nothing():
    rules = [variable_rule_pb2.VariableRule(pattern="*", decay=True)]
    rules.append(variable_rule_pb2.VariableRule(pattern="other/*", clip_norm=1))
    found = clip_by_rules(_GRADIENTS, _WEIGHTS, rules)
    for gradient, expected in zip(found, _GRADIENTS, strict=True):
        np.testing.assert_array_equal(gradient, expected)


def test_gradients_that_list_rows_are_clipped_as_whole_ones():
    rows = tf.IndexedSlices(_GRADIENTS[1], tf.constant([3]), tf.constant([5, 1]))
    message = learner_pb2.Learner(clip_global_norm=5)
    first, second = clip([_GRADIENTS[0], rows], tf.constant(10.0), message)
    np.testing.assert_allclose(first, [3, 0], rtol=1e-6)
    np.testing.assert_allclose(tf.convert_to_tensor(second)[:, 0], [0, 0, 0, -4, 0], rtol=1e-6)
