"""Each op of ours gives the same as kernel and as graph, forward and backward."""

import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

KERNEL, GRAPH = ops.Implementation.KERNEL, ops.Implementation.GRAPH


def normal(*shape, seed=1):
    return tf.random.stateless_normal(shape, [seed, len(shape)])


def in_both(function):
    """What it gives with kernels and with graphs, each as a graph without a word of the other."""
    given = []
    for choice in (KERNEL, GRAPH):
        with ops.implementation(choice):
            traced = tf.function(function, autograph=False).get_concrete_function()
        uses = any(op.type.startswith("Frazo") for op in traced.graph.get_operations())
        assert uses == (choice is KERNEL)
        given.append([np.asarray(x) for x in tf.nest.flatten(traced())])
    return given


def assert_agree(function, rtol=1e-5, atol=1e-5):
    kernel, graph = in_both(function)
    assert [x.shape for x in kernel] == [x.shape for x in graph]
    for one, other in zip(kernel, graph, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def with_gradients(function, *inputs):
    """The function's result, and the gradients of its sum with weights that differ everywhere."""
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        result = function(*inputs)
        total = tf.reduce_sum(result * normal(*result.shape, seed=9))
    return result, tape.gradient(total, inputs)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("z_loss", [0.0, 0.01])
def test_cross_entropy(smoothing, z_loss):
    labels = tf.constant([0, 44, 7])

    def losses(logits):
        return ops.cross_entropies(logits, labels, smoothing=smoothing, z_loss=z_loss).smoothed

    assert_agree(lambda: with_gradients(losses, 5 * normal(3, 45)))


@pytest.mark.parametrize("choice", [KERNEL, GRAPH])
def test_cross_entropy_of_what_is_not_finite_is_nan(choice):
    logits = tf.constant([[0.0, float("nan")], [float("inf"), 0.0], [1.0, 2.0]])
    with ops.implementation(choice):
        losses = ops.smoothed_cross_entropy(logits, tf.constant([0, 0, 0]), smoothing=0.1)
    np.testing.assert_array_equal(np.isnan(losses), [True, True, False])


def test_layer_norm():
    def norm(x, scale, bias):
        return ops.layer_norm(x, scale, bias, epsilon=1e-3)

    assert_agree(lambda: with_gradients(norm, normal(3, 5, 9), normal(9), normal(9, seed=2)))


def test_squared_norm():
    assert_agree(lambda: ops.squared_norm(normal(300, 70)))


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_gradient_of_a_convolution(padding):
    x, kernel = normal(4, 7, 8, 3), normal(3, 2, 3, 5)
    gradient = tf.nn.relu(normal(*tf.nn.conv2d(x, kernel, 2, padding).shape, seed=3))
    assert_agree(lambda: ops.sparse_conv2d_gradient(x, kernel, gradient, stride=2, padding=padding))


LSTMS = {
    "plain": {},
    "projection, reverse": {"projection": normal(6, 4), "settings": {"reverse": True}},
    "norm, clip": {
        "scale": 1 + 0.1 * normal(24, seed=4),
        "bias": normal(24, seed=5),
        "settings": {"layer_norm_epsilon": 1e-3, "cell_clip": 0.3, "output_tanh": False},
    },
    "starts, zoneout": {
        "starts": tf.constant([[False, False, True, False, False], [False, True] + [False] * 3]),
        "cell_zoneout": tf.random.stateless_uniform([2, 5, 6], [1, 2]),
        "output_zoneout": tf.random.stateless_uniform([2, 5, 6], [1, 3]),
    },
}


@pytest.mark.parametrize("name", LSTMS)
def test_lstm(name):
    given = dict(LSTMS[name])
    size = 4 if "projection" in given else 6
    mask = tf.constant([[True] * 5, [True, True, True, False, False]])
    weights = {"kernel": normal(size, 24, seed=2)}
    weights |= {key: given.pop(key) for key in ("projection", "scale", "bias") if key in given}

    def outputs(gates, *values):
        trained = dict(zip(weights, values, strict=True))
        return ops.lstm_outputs(gates, ops.LstmArguments(mask=mask, **trained, **given))

    assert_agree(lambda: with_gradients(outputs, normal(2, 5, 24), *weights.values()), 1e-4, 1e-4)


@pytest.mark.parametrize("bias", [None, normal(1, 4, 6), normal(3, 1, 6, seed=2)])
@pytest.mark.parametrize("shared_heads", [1, 2, 4])
def test_cached_attention(shared_heads, bias):
    assert_agree(
        lambda: ops.cached_attention(
            normal(5, 4 * 8),
            normal(3, 6, 2 * shared_heads * 8, seed=3),
            tf.constant([0, 0, 2, 1, 2]),
            head_dim=8,
            bias=bias,
        )
    )


def test_cached_attention_to_no_positions():
    assert_agree(
        lambda: ops.cached_attention(
            normal(2, 8), tf.zeros([1, 0, 16]), tf.constant([0, 0]), head_dim=8
        )
    )


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("bias", [None, normal(45)])
def test_packed_product(bias, transposed):
    matrix = normal(45, 70) if transposed else normal(70, 45)

    def product():
        panels = ops.pack_matrix(matrix, transposed=transposed)
        return panels, ops.packed_matmul(normal(5, 70, seed=2), panels, units=45, bias=bias)

    assert_agree(product)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("bias", [None, normal(45)])
def test_int8_product(bias, transposed):
    matrix = normal(45, 70) if transposed else normal(70, 45)

    def product():
        rounded = ops.quantize_matrix(matrix, transposed=transposed)
        return rounded, ops.int8_matmul(normal(5, 70, seed=2), rounded, bias=bias)

    assert_agree(product)


def test_a_processor_alone_uses_the_kernels_unless_told_otherwise():
    devices = {device.device_type for device in tf.config.get_visible_devices()}
    with ops.implementation(ops.Implementation.AUTO):
        assert ops.uses_kernels() == (devices == {"CPU"})
    with ops.implementation(GRAPH):
        assert not ops.uses_kernels()


@pytest.mark.parametrize("padded", [True, False])
def test_experts(padded):
    rules = ops.RoutingRules(experts_per_token=2, group_size=8, capacity=5, padded=padded)
    mask = tf.constant([True] * 5 + [False] + [True] * 14)

    def mixture(x, router, matrices):
        routing = ops.route_tokens(x @ router, rules, ops.RoutingArguments(mask))
        rows = ops.dispatch_tokens(x, routing)
        rows = ops.grouped_matmul(rows, matrices, routing.segments)
        return ops.combine_tokens(rows, routing) + routing.balance + routing.squares

    points = normal(20, 3), normal(3, 4, seed=2), normal(4, 3, 6, seed=3)
    assert_agree(
        lambda: tf.nest.map_structure(tf.convert_to_tensor, with_gradients(mixture, *points))
    )
