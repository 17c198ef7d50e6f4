import numpy as np
import pytest
import tensorflow as tf
from frazo.learn.optimizers.orthogonalization import orthogonalized

# Small eigenvalues of x x' grow by 485 in five iterations, and the rounding with them.
_ROUNDING = 2e-4


def iterated(values):
    """What the iterations make of singular values whose squares add up to 1."""
    for _ in range(5):
        values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
    return values


def by_singular_values(matrix):
    left, values, right = np.linalg.svd(matrix.astype(np.float64), full_matrices=False)
    return left * iterated(values / np.linalg.norm(values)) @ right


def test_diagonal_matrix_by_hand():
    # The norm is 5: 0.6 and 0.8 become 0.7228762 and 1.1192039.
    np.testing.assert_allclose(
        orthogonalized(tf.constant([[3.0, 0.0], [0.0, -4.0]])),
        [[0.7228762, 0.0], [0.0, -1.1192039]],
        rtol=1e-5,
    )


@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (8, 3), (1, 4), (4, 1)], ids=str)
@pytest.mark.parametrize("sums_over_rows", [None, False, True])
def test_singular_vectors_stay(shape, sums_over_rows):
    matrix = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    found = orthogonalized(tf.constant(matrix), sums_over_rows=sums_over_rows)
    np.testing.assert_allclose(found, by_singular_values(matrix), atol=_ROUNDING)


def test_each_matrix_of_several_is_its_own():
    matrices = np.random.default_rng(2).normal(size=(2, 3, 4, 6)).astype(np.float32)
    found = orthogonalized(tf.constant(matrices))
    for place in np.ndindex(2, 3):
        np.testing.assert_allclose(
            found[place], by_singular_values(matrices[place]), atol=_ROUNDING
        )


def test_size_of_a_matrix_does_not_matter():
    matrix = np.random.default_rng(3).normal(size=(4, 6)).astype(np.float32)
    for size in (1e-3, 1e4):
        found = orthogonalized(tf.constant(size * matrix))
        np.testing.assert_allclose(found, by_singular_values(matrix), atol=1e-3)


def test_zeros_stay_zeros():
    np.testing.assert_array_equal(orthogonalized(tf.zeros([3, 4])), np.zeros([3, 4]))


@pytest.mark.parametrize("sums_over_rows", [False, True])
def test_parts_give_what_the_whole_gives(sums_over_rows):
    matrix = np.random.default_rng(4).normal(size=(6, 8)).astype(np.float32)
    parts = np.split(matrix, 2, axis=0 if sums_over_rows else 1)
    gram = matrix.T @ matrix if sums_over_rows else matrix @ matrix.T
    found = [
        orthogonalized(tf.constant(part), sums_over_rows=sums_over_rows, whole_sum=lambda _: gram)
        for part in parts
    ]
    joined = np.concatenate(found, axis=0 if sums_over_rows else 1)
    np.testing.assert_allclose(joined, by_singular_values(matrix), atol=_ROUNDING)
