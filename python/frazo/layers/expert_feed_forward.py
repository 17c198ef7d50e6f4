"""The experts of a mixture: feed-forward layers side by side."""

from collections.abc import Callable

import tensorflow as tf
from frazo import ops
from frazo.layers.activation import activate
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import mixture_of_experts_pb2
from frazo.shard.mesh import Fused, Held, Range, within


class ExpertFeedForward(Layer):
    """activation(x V) W or, gated, (activation(x G) * (x V)) W, with matrices of each expert.

    Maps the experts' slots, [slots, dim], to [slots, dim]. The variables are hidden/kernel
    [num_experts, dim, hidden_units], or [num_experts, dim, 2 hidden_units] with G first if gated,
    and output/kernel [num_experts, hidden_units, dim].
    """

    def __init__(self, message: mixture_of_experts_pb2.MixtureOfExperts, place: Place):
        """Makes the variables.

        Args:
          message: The message of the mixture.
          place: The place, with input shape [slots, dim].
        """
        super().__init__(message, place)
        dim, units = self.require_dim(), message.hidden_units
        fused = Fused.equal("mlp", 2 if message.gated else 1, units)
        experts = message.num_experts
        self.hidden = place.at("hidden").variable(
            "kernel",
            (experts, dim, sum(fused.sizes)),
            axes=("expert", "embed", fused),
            init=self._values(place.at("hidden"), dim, fused.sizes),
            decays=True,
        )
        self.output = place.at("output").variable(
            "kernel",
            (experts, units, dim),
            axes=("expert", "mlp", "embed"),
            init=self._values(place.at("output"), units, (dim,)),
            decays=True,
        )

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Applies the first of the experts to all slots."""
        rows = tf.shape(x)[0]
        return self.of_segments(x, tf.reshape(tf.stack([0, rows]), [1, 1, 2]), None)

    def of_segments(
        self, rows: tf.Tensor, segments: tf.Tensor, largest_part: int | None
    ) -> tf.Tensor:
        """Applies each expert to its slots.

        What experts do depends on nothing else, so that slots may come from other processes.

        Args:
          rows: [slots, dim].
          segments: int32 [experts, parts, 2], the first slot of each part of an expert's slots, and
            their number.
          largest_part: The largest number that there may be; None if it has no bound.

        Returns:
          [slots, dim], zeros in slots that are in no segment.
        """

        def multiply(x: tf.Tensor, kernel: tf.Variable) -> tf.Tensor:
            matrices = tf.cast(kernel, x.dtype)
            return ops.grouped_matmul(x, matrices, segments, largest_part=largest_part)

        hidden = multiply(rows, self.hidden)
        if self.message.gated:
            gate, value = tf.split(hidden, 2, -1)
            hidden = activate(gate, self.message.activation) * value
        else:
            hidden = activate(hidden, self.message.activation)
        return multiply(hidden, self.output)

    def _values(
        self, place: Place, inputs: int, sizes: tuple[int, ...]
    ) -> Callable[[Held], tf.Tensor]:
        """Returns what draws the matrices of each expert, [inputs, size] for each size, by
        themselves.
        """
        init = self.message.kernel_init
        starts = [sum(sizes[:index]) for index in range(len(sizes))]

        def matrix(expert: int, rows: tuple[Range, ...], columns: tuple[Range, ...]) -> tf.Tensor:
            parts = [
                place.initial_value(
                    f"kernel/{expert}/{index}",
                    (inputs, size),
                    init,
                    (rows, within(columns, Range(start, size))),
                )
                for index, (start, size) in enumerate(zip(starts, sizes, strict=True))
            ]
            return tf.concat(parts, 1)

        def values(held: Held) -> tf.Tensor:
            experts, rows, columns = held
            numbers = [i for start, size in experts for i in range(start, start + size)]
            return tf.stack([matrix(expert, rows, columns) for expert in numbers])

        return values
