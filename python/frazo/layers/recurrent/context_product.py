"""The product of a context with a matrix, in steps of decoding."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.attention.sums_of_rows import sums_of_rows
from frazo.layers.packed_kernels import KernelRows
from frazo.layers.sequence_layer import State
from frazo.layers.step_context import StepContext


class Found(NamedTuple):
    """What rows found in their memories.

    Attributes:
      context: [rows, context_dim], the sum of the sources' values, each times its probability.
      probabilities: [rows, source_time].
    """

    context: tf.Tensor
    probabilities: tf.Tensor


def products_of_sources(
    memory_cache: State, rows: KernelRows, expected_rows: tf.Tensor
) -> tf.Tensor:
    """Multiplies the values of all sources by a matrix, if that is less work than by the contexts.

    A context is a sum of values, each times its probability, and so is its product with a matrix a
    sum of theirs. The rows of a sentence share its sources. For each column of the matrix, a source
    takes context_dim multiplications before the first step; a row then takes source_time of them in
    each step, where the product with its context takes context_dim.

    Args:
      memory_cache: That of an attention with one head.
      rows: The matrix, [context_dim, units].
      expected_rows: See StepContext.

    Returns:
      float32 [batch, source_time, units], or [batch, 0, units] if the contexts take fewer
      multiplications.
    """
    values = memory_cache["values"][:, 0]
    shape = tf.shape(values)
    units = rows.kernel.shape[1]
    sources, dim, expected = (
        tf.cast(number, tf.float32) for number in (shape[1], shape[2], expected_rows)
    )
    is_less = sources * dim + expected * sources < expected * dim

    def of_sources() -> tf.Tensor:
        is_source = tf.equal(memory_cache["bias"], 0)
        # A sentence without sources sees all alike.
        is_seen = is_source | ~tf.reduce_any(is_source, 1, keepdims=True)
        seen = tf.where(is_seen)
        products = tf.linalg.matmul(tf.gather_nd(values, seen), rows.matrix())
        return tf.scatter_nd(seen, products, tf.cast([shape[0], shape[1], units], tf.int64))

    return tf.cond(is_less, of_sources, lambda: tf.zeros([shape[0], 0, units]))


def context_product(
    found: Found, of_sources: tf.Tensor, rows: KernelRows, context: StepContext
) -> tf.Tensor:
    """Returns the product of the contexts with a matrix, [rows, units].

    Args:
      found: What the rows found.
      of_sources: The result of products_of_sources.
      rows: The matrix.
      context: The context of the step.
    """

    def of_contexts() -> tf.Tensor:
        return context.multiply(found.context, rows)

    def added_up() -> tf.Tensor:
        sentences = context.row_sentences
        if sentences is None:
            # All sentences have as many rows.
            batch = tf.shape(of_sources)[0]
            each = tf.shape(found.context)[0] // tf.maximum(batch, 1)
            sentences = tf.repeat(tf.range(batch), each)
        shares, values = found.probabilities[:, tf.newaxis], of_sources[:, tf.newaxis]
        return sums_of_rows(shares, values, sentences)[:, 0]

    return tf.cond(tf.shape(of_sources)[1] > 0, added_up, of_contexts)
