import math

import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

_FORMS = pytest.mark.parametrize("form", [ops.Implementation.KERNEL, ops.Implementation.GRAPH])


@_FORMS
def test_rows_see_the_sources_of_their_entry(form):
    keys = tf.constant([[[0.5], [1.5], [9.0]], [[1.0], [2.0], [3.0]]])
    mask = tf.constant([[True, True, False], [False, False, False]])
    with ops.implementation(form):
        probabilities = ops.additive_probabilities(
            tf.constant([[0.0], [1.0], [0.0]]), keys, tf.constant([2.0]), mask, [0, 0, 1]
        )
    # The energies are twice tanh(.5) and tanh(1.5), and twice tanh(1.5) and tanh(2.5).
    rows = [(math.tanh(0.5), math.tanh(1.5)), (math.tanh(1.5), math.tanh(2.5))]
    first = [1 / (1 + math.exp(2 * (b - a))) for a, b in rows]
    expected = [[first[0], 1 - first[0], 0], [first[1], 1 - first[1], 0], [1 / 3] * 3]
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)


def test_both_forms_agree_on_any_size():
    for rows, sources, hidden in [(0, 3, 2), (5, 0, 4), (7, 67, 33)]:
        queries = tf.random.stateless_normal([rows, hidden], [1, rows])
        keys = tf.random.stateless_normal([3, sources, hidden], [2, sources])
        energy = tf.random.stateless_normal([hidden], [3, hidden])
        mask = tf.sequence_mask([sources, sources // 2, 1], sources)
        found = []
        for form in (ops.Implementation.KERNEL, ops.Implementation.GRAPH):
            with ops.implementation(form):
                found.append(
                    ops.additive_probabilities(queries, keys, energy, mask, tf.range(rows) % 3)
                )
        assert found[0].shape == [rows, sources]
        np.testing.assert_allclose(found[0], found[1], atol=1e-5)


@pytest.mark.parametrize(
    ("hidden", "entry", "message"),
    [
        (3, 0, r"energy \[3\].*expected \[rows, hidden\], \[entries, sources, hidden\]"),
        (2, 2, "row 0 attends to entry 2, but the keys have 2"),
        (2, -1, "row 0 attends to entry -1"),
    ],
)
def test_what_does_not_fit_is_an_error(hidden, entry, message):
    with (
        ops.implementation(ops.Implementation.KERNEL),
        pytest.raises(tf.errors.InvalidArgumentError, match=message),
    ):
        ops.additive_probabilities(
            tf.zeros([1, 2]),
            tf.zeros([2, 4, 2]),
            tf.zeros([hidden]),
            tf.ones([2, 4], tf.bool),
            [entry],
        )
