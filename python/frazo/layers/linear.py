"""Projection of the last dimension."""

import tensorflow as tf
from frazo.layers.activation import activate
from frazo.layers.declaration import find_declaration
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import activation_pb2, linear_pb2
from frazo.registry import register
from frazo.shard.axis_group import AxisGroup
from frazo.shard.mesh import LogicalAxis
from frazo.shard.replicated import enter, join, leave


@register(linear_pb2.Linear)
class Linear(Layer):
    """activation(x W + b): maps [..., features] to [..., units]. kernel: [features, units].

    If the mesh cuts the units, each process computes its own, and they are joined. If it cuts the
    features, each process must have its own ones, and the products are added (Shoeybi et al. 2019,
    section 3).
    """

    def __init__(
        self,
        message: linear_pb2.Linear,
        place: Place,
        *,
        axes: tuple[LogicalAxis, LogicalAxis] = ("embed", "mlp"),
        keeps_cut: bool = False,
    ):
        """Makes the variables.

        Args:
          message: The message.
          place: The place, with input shape [..., features].
          axes: The logical axes of the kernel.
          keeps_cut: Whether an output that the mesh cuts stays so: [..., this process's units].
        """
        super().__init__(message, place)
        features = self.require_dim()
        self._axes, self._keeps_cut = axes, keeps_cut
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
        y = project(x, self.kernel, self.bias, context, self.message.activation)
        return y if self._keeps_cut else join(y, self.place.mesh.group(self._axes[1]))


def project(
    x: tf.Tensor,
    kernel: tf.Variable,
    bias: tf.Tensor | None,
    context: StepContext,
    activation: activation_pb2.Activation = activation_pb2.IDENTITY,
) -> tf.Tensor:
    """Returns activation(x W + b), as one matrix product over all dimensions but the last.

    If the mesh cuts the kernel, features or units are those of this process.

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
    of_features, of_units = _groups(kernel)
    is_matrix = x.shape.rank == 2
    x = enter(x, of_units)
    rows = x if is_matrix else tf.reshape(x, [-1, features])
    if of_features is None:
        y = context.multiply(rows, kernel, bias)
    else:
        y = leave(context.multiply(rows, kernel), of_features)
        y = y if bias is None else tf.nn.bias_add(y, tf.cast(bias, y.dtype))
    # TensorFlow fuses the activation with the product if no reshape lies between them.
    y = activate(y, activation)
    return y if is_matrix else tf.reshape(y, tf.concat([tf.shape(x)[:-1], [units]], 0))


def _groups(kernel: tf.Variable) -> tuple[AxisGroup | None, AxisGroup | None]:
    """Returns the processes between which the features are cut, and those of the units."""
    declaration = find_declaration(kernel)
    if declaration is None:
        return None, None
    features, units = (declaration.mesh.group(axis) for axis in declaration.axes)
    return features, units
