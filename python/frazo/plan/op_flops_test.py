import tensorflow as tf
from frazo.ops.grouped_matmul import grouped_matmul
from frazo.ops.implementation import Implementation, implementation
from frazo.ops.lstm import lstm_sequence
from frazo.ops.lstm_arguments import LstmArguments
from frazo.ops.rectified_matmul import rectified_matmul
from frazo.ops.self_attention import self_attention
from frazo.ops.visible_keys import VisibleKeys
from frazo.plan.flat_graph import FlatGraph
from frazo.plan.op_flops import flops


def total(function, *shapes):
    specs = [tf.TensorSpec(shape) for shape in shapes]
    graph = tf.function(function, autograph=False).get_concrete_function(*specs).graph
    return sum(flops(node) for node in FlatGraph(graph).nodes)


def test_products_of_matrices():
    # 2 x 3 results with 5 multiplications and additions each.
    expected = 2 * 2 * 3 * 5
    assert total(tf.matmul, [2, 5], [5, 3]) == expected
    assert total(lambda a, b: tf.matmul(a, b, transpose_a=True), [5, 2], [5, 3]) == expected
    assert total(lambda a, b: tf.matmul(a, b, transpose_b=True), [2, 5], [3, 5]) == expected
    assert total(tf.matmul, [7, 2, 5], [7, 5, 3]) == 7 * expected
    adjoint = lambda a, b: tf.linalg.matmul(a, b, transpose_a=True)  # noqa: E731
    assert total(adjoint, [7, 5, 2], [7, 5, 3]) == 7 * expected
    assert total(lambda a, b: tf.einsum("ghi,gij->ghj", a, b), [7, 2, 5], [7, 5, 3]) == 7 * expected


def test_convolutions_and_their_gradients():
    # 4 images, 8 x 8 results of 6 channels, each from a window of 3 x 3 with 5 channels.
    once = 2 * 4 * 8 * 8 * 6 * 3 * 3 * 5
    convolve = lambda x, w: tf.nn.conv2d(x, w, 1, "SAME")  # noqa: E731
    assert total(convolve, [4, 8, 8, 5], [3, 3, 5, 6]) == once

    def trained(x, w):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            y = convolve(x, w)
        return tape.gradient(y, [x, w])

    # The result is not needed, only the two gradients.
    assert total(trained, [4, 8, 8, 5], [3, 3, 5, 6]) == 2 * once


def test_products_of_groups():
    # 9 rows of 5 numbers, each times a matrix of 5 x 3; then both gradients.
    once = 2 * 9 * 5 * 3
    segments = tf.constant([[[0, 4]], [[4, 5]]])
    multiply = lambda x, w: grouped_matmul(x, w, segments)  # noqa: E731
    assert total(multiply, [9, 5], [2, 5, 3]) == once

    def trained(x, w):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            y = multiply(x, w)
        return tape.gradient(y, [x, w])

    assert total(trained, [9, 5], [2, 5, 3]) == 2 * once


def test_rectified_products():
    # 9 rows of 5 numbers times a matrix of 5 x 3; the gradient needs the result.
    once = 2 * 9 * 5 * 3
    counts = tf.constant([4, 5])
    multiply = lambda x, w, c: rectified_matmul(x, w, c, counts).values  # noqa: E731
    sizes = [9, 5], [5, 3], [2, 3]

    def trained(*factors):
        with tf.GradientTape() as tape:
            tape.watch(factors)
            y = multiply(*factors)
        return tape.gradient(y, factors)

    with implementation(Implementation.KERNEL):
        assert total(multiply, *sizes) == once
        assert total(trained, *sizes) == 3 * once


def test_self_attention():
    # 3 rows with 2 heads: 7 x 7 products of a query and a key with 5 elements each, and as many of
    # probabilities and values.
    product = 2 * 3 * 2 * 7 * 7 * 5
    visible = VisibleKeys(tf.ones([3, 7], tf.bool))
    attend = lambda x: self_attention(x, visible, heads=2, head_dim=5)  # noqa: E731

    def trained(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = attend(x)
        return tape.gradient(y, x)

    with implementation(Implementation.KERNEL):
        assert total(attend, [3, 7, 20]) == 2 * product
        assert total(trained, [3, 7, 20]) == (2 + 5) * product


def test_recurrences():
    def recur(gates):
        mask = tf.ones([3, 5], tf.bool)
        arguments = LstmArguments(tf.zeros([6, 32]), mask, projection=tf.zeros([8, 6]))
        return lstm_sequence(gates, arguments)[0]

    # For each of 3 x 5 tokens: m U of 6 x 32, and c P of 8 x 6.
    assert total(recur, [3, 5, 32]) == 2 * 3 * 5 * (6 * 32 + 8 * 6)


def test_all_else_counts_nothing():
    assert total(lambda x: tf.nn.softmax(tf.tanh(x) + x), [4, 4]) == 0
