import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.models.star_net import StarNet, StarNetSizes
from frazo.proto import star_net_pb2
from google.protobuf import text_format

_TEXT = "featurizer { units: 4 blocks { hidden_units: 8 units: 6 } } offset_units: 5"
_NEIGHBORS = tf.random.stateless_normal([2, 3, 4, 4], [1, 2])
_COUNTS = tf.constant([[4, 2, 0], [1, 4, 3]])
_SIZES = StarNetSizes(offsets=2, anchors=3, outputs=2)

_KITTI = """
    featurizer {
      units: 32
      blocks { hidden_units: 512 units: 256 }
      blocks { hidden_units: 1024 units: 512 }
      blocks { hidden_units: 512 units: 256 }
      blocks { hidden_units: 512 units: 256 }
      blocks { hidden_units: 256 units: 128 }
    }
    offset_units: 512
"""
_WAYMO = (
    f"featurizer {{ units: 64 {5 * 'blocks { hidden_units: 256 units: 64 }'} }} offset_units: 128"
)


def star_net(text=_TEXT, sizes=_SIZES, features=4):
    message = text_format.Parse(text, star_net_pb2.StarNet())
    place = Place(path="network", input_shape=(None, 4, features), seed=1)
    return StarNet(message, place, sizes=sizes)


def training():
    return StepContext.for_training(seed=0, global_step=tf.constant(0, tf.int64))


def test_a_new_network_gives_the_anchors_themselves_one_percent():
    output = star_net()(_NEIGHBORS, _COUNTS, training())
    assert output.residuals.shape == (2, 3, 6, 7)
    assert output.logits.shape == (2, 3, 6, 2)
    np.testing.assert_array_equal(output.residuals, tf.zeros([2, 3, 6, 7]))
    # A centre without points has no evidence: its logits are those of the bias.
    np.testing.assert_allclose(tf.sigmoid(output.logits[0, 2]), np.full([6, 2], 0.01), rtol=1e-3)


def test_offsets_have_features_of_their_own_and_share_the_heads():
    network = star_net()
    network.residuals.kernel.assign(tf.random.stateless_normal([5, 21], [3, 4]))
    # The features of the second offset become those of the first.
    kernel = network.projection.kernel
    kernel.assign(tf.concat([kernel[:, :5], kernel[:, :5]], 1))
    output = network(_NEIGHBORS, _COUNTS, training())
    np.testing.assert_array_equal(output.residuals[:, :, :3], output.residuals[:, :, 3:])
    np.testing.assert_array_equal(output.logits[:, :, :3], output.logits[:, :, 3:])
    assert np.ptp(output.residuals[0, 0, :3]) > 0


def test_gradients_agree_with_differences():
    network = star_net()
    network.residuals.kernel.assign(tf.random.stateless_normal([5, 21], [3, 4]))
    weights = tf.random.stateless_normal([2, 3, 6, 9], [5, 6])

    def value():
        output = network(_NEIGHBORS, _COUNTS, training())
        return tf.reduce_sum(tf.concat([output.residuals, output.logits], -1) * weights)

    assert_gradients_agree(value, network.trainable_variables)


def test_each_anchor_has_a_direction_if_asked():
    network = star_net(sizes=_SIZES._replace(directions=True))
    network.directions.kernel.assign(tf.random.stateless_normal([5, 3], [3, 4]))
    output = network(_NEIGHBORS, _COUNTS, training())
    assert output.directions.shape == output.logits.shape[:-1]
    assert np.ptp(output.directions[0, 0, :3]) > 0
    assert star_net()(_NEIGHBORS, _COUNTS, training()).directions is None


@pytest.mark.parametrize(
    ("text", "features", "sizes", "parameters"),
    [
        (_KITTI, 4, StarNetSizes(25, 4, 10), 20_905_608),
        (_KITTI, 4, StarNetSizes(9, 12, 10), 9_178_840),
        (_WAYMO, 6, StarNetSizes(25, 4, 5), 1_485_780),
        (_WAYMO, 6, StarNetSizes(25, 2, 5), 1_482_698),
    ],
)
def test_published_networks_have_as_many_parameters_as_lingvos(text, features, sizes, parameters):
    with tf.Graph().as_default():
        network = star_net(text, sizes, features)
    assert sum(v.shape.num_elements() for v in network.trainable_variables) == parameters
