"""Projection of the last dimension."""

import tensorflow as tf
from frazo.layers.activation import activate
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import activation_pb2, linear_pb2
from frazo.registry import register
from frazo.shard.mesh import LogicalAxis


@register(linear_pb2.Linear)
class Linear(Layer):
    """activation(x W + b): maps [..., features] to [..., units]. kernel: [features, units]."""

    def __init__(
        self,
        message: linear_pb2.Linear,
        place: Place,
        *,
        axes: tuple[LogicalAxis, LogicalAxis] = ("embed", "mlp"),
    ):
        """Makes the variables.

        Args:
          message: The message.
          place: The place, with input shape [..., features].
          axes: The logical axes of the kernel.
        """
        super().__init__(message, place)
        features = self.require_dim()
        self.output_shape = (*self.input_shape[:-1], message.units)
        self.kernel = place.variable(
            "kernel",
            (features, message.units),
            axes=axes,
            init=message.kernel_init,
            decays=True,
        )
        self.bias = None
        if message.bias:
            self.bias = place.variable("bias", (message.units,), axes=axes[1:], init=constant(0))

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return project(x, self.kernel, self.bias, context, self.message.activation)


def project(
    x: tf.Tensor,
    kernel: tf.Variable,
    bias: tf.Tensor | None,
    context: StepContext,
    activation: activation_pb2.Activation = activation_pb2.IDENTITY,
) -> tf.Tensor:
    """Returns activation(x W + b), as one matrix product over all dimensions but the last.

    Args:
      x: [..., features].
      kernel: [features, units].
      bias: [units], or None.
      context: The context of the step, which multiplies.
      activation: The activation.

    Returns:
      [..., units].
    """
    features, units = kernel.shape
    is_matrix = x.shape.rank == 2
    y = context.multiply(x if is_matrix else tf.reshape(x, [-1, features]), kernel, bias)
    # TensorFlow fuses the activation with the product if no reshape lies between them.
    y = activate(y, activation)
    return y if is_matrix else tf.reshape(y, tf.concat([tf.shape(x)[:-1], [units]], 0))
