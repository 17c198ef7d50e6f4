import math

import numpy as np
import pytest
import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.layers.place import Place
from frazo.proto import task_schedule_pb2
from frazo.registry import build, register
from frazo.tasks.multi_task import (  # noqa: F401
    adaptive_schedule,
    ordered_schedules,
    weighted_schedules,
)
from frazo.tasks.multi_task.task_names import TaskNames
from frazo.tasks.multi_task.task_schedule import TaskSchedule, draw_task
from google.protobuf import struct_pb2, text_format


def make(text, names=("x", "y")):
    message = text_format.Parse(text, task_schedule_pb2.TaskSchedule())
    return build(message, names=TaskNames(names), place=Place(path="schedule", seed=1))


def probabilities(schedule, step):
    in_graph = tf.function(
        schedule.weights, input_signature=[tf.TensorSpec([], tf.int64)], autograph=False
    )
    weights = in_graph(tf.constant(step, tf.int64))
    assert weights.dtype == tf.float64
    return (weights / tf.reduce_sum(weights)).numpy().tolist()


def tasks(schedule, steps):
    """Returns the task of each step of a schedule that leaves no choice."""
    found = []
    for step in steps:
        assert sorted(probabilities(schedule, step))[-2:] == [0, 1]
        found.append(int(np.argmax(probabilities(schedule, step))))
    return found


def test_constant_weights_need_not_sum_to_one():
    schedule = make("constant { weights { task: 'y' weight: 3 } weights { task: 'x' weight: 1 } }")
    assert probabilities(schedule, 0) == probabilities(schedule, 10**12) == [0.25, 0.75]


CHANGES = (
    "changes { task: 'x' start: .8 end: .2 } changes { task: 'y' start: .2 end: .8 } rate: .01"
)


def test_exponential():
    schedule = make(f"exponential {{ {CHANGES} }}")
    assert probabilities(schedule, 0) == pytest.approx([0.8, 0.2])
    # .2 + .6 / e
    assert probabilities(schedule, 100) == pytest.approx([0.42073, 0.57927], abs=1e-5)
    assert probabilities(schedule, 10**6) == pytest.approx([0.2, 0.8])


def test_sigmoid():
    schedule = make(f"sigmoid {{ {CHANGES} }}")
    assert probabilities(schedule, 0) == pytest.approx([0.8, 0.2])
    # (.2 + 1.4 / e) / (1 + 1 / e), (.8 - .4 / e) / (1 + 1 / e)
    assert probabilities(schedule, 100) == pytest.approx([0.52273, 0.47727], abs=1e-5)
    assert probabilities(schedule, 10**6) == pytest.approx([0.2, 0.8])


def test_round_robin():
    assert tasks(make("round_robin {}", "xyz"), [0, 1, 2, 3, 10**12 + 1]) == [0, 1, 2, 0, 2]


def test_sequential_stays_on_its_last_task():
    phases = "phases { task: 'x' steps: 10 } phases { task: 'y' steps: 5 }"
    assert tasks(make(f"sequential {{ {phases} }}"), [0, 9, 10, 50]) == [0, 0, 1, 1]


def test_the_last_phase_needs_no_steps_and_the_others_do():
    phases = "phases { task: 'y' steps: 2 } phases { task: 'x' }"
    assert tasks(make(f"sequential {{ {phases} }}"), [1, 2]) == [1, 0]
    with pytest.raises(ValueError, match="part 0 has no steps, so that part 1 would never begin"):
        make("sequential { phases { task: 'y' } phases { task: 'x' } }")


def test_pieces_count_from_their_own_start():
    pieces = (
        "pieces { steps: 3 schedule { round_robin {} } } "
        "pieces { schedule { sequential { phases { task: 'y' steps: 2 } phases { task: 'x' } } } }"
    )
    schedule = make(f"piecewise {{ {pieces} }}")
    assert tasks(schedule, range(8)) == [0, 1, 0, 1, 1, 0, 0, 0]


def adaptive(form="SIMPLE", metric="accuracy", expected=(0.5, 0.8), extra=""):
    entries = "".join(
        f"expectations {{ task: '{name}' expected: {value} "
        f"score {{ input: 'Dev_{name}' metric: '{metric}' }} }} "
        for name, value in zip("xyz", expected, strict=False)
    )
    names = "xyz"[: len(expected)]
    return make(f"adaptive {{ {entries} form: {form} {extra} }}", names)


