import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.attention.attention_softmax import AttentionSoftmax


def test_without_settings_it_is_the_softmax_of_the_sum():
    probabilities = AttentionSoftmax()(tf.constant([0.0, 1.0]), tf.constant([math.log(3), 0.0]))
    # e^0 * 3 = 3 and e^1.
    np.testing.assert_allclose(probabilities, [3 / (3 + math.e), math.e / (3 + math.e)], 1e-6)


def test_the_cap_bounds_products_but_not_biases():
    softmax = AttentionSoftmax(logit_cap=2.0)
    # 2 tanh(1000 / 2) = 2, 2 tanh(-1000 / 2) = -2; the bias adds 1 to the first.
    probabilities = softmax(tf.constant([1000.0, -1000.0]), tf.constant([1.0, 0.0]))
    assert float(probabilities[0]) == pytest.approx(math.exp(3) / (math.exp(3) + math.exp(-2)))
    # 2 tanh(0.5 / 2) = 0.48984.
    probabilities = softmax(tf.constant([0.5, 0.0]), tf.zeros([]))
    assert float(probabilities[0]) == pytest.approx(1 / (1 + math.exp(-0.4898373)), rel=1e-5)


def test_the_extra_logit_takes_its_share():
    softmax = AttentionSoftmax(extra_logit=math.log(2))
    # e^0, e^0 and 2.
    np.testing.assert_allclose(softmax(tf.zeros([3, 2]), tf.zeros([])), np.full([3, 2], 0.25), 1e-6)
