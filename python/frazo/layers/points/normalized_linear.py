"""Batch norm, a projection and a rectifier as one product."""

import math

import tensorflow as tf
from frazo.layers.image.batch_norm import BatchNorm, Moments
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.points.cells import Cells
from frazo.layers.step_context import StepContext
from frazo.ops.rectified_matmul import RectifiedRows, rectified_matmul
from frazo.proto import initializer_pb2, norm_pb2

# Uniform in +-sqrt(6 / fan_in), which keeps the variance through a rectifier (He et al. 2015,
# "Delving Deep into Rectifiers").
RECTIFIER_INIT = initializer_pb2.Initializer(
    lecun_uniform=initializer_pb2.Initializer.FanIn(scale=math.sqrt(2))
)


class NormalizedLinear(Layer):
    """relu(norm(x) W): maps the rows of cells, [rows, dim], to [rows, units].

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

    def __call__(self, rows: RectifiedRows, cells: Cells, context: StepContext) -> RectifiedRows:
        """Maps the rows of cells, whose values are [rows, dim], to such of [rows, units]."""
        kernel, bias = self._folded(lambda: _moments(rows, cells), context)
        return _product(rows.values, kernel, cells.repeat(bias), cells)

    def with_maxima(self, rows: RectifiedRows, cells: Cells, context: StepContext) -> RectifiedRows:
        """Returns what a call would for rows that have the maximum of their cell behind their own
        values, which are [rows, dim / 2].

        The product with the maxima is done once a cell instead of once a row.
        """

        def moments() -> Moments:
            own, of_maxima = _moments(rows, cells), cells.spread_moments(rows.cell_maxima)
            mean = tf.concat([own.mean, of_maxima.mean], 0)
            return Moments(mean, tf.concat([own.variance, of_maxima.variance], 0), own.count)

        kernel, bias = self._folded(moments, context)
        of_rows, of_maxima = tf.split(kernel, 2)
        shared = tf.linalg.matmul(rows.cell_maxima, tf.cast(of_maxima, rows.cell_maxima.dtype))
        return _product(rows.values, of_rows, shared + tf.cast(bias, shared.dtype), cells)

    def _folded(self, moments, context: StepContext) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the kernel and the bias with the norm in them, float32."""
        factor, shift = self.norm.affine(moments, context)
        bias = tf.linalg.matvec(self.kernel, shift, transpose_a=True)
        return factor[:, tf.newaxis] * self.kernel, bias


def _moments(rows: RectifiedRows, cells: Cells) -> Moments:
    count = tf.reduce_sum(tf.cast(cells.counts, tf.float32))
    return Moments(rows.mean, rows.variance, count)


def _product(x: tf.Tensor, kernel: tf.Tensor, shared: tf.Tensor, cells: Cells) -> RectifiedRows:
    """Returns relu(x kernel + shared), of the type of x; shared is [cells, units]."""
    kernel, shared = tf.cast(kernel, x.dtype), tf.cast(shared, x.dtype)
    return rectified_matmul(x, kernel, shared, cells.counts)
