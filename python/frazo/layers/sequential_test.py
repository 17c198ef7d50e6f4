import numpy as np
import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.sequential import Sequential
from frazo.layers.step_context import StepContext
from frazo.proto import layer_pb2
from frazo.registry import register
from google.protobuf import text_format, wrappers_pb2


def sequential(text, input_shape=(None, 2)):
    message = text_format.Parse(text, layer_pb2.Sequential())
    return Sequential(message, Place(path="network", input_shape=input_shape, seed=1))


def test_variables_are_named_by_their_path():
    network = sequential(
        'layers { name: "first" linear { units: 4 } } layers { activation: RELU } '
        "layers { linear { units: 3 bias: false } }"
    )
    assert [variable.name for variable in network.variables] == [
        "network/first/bias:0",
        "network/first/kernel:0",
        "network/linear_2/kernel:0",
    ]
    assert network.output_shape == (None, 3)


def test_layers_are_applied_in_order():
    network = sequential("layers { linear { units: 1 } } layers { activation: RELU }")
    network.layers[0].kernel.assign([[1.0], [1.0]])
    x = tf.constant([[-3.0, 2.0], [3.0, -1.0]])
    np.testing.assert_array_equal(network(x, StepContext.for_evaluation(seed=0)), [[0], [2]])


def test_initial_values_do_not_depend_on_other_layers():
    alone = sequential('layers { name: "last" linear { units: 3 } }', (None, 2))
    after = sequential(
        'layers { linear { units: 2 } } layers { name: "last" linear { units: 3 } }', (None, 2)
    )
    np.testing.assert_array_equal(alone.layers[0].kernel, after.layers[1].kernel)


def test_an_embedding_takes_ids():
    network = sequential("layers { embedding { vocab_size: 3 dim: 2 } }", (None, None))
    network.layers[0].table.assign([[1, 2], [3, 4], [5, 6]])
    y = network(tf.constant([[2, 0]]), StepContext.for_evaluation(seed=0))
    np.testing.assert_array_equal(y, [[[5, 6], [1, 2]]])
    assert network.output_shape == (None, None, 2)


# Stands for a message of a user's own. Every protobuf library has this one, and no other test of
# the room binds it.
@register(wrappers_pb2.FloatValue)
class _Scaled(Layer):
    def __call__(self, x, context):
        return x * self.message.value


def test_a_custom_layer_comes_in_an_any():
    message = layer_pb2.Sequential()
    message.layers.add().custom.Pack(wrappers_pb2.FloatValue(value=3))
    network = Sequential(message, Place(path="network", input_shape=(None, 2), seed=1))
    y = network(tf.constant([[1.0, 2.0]]), StepContext.for_evaluation(seed=0))
    np.testing.assert_array_equal(y, [[3, 6]])
