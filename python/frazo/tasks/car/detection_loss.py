"""The loss of a detector's outputs."""

from typing import NamedTuple

import tensorflow as tf
from frazo.models.star_net import StarNetOutput
from frazo.proto import point_detection_pb2
from frazo.tasks.car.box_residuals import HEADING, LOCATION, SIZE, is_reversed


class AnchorTargets(NamedTuple):
    """What anchors stand for.

    Attributes:
      labels: int32 [batch, centres, anchors], a class from 1; 0 for background; -1 if the anchor
        counts neither way.
      residuals: float32 [batch, centres, anchors, 7].
    """

    labels: tf.Tensor
    residuals: tf.Tensor

    @property
    def is_object(self) -> tf.Tensor:
        """bool [batch, centres, anchors]."""
        return self.labels > 0


class DetectionLosses(NamedTuple):
    """The parts of the loss, each the sum over a batch with its weights within it, float32 []."""

    classification: tf.Tensor
    location: tf.Tensor
    size: tf.Tensor
    heading: tf.Tensor
    direction: tf.Tensor


def detection_losses(
    output: StarNetOutput,
    targets: AnchorTargets,
    message: point_detection_pb2.DetectionLoss,
    class_weights: tf.Tensor,
) -> DetectionLosses:
    """Computes the parts of the loss, without the factors of the message.

    Args:
      output: What the network says.
      targets: What is true. Labels are at most the number of classes.
      message: The message.
      class_weights: float32 [classes], factors on the classification loss. The logits may have more
        outputs, which do not count.
    """
    weights = anchor_weights(targets)
    num_classes = class_weights.shape[0]
    hits = tf.one_hot(targets.labels - 1, num_classes)
    focal = focal_loss(output.logits[..., :num_classes], hits, message) * class_weights
    counts = tf.cast(targets.labels >= 0, tf.float32) * weights
    of_object = tf.cast(targets.is_object, tf.float32) * weights
    # Whatever background has for residuals, NaN too, must not reach the gradients.
    of_box = targets.is_object[..., tf.newaxis]
    difference = tf.where(of_box, output.residuals - targets.residuals, 0)
    turn = tf.sin(difference[..., HEADING])

    def regression(x: tf.Tensor) -> tf.Tensor:
        huber = tf.reduce_sum(scaled_huber(x, message.huber_delta), -1)
        return tf.reduce_sum(huber * of_object)

    direction = tf.zeros([])
    if output.directions is not None:
        truth = tf.cast(is_reversed(targets.residuals), tf.float32)
        direction = tf.nn.sigmoid_cross_entropy_with_logits(truth, output.directions)
    return DetectionLosses(
        classification=tf.reduce_sum(tf.reduce_sum(focal, -1) * counts),
        location=regression(difference[..., LOCATION]),
        size=regression(difference[..., SIZE]),
        heading=regression(turn[..., tf.newaxis]),
        direction=tf.reduce_sum(direction * of_object),
    )


def anchor_weights(targets: AnchorTargets) -> tf.Tensor:
    """Returns 1 / (centres * anchors of the centre that stand for objects, at least 1).

    They are float32 [batch, centres, 1].
    """
    objects = tf.math.count_nonzero(targets.is_object, -1, keepdims=True, dtype=tf.float32)
    centers = tf.cast(tf.shape(targets.labels)[1], tf.float32)
    return 1 / (tf.maximum(objects, 1) * centers)


def focal_loss(
    logits: tf.Tensor, hits: tf.Tensor, message: point_detection_pb2.DetectionLoss
) -> tf.Tensor:
    """Returns -a (1 - p)^gamma ln p, where p is the probability of what is true.

    Lin et al. 2017, "Focal Loss for Dense Object Detection", equation 5. The gradient goes through
    (1 - p)^gamma, too. a is alpha for a hit and 1 - alpha elsewhere.

    Args:
      logits: float32 [..., classes].
      hits: float32 [..., classes], 1 for the class of an anchor, else 0.
      message: Has alpha and gamma.
    """
    # ln p = -softplus(-z) and ln(1 - p) = -softplus(z), where z is the logit of what is true.
    z = tf.where(hits > 0, logits, -logits)
    alpha = tf.where(hits > 0, message.focal_alpha, 1 - message.focal_alpha)
    return alpha * tf.exp(-message.focal_gamma * tf.nn.softplus(z)) * tf.nn.softplus(-z)


def scaled_huber(x: tf.Tensor, delta: float) -> tf.Tensor:
    """Returns x^2 / (2 delta) for |x| <= delta, and |x| - delta / 2 beyond it."""
    size = tf.abs(x)
    return tf.where(size <= delta, tf.square(x) / (2 * delta), size - delta / 2)
