"""From the points of a cell to one vector."""

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.points.cells import Cells
from frazo.layers.points.normalized_linear import RECTIFIER_INIT
from frazo.layers.points.star_net_block import StarNetBlock
from frazo.layers.recomputed import recomputed_in
from frazo.layers.step_context import StepContext
from frazo.ops.rectified_matmul import RectifiedRows, rectified_matmul
from frazo.proto import linear_pb2, star_net_pb2
from frazo.registry import register


@register(star_net_pb2.CellFeaturizer)
class CellFeaturizer(Layer):
    """The means over a cell of relu(W x + b) and of the blocks' outputs, beside each other.

    Ngiam et al. 2019, section 3.2: maps [cells, points, features] to [cells, the sum of all units].
    The order of a cell's points does not matter. A cell without a point has the vector 0.
    """

    def __init__(self, message: star_net_pb2.CellFeaturizer, place: Place):
        super().__init__(message, place)
        features = self.require_dim()
        first = linear_pb2.Linear(units=message.units, kernel_init=RECTIFIER_INIT)
        axes = ("point_input", "point_units")
        self.first = Linear(first, place.at("first", (None, features)), axes=axes)
        self.blocks: list[StarNetBlock] = []
        shape = self.first.output_shape
        for number, block in enumerate(message.blocks):
            inner = place.at(f"block{number}", shape)
            self.blocks.append(StarNetBlock(block, inner, batch_norm=message.batch_norm))
            shape = self.blocks[-1].output_shape
        units = message.units + sum(block.units for block in message.blocks)
        self.output_shape = (self.input_shape[0], units)

    def __call__(self, x: tf.Tensor, context: StepContext, counts: tf.Tensor) -> tf.Tensor:
        """Makes the vectors.

        Args:
          x: [cells, points, features], the real points of each cell first.
          context: The context of the step.
          counts: int32 [cells], the number of real points of each.

        Returns:
          [cells, units].
        """
        cells = Cells(counts)
        rows = self._first_rows(cells.rows_of(x), cells)
        means = [rows.cell_means]
        for block in self.blocks:
            rows = self._of_block(block, rows, cells, context)
            means.append(rows.cell_means)
        return tf.concat(means, 1)

    def _first_rows(self, x: tf.Tensor, cells: Cells) -> RectifiedRows:
        kernel, bias = tf.cast(self.first.kernel, x.dtype), tf.cast(self.first.bias, x.dtype)
        return rectified_matmul(x, kernel, cells.repeat(bias), cells.counts)

    def _of_block(
        self, block: StarNetBlock, rows: RectifiedRows, cells: Cells, context: StepContext
    ) -> RectifiedRows:
        if not (self.message.recompute and context.training):
            return block(rows, context, cells)
        return RectifiedRows(
            *recomputed_in(
                context, lambda own, *parts: block(RectifiedRows(*parts), own, cells), *rows
            )
        )
