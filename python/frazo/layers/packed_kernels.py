"""Matrices that are packed once for the many products of a loop."""

from typing import NamedTuple

import tensorflow as tf
from frazo import ops


class KernelRows(NamedTuple):
    """Rows of a kernel, by which a part of the features is multiplied.

    Attributes:
      kernel: [features, units].
      start: The number of the first row.
      count: How many there are.
    """

    kernel: tf.Variable
    start: int
    count: int

    @classmethod
    def all_of(cls, kernel: tf.Variable) -> "KernelRows":
        """Returns all rows of a kernel."""
        return cls(kernel, 0, kernel.shape[0])

    def matrix(self) -> tf.Variable | tf.Tensor:
        """Returns the rows, [count, units]; the kernel itself if it has no others."""
        if self.count == self.kernel.shape[0]:
            return self.kernel
        return self.kernel[self.start : self.start + self.count]


class RoundedKernels:
    """Kernels that are rounded to int8 once, for the loops of an export.

    Each is rounded when a graph first asks for it, with the value that it has then. The graphs read
    the result, variables of int8, and not the kernel.
    """

    def __init__(self):
        self._rounded = {}

    def matrix(self, kernel: tf.Variable, *, transposed: bool) -> ops.Int8Matrix:
        """Returns a rounded kernel as tensors of the current graph.

        Args:
          kernel: [features, units].
          transposed: Whether the kernel is [units, features].
        """
        key = kernel.ref(), transposed
        if key not in self._rounded:
            name = kernel.name.split(":")[0]
            # Rounds now, although a graph is being built.
            with tf.init_scope():
                rounded = ops.quantize_matrix(kernel, transposed=transposed)
                self._rounded[key] = [
                    tf.Variable(values, trainable=False, name=f"{name}/{part}")
                    for part, values in rounded._asdict().items()
                ]
        return ops.Int8Matrix(*(tf.convert_to_tensor(part) for part in self._rounded[key]))


class PackedKernels:
    """The packed kernels by which the steps of a loop multiply.

    Make it before the loop: the kernels are packed there. A product of few rows takes as long as
    reading the matrix from memory. TensorFlow's product would read it twice and write it once,
    because it packs the matrix each time. A kernel is packed when it is first used. It keeps the
    value that it had when the loop began.
    """

    def __init__(self, *, int8: bool = False, rounded: RoundedKernels | None = None):
        """Remembers the graph in which to pack.

        Args:
          int8: Whether to round. A kernel is then whole numbers from -127 to 127 times a scale for
            each unit, and x such numbers times a scale for each row.
          rounded: Has the rounded kernels. None: they are rounded before each loop.
        """
        self._int8 = int8
        self._rounded = rounded
        self._graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        self._packed = {}

    @property
    def rounds(self) -> bool:
        """Whether kernels are rounded. Parts of a kernel then cannot be multiplied by."""
        return self._int8

    def multiply(
        self,
        x: tf.Tensor,
        kernel: tf.Variable | KernelRows,
        bias: tf.Tensor | None,
        *,
        transposed: bool,
    ) -> tf.Tensor:
        """Returns x W + b as StepContext.multiply does. It has no gradient."""
        rows = kernel if isinstance(kernel, KernelRows) else KernelRows.all_of(kernel)
        if not self._int8 and not ops.uses_kernels():
            y = tf.linalg.matmul(x, rows.matrix(), transpose_b=transposed)
            return y if bias is None else tf.nn.bias_add(y, bias)
        key = rows.kernel.ref(), rows.start, rows.count, transposed
        if key not in self._packed:
            self._packed[key] = self._pack(rows, transposed)
        if self._int8:
            return ops.int8_matmul(x, self._packed[key], bias=bias)
        units = rows.kernel.shape[0 if transposed else 1]
        return ops.packed_matmul(x, self._packed[key], units=units, bias=bias)

    def _pack(self, rows: KernelRows, transposed: bool) -> tf.Tensor | ops.Int8Matrix:
        pack = ops.quantize_matrix if self._int8 else ops.pack_matrix
        if self._int8 and self._rounded is not None:
            pack = self._rounded.matrix
        if self._graph is None:
            return pack(rows.matrix(), transposed=transposed)
        # The current graph is the body of the loop. The kernel is packed outside of it.
        with self._graph.as_default():
            return pack(rows.matrix(), transposed=transposed)
