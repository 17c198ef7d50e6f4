import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.layer_norm import LayerNorm
from frazo.layers.place import Place
from frazo.layers.rms_norm import RmsNorm
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2

_EVALUATION = StepContext.for_evaluation(seed=0)
_PLACE = Place(path="norm", input_shape=(None, None, 4), seed=1)
# The mean is 3. The differences (-2, -1, 0, 3) have variance 14 / 4 = 3.5 and standard deviation
# 1.870829.
_X = tf.constant([[[1.0, 2, 3, 6]]])
_STANDARDIZED = [-1.069045, -0.534522, 0, 1.603567]


def test_new_layer_norm_gives_mean_zero_and_variance_one():
    layer = LayerNorm(norm_pb2.LayerNorm(), _PLACE)
    assert layer.output_shape == (None, None, 4)
    np.testing.assert_allclose(layer(_X, _EVALUATION)[0, 0], _STANDARDIZED, atol=1e-5)


@pytest.mark.parametrize(("from_one", "variable"), [(True, 0.5), (False, 1.5)])
def test_scale_multiplies_and_bias_adds(from_one, variable):
    layer = LayerNorm(norm_pb2.LayerNorm(scale_is_offset_from_one=from_one), _PLACE)
    layer.scale.assign([variable] * 4)
    layer.bias.assign([0, 0, 0, 0.25])
    # The scale is 1.5. The last value, 2.405351, has .25 added.
    expected = [-1.603567, -0.801784, 0, 2.655351]
    np.testing.assert_allclose(layer(_X, _EVALUATION)[0, 0], expected, atol=1e-5)


def test_epsilon_is_added_to_the_variance():
    layer = LayerNorm(norm_pb2.LayerNorm(epsilon=0.5), _PLACE)
    # The variance is 3.5 + .5 = 2^2.
    np.testing.assert_allclose(layer(_X, _EVALUATION)[0, 0], [-1, -0.5, 0, 1.5], atol=1e-6)


def test_equal_values_give_zero_and_a_finite_gradient():
    layer = LayerNorm(norm_pb2.LayerNorm(), _PLACE)
    x = tf.fill([1, 1, 4], 3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, _EVALUATION)
    np.testing.assert_array_equal(y, np.zeros([1, 1, 4]))
    assert np.isfinite(tape.gradient(y, x)).all()


def test_gradient_is_that_of_the_formula():
    x = tf.random.stateless_normal([3, 5, 4], [1, 2])
    weights = tf.random.stateless_normal([3, 5, 4], [3, 4])
    layer = LayerNorm(norm_pb2.LayerNorm(), _PLACE)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ours = tf.reduce_sum(layer(x, _EVALUATION) * weights)
        mean, variance = tf.nn.moments(x, -1, keepdims=True)
        plain = tf.reduce_sum((x - mean) / tf.sqrt(variance + 1e-6) * weights)
    np.testing.assert_allclose(tape.gradient(ours, x), tape.gradient(plain, x), atol=1e-5)


def test_rms_norm_divides_by_the_root_mean_square():
    layer = RmsNorm(norm_pb2.RmsNorm(), _PLACE)
    layer.scale.assign([1, 1, 1, 2])
    # sqrt((1 + 4 + 9 + 36) / 4) = 3.535534.
    expected = [0.282843, 0.565685, 0.848528, 3.394113]
    np.testing.assert_allclose(layer(_X, _EVALUATION)[0, 0], expected, atol=1e-5)


@pytest.mark.parametrize("make", [LayerNorm, RmsNorm])
def test_unknown_size_is_an_error(make):
    message = norm_pb2.LayerNorm() if make is LayerNorm else norm_pb2.RmsNorm()
    with pytest.raises(ValueError, match=r"norm: the input has shape \[\?, \?\]; \w+Norm expects"):
        make(message, Place(path="norm", input_shape=(None, None), seed=1))
