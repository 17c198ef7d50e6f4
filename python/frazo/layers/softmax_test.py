import math

import numpy as np
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.softmax import Softmax, cross_entropy
from frazo.layers.step_context import StepContext
from frazo.proto import softmax_pb2


def test_logits_are_linear():
    layer = Softmax(
        softmax_pb2.Softmax(num_classes=2), Place(path="softmax", input_shape=(None, 2), seed=1)
    )
    layer.kernel.assign([[1, 2], [3, 4]])
    layer.bias.assign([10, 20])
    # 1 * (1, 2) + 2 * (3, 4) + (10, 20).
    logits = layer(tf.constant([[1.0, 2.0]]), StepContext.for_evaluation(seed=0))
    np.testing.assert_array_equal(logits, [[17, 30]])


def test_cross_entropy_in_nats():
    # Row 0 has probabilities 1/4 and 3/4 and label 1. The three classes of row 1 are equal. The
    # logits of row 2, 1000, must not overflow.
    logits = [[0, math.log(3), -1e9], [5, 5, 5], [1000, 0, 0]]
    xent = cross_entropy(tf.constant(logits, tf.float32), tf.constant([1, 2, 1]))
    np.testing.assert_allclose(xent, [math.log(4 / 3), math.log(3), 1000], rtol=1e-6)


def test_gradient_of_cross_entropy_is_probability_minus_one_hot():
    logits = tf.constant([[0.0, math.log(3)]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        xent = cross_entropy(logits, tf.constant([1]))
    np.testing.assert_allclose(tape.gradient(xent, logits), [[0.25, -0.25]], rtol=1e-6)
