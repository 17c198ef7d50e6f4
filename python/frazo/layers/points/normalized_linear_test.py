import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.image.batch_norm import BatchNorm
from frazo.layers.place import Place
from frazo.layers.points.cells import Cells
from frazo.layers.points.normalized_linear import NormalizedLinear
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2

_MESSAGE = norm_pb2.BatchNorm(decay=0.75)
_X = tf.random.stateless_normal([6, 4], [3, 4]) * [1.0, 5.0, 0.1, 2.0] + [0.0, 3.0, 1.0, -2.0]
_CELLS = Cells(tf.constant([3, 0, 1, 2]))


def training():
    return StepContext.for_training(seed=0, global_step=tf.constant(0, tf.int64))


def evaluation():
    return StepContext.for_evaluation(seed=0)


@pytest.fixture
def layer():
    layer = NormalizedLinear(3, _MESSAGE, Place(path="layer", input_shape=(None, 4), seed=1))
    norm = layer.norm
    for number, variable in enumerate([norm.scale, norm.offset, norm.moving_mean]):
        variable.assign(tf.random.stateless_normal([4], [number, 7]))
    norm.moving_variance.assign([0.5, 1.0, 2.0, 4.0])
    return layer


def rows_of(values):
    """The rows of _CELLS with these values, and what they have in common."""
    mean, variance = tf.nn.moments(tf.cast(values, tf.float32), 0)
    parts = tf.split(values, _CELLS.counts.numpy())

    def of_cells(reduce):
        return tf.stack([reduce(x, 0) if len(x) else tf.zeros(x.shape[1], x.dtype) for x in parts])

    means, maxima = of_cells(tf.reduce_mean), of_cells(tf.reduce_max)
    return ops.RectifiedRows(values, mean, variance, means, maxima)


def in_two_steps(layer, x, context):
    """relu(norm(x) W) as written, with a BatchNorm of the same variables."""
    norm = BatchNorm(_MESSAGE, Place(path="norm", input_shape=(None, 4), seed=1))
    norm.scale, norm.offset = layer.norm.scale, layer.norm.offset
    norm.moving_mean, norm.moving_variance = layer.norm.moving_mean, layer.norm.moving_variance
    return tf.nn.relu(norm(x, context) @ layer.kernel)


@pytest.mark.parametrize("make_context", [training, evaluation])
def test_folding_the_norm_changes_nothing(layer, make_context):
    context, expected = make_context(), make_context()
    weights = [layer.kernel, layer.norm.scale, layer.norm.offset]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(_X)
        y = layer(rows_of(_X), _CELLS, context).values
        wanted = in_two_steps(layer, _X, expected)
    np.testing.assert_allclose(y, wanted, atol=1e-5)
    slopes = tf.random.stateless_normal([6, 3], [5, 6])
    for found, other in zip(
        tape.gradient(y, [_X, *weights], output_gradients=slopes),
        tape.gradient(wanted, [_X, *weights], output_gradients=slopes),
        strict=True,
    ):
        np.testing.assert_allclose(found, other, rtol=1e-3, atol=1e-4)
    for (variable, value), (other, moved) in zip(context.updates, expected.updates, strict=True):
        assert variable is other
        np.testing.assert_allclose(value, moved, rtol=1e-5)


@pytest.mark.parametrize("make_context", [training, evaluation])
def test_maxima_of_cells_are_as_if_they_stood_in_each_row(layer, make_context):
    x = _X[:, 1:3]
    context, expected = make_context(), make_context()
    weights = [layer.kernel, layer.norm.scale, layer.norm.offset]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        rows = rows_of(x)
        y = layer.with_maxima(rows, _CELLS, context).values
        spread = tf.repeat(rows.cell_maxima, _CELLS.counts, axis=0)
        wanted = layer(rows_of(tf.concat([x, spread], 1)), _CELLS, expected).values
    np.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-5)
    points = [x, *weights]
    for found, other in zip(tape.gradient(y, points), tape.gradient(wanted, points), strict=True):
        np.testing.assert_allclose(found, other, rtol=1e-3, atol=1e-4)
    for (_, value), (_, moved) in zip(context.updates, expected.updates, strict=True):
        np.testing.assert_allclose(value, moved, rtol=1e-5)


def test_bfloat16_stays_bfloat16(layer):
    x = tf.cast(_X, tf.bfloat16)
    y = layer(rows_of(x), _CELLS, training()).values
    assert y.dtype == tf.bfloat16
    wanted = layer(rows_of(tf.cast(x, tf.float32)), _CELLS, training()).values
    np.testing.assert_allclose(tf.cast(y, tf.float32), wanted, atol=0.1)
