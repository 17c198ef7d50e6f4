"""Several projections of one input as one matrix product."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.initializer import initial_value
from frazo.layers.layer import Layer, constant
from frazo.layers.linear import project
from frazo.layers.step_context import StepContext
from frazo.proto import initializer_pb2


class FusedLinear(Layer):
    """x [W0 W1 ...] + b: [..., features] to [..., sum(units)], the projections side by side.

    kernel: [features, sum(units)]; each projection's part is initialised as a matrix of its own. It
    has no message: the layers that have one are made of it.
    """

    def __init__(
        self,
        units: Sequence[int],
        *,
        bias: bool,
        kernel_init: initializer_pb2.Initializer,
        **place,
    ):
        super().__init__(None, **place)
        features = self.require_dim()
        self.units = tuple(units)
        self.output_shape = (*self.input_shape[:-1], sum(units))
        path = f"{self.path}/kernel"
        parts = [
            initial_value(
                kernel_init, shape=(features, size), path=f"{path}/{index}", seed=self._seed
            )
            for index, size in enumerate(units)
        ]
        self.kernel = tf.Variable(tf.concat(parts, 1), name=path)
        self.bias = self.add_variable("bias", (sum(units),), constant(0)) if bias else None

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return project(x, self.kernel, self.bias, context)

    def split(self, y: tf.Tensor) -> list[tf.Tensor]:
        """The projections of an output apart: [..., units[i]] each."""
        return tf.split(y, self.units, -1)
