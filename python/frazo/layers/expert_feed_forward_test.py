import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.expert_feed_forward import ExpertFeedForward
from frazo.layers.feed_forward import FeedForward
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import feed_forward_pb2, mixture_of_experts_pb2
from frazo.shard.mesh import Mesh
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TEXT = "num_experts: 4 hidden_units: 6 activation: TANH"


def experts(text, mesh=None):
    message = text_format.Parse(text, mixture_of_experts_pb2.MixtureOfExperts())
    place = Place(path="experts", input_shape=(None, 3), seed=1, mesh=mesh or Mesh.single())
    return ExpertFeedForward(message, place)


@pytest.mark.parametrize("gated", ["", "gated: true"])
@pytest.mark.parametrize("choice", [ops.Implementation.KERNEL, ops.Implementation.GRAPH])
def test_each_expert_is_a_feed_forward_layer(gated, choice):
    layer = experts(f"{_TEXT} {gated}")
    x = tf.random.stateless_normal([9, 3], [1, 2])
    # Rows 4 and 8 are of no expert, and the third expert has no row.
    segments = tf.constant([[[0, 2], [6, 2]], [[2, 2], [0, 0]], [[5, 0], [5, 0]], [[5, 1], [0, 0]]])
    with ops.implementation(choice):
        y = layer.of_segments(x, segments, None).numpy()
    message = feed_forward_pb2.FeedForward(hidden_units=6, bias=False)
    text_format.Parse(f"activation: TANH {gated}", message)
    dense = FeedForward(message, Place(path="dense", input_shape=(None, 3), seed=1))
    for expert, rows in ((0, [0, 1, 6, 7]), (1, [2, 3]), (3, [5])):
        dense.hidden.kernel.assign(layer.hidden[expert])
        dense.output.kernel.assign(layer.output[expert])
        np.testing.assert_allclose(y[rows], dense(tf.gather(x, rows), _EVALUATION), atol=1e-5)
    np.testing.assert_array_equal(y[[4, 8]], 0)


def test_matrices_are_drawn_by_themselves():
    layer = experts("num_experts: 16 hidden_units: 300 gated: true")
    # Each is [3, 300], so that the limit is sqrt(6 / 303) whatever the number of experts.
    assert layer.hidden.shape == [16, 3, 600]
    for part in tf.split(layer.hidden, 2, -1):
        np.testing.assert_allclose(tf.reduce_max(tf.abs(part), [1, 2]), 0.1407, atol=0.002)
    assert not np.allclose(layer.hidden[0], layer.hidden[1])
    assert not np.allclose(layer.hidden[..., :300], layer.hidden[..., 300:])


def test_a_process_holds_the_experts_of_its_shard():
    whole = experts(_TEXT)
    mesh = Mesh(sizes={"data": 2}, coordinates={"data": 1}, rules={"expert": "data"})
    half = experts(_TEXT, mesh)
    np.testing.assert_array_equal(half.hidden, whole.hidden[2:])
    np.testing.assert_array_equal(half.output, whole.output[2:])
    x = tf.random.stateless_normal([5, 3], [1, 2])
    # The third and the fourth expert.
    y = half.of_segments(x, tf.constant([[[0, 2]], [[2, 3]]]), None)
    nothing = [[[0, 0]], [[0, 0]]]
    expected = whole.of_segments(x, tf.constant([*nothing, [[0, 2]], [[2, 3]]]), None)
    np.testing.assert_array_equal(y, expected)
