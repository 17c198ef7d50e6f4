import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.feed_forward import FeedForward
from frazo.layers.fused_linear import FusedLinear
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import activation_pb2, feed_forward_pb2, initializer_pb2
from frazo.shard.mesh import Axis, Fused

_EVALUATION = StepContext.for_evaluation(seed=0)
_X = tf.constant([[[1.0, 2.0]]])


def feed_forward(**fields):
    message = feed_forward_pb2.FeedForward(**({"hidden_units": 2} | fields))
    return FeedForward(message, Place(path="ff", input_shape=(None, None, 2), seed=1))


def test_two_projections_with_relu_between():
    layer = feed_forward()
    layer.hidden.kernel.assign([[1, 0], [1, -1]])
    layer.hidden.bias.assign([0, 1])
    layer.output.kernel.assign([[2, 0], [5, 5]])
    layer.output.bias.assign([0, 1])
    # The hidden layer is (1 + 2, -2 + 1) = (3, -1), and (3, 0) after relu.
    np.testing.assert_array_equal(layer(_X, _EVALUATION), [[[6, 1]]])


def test_gate_multiplies():
    layer = feed_forward(gated=True, bias=False, activation=activation_pb2.SILU)
    # The gate is (1, 2) and the value (3, 3).
    layer.hidden.kernel.assign([[1, 0, 3, 3], [0, 1, 0, 0]])
    layer.output.kernel.assign([[1, 0], [0, 1]])
    # 3 * 1 / (1 + e^-1) = 3 * .731059; 3 * 2 / (1 + e^-2) = 3 * 2 * .880797.
    np.testing.assert_allclose(layer(_X, _EVALUATION), [[[2.193176, 5.284782]]], atol=1e-5)


@pytest.mark.parametrize(("gated", "hidden"), [(False, 2 * 8 + 8), (True, 2 * 16 + 16)])
def test_number_of_parameters(gated, hidden):
    layer = feed_forward(hidden_units=8, gated=gated)
    assert sum(v.shape.num_elements() for v in layer.variables) == hidden + 8 * 2 + 2


def test_parts_of_a_fused_kernel_have_the_limits_of_matrices_of_their_own():
    layer = FusedLinear(
        Fused((Axis("mlp"), Axis("heads")), (400, 4)),
        Place(path="fused", input_shape=(None, 300), seed=1),
        bias=False,
        kernel_init=initializer_pb2.Initializer(),
    )
    wide, narrow = layer.split(layer.kernel)
    # Xavier's limits are sqrt(6 / (300 + 400)) = .092582 and sqrt(6 / (300 + 4)) = .140488.
    assert 0.0925 < np.abs(wide).max() <= 0.092583
    assert 0.140 < np.abs(narrow).max() <= 0.140489
    assert [v.name for v in layer.variables] == ["fused/kernel:0"]
