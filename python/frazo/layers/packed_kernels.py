"""Matrices that are packed once for the many products of a loop."""

import tensorflow as tf
from frazo import ops


class PackedKernels:
    """The packed kernels by which the steps of a loop multiply.

    Make it before the loop: the kernels are packed there. A product of few rows takes as long as
    reading the matrix from memory. TensorFlow's product would read it twice and write it once,
    because it packs the matrix each time. A kernel is packed when it is first used. It keeps the
    value that it had when the loop began.
    """

    def __init__(self, *, int8: bool = False):
        """Remembers the graph in which to pack.

        Args:
          int8: Whether to round. A kernel is then whole numbers from -127 to 127 times a scale for
            each unit, and x such numbers times a scale for each row.
        """
        self._int8 = int8
        self._graph = None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()
        self._packed = {}

    def multiply(
        self,
        x: tf.Tensor,
        kernel: tf.Variable,
        bias: tf.Tensor | None,
        *,
        transposed: bool,
    ) -> tf.Tensor:
        """Returns x W + b as StepContext.multiply does. It has no gradient."""
        if not self._int8 and not ops.uses_kernels():
            y = tf.linalg.matmul(x, kernel, transpose_b=transposed)
            return y if bias is None else tf.nn.bias_add(y, bias)
        key = kernel.ref(), transposed
        if key not in self._packed:
            self._packed[key] = self._pack(kernel, transposed)
        if self._int8:
            return ops.int8_matmul(x, self._packed[key], bias=bias)
        units = kernel.shape[0 if transposed else 1]
        return ops.packed_matmul(x, self._packed[key], units=units, bias=bias)

    def _pack(self, kernel: tf.Variable, transposed: bool) -> tf.Tensor | ops.Int8Matrix:
        pack = ops.quantize_matrix if self._int8 else ops.pack_matrix
        if self._graph is None:
            return pack(kernel, transposed=transposed)
        # The current graph is the body of the loop. The kernel is packed outside of it.
        with self._graph.as_default():
            return pack(kernel, transposed=transposed)
