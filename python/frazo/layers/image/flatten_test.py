import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.image.flatten import Flatten
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import layer_pb2


def test_keeps_the_batch_and_joins_the_rest_row_by_row():
    layer = Flatten(
        layer_pb2.Layer.Flatten(), Place(path="flatten", input_shape=(None, 2, 2, 1), seed=1)
    )
    x = tf.reshape(tf.range(8.0), [2, 2, 2, 1])
    y = layer(x, StepContext.for_evaluation(seed=0))
    np.testing.assert_array_equal(y, [[0, 1, 2, 3], [4, 5, 6, 7]])
    assert layer.output_shape == (None, 4)


def test_unknown_sizes_are_an_error():
    with pytest.raises(ValueError, match=r"flatten: the input has shape \[\?, \?, 2\]"):
        Flatten(
            layer_pb2.Layer.Flatten(), Place(path="flatten", input_shape=(None, None, 2), seed=1)
        )
