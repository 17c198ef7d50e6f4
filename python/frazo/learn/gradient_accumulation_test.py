import numpy as np
import tensorflow as tf
from frazo.learn.gradient_accumulation import GradientAccumulation
from frazo.learn.trained_weight import TrainedWeight


def make(num_batches):
    weight = TrainedWeight(tf.Variable([0.0, 0.0], name="fc/kernel"))
    return GradientAccumulation([weight], num_batches)


def test_every_third_batch_gives_the_mean_of_three():
    accumulation = make(3)
    given_out = tf.Variable([[0.0, 0.0]], shape=[None, 2])

    def update(means):
        given_out.assign(tf.concat([given_out, [means[0]]], 0))

    add = tf.function(lambda g: accumulation.add([g], update), autograph=False)
    for gradient in ([1.0, 2.0], [2.0, 2.0], [6.0, -1.0], [3.0, 0.0], [0.0, 3.0], [0.0, 0.0]):
        add(tf.constant(gradient))
    np.testing.assert_allclose(given_out, [[0, 0], [3, 1], [1, 1]])


def test_sums_and_count_are_saved():
    accumulation = make(2)
    accumulation.add([tf.constant([1.0, 2.0])], lambda means: None)
    saved = {variable.name: variable.numpy() for variable in accumulation.variables_to_save}
    assert saved["learner/accumulated_batches:0"] == 1
    np.testing.assert_array_equal(saved["learner/accumulated/fc/kernel:0"], [1, 2])
