import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.dropout import Dropout, random_uint16
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import dropout_pb2

_ONES = tf.ones([100, 1000])


def dropped(rate=0.2, *, seed=5, step=7, path="drop", x=_ONES):
    layer = Dropout(
        dropout_pb2.Dropout(rate=rate), Place(path=path, input_shape=tuple(x.shape), seed=1)
    )
    context = StepContext.for_training(seed=seed, global_step=tf.constant(step, tf.int64))
    return layer(x, context).numpy()


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
def test_zeroes_the_rate_and_keeps_the_mean(rate):
    y = dropped(rate)
    # With 100,000 draws the standard error of the share is at most .0016.
    assert abs(np.mean(y == 0) - rate) < 0.007
    assert abs(y.mean() - 1) < 0.007 / (1 - rate)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-4)


def test_is_a_pure_function_of_seed_step_and_path():
    y = dropped()
    np.testing.assert_array_equal(y, dropped())
    for other in [dropped(seed=6), dropped(step=8), dropped(path="other")]:
        # Independent masks of rate .2 agree in .8^2 + .2^2 = .68 of the elements.
        assert abs(np.mean((y == 0) == (other == 0)) - 0.68) < 0.01


def test_large_steps_and_seeds_differ_too():
    assert not np.array_equal(dropped(step=2**40), dropped(step=2**40 + 1))
    assert not np.array_equal(dropped(seed=2**40), dropped(seed=2**40 + 1))


def test_evaluation_changes_nothing():
    layer = Dropout(dropout_pb2.Dropout(rate=0.5), Place(path="drop", input_shape=(2,), seed=1))
    x = tf.constant([3.0, 4.0])
    np.testing.assert_array_equal(layer(x, StepContext.for_evaluation(seed=0)), x)


def test_rate_zero_changes_nothing():
    np.testing.assert_array_equal(dropped(0.0), _ONES)


def test_gradient_flows_where_the_value_did():
    x = tf.fill([50], 2.0)
    layer = Dropout(dropout_pb2.Dropout(rate=0.5), Place(path="drop", input_shape=(50,), seed=1))
    context = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, context)
    np.testing.assert_allclose(tape.gradient(y, x), y / 2)


@pytest.mark.parametrize("shape", [[0], [1], [3], [5], [2, 3]])
def test_random_words_have_any_shape(shape):
    values = random_uint16(tf.constant(shape), tf.constant([1, 2], tf.int64))
    assert values.shape == shape
    assert values.dtype == tf.uint16


def test_random_words_are_uniform():
    values = random_uint16(tf.constant([2**18]), tf.constant([1, 2], tf.int64)).numpy()
    counts = np.bincount(values >> 8, minlength=256)
    # Chi squared with 255 degrees of freedom has mean 255 and standard deviation 22.6.
    assert np.sum((counts - 1024) ** 2 / 1024) < 255 + 5 * 22.6