@pytest.mark.parametrize(
    ("form", "expected"),
    [("SIMPLE", [0.91667, 0.08333]), ("INVERSE_RATIO", [0.65625, 0.34375])],
)
def test_adaptive(form, expected):
    schedule = adaptive(form)
    # Without scores all are equally far from what is expected.
    assert probabilities(schedule, 0) == [0.5, 0.5]
    schedule.take([{10: 0.4, 20: 0.25}, {20: 0.8}])
    assert probabilities(schedule, 5) == pytest.approx(expected, abs=1e-5)


def test_adaptive_with_a_score_that_falls():
    schedule = adaptive(metric="loss", expected=(0.5, 0.8))
    schedule.take([{1: 1.0}, {1: 0.8}])
    # r is 0.5 and 1.
    assert probabilities(schedule, 0) == pytest.approx([0.91667, 0.08333], abs=1e-5)


def test_adaptive_with_three_tasks_and_an_exponent():
    schedule = adaptive(expected=(0.5, 0.5, 0.5), extra="exponent: 2 epsilon: .25")
    schedule.take([{1: 0.25}, {1: 0.5}, {}])
    # 1.25 - .25, 1.25 - 1, 1.25 - 0; the sum is 2.5.
    assert probabilities(schedule, 0) == pytest.approx([0.4, 0.1, 0.5])


def test_adaptive_passes_over_what_is_not_finite_and_keeps_what_it_has():
    schedule = adaptive()
    schedule.take([{10: 0.25, 20: math.nan}, {10: 0.8}])
    schedule.take([{}, {10: 0.8}])
    assert probabilities(schedule, 0) == pytest.approx([0.91667, 0.08333], abs=1e-5)


def test_what_adaptive_has_taken_is_a_variable_of_the_model():
    (variable,) = adaptive().variables
    assert variable.name == "schedule/reached:0"
    assert not variable.trainable


def test_followers_are_those_of_the_pieces():
    piece = (
        "adaptive { expectations { task: 'x' expected: 1 score { input: 'Dev' metric: 'bleu' } } }"
    )
    schedule = make(
        f"piecewise {{ pieces {{ steps: 1 schedule {{ {piece} }} }} pieces {{ schedule {{ {piece} }} }} }}"
    )
    assert [follower.followed[0].metric for follower in schedule.followers] == ["bleu", "bleu"]
    names = [variable.name for variable in schedule.variables]
    assert names == ["schedule/piece_0/reached:0", "schedule/piece_1/reached:0"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("constant { weights { task: 'z' weight: 1 } }", 'there is no task called "z"; the tasks'),
        (
            "constant { weights { task: 'x' weight: 1 } weights { task: 'x' weight: 2 } }",
            'the task "x" is named twice',
        ),
        ("constant { weights { task: 'x' weight: 0 } }", "all weights are 0"),
        ("exponential { changes { task: 'x' start: 1 end: 0 } rate: 1 }", "at the start or at the"),
    ],
)
def test_a_schedule_that_does_not_fit_is_an_error(text, problem):
    with pytest.raises(ValueError, match=problem):
        make(text)


# Any message of one's own will do; this one is known to every protobuf.
@register(struct_pb2.Value)
class _Always(TaskSchedule):
    def __init__(self, message, *, names, place):
        super().__init__(message, names, place)

    def weights(self, step):
        return self.names.vector({self.message.string_value: 1.0})


def test_a_schedule_of_ones_own_comes_in_an_any():
    message = task_schedule_pb2.TaskSchedule()
    message.custom.Pack(struct_pb2.Value(string_value="y"))
    schedule = build(message, names=TaskNames(["x", "y"]), place=Place(seed=1))
    assert tasks(schedule, [3]) == [1]


def draws(weights, count=2000):
    in_graph = tf.function(draw_task, autograph=False)
    vector = tf.constant(weights, tf.float64)
    return [int(in_graph(vector, tf.constant([7, step], tf.int64))) for step in range(count)]


def test_draws_are_in_proportion_and_a_function_of_the_seed():
    drawn = draws([1.0, 0.0, 3.0, 0.0])
    assert drawn == draws([1.0, 0.0, 3.0, 0.0])
    assert set(drawn) == {0, 2}
    # The standard deviation is sqrt(2000 * 3/16) = 19.4.
    assert abs(drawn.count(0) - 500) < 6 * 19.4


def test_a_task_without_a_choice_is_always_drawn():
    assert set(draws([0.0, 0.0, 1e-9], 50)) == {2}
    assert set(draws([5.0, 0.0, 0.0], 50)) == {0}
