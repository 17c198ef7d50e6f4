"""Batch norm, a projection and a rectifier as one product."""

import math

import tensorflow as tf
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

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        kernel, bias = self._folded(lambda: row_moments(x), context)
        y = tf.linalg.matmul(x, tf.cast(kernel, x.dtype))
        return tf.nn.relu(tf.nn.bias_add(y, tf.cast(bias, x.dtype)))

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
        of_rows, below = tf.split(tf.cast(kernel, x.dtype), [x.shape[1], of_cells.shape[1]])
        shared = tf.nn.bias_add(tf.linalg.matmul(of_cells, below), tf.cast(bias, x.dtype))
        return tf.nn.relu(tf.linalg.matmul(x, of_rows) + cells.spread(shared))

    def _folded(self, moments, context: StepContext) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the kernel and the bias with the norm in them, float32."""
        factor, shift = self.norm.affine(moments, context)
        bias = tf.linalg.matvec(self.kernel, shift, transpose_a=True)
        return factor[:, tf.newaxis] * self.kernel, bias
