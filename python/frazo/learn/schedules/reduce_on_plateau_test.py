import math

import pytest
import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.learn.schedules import linear_rampup, reduce_on_plateau  # noqa: F401
from frazo.proto import schedule_pb2
from frazo.registry import build
from google.protobuf import text_format


def make(metric="loss", text="window_steps: 20", tolerance=0.0):
    score = f'score {{ input: "Dev" metric: "{metric}" tolerance: {tolerance} }}'
    message = f"reduce_on_plateau {{ {score} {text} }}"
    return build(text_format.Parse(message, schedule_pb2.Schedule()))


def factor(schedule, step=0):
    return float(schedule(tf.constant(step, tf.int64)))


def factors(schedule, series):
    """Returns the factor after each score."""
    found = []
    for count in range(1, len(series) + 1):
        schedule.take([dict(list(series.items())[:count])])
        found.append(factor(schedule))
    return found


@pytest.mark.parametrize(("metric", "sign"), [("loss", 1), ("accuracy", -1)])
def test_falls_when_the_newest_score_is_more_than_the_window_after_the_best(metric, sign):
    # The best is that of step 10. 30 is no more than 20 steps later, 31 is; then 51 and 52 count
    # from 31.
    series = {10: 1.0, 30: 1.5, 31: 1.5, 51: 1.5, 52: 1.0}
    schedule = make(metric)
    values = {step: sign * value for step, value in series.items()}
    assert factors(schedule, values) == [1, 1, 0.5, 0.5, 0.25]


def test_a_gain_starts_the_window_anew():
    assert factors(make(), {0: 1.0, 20: 0.9, 40: 0.8, 60: 0.8, 61: 0.8}) == [1, 1, 1, 1, 0.5]


def test_a_tolerance_makes_small_gains_none():
    schedule = make(tolerance=0.2)
    assert factors(schedule, {0: 1.0, 20: 0.9, 21: 0.85, 22: 0.7}) == [1, 1, 0.5, 0.5]


def test_never_falls_below_its_end():
    schedule = make(text="window_steps: 1 decay: 0.1 end: 0.05")
    found = factors(schedule, {0: 1.0, 2: 1.0, 4: 1.0, 6: 1.0})
    assert found == pytest.approx([1, 0.1, 0.05, 0.05])


def test_scores_that_are_not_finite_gain_nothing():
    nan = math.nan
    assert factors(make(), {0: nan, 21: nan, 22: 1.0, 43: nan}) == [1, 0.5, 0.5, 0.25]


def test_scores_that_it_has_taken_count_once():
    schedule = make()
    for _ in range(3):
        schedule.take([{0: 1.0, 21: 1.0}])
        assert factor(schedule) == 0.5


def test_another_factor_goes_with_it():
    schedule = make(text="window_steps: 20 times { linear_rampup { warmup_steps: 4 } }")
    schedule.take([{0: 1.0, 21: 1.0}])
    assert [factor(schedule, step) for step in (0, 2, 4, 5)] == [0, 0.25, 0.5, 0.5]


def test_its_variables_are_its_whole_state():
    series = {0: 1.0, 15: 0.5, 36: 0.6, 50: 0.6, 57: 0.6, 80: 0.4}
    unbroken, resumed = make(), make()
    unbroken.take([{step: series[step] for step in (0, 15, 36, 50)}])
    for ours, theirs in zip(resumed.variables_to_save, unbroken.variables_to_save, strict=True):
        assert ours.name == theirs.name
        ours.assign(theirs)
    unbroken.take([series])
    resumed.take([series])
    # After 36, and after 57.
    assert factor(resumed) == factor(unbroken) == 0.25


def test_the_factor_of_a_graph_follows_its_variables():
    schedule = make()
    in_graph = tf.function(schedule, input_signature=[tf.TensorSpec([], tf.int64)])
    assert float(in_graph(tf.constant(3, tf.int64))) == 1
    schedule.take([{0: 1.0, 21: 1.0}])
    assert float(in_graph(tf.constant(3, tf.int64))) == 0.5
