import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.place import Place
from frazo.layers.points.cell_featurizer import CellFeaturizer
from frazo.layers.step_context import StepContext
from frazo.proto import star_net_pb2
from google.protobuf import text_format

_TEXT = "units: 3 blocks { hidden_units: 8 units: 4 } blocks { hidden_units: 6 units: 5 }"
_COUNTS = tf.constant([4, 0, 2])
_X = tf.random.stateless_normal([3, 4, 2], [1, 2])


def featurizer(**fields):
    message = text_format.Parse(_TEXT, star_net_pb2.CellFeaturizer(**fields))
    return CellFeaturizer(message, Place(path="cells", input_shape=(None, 4, 2), seed=1))


def training():
    return StepContext.for_training(seed=0, global_step=tf.constant(0, tf.int64))


def test_variables_and_output():
    layer = featurizer()
    shapes = {variable.name: tuple(variable.shape) for variable in layer.trainable_variables}
    assert shapes == {
        "cells/first/kernel:0": (2, 3),
        "cells/first/bias:0": (3,),
        "cells/block0/hidden/kernel:0": (6, 8),
        "cells/block0/hidden/norm/scale:0": (6,),
        "cells/block0/hidden/norm/offset:0": (6,),
        "cells/block0/output/kernel:0": (8, 4),
        "cells/block0/output/norm/scale:0": (8,),
        "cells/block0/output/norm/offset:0": (8,),
        "cells/block1/hidden/kernel:0": (8, 6),
        "cells/block1/hidden/norm/scale:0": (8,),
        "cells/block1/hidden/norm/offset:0": (8,),
        "cells/block1/output/kernel:0": (6, 5),
        "cells/block1/output/norm/scale:0": (6,),
        "cells/block1/output/norm/offset:0": (6,),
    }
    assert layer.output_shape == (None, 12)
    assert layer(_X, training(), _COUNTS).shape == (3, 12)


def test_numbers_by_hand():
    message = text_format.Parse(
        "units: 1 blocks { hidden_units: 1 units: 1 } batch_norm { epsilon: 1e-9 }",
        star_net_pb2.CellFeaturizer(),
    )
    layer = CellFeaturizer(message, Place(path="cells", input_shape=(None, 2, 1), seed=1))
    layer.first.kernel.assign([[2.0]])
    layer.first.bias.assign([1.0])
    layer.blocks[0].hidden.kernel.assign([[1.0], [1.0]])
    layer.blocks[0].output.kernel.assign([[3.0]])
    x = tf.constant([[[1.0], [-1.0]], [[2.0], [9.0]]])
    y = layer(x, StepContext.for_evaluation(seed=0), tf.constant([2, 1]))
    # The first cell has 2 x + 1 = 3 and, rectified, 0, with the maximum 3: 3 (3 + 3) = 18 and
    # 3 (0 + 3) = 9. The second has one point, 5: 3 (5 + 5) = 30. Norms change nothing yet.
    np.testing.assert_allclose(y, [[1.5, 13.5], [5, 30]], rtol=1e-6)


@pytest.mark.parametrize("recompute", [False, True])
def test_neither_the_order_of_points_nor_padding_matters(recompute):
    layer = featurizer(recompute=recompute)
    y = layer(_X, training(), _COUNTS)
    turned = tf.stack([_X[0, ::-1], _X[1] + 5, tf.gather(_X[2], [1, 0, 2, 3])])
    turned = tf.concat([turned, tf.fill([3, 2, 2], np.nan)], 1)
    np.testing.assert_allclose(layer(turned, training(), _COUNTS), y, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(y[1], np.zeros(12))


def test_recomputing_changes_neither_gradients_nor_updates():
    results = []
    for recompute in (False, True):
        layer, context = featurizer(recompute=recompute), training()
        with tf.GradientTape() as tape:
            y = layer(_X, context, _COUNTS)
            total = tf.reduce_sum(tf.square(y) * tf.range(1.0, 13))
        slopes = tape.gradient(total, layer.trainable_variables)
        updates = {variable.name: value for variable, value in context.updates}
        results.append((y, slopes, updates))
    (y, slopes, updates), (again, others, same) = results
    np.testing.assert_allclose(again, y, rtol=1e-6)
    for one, other in zip(slopes, others, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-6)
    assert len(updates) == 8
    assert updates.keys() == same.keys()
    for name, value in updates.items():
        np.testing.assert_allclose(same[name], value, rtol=1e-6)


def test_gradients_agree_with_differences():
    layer, x = featurizer(), tf.Variable(_X)
    weights = tf.random.stateless_normal([3, 12], [8, 9])

    def value():
        return tf.reduce_sum(layer(x, training(), _COUNTS) * weights)

    assert_gradients_agree(value, [x, *layer.trainable_variables])


def test_a_batch_without_any_point():
    layer, context = featurizer(), training()
    y = layer(_X, context, tf.zeros([3], tf.int32))
    np.testing.assert_array_equal(y, np.zeros([3, 12]))
    for variable, value in context.updates:
        np.testing.assert_array_equal(value, variable)
