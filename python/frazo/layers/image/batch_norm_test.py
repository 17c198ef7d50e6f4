import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.image.batch_norm import BatchNorm, Moments
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2

# Channel 0 has mean 2 and variance ((-1)^2 + 1^2) / 2 = 1, channel 1 mean 10 and variance 16.
_X = tf.constant([[1.0, 6.0], [3.0, 14.0]])


def norm(**fields):
    return BatchNorm(
        norm_pb2.BatchNorm(**fields), Place(path="norm", input_shape=(None, 2), seed=1)
    )


def training():
    return StepContext.for_training(seed=0, global_step=tf.constant(0, tf.int64))


def test_training_normalizes_with_the_statistics_of_the_batch():
    layer = norm(epsilon=1e-6)
    layer.scale.assign([2.0, 1.0])
    layer.offset.assign([0.5, 0.0])
    # Both channels are x' = (-1, 1) after normalization. The first one becomes 2 x' + .5.
    np.testing.assert_allclose(layer(_X, training()), [[-1.5, -1], [2.5, 1]], atol=1e-5)


def test_epsilon_is_added_to_the_variance():
    # The values are 1 / sqrt(1 + 3) = .5 in channel 0 and 4 / sqrt(16 + 3) = .91766 in channel 1.
    y = norm(epsilon=3)(_X, training())
    np.testing.assert_allclose(y, [[-0.5, -0.91766], [0.5, 0.91766]], atol=1e-5)


def test_training_defers_the_moving_averages_to_the_learner():
    layer, context = norm(decay=0.75), training()
    layer(_X, context)
    np.testing.assert_array_equal(layer.moving_mean, [0, 0])
    updates = {variable.name: value.numpy() for variable, value in context.updates}
    # The mean is .75 * 0 + .25 * (2, 10), the variance .75 * 1 + .25 * (1, 16).
    np.testing.assert_allclose(updates["norm/moving_mean:0"], [0.5, 2.5])
    np.testing.assert_allclose(updates["norm/moving_variance:0"], [1.0, 4.75])


def test_a_mask_selects_what_counts():
    layer, context = norm(decay=0.75, epsilon=1e-6), training()
    x = tf.Variable([[[1.0, 6.0], [np.nan, 9.0]], [[3.0, 14.0], [9.0, np.inf]]])
    mask = tf.constant([[True, False], [True, False]])
    with tf.GradientTape() as tape:
        y = layer(x, context, mask)
        total = tf.reduce_sum(y * [[[1.0, 2.0]], [[3.0, 5.0]]])
    # The statistics are those of _X.
    np.testing.assert_allclose(y, [[[-1, -1], [0, 0]], [[1, 1], [0, 0]]], atol=1e-5)
    updates = {variable.name: value.numpy() for variable, value in context.updates}
    np.testing.assert_allclose(updates["norm/moving_mean:0"], [0.5, 2.5])
    np.testing.assert_allclose(updates["norm/moving_variance:0"], [1.0, 4.75])
    gradient = tape.gradient(total, x)
    assert np.all(gradient[:, 1] == 0)
    assert np.all(np.isfinite(gradient))
    evaluated = layer(x, StepContext.for_evaluation(seed=0), mask)
    np.testing.assert_allclose(evaluated, [[[1, 6], [0, 0]], [[3, 14], [0, 0]]], rtol=1e-5)


def test_a_batch_in_which_nothing_counts_leaves_the_averages_alone():
    layer, context = norm(), training()
    y = layer(_X, context, tf.constant([False, False]))
    np.testing.assert_array_equal(y, np.zeros([2, 2]))
    for variable, value in context.updates:
        np.testing.assert_array_equal(value, variable)


def test_factor_and_shift_of_given_statistics_are_those_of_the_normalization():
    layer, context, expected = norm(decay=0.75), training(), training()
    layer.scale.assign([2.0, 1.0])
    layer.offset.assign([0.5, 0.0])
    moments = Moments(tf.constant([2.0, 10.0]), tf.constant([1.0, 16.0]), tf.constant(2.0))
    factor, shift = layer.affine(lambda: moments, context)
    np.testing.assert_allclose(factor * _X + shift, layer(_X, expected), atol=1e-5)
    for (variable, value), (other, wanted) in zip(context.updates, expected.updates, strict=True):
        assert variable is other
        np.testing.assert_allclose(value, wanted)
    evaluation = StepContext.for_evaluation(seed=0)
    factor, shift = layer.affine(lambda: pytest.fail("evaluation has no statistics"), evaluation)
    np.testing.assert_allclose(factor * _X + shift, layer(_X, evaluation), rtol=1e-5)


def test_evaluation_uses_the_moving_averages_and_updates_nothing():
    layer, context = norm(epsilon=1e-6), StepContext.for_evaluation(seed=0)
    layer.moving_mean.assign([1.0, 0.0])
    layer.moving_variance.assign([4.0, 1.0])
    np.testing.assert_allclose(layer(_X, context), [[0, 6], [1, 14]], rtol=1e-5)
    assert context.updates == []


def test_only_scale_and_offset_are_trained():
    names = {v.name for v in norm().variables if v.trainable}
    assert names == {"norm/scale:0", "norm/offset:0"}


def test_unknown_channels_are_an_error():
    with pytest.raises(
        ValueError, match=r"norm: the input has shape \[\?, \?\]; BatchNorm expects"
    ):
        BatchNorm(norm_pb2.BatchNorm(), Place(path="norm", input_shape=(None, None), seed=1))
