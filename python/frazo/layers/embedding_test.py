import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.embedding import Embedding
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import embedding_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TABLE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def make(text="", seed=1, sizes="vocab_size: 3 dim: 2"):
    message = text_format.Parse(f"{sizes} {text}", embedding_pb2.Embedding())
    return Embedding(message, Place(path="embedding", input_shape=(None, None), seed=seed))


def test_rows_of_the_table_by_id():
    layer = make()
    layer.table.assign(_TABLE)
    vectors = layer(tf.constant([[2, 0, 2]]), _EVALUATION)
    np.testing.assert_array_equal(vectors, [[[5, 6], [1, 2], [5, 6]]])
    assert layer.output_shape == (None, None, 2)
    assert layer.table.name == "embedding/table:0"


def test_scaled_by_the_root_of_the_size():
    layer = make("scale_by_sqrt_dim: true")
    layer.table.assign(_TABLE)
    root = math.sqrt(2)
    np.testing.assert_allclose(
        layer(tf.constant([1]), _EVALUATION), [[3 * root, 4 * root]], rtol=1e-6
    )


@pytest.mark.parametrize(("is_read_whole", "op"), [(False, "ResourceGather"), (True, "GatherV2")])
def test_a_table_that_is_read_whole_is_not_gathered_from_as_a_variable(is_read_whole, op):
    layer = make()
    layer.table.assign(_TABLE)
    layer.is_read_whole = is_read_whole
    look_up = tf.function(layer.vectors, autograph=False).get_concrete_function(tf.constant([2, 0]))
    assert op in {node.type for node in look_up.graph.get_operations()}
    np.testing.assert_array_equal(look_up(tf.constant([2, 0])), [[5, 6], [1, 2]])


def test_first_values():
    sizes = "vocab_size: 1000 dim: 64"
    table = make(sizes=sizes).table.numpy()
    # With 64,000 draws the error of the deviation, 1 / 8, is about 0.3%, that of the mean 0.0005.
    assert table.std() == pytest.approx(1 / 8, rel=0.02)
    assert table.mean() == pytest.approx(0, abs=0.002)
    np.testing.assert_array_equal(table, make(sizes=sizes).table)
    assert not np.array_equal(table, make(sizes=sizes, seed=2).table)
    constant = make("table_init { constant { value: 0.5 } }").table
    np.testing.assert_array_equal(constant, np.full([3, 2], 0.5))


def test_the_gradient_of_a_row_is_the_sum_over_its_uses():
    layer = make()
    with tf.GradientTape() as tape:
        vectors = layer(tf.constant([[2, 0, 2]]), _EVALUATION)
        loss = tf.reduce_sum(vectors * [[[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]]])
    gradient = tf.convert_to_tensor(tape.gradient(loss, layer.table))
    np.testing.assert_array_equal(gradient, [[2, 20], [0, 0], [5, 50]])


@pytest.mark.parametrize("ids", [[0, 3], [-1, 0]])
def test_an_id_without_a_row_names_the_remedy(ids):
    layer = make()
    look_up = tf.function(lambda x: layer(x, _EVALUATION), autograph=False)
    message = r"embedding: an id is not from 0 to 2\. Raise vocab_size to the size of the tokenizer"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        look_up(tf.constant(ids))
