"""StarNet: boxes and classes from the points around chosen centres."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.image.batch_norm import BatchNorm
from frazo.layers.layer import constant
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.points.cell_featurizer import CellFeaturizer
from frazo.layers.points.normalized_linear import RECTIFIER_INIT
from frazo.layers.step_context import StepContext
from frazo.proto import activation_pb2, linear_pb2, star_net_pb2
from frazo.registry import register

RESIDUALS = 7

# The classifier begins with this logit for every class: a probability of 0.01. Nearly all anchors
# are background, whose losses would hide all others in the first steps (Lin et al. 2017, 3.3).
_FIRST_LOGIT = -4.595


class StarNetSizes(NamedTuple):
    """What the outputs of a StarNet are for.

    Attributes:
      offsets: The number of offsets of the anchors from a centre.
      anchors: The number of anchors at each offset.
      outputs: The number of logits of an anchor.
      directions: True if an anchor has a logit of its direction, too.
    """

    offsets: int
    anchors: int
    outputs: int
    directions: bool = False


class StarNetOutput(NamedTuple):
    """What a StarNet says of each anchor.

    Attributes:
      residuals: float32 [batch, centres, anchors, 7].
      logits: float32 [batch, centres, anchors, outputs].
      directions: float32 [batch, centres, anchors], above 0 if the box is the other way round. None
        if the model does not say.
    """

    residuals: tf.Tensor
    logits: tf.Tensor
    directions: tf.Tensor | None = None


@register(star_net_pb2.StarNet)
class StarNet(tf.Module):
    """heads(relu(W norm(featurizer(cell)))): Ngiam et al. 2019, section 3.

    The vector of a cell is projected to one vector for each offset. The heads are the same for all
    offsets: residuals, a projection that begins as zero, and logits.
    """

    def __init__(self, message: star_net_pb2.StarNet, place: Place, *, sizes: StarNetSizes):
        """Makes the layers.

        Args:
          message: The message.
          place: The place, with input shape [None, points, features].
          sizes: What the outputs are for.
        """
        super().__init__()
        self.message, self.sizes = message, sizes
        self.featurizer = CellFeaturizer(message.featurizer, place.at("featurizer"))
        shape = self.featurizer.output_shape
        self.norm = BatchNorm(message.featurizer.batch_norm, place.at("norm", shape))
        projection = linear_pb2.Linear(
            units=sizes.offsets * message.offset_units,
            bias=False,
            activation=activation_pb2.RELU,
            kernel_init=RECTIFIER_INIT,
        )
        self.projection = Linear(projection, place.at("projection", shape))
        shape = (None, message.offset_units)
        residuals = linear_pb2.Linear(
            units=sizes.anchors * RESIDUALS, bias=False, kernel_init=constant(0)
        )
        self.residuals = Linear(residuals, place.at("residuals", shape))
        units = sizes.anchors * sizes.outputs
        logits = linear_pb2.Linear(units=units, bias=False, kernel_init=RECTIFIER_INIT)
        self.logits = Linear(logits, place.at("logits", shape))
        self.logits_bias = place.at("logits").variable(
            "bias", (units,), axes=("point_outputs",), init=constant(_FIRST_LOGIT)
        )
        self.directions = None
        if sizes.directions:
            directions = linear_pb2.Linear(units=sizes.anchors, kernel_init=constant(0))
            self.directions = Linear(directions, place.at("directions", shape))

    def __call__(
        self, neighbors: tf.Tensor, counts: tf.Tensor, context: StepContext
    ) -> StarNetOutput:
        """Predicts residuals and logits.

        Args:
          neighbors: [batch, centres, points, features], the real points of each centre first.
          counts: int32 [batch, centres], the number of real points.
          context: The context of the step.
        """
        batch, centers, points = tf.unstack(tf.shape(neighbors)[:3])
        flat = tf.reshape(neighbors, [batch * centers, points, neighbors.shape[-1]])
        flat_counts = tf.reshape(counts, [-1])
        x = self.featurizer(flat, context, flat_counts)
        x = self.norm(x, context, flat_counts > 0)
        x = tf.reshape(self.projection(x, context), [-1, self.message.offset_units])

        def of_anchors(values: tf.Tensor, *sizes: int) -> tf.Tensor:
            anchors = self.sizes.offsets * self.sizes.anchors
            return tf.cast(tf.reshape(values, [batch, centers, anchors, *sizes]), tf.float32)

        logits = self.logits(x, context) + tf.cast(self.logits_bias, x.dtype)
        return StarNetOutput(
            of_anchors(self.residuals(x, context), RESIDUALS),
            of_anchors(logits, self.sizes.outputs),
            None if self.directions is None else of_anchors(self.directions(x, context)),
        )
