import numpy as np
import pytest
import tensorflow as tf
from frazo.learn.moving_averages import MovingAverages


@pytest.mark.parametrize(
    ("step", "decay"),
    [
        (0, 0.1),
        (90, 0.91),  # (1 + 90) / (10 + 90)
        (8980, 8981 / 8990),  # just below .999
        (9000, 0.999),
        (10**12, 0.999),
    ],
)
def test_decay_grows_with_the_step(step, decay):
    averages = MovingAverages(0.999, [tf.Variable(0.0, name="w")])
    assert float(averages.decay_at(tf.constant(step, tf.int64))) == pytest.approx(decay, rel=1e-6)


def test_update_moves_towards_the_weight():
    weight = tf.Variable([1.0, 2.0], name="fc/kernel")
    averages = MovingAverages(0.999, [weight])
    weight.assign([11.0, 2.0])
    averages.update(tf.constant(90, tf.int64))
    # .91 * 1 + .09 * 11 = 1.9.
    np.testing.assert_allclose(averages.averages[0], [1.9, 2.0], rtol=1e-6)
    assert averages.averages[0].name == "learner/average/fc/kernel:0"


def test_restart_makes_them_the_weights():
    weight = tf.Variable([1.0], name="w")
    averages = MovingAverages(0.9, [weight])
    weight.assign([5.0])
    averages.restart()
    np.testing.assert_array_equal(averages.averages[0], [5.0])


def test_swapped_holds_within_the_block_only():
    weight = tf.Variable([1.0], name="w")
    averages = MovingAverages(0.9, [weight])
    weight.assign([5.0])
    with averages.swapped():
        np.testing.assert_array_equal(weight, [1.0])
    np.testing.assert_array_equal(weight, [5.0])
    np.testing.assert_array_equal(averages.averages[0], [1.0])


def test_swapped_gives_the_weights_back_after_an_error():
    weight = tf.Variable([1.0], name="w")
    averages = MovingAverages(0.9, [weight])
    weight.assign([5.0])
    with pytest.raises(KeyError), averages.swapped():
        raise KeyError
    np.testing.assert_array_equal(weight, [5.0])
