import numpy as np
import tensorflow as tf
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.repeated_rows import RepeatedRows
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


def test_auxiliary_losses_are_added_with_their_factors():
    context = StepContext.for_evaluation(seed=0)
    assert context.auxiliary_loss() == 0
    context.add_auxiliary_loss(tf.constant(6.0), tf.constant(2.0), 0.5)
    context.add_auxiliary_loss(tf.constant(4.0), tf.constant(4.0), 3)
    # A batch of padding alone has no weight.
    context.add_auxiliary_loss(tf.constant(0.0), tf.constant(0.0), 1)
    # .5 * 6 / 2 + 3 * 4 / 4.
    assert context.auxiliary_loss() == 4.5


def test_metrics_have_names():
    context = StepContext.for_evaluation(seed=0)
    context.add_metric("layer/load", tf.constant(2.0), tf.constant(3.0))
    assert [float(value) for value in context.metrics["layer/load"]] == [2, 3]


def test_what_is_added_to_a_context_apart_is_not_in_the_other_until_it_is_included():
    context = StepContext.for_training(seed=7, global_step=tf.constant(2, tf.int64))
    apart = context.apart()
    assert apart.training
    np.testing.assert_array_equal(apart.seed_for("layer"), context.seed_for("layer"))
    variable = tf.Variable(1.0)
    apart.add_update(variable, tf.constant(3.0))
    apart.add_auxiliary_loss(tf.constant(6.0), tf.constant(2.0), 0.5)
    apart.add_metric("layer/load", tf.constant(2.0), tf.constant(3.0))
    assert (context.updates, context.auxiliary_losses, context.metrics) == ([], [], {})
    context.include(apart)
    assert len(context.updates) == len(context.metrics) == 1
    assert float(context.auxiliary_loss()) == 1.5


def test_each_position_of_a_step_has_numbers_of_its_own():
    def seed(step, time):
        context = StepContext.for_training(seed=301, global_step=tf.constant(step, tf.int64))
        return tuple(context.at_time(time).seed.numpy())

    # The second word is 205 * 2^24 + 3 + 1.
    assert seed(205, 3) == (301, 205 * 16_777_216 + 4)
    assert seed(205, tf.constant(3)) == seed(205, 3)
    assert len({seed(step, time) for step in (0, 1, 205) for time in (0, 1, 2**24 - 2)}) == 9


def test_a_position_trains_or_evaluates_as_its_step_does():
    assert not StepContext.for_evaluation(seed=0).at_time(1).training
    training = StepContext.for_training(seed=0, global_step=tf.constant(1, tf.int64))
    assert training.at_time(1).training


def test_all_contexts_of_a_step_of_training_know_its_number():
    step = tf.constant(41, tf.int64)
    context = StepContext.for_training(seed=7, global_step=step, replica=3)
    parts = [context, context.apart(), context.of_part(3), context.at_time(5)]
    assert [int(part.global_step) for part in parts] == [41] * 4
    assert StepContext.for_evaluation(seed=7).global_step is None


def test_a_state_that_rows_share_is_multiplied_once():
    kernel = tf.Variable([[2.0], [3.0]])

    class CountingKernels(PackedKernels):
        rows = 0

        def multiply(self, x, kernel, bias, *, transposed):
            self.rows += x.shape[0]
            return super().multiply(x, kernel, bias, transposed=transposed)

    kernels = CountingKernels()
    repeated = RepeatedRows.of_parents(tf.constant([4, 4, 1]))
    context = StepContext.for_decoding(tf.zeros([3], tf.int32), kernels, repeated=repeated)
    product = context.multiply_state(tf.constant([[1.0, 0], [1, 0], [0, 1]]), kernel)
    np.testing.assert_array_equal(product, [[2], [2], [3]])
    assert kernels.rows == 2
