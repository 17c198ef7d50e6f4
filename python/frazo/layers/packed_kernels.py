"""Matrices packed once for the many products of a loop."""

import tensorflow as tf
from frazo import ops


class PackedKernels:
    """The kernels that the steps of a loop multiply by, packed where this was made: before the loop.

    A product of few rows takes as long as reading the matrix from memory; TensorFlow's would read it
    twice and write it once, to pack it anew each time. Kernels are packed when first asked for, and
    keep the values that they had when the loop began.
    """

    def __init__(self, *, int8: bool = False):
        """int8: kernels are rounded to whole numbers from -127 to 127 times a scale for each unit, and
        rows of x to such times a scale for each row."""
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
        """x W + b, as of StepContext.multiply; it has no gradient."""
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
        # The body of the loop, which is being built, is a graph within this one.
        with self._graph.as_default():
            return pack(kernel, transposed=transposed)
