"""The properties that every layer must have, tested on a list of layers."""

from typing import NamedTuple

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.place import Place
from frazo.layers.sequential import Sequential
from frazo.layers.step_context import StepContext
from frazo.proto import layer_pb2
from google.protobuf import text_format

_BATCH = 3


class LayerCase(NamedTuple):
    """A layer to test.

    Attributes:
      name: The name of the case.
      layer: The text of a Layer.
      shape: The shape of the input without the batch.
    """

    name: str
    layer: str
    shape: tuple[int, ...]


_IMAGE = (6, 5, 2)
_CASES = [
    LayerCase("conv", "conv2d { filters: 4 kernel_height: 3 kernel_width: 2 }", _IMAGE),
    LayerCase(
        "conv_bias",
        "conv2d { filters: 4 kernel_height: 3 kernel_width: 3 stride: 2 padding: VALID bias: true "
        "activation: TANH }",
        _IMAGE,
    ),
    LayerCase("pool", "max_pool2d { window: 2 }", _IMAGE),
    LayerCase("pool_valid", "max_pool2d { window: 3 stride: 2 padding: VALID }", _IMAGE),
    LayerCase("batch_norm", "batch_norm {}", _IMAGE),
    LayerCase("dropout", "dropout { rate: 0.3 }", _IMAGE),
    LayerCase("linear", "linear { units: 7 activation: SIGMOID }", (5,)),
    LayerCase("linear_rank3", "linear { units: 7 bias: false }", (4, 5)),
    LayerCase("relu", "activation: RELU", _IMAGE),
    LayerCase("gelu", "activation: GELU", (5,)),
    LayerCase("silu", "activation: SILU", (5,)),
    LayerCase("flatten", "flatten {}", _IMAGE),
    LayerCase("layer_norm", "layer_norm {}", (4, 6)),
    LayerCase("layer_norm_plain", "layer_norm { scale_is_offset_from_one: false }", (6,)),
    LayerCase("rms_norm", "rms_norm {}", (4, 6)),
    LayerCase("feed_forward", "feed_forward { hidden_units: 7 activation: TANH }", (4, 5)),
    LayerCase(
        "feed_forward_gated",
        "feed_forward { hidden_units: 7 gated: true activation: GELU_TANH hidden_dropout: 0.2 }",
        (4, 5),
    ),
]
each_case = pytest.mark.parametrize("case", _CASES, ids=[case.name for case in _CASES])
each_mode = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])


def make_layer(case, seed=1):
    message = text_format.Parse(f'layers {{ name: "layer" {case.layer} }}', layer_pb2.Sequential())
    return Sequential(
        message, Place(path="network", input_shape=(None, *case.shape), seed=seed)
    ).layers[0]


def make_context(training):
    if training:
        return StepContext.for_training(seed=5, global_step=tf.constant(9, tf.int64))
    return StepContext.for_evaluation(seed=5)


def make_input(case):
    return tf.random.stateless_normal([_BATCH, *case.shape], [3, 4])


@each_case
def test_variables_are_made_once_and_named_by_path(case):
    layer = make_layer(case)
    before = [variable.ref() for variable in layer.variables]
    layer(make_input(case), make_context(True))
    assert [variable.ref() for variable in layer.variables] == before
    names = [variable.name for variable in layer.variables]
    assert len(set(names)) == len(names)
    assert all(name.startswith("network/layer/") for name in names)
    assert all(variable.dtype == tf.float32 for variable in layer.variables)


@each_case
@each_mode
def test_output_shape_is_true_and_the_type_float32(case, training):
    layer = make_layer(case)
    y = layer(make_input(case), make_context(training))
    assert layer.output_shape[0] is None
    assert y.shape[1:] == layer.output_shape[1:]
    assert y.shape[0] == _BATCH
    assert y.dtype == tf.float32


@each_case
@each_mode
def test_graph_equals_eager_for_any_batch_size(case, training):
    layer = make_layer(case)
    graph = tf.function(
        lambda x: layer(x, make_context(training)),
        input_signature=[tf.TensorSpec([None, *case.shape])],
        autograph=False,
    )
    x = make_input(case)
    np.testing.assert_allclose(graph(x), layer(x, make_context(training)), rtol=1e-5, atol=1e-6)


@each_case
def test_everything_is_a_function_of_the_seed(case):
    layer, same, other = make_layer(case), make_layer(case), make_layer(case, seed=2)
    x = make_input(case)
    np.testing.assert_array_equal(layer(x, make_context(True)), same(x, make_context(True)))
    kernels = [v for v in layer.variables if v.name.endswith("/kernel:0")]
    other_kernels = [v for v in other.variables if v.name.endswith("/kernel:0")]
    for kernel, other_kernel in zip(kernels, other_kernels, strict=True):
        assert not np.array_equal(kernel, other_kernel)


@each_case
@each_mode
def test_gradients_agree_with_differences(case, training):
    layer = make_layer(case)
    x = tf.Variable(make_input(case))
    y = layer(x, make_context(training))
    projection = tf.random.stateless_normal(y.shape, [8, 9])

    def value():
        return tf.reduce_sum(layer(tf.convert_to_tensor(x), make_context(training)) * projection)

    assert_gradients_agree(value, [x, *layer.trainable_variables])
