import numpy as np
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.place import Place
from frazo.layers.recurrent.projected_lstm_stack import ProjectedLstmStack
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))
_LAYOUT = SequenceLayout.of_lengths(tf.constant([5, 3]), 5)


def make(layers=2, units=3, dim=4):
    message = text_format.Parse(
        f"num_layers: {layers} layer {{ units: {units} }} batch_norm {{}}",
        lstm_pb2.ProjectedLstmStack(),
    )
    return ProjectedLstmStack(message, Place(path="stack", seed=1, input_shape=(None, None, dim)))


def test_two_layers_by_their_definition():
    stack = make()
    x = tf.random.stateless_normal([2, 5, 4], [1, 2])
    by_name = {variable.name.split(":")[0]: variable for variable in stack.variables}
    first = stack.layers[0](x, _LAYOUT, _TRAINING)
    projected = first @ by_name["stack/projection0/kernel"]
    real = tf.boolean_mask(projected, _LAYOUT.mask).numpy()
    # epsilon is 0.001.
    normal = (projected - real.mean(0)) / np.sqrt(real.var(0) + 0.001)
    between = tf.where(_LAYOUT.mask[..., tf.newaxis], tf.nn.relu(normal), 0)
    expected = stack.layers[1](between, _LAYOUT, _TRAINING)
    np.testing.assert_allclose(stack(x, _LAYOUT, _TRAINING), expected, atol=1e-5)


def test_padding_is_zero_and_changes_nothing():
    stack = make()
    x = tf.random.stateless_normal([2, 5, 4], [1, 2])
    noisy = tf.where(_LAYOUT.mask[..., tf.newaxis], x, np.nan)
    for context in (_EVALUATION, _TRAINING):
        y = stack(x, _LAYOUT, context)
        assert y.shape == [2, 5, 6]
        assert np.all(y[1, 3:] == 0)
    alone = stack(x[1:, :3], SequenceLayout.of_lengths(tf.constant([3]), 3), _EVALUATION)
    np.testing.assert_allclose(stack(noisy, _LAYOUT, _EVALUATION)[1:, :3], alone, atol=1e-6)


def test_gradients():
    stack = make()
    x = tf.Variable(tf.random.stateless_normal([2, 5, 4], [1, 2]))
    assert_gradients_agree(
        lambda: tf.reduce_sum(tf.sin(stack(x, _LAYOUT, _TRAINING))),
        [x, *stack.trainable_variables],
    )


def test_one_layer_has_no_projection():
    assert not any("projection" in variable.name for variable in make(layers=1).variables)
