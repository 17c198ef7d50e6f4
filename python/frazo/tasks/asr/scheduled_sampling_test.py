import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.step_context import StepContext
from frazo.proto import speech_recognition_pb2
from frazo.tasks.asr.scheduled_sampling import ScheduledSampling

INPUTS = tf.constant([[1, 5, 6, 7], [1, 8, 9, 0]])
# So far above the others that only they are drawn.
SAID = np.array([[3, 4, 5, 6], [2, 3, 4, 5]])
LOGITS = tf.constant(np.eye(10, dtype=np.float32)[SAID] * 1000)


def make_sampling(**fields):
    return ScheduledSampling(speech_recognition_pb2.ScheduledSampling(**fields), "decoder")


def at(step):
    return StepContext.for_training(seed=3, global_step=tf.convert_to_tensor(step, tf.int64))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"probability": 0.4}, {0: 0.4, 9: 0.4}),
        ({"probability": 0.4, "start_step": 10}, {0: 0, 9: 0, 10: 0.4, 99: 0.4}),
        (
            {"probability": 0.4, "start_step": 10, "end_step": 30},
            {0: 0, 10: 0, 15: 0.1, 20: 0.2, 30: 0.4, 99: 0.4},
        ),
    ],
)
def test_the_probability_rises(fields, expected):
    sampling = make_sampling(**fields)
    found = {step: float(sampling.probability(tf.constant(step, tf.int64))) for step in expected}
    assert found == pytest.approx(expected)


def test_a_rise_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match=r"end_step 3 is before start_step 10\. Make it"):
        make_sampling(probability=0.4, start_step=10, end_step=3)


def test_a_guess_stands_where_the_decoder_sees_it_next():
    inputs = make_sampling(probability=1).inputs(INPUTS, lambda: LOGITS, at(0))
    np.testing.assert_array_equal(inputs, [[1, 3, 4, 5], [1, 2, 3, 4]])


def test_there_is_no_first_pass_without_guesses():
    passes = tf.Variable(0)

    def first_pass():
        passes.assign_add(1)
        return LOGITS

    sampling = make_sampling(probability=1, start_step=10)
    see = tf.function(lambda step: sampling.inputs(INPUTS, first_pass, at(step)))
    np.testing.assert_array_equal(see(tf.constant(9, tf.int64)), INPUTS)
    assert int(passes) == 0
    see(tf.constant(10, tf.int64))
    assert int(passes) == 1


def test_choices_have_the_probability_and_are_those_of_the_step():
    inputs = tf.ones([200, 101], tf.int32)
    logits = tf.one_hot(tf.fill([200, 101], 3), 10) * 1000
    sampling = make_sampling(probability=0.25)
    seen, again, later = (
        sampling.inputs(inputs, lambda: logits, at(step)).numpy() for step in (4, 4, 5)
    )
    np.testing.assert_array_equal(seen, again)
    assert (seen != later).any()
    assert set(np.unique(seen)) == {1, 3}
    # 20,000 choices: six deviations are 0.018.
    assert (seen[:, 1:] == 3).mean() == pytest.approx(0.25, abs=0.02)


def test_guesses_are_drawn_from_the_softmax():
    inputs = tf.zeros([100, 101], tf.int32)
    logits = tf.math.log(tf.broadcast_to([0.2, 0.3, 0.5], [100, 101, 3]))
    seen = make_sampling(probability=1).inputs(inputs, lambda: logits, at(0)).numpy()[:, 1:]
    # 10,000 draws: six deviations are 0.03.
    np.testing.assert_allclose(np.bincount(seen.ravel()) / seen.size, [0.2, 0.3, 0.5], atol=0.03)
