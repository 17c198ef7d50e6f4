import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.models.star_net import StarNetOutput
from frazo.proto import point_detection_pb2
from frazo.tasks.car.detection_loss import (
    AnchorTargets,
    anchor_weights,
    detection_losses,
    focal_loss,
    scaled_huber,
)

_THIRD = math.log(1 / 2)  # The logit of the probability 1/3.


def message(**fields):
    return point_detection_pb2.DetectionLoss(**fields)


def test_focal_loss_by_hand():
    found = focal_loss(
        tf.constant([_THIRD, _THIRD]),
        tf.constant([1.0, 0.0]),
        message(focal_alpha=0.2, focal_gamma=3),
    )
    # A hit with p = 1/3: 0.2 (2/3)^3 ln 3; a miss: 0.8 (1/3)^3 ln(3/2).
    wanted = [0.2 * (2 / 3) ** 3 * math.log(3), 0.8 * (1 / 3) ** 3 * math.log(1.5)]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_focal_loss_of_certain_outputs_is_finite():
    logits = tf.Variable([200.0, 200.0, -200.0, -200.0])
    with tf.GradientTape() as tape:
        losses = focal_loss(logits, tf.constant([1.0, 0.0, 1.0, 0.0]), message())
    np.testing.assert_allclose(losses, [0, 150, 50, 0], atol=1e-6)
    np.testing.assert_allclose(tape.gradient(losses, logits), [0, 0.75, -0.25, 0], atol=1e-6)


def test_huber_is_quadratic_up_to_delta():
    x = tf.constant([0.0, 0.1, -0.2, 0.5, -2.0])
    np.testing.assert_allclose(
        scaled_huber(x, 0.2), [0, 0.01 / 0.4, 0.1, 0.4, 1.9], rtol=1e-6, atol=1e-9
    )


def test_anchors_of_a_centre_with_objects_share_its_weight():
    labels = tf.constant([[[1, 2, 1, 0], [0, 0, -1, 0]]])
    weights = anchor_weights(AnchorTargets(labels, tf.zeros([1, 2, 4, 7])))
    np.testing.assert_allclose(weights[0, :, 0], [1 / 3 / 2, 1 / 2])


@pytest.fixture
def losses():
    """One scene, two centres with two anchors each, two classes and an unused output."""
    labels = tf.constant([[[2, 0], [-1, 1]]])
    residuals = np.full([1, 2, 2, 7], np.nan, np.float32)
    residuals[0, 0, 0] = [0.5, 0, 0, 0, 0, 0, 0]
    residuals[0, 1, 1] = [0, 0, 0, 0, 0, 0.25, 3.0]
    targets = AnchorTargets(labels, tf.constant(residuals))

    def compute(output, **fields):
        return detection_losses(output, targets, message(**fields), tf.constant([1.0, 10.0]))

    return compute


def test_parts_of_the_loss_by_hand(losses):
    logits = tf.fill([1, 2, 2, 3], _THIRD)
    parts = losses(StarNetOutput(tf.zeros([1, 2, 2, 7]), logits), huber_delta=0.5, focal_gamma=0)
    # gamma 0, alpha 1/4: a hit costs ln 3 / 4, a miss 3/4 ln 1.5; the second class counts 10 times.
    hit, miss = math.log(3) / 4, 0.75 * math.log(1.5)
    anchors = [miss + 10 * hit, miss + 10 * miss, hit + 10 * miss]
    assert float(parts.classification) == pytest.approx(sum(anchors) / 2, rel=1e-5)
    assert float(parts.location) == pytest.approx((0.5**2 / 1) / 2, rel=1e-5)
    assert float(parts.size) == pytest.approx((0.25**2 / 1) / 2, rel=1e-5)
    assert float(parts.heading) == pytest.approx(math.sin(3) ** 2 / 2, rel=1e-4)


def test_a_direction_that_is_wrong_costs(losses):
    output = StarNetOutput(
        tf.zeros([1, 2, 2, 7]), tf.zeros([1, 2, 2, 3]), tf.constant([[[2.0, 9.0], [9.0, -3.0]]])
    )
    # The first box is turned by 0, the second by 3 rad, which is the other way round; two centres.
    wanted = (math.log(1 + math.exp(2)) + math.log(1 + math.exp(3))) / 2
    assert float(losses(output).direction) == pytest.approx(wanted, rel=1e-5)
    assert float(losses(output._replace(directions=None)).direction) == 0


def test_gradients_agree_with_differences(losses):
    residuals = tf.Variable(tf.random.stateless_normal([1, 2, 2, 7], [1, 2]))
    logits = tf.Variable(tf.random.stateless_normal([1, 2, 2, 3], [3, 4]))
    directions = tf.Variable(tf.random.stateless_normal([1, 2, 2], [5, 6]))

    def value():
        return tf.add_n(list(losses(StarNetOutput(residuals, logits, directions))))

    assert_gradients_agree(value, [residuals, logits, directions], absolute=1e-3)


def test_background_has_no_gradient_of_a_box(losses):
    residuals = tf.Variable(tf.ones([1, 2, 2, 7]))
    with tf.GradientTape() as tape:
        parts = losses(StarNetOutput(residuals, tf.zeros([1, 2, 2, 3])))
        total = parts.location + parts.size + parts.heading
    slopes = tape.gradient(total, residuals).numpy()
    assert np.all(slopes[0, 0, 1] == 0)
    assert np.all(slopes[0, 1, 0] == 0)
    assert np.all(np.isfinite(slopes))
