"""The part of a transducer that joins what was heard and what was written."""

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.softmax import Softmax
from frazo.layers.step_context import StepContext
from frazo.proto import linear_pb2, softmax_pb2, transducer_pb2
from frazo.registry import register


@register(transducer_pb2.JointNetwork)
class JointNetwork(Layer):
    """Gives the logits of what comes next, from a frame's vector and that of the tokens so far.

    The logits are W tanh(heard + written) + b; `heard` and `written` are the projections of the two
    vectors to `units`, which a loop computes once for each frame and each token.
    """

    def __init__(
        self,
        message: transducer_pb2.JointNetwork,
        place: Place,
        *,
        predicted_dim: int,
        num_classes: int,
    ):
        """Makes the layers.

        Args:
          message: The message.
          place: The place, with the encoder's output shape.
          predicted_dim: The size of the prediction network's vectors.
          num_classes: The number of tokens and the blank.
        """
        super().__init__(message, place)
        linear = linear_pb2.Linear(units=message.units, kernel_init=message.kernel_init)
        self._heard = Linear(linear, place.at("heard"))
        # One bias of the sum is enough.
        linear.bias = False
        self._written = Linear(linear, place.at("written", (None, None, predicted_dim)))
        self._softmax = Softmax(
            softmax_pb2.Softmax(num_classes=num_classes, kernel_init=message.kernel_init),
            place.at("softmax", (None, message.units)),
        )
        self.output_shape = (None, None, None, num_classes)

    def heard(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Projects the encoder's vectors, [..., dim], to [..., units]."""
        return self._heard(x, context)

    def written(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Projects the prediction network's vectors, [..., predicted_dim], to [..., units]."""
        return self._written(x, context)

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Maps sums of projections, [..., units], to logits, float32 [..., classes]."""
        units, classes = self.message.units, self.output_shape[-1]
        logits = self._softmax(tf.reshape(tf.tanh(x), [-1, units]), context)
        return tf.reshape(logits, tf.concat([tf.shape(x)[:-1], [classes]], 0))
