"""A block of StarNet's cell featurizer."""

from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.points.cells import Cells
from frazo.layers.points.normalized_linear import NormalizedLinear
from frazo.layers.step_context import StepContext
from frazo.ops.rectified_matmul import RectifiedRows
from frazo.proto import norm_pb2, star_net_pb2
from frazo.registry import register


@register(star_net_pb2.StarNetBlock)
class StarNetBlock(Layer):
    """output(hidden([x, max over the cell of x])): maps the rows [rows, dim] to [rows, units].

    Ngiam et al. 2019, section 3.2. hidden and output are NormalizedLinear.
    """

    def __init__(
        self, message: star_net_pb2.StarNetBlock, place: Place, *, batch_norm: norm_pb2.BatchNorm
    ):
        """Makes the layers.

        Args:
          message: The message.
          place: The place, with input shape [None, dim].
          batch_norm: The message of both norms.
        """
        super().__init__(message, place)
        dim = self.require_dim()
        self.hidden = NormalizedLinear(
            message.hidden_units, batch_norm, place.at("hidden", (None, 2 * dim))
        )
        self.output = NormalizedLinear(
            message.units, batch_norm, place.at("output", self.hidden.output_shape)
        )
        self.output_shape = self.output.output_shape

    def __call__(self, rows: RectifiedRows, context: StepContext, cells: Cells) -> RectifiedRows:
        """Maps rows whose values are [rows, dim] to such of [rows, units].

        Args:
          rows: The rows.
          context: The context of the step.
          cells: The cells of the rows.
        """
        return self.output(self.hidden.with_maxima(rows, cells, context), cells, context)
