import numpy as np
import tensorflow as tf
from frazo.learn.gradient_accumulation import GradientAccumulation
from frazo.learn.trained_weight import TrainedWeight


def make(num_batches):
    weight = TrainedWeight(tf.Variable([0.0, 0.0], name="fc/kernel"))
    return GradientAccumulation([weight], num_batches)


def given_out(accumulation, batches):
    """The means that it gives out for (gradient, loss weight) of some batches."""
    means = tf.Variable(tf.zeros([0, 2]), shape=[None, 2])

    def update(mean):
        means.assign(tf.concat([means, [mean[0]]], 0))

    add = tf.function(lambda g, w: accumulation.add([g], w, update), autograph=False)
    for gradient, loss_weight in batches:
        add(tf.constant(gradient), tf.constant(loss_weight))
    return means.numpy()


def test_every_third_batch_gives_the_mean_of_three():
    gradients = [[1.0, 2.0], [2.0, 2.0], [6.0, -1.0], [3.0, 0.0], [0.0, 3.0], [0.0, 0.0]]
    means = given_out(make(3), [(gradient, 2.0) for gradient in gradients])
    np.testing.assert_allclose(means, [[3, 1], [1, 1]])


def test_a_batch_counts_by_its_weight():
    # (1 * 2 + 3 * 6) / 4, (1 * 4 - 3 * 4) / 4; then the sums begin anew.
    batches = [([2.0, 4.0], 1.0), ([6.0, -4.0], 3.0), ([1.0, 0.0], 5.0), ([9.0, 9.0], 0.0)]
    np.testing.assert_array_equal(given_out(make(2), batches), [[5, -2], [1, 0]])


def test_batches_without_weight_have_the_mean_0():
    np.testing.assert_array_equal(given_out(make(2), [([0.0, 0.0], 0.0)] * 2), [[0, 0]])


def test_sums_weight_and_count_are_saved():
    accumulation = make(2)
    accumulation.add([tf.constant([1.0, 2.0])], tf.constant(3.0), lambda means: None)
    saved = {variable.name: variable.numpy() for variable in accumulation.variables_to_save}
    assert saved["learner/accumulated_batches:0"] == 1
    assert saved["learner/accumulated_loss_weight:0"] == 3
    np.testing.assert_array_equal(saved["learner/accumulated/fc/kernel:0"], [3, 6])
