import numpy as np
import pytest
import tensorflow as tf
from frazo.input.shuffled_order import shuffled_indices
from hypothesis import given, settings
from hypothesis import strategies as st


def order(first, count, *, num_examples=100, seed=3):
    return shuffled_indices(
        tf.constant(first, tf.int64), count, num_examples=num_examples, seed=seed
    ).numpy()


@pytest.mark.parametrize("num_examples", [1, 2, 3, 17, 8000])
@pytest.mark.parametrize("epoch", [0, 1, 2**33])
def test_every_epoch_is_a_permutation(num_examples, epoch):
    indices = order(epoch * num_examples, num_examples, num_examples=num_examples)
    np.testing.assert_array_equal(np.sort(indices), np.arange(num_examples))


def test_epochs_and_seeds_differ():
    first = order(0, 100)
    for other in [order(100, 100), order(0, 100, seed=4), order(0, 100, seed=3 + 2**32)]:
        # Two independent permutations agree in one place on average.
        assert np.sum(first == other) < 8


@settings(max_examples=25)
@given(start=st.integers(0, 10**12), cut=st.integers(1, 59))
def test_any_part_can_be_had_without_those_before(start, cut):
    whole = order(start, 60)
    parts = [order(start, cut), order(start + cut, 60 - cut)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_neighbours_are_far_apart():
    steps = np.abs(np.diff(order(0, 8000, num_examples=8000)))
    # Independent places in [0, n) are n / 3 apart on average; standard error n * .24 / sqrt(n).
    assert abs(steps.mean() - 8000 / 3) < 5 * 0.24 * 8000**0.5


def test_halves_of_an_epoch_mix_the_halves_of_the_set():
    share = np.mean(order(0, 4000, num_examples=8000) < 4000)
    # Hypergeometric: standard error sqrt(.25 / 4000 * .5) = .0056.
    assert abs(share - 0.5) < 0.03
