import pytest
import tensorflow as tf
from frazo.plan.buffers import find_buffers, moves_nothing
from frazo.plan.flat_graph import FlatGraph, UnknownShapeError


def flat(function, *specs):
    return FlatGraph(tf.function(function, autograph=False).get_concrete_function(*specs).graph)


def made_by(graph):
    """Returns (type of the op, bytes, index of the first and of the last node) of each buffer."""
    types = [node.op.type for node in graph.nodes]
    named = [
        (
            "argument" if buffer.node is None else buffer.node.op.type,
            buffer.num_bytes,
            types[buffer.last] if buffer.last < len(types) else "end",
        )
        for buffer in find_buffers(graph)
    ]
    return [buffer for buffer in named if buffer[1] > 16]


def test_a_buffer_lives_until_its_last_use():
    def function(x):
        product = tf.matmul(x, x)
        total = tf.matmul(product, product)
        return tf.matmul(total, x)

    # 10 x 10 numbers of 4 bytes.
    assert made_by(flat(function, tf.TensorSpec([10, 10]))) == [
        ("argument", 400, "MatMul"),
        ("MatMul", 400, "MatMul"),
        ("MatMul", 400, "MatMul"),
        ("MatMul", 400, "end"),
    ]


def test_views_share_memory():
    def function(x):
        flat_product = tf.reshape(tf.matmul(x, x), [100])
        first, _ = tf.split(tf.reshape(flat_product, [10, 10]), 2, 0)
        return tf.matmul(first, x)

    assert made_by(flat(function, tf.TensorSpec([10, 10]))) == [
        ("argument", 400, "MatMul"),
        ("MatMul", 400, "MatMul"),
        ("MatMul", 200, "end"),
    ]


def test_what_is_not_needed_any_more_is_overwritten():
    def function(x):
        product = tf.matmul(x, x)
        # The first keeps the product for the sum, the second may overwrite the first.
        return tf.tanh(tf.exp(product)) + product

    assert made_by(flat(function, tf.TensorSpec([10, 10]))) == [
        ("argument", 400, "MatMul"),
        ("MatMul", 400, "AddV2"),
        ("Exp", 400, "end"),
    ]


def test_variables_and_arguments_are_not_overwritten():
    with tf.Graph().as_default():
        variable = tf.Variable(tf.zeros([10, 10]))
        graph = flat(lambda x: tf.tanh(variable + x), tf.TensorSpec([10, 10]))
    assert made_by(graph) == [("argument", 400, "AddV2"), ("AddV2", 400, "end")]


def test_a_size_that_is_not_known_is_an_error():
    graph = flat(lambda x: tf.matmul(x, x, transpose_b=True), tf.TensorSpec([None, 4]))
    with pytest.raises(UnknownShapeError, match=r"the shape \[\?, 4\] of what an argument gives"):
        find_buffers(graph)


def test_views_move_nothing():
    graph = flat(lambda x: tf.reshape(tf.tanh(x), [-1]), tf.TensorSpec([2, 2]))
    moving = [node.op.type for node in graph.nodes if not moves_nothing(node)]
    assert "Tanh" in moving
    assert "Reshape" not in moving
