"""Linear classifier with a softmax cross entropy."""

import tensorflow as tf
from frazo import ops
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import softmax_pb2
from frazo.registry import register
from frazo.shard.replicated import enter, join


@register(softmax_pb2.Softmax)
class Softmax(Layer):
    """x W + b: maps features [batch, features] to logits, float32 [batch, num_classes].

    If the mesh cuts "vocab", each process computes the logits of its classes, and they are joined.
    """

    def __init__(self, message: softmax_pb2.Softmax, place: Place):
        super().__init__(message, place)
        (features,) = self.require_rank(2, "[batch, features]")
        self.output_shape = (self.input_shape[0], message.num_classes)
        classes = message.num_classes
        self.kernel = place.variable(
            "kernel",
            (features, classes),
            axes=("embed", "vocab"),
            init=message.kernel_init,
            decays=True,
        )
        self.bias = None
        if message.bias:
            self.bias = place.variable("bias", (classes,), axes=("vocab",), init=constant(0))

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return join(self.own_logits(x, context), self.place.mesh.group("vocab"))

    def own_logits(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Returns the logits of the classes that this process holds, [batch, classes]."""
        x = enter(tf.cast(x, tf.float32), self.place.mesh.group("vocab"))
        return context.multiply(x, self.kernel, self.bias)


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Computes -log softmax(logits)[label].

    Args:
      logits: [batch, num_classes].
      labels: int [batch].

    Returns:
      The losses in nats, [batch].

    Raises:
      InvalidArgumentError: A label is not a class. The op fails when it runs.
    """
    return ops.smoothed_cross_entropy(logits, tf.cast(labels, tf.int32))
