"""Several projections of one input in one matrix product."""

import math
from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.layer import Layer, constant
from frazo.layers.linear import project
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import initializer_pb2
from frazo.shard.mesh import Fused, Held, Range, within


class FusedLinear(Layer):
    """x [W0 W1 ...] + b: maps [..., features] to [..., sum(units)], the projections side by side.

    The kernel is [features, sum(units)]. Each projection's part is initialised as a matrix of its
    own. If the mesh cuts the projections, the outputs are this process's part of each of them. The
    layer has no message. Layers with a message contain it.
    """

    def __init__(
        self,
        units: Fused,
        place: Place,
        *,
        bias: bool,
        kernel_init: initializer_pb2.Initializer,
    ):
        """Makes the variables.

        Args:
          units: The sizes of the projections.
          place: The place, with input shape [..., features].
          bias: Whether the projections have a bias.
          kernel_init: Draws the kernel of each projection.
        """
        super().__init__(None, place)
        features = self.require_dim()
        self.units = units.sizes
        self._own_units = _own_sizes(units, place)
        self.output_shape = (*self.input_shape[:-1], sum(self.units))

        def kernel_values(held: Held) -> tf.Tensor:
            rows, columns = held
            parts = []
            for index, (start, size) in enumerate(
                zip(_starts(self.units), self.units, strict=True)
            ):
                part = rows, within(columns, Range(start, size))
                name = f"kernel/{index}"
                parts.append(place.initial_value(name, (features, size), kernel_init, part))
            return tf.concat(parts, 1)

        self.kernel = place.variable(
            "kernel",
            (features, sum(self.units)),
            axes=("embed", units),
            init=kernel_values,
            decays=True,
        )
        self.bias = None
        if bias:
            self.bias = place.variable("bias", (sum(self.units),), axes=(units,), init=constant(0))

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return project(x, self.kernel, self.bias, context)

    def split(self, y: tf.Tensor) -> list[tf.Tensor]:
        """Splits an output into its projections, each [..., units[i]], or this process's part."""
        return tf.split(y, self._own_units, -1)


def _starts(sizes: Sequence[int]) -> list[int]:
    """Returns where each part begins."""
    return [sum(sizes[:index]) for index in range(len(sizes))]


def _own_sizes(units: Fused, place: Place) -> list[int]:
    """Returns the sizes of the parts that this process holds.

    Raises:
      ValueError: The mesh cuts some of the parts only.
    """
    cuts = [place.mesh.cuts(part) for part in units.parts]
    if len(set(cuts)) > 1:
        raise ValueError(
            f"{place.path}: the mesh cuts a part of the projections {units.show()}, and not all alike. "
            "Give all of them the same axis in mesh.rules."
        )
    pieces = math.prod(place.mesh.sizes[name] for name in cuts[0])
    return [size // pieces for size in units.sizes]
