import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.activation import activate
from frazo.proto import activation_pb2

# tanh(1) = .761594; 1 / (1 + e^-1) = .731059; 1 * Phi(1) = .841345.
# (1 + tanh(sqrt(2 / pi) * 1.044715)) / 2 = .841192; 1 / (1 + e^-1) = .731059.
_VALUES = {
    activation_pb2.IDENTITY: [-1.0, 0.0, 1.0],
    activation_pb2.RELU: [0.0, 0.0, 1.0],
    activation_pb2.TANH: [-0.761594, 0.0, 0.761594],
    activation_pb2.SIGMOID: [0.268941, 0.5, 0.731059],
    activation_pb2.GELU: [-0.158655, 0.0, 0.841345],
    activation_pb2.GELU_TANH: [-0.158808, 0.0, 0.841192],
    activation_pb2.SILU: [-0.268941, 0.0, 0.731059],
}


@pytest.mark.parametrize("activation", activation_pb2.Activation.values())
def test_values_at_minus_one_zero_and_one(activation):
    y = activate(tf.constant([-1.0, 0.0, 1.0]), activation)
    np.testing.assert_allclose(y, _VALUES[activation], atol=1e-6)
