"""Compares the two ways to multiply what rows found by a matrix."""

import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.packed_kernels import KernelRows, PackedKernels
from frazo.layers.recurrent.context_product import Found, context_product, products_of_sources
from frazo.layers.step_context import StepContext

_KERNEL = tf.Variable(tf.random.stateless_normal([9, 8], [1, 1]))
# The context is a part of what the kernel multiplies.
_ROWS = KernelRows(_KERNEL, 3, 6)
_VALUES = tf.random.stateless_normal([3, 4, 6], [1, 2])
# The last sentence has no source.
_LENGTHS = tf.constant([4, 2, 0])
_CACHE = {
    "values": _VALUES[:, tf.newaxis],
    "bias": tf.where(tf.sequence_mask(_LENGTHS, 4), 0.0, -1e30),
}


def found(sentences):
    """Returns what one row for each of `sentences` found."""
    energies = tf.random.stateless_normal([len(sentences), 4], [1, 3])
    probabilities = tf.nn.softmax(energies + tf.gather(_CACHE["bias"], sentences))
    probabilities = tf.where(tf.gather(_LENGTHS, sentences)[:, tf.newaxis] > 0, probabilities, 0.25)
    context = tf.linalg.matvec(tf.gather(_VALUES, sentences), probabilities, transpose_a=True)
    return Found(context, probabilities)


@pytest.mark.parametrize("form", [ops.Implementation.KERNEL, ops.Implementation.GRAPH])
@pytest.mark.parametrize("expected_rows", [1, 100])
def test_both_ways_give_the_same(form, expected_rows):
    sentences = [0, 1, 1, 1, 2]
    rows = found(sentences)
    expected = rows.context @ _KERNEL[3:]
    with ops.implementation(form):
        context = StepContext.for_decoding(tf.constant(sentences), PackedKernels())
        of_sources = products_of_sources(_CACHE, _ROWS, tf.constant(expected_rows))
        product = context_product(rows, of_sources, _ROWS, context)
        np.testing.assert_allclose(product, expected, atol=1e-5)


def test_sentences_of_equally_many_rows_need_no_numbers():
    rows = found([0, 0, 1, 1, 2, 2])
    of_sources = products_of_sources(_CACHE, _ROWS, tf.constant(100))
    product = context_product(rows, of_sources, _ROWS, StepContext.for_evaluation(seed=0))
    np.testing.assert_allclose(product, rows.context @ _KERNEL[3:], atol=1e-5)


@pytest.mark.parametrize(("expected_rows", "sources"), [(12, 0), (13, 4)])
def test_the_way_with_fewer_multiplications_is_taken(expected_rows, sources):
    # 4 sources of 6 values. With 12 rows 4 * 6 + 12 * 4 = 72 = 12 * 6; with 13, 76 < 78.
    of_sources = products_of_sources(_CACHE, _ROWS, tf.constant(expected_rows))
    assert of_sources.shape == [3, sources, 8]
    if sources:
        np.testing.assert_array_equal(of_sources[1, 2:], np.zeros([2, 8]))


def test_a_loop_packs_only_the_rows_that_count():
    rows = found([0, 1, 2])

    @tf.function(autograph=False)
    def run(expected_rows):
        kernels = PackedKernels()
        of_sources = products_of_sources(_CACHE, _ROWS, expected_rows)

        def body(step, total):
            context = StepContext.for_decoding(tf.range(3), kernels)
            return step + 1, total + context_product(rows, of_sources, _ROWS, context)

        return tf.while_loop(lambda step, _: step < 3, body, (0, tf.zeros([3, 8])))[1]

    for expected_rows in (1, 100):
        total = run(tf.constant(expected_rows))
        np.testing.assert_allclose(total, 3 * rows.context @ _KERNEL[3:], atol=1e-4)
    operations = run.get_concrete_function(tf.constant(1)).graph.get_operations()
    packed = [operation for operation in operations if operation.type == "Frazo>PackMatrix"]
    assert [operation.inputs[0].shape for operation in packed] == [[6, 8]]
