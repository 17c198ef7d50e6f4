"""Batch norm, a projection and a rectifier as one product."""

import math

import tensorflow as tf
from frazo import ops
from frazo.layers.image.batch_norm import BatchNorm, Moments
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.points.cells import Cells
from frazo.layers.points.row_moments import row_moments
from frazo.layers.step_context import StepContext
from frazo.proto import initializer_pb2, norm_pb2

# Uniform in +-sqrt(6 / fan_in), which keeps the variance through a rectifier (He et al. 2015,
# "Delving Deep into Rectifiers").
RECTIFIER_INIT = initializer_pb2.Initializer(
    lecun_uniform=initializer_pb2.Initializer.FanIn(scale=math.sqrt(2))
)


class NormalizedLinear(Layer):
    """relu(norm(x) W): maps the rows [rows, dim] to [rows, units].

    The variables are kernel, [dim, units], and those of a BatchNorm below norm. The rows are not
    normalized: the factor of the norm goes into the kernel, and its shift becomes a bias.
    """

    def __init__(self, units: int, batch_norm: norm_pb2.BatchNorm, place: Place):
        """Makes the variables.

        Args:
          units: The size of the output's vectors.
          batch_norm: The message of the norm.
          place: The place, with input shape [None, dim].
        """
        super().__init__(None, place)
        dim = self.require_dim()
        self.output_shape = (*self.input_shape[:-1], units)
        self.norm = BatchNorm(batch_norm, place.at("norm"))
        axes = ("point_input", "point_units")
        self.kernel = place.variable(
            "kernel", (dim, units), axes=axes, init=RECTIFIER_INIT, decays=True
        )

    def __call__(self, x: tf.Tensor, cells: Cells, context: StepContext) -> tf.Tensor:
        """Returns relu(norm(x) W), [rows, units], for x, [rows, dim]."""
        kernel, bias = self._folded(lambda: row_moments(x), context)
        shared = tf.tile(bias[tf.newaxis], [tf.size(cells.counts), 1])
        return self._product(x, kernel, shared, cells)

    def with_cells(
        self, x: tf.Tensor, of_cells: tf.Tensor, cells: Cells, context: StepContext
    ) -> tf.Tensor:
        """Returns what a call would for rows that have the vector of their cell behind their own.

        The product with the cells' vectors is done once a cell instead of once a row.

        Args:
          x: [rows, a].
          of_cells: [cells, b], where a + b is dim.
          cells: The cells of the rows.
          context: The context of the step.
        """

        def moments() -> Moments:
            own, of_cell = row_moments(x), cells.spread_moments(of_cells)
            mean = tf.concat([own.mean, of_cell.mean], 0)
            return Moments(mean, tf.concat([own.variance, of_cell.variance], 0), own.count)

        kernel, bias = self._folded(moments, context)
        of_rows, below = tf.split(kernel, [x.shape[1], of_cells.shape[1]])
        shared = tf.linalg.matmul(of_cells, tf.cast(below, x.dtype))
        return self._product(x, of_rows, shared + tf.cast(bias, x.dtype), cells)

    def _product(
        self, x: tf.Tensor, kernel: tf.Tensor, shared: tf.Tensor, cells: Cells
    ) -> tf.Tensor:
        kernel, shared = tf.cast(kernel, x.dtype), tf.cast(shared, x.dtype)
        return ops.rectified_matmul(x, kernel, shared, cells.counts)

    def _folded(self, moments, context: StepContext) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the kernel and the bias with the norm in them, float32."""
        factor, shift = self.norm.affine(moments, context)
        bias = tf.linalg.matvec(self.kernel, shift, transpose_a=True)
        return factor[:, tf.newaxis] * self.kernel, bias
