import tensorflow as tf
from frazo.learn.loss import Loss


def test_the_mean_is_the_total_divided_by_the_weight():
    assert float(Loss(tf.constant(6.0), tf.constant(4.0)).mean) == 1.5


def test_a_batch_without_weight_has_the_mean_0_and_no_gradient():
    scale = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        mean = Loss(scale * 0.0, tf.constant(0.0)).mean
    assert float(mean) == 0
    assert float(tape.gradient(mean, scale)) == 0
