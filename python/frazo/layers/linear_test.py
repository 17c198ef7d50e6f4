import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import activation_pb2, linear_pb2

_EVALUATION = StepContext.for_evaluation(seed=0)


def linear(input_shape=(None, 2), **fields):
    message = linear_pb2.Linear(**({"units": 3} | fields))
    return Linear(message, Place(path="fc", input_shape=input_shape, seed=1))


def test_x_w_plus_b():
    layer = linear(activation=activation_pb2.RELU)
    layer.kernel.assign([[1, 2, 3], [4, 5, 6]])
    layer.bias.assign([0.5, 0, -16])
    # 1 * (1, 2, 3) + 2 * (4, 5, 6) = (9, 12, 15).
    np.testing.assert_array_equal(layer(tf.constant([[1.0, 2.0]]), _EVALUATION), [[9.5, 12, 0]])


def test_projects_the_last_dimension_of_any_rank():
    layer = linear(input_shape=(None, 4, 2))
    assert layer.output_shape == (None, 4, 3)
    x = tf.random.stateless_normal([5, 4, 2], [1, 2])
    rows = linear()(tf.reshape(x, [20, 2]), _EVALUATION)
    np.testing.assert_allclose(layer(x, _EVALUATION), tf.reshape(rows, [5, 4, 3]), rtol=1e-6)


def test_bias_can_be_left_out():
    assert [variable.name for variable in linear(bias=False).variables] == ["fc/kernel:0"]


def test_unknown_number_of_features_is_an_error():
    with pytest.raises(ValueError, match=r"fc: the input has shape \[\?, \?\]; Linear expects"):
        linear(input_shape=(None, None))
