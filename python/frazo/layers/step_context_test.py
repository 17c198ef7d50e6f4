import numpy as np
import tensorflow as tf
from frazo.layers.step_context import StepContext


def test_training_seed_is_experiment_seed_and_step():
    context = StepContext.for_training(seed=301, global_step=tf.constant(205, tf.int64))
    np.testing.assert_array_equal(context.seed, [301, 205])
    assert context.training


def test_seed_for_a_path_changes_the_upper_half_of_the_first_word():
    context = StepContext.for_training(seed=301, global_step=tf.constant(205, tf.int64))
    word, step = context.seed_for("123456789").numpy()
    # 0xcbf43926 is the published check value of CRC-32.
    assert (int(word) >> 32) & 0xFFFFFFFF == 0xCBF43926
    assert int(word) & 0xFFFFFFFF == 301
    assert step == 205


def test_updates_are_kept_in_order():
    context = StepContext.for_evaluation(seed=0)
    first, second = tf.Variable(1.0), tf.Variable(2.0)
    context.add_update(first, tf.constant(3.0))
    context.add_update(second, tf.constant(4.0))
    assert [
        variable is expected
        for (variable, _), expected in zip(context.updates, [first, second], strict=True)
    ] == [True, True]
