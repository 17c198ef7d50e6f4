"""Trains two tasks that can be computed by hand: loss = (w + v - b)^2, with w shared, and v of each
task its own.
"""

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.store import CheckpointStore
from frazo.input.input import Input
from frazo.layers.layer import constant
from frazo.layers.place import Place
from frazo.learn.learner import Learner
from frazo.learn.loss import Loss
from frazo.proto import image_input_pb2, learner_pb2, task_pb2
from frazo.registry import register
from frazo.tasks.multi_task.multi_task import MultiTask
from frazo.tasks.task import Task
from frazo.train.inner_loop import InnerLoop, InputEnded
from frazo.train.multi_task_state import MultiTaskState
from frazo.train.state import UnfitPositionError
from google.protobuf import struct_pb2, text_format

ROUND_ROBIN = "round_robin {}"
AT_RANDOM = "constant { weights { task: 'x' weight: 1 } weights { task: 'y' weight: 2 } }"


# Any message of one's own will do; this one is known to every protobuf.
@register(struct_pb2.Value)
class _Parabola(Task):
    """Adds noise that depends on the step's seed, so that a wrong seed changes the weights."""

    def __init__(self, message, place, *, input_spec):
        super().__init__(message, place, input_spec=input_spec)
        self.shared = place.variable("shared", (), axes=(), init=constant(1))
        self.own = place.variable("own", (), axes=(), init=constant(0))

    def loss(self, batch, context):
        noise = self.message.number_value * tf.random.stateless_normal([], context.seed_for("e"))
        losses = (self.shared + self.own - batch["b"] - noise) ** 2
        loss = Loss(tf.reduce_sum(losses), tf.cast(tf.size(losses), tf.float32))
        return loss, {"sum_seen": (self.shared + self.own, tf.constant(2.0))}

    def num_examples(self, batch):
        return tf.size(batch["b"], tf.int64)

    def evaluate(self, batch, context):
        raise AssertionError("training does not evaluate")


class TwoTasks:
    """A model of two tasks, x and y."""

    def __init__(self, schedule=ROUND_ROBIN, learner="optimizer { sgd {} }", noise=0.0):
        self.seed = 301
        message = text_format.Parse(
            f"schedule {{ {schedule} }} shared {{ pattern: 'shared' }}", task_pb2.MultiTask()
        )
        for name in ("x", "y"):
            entry = message.tasks.add(name=name, train_input=f"Train_{name}")
            entry.task.custom.Pack(struct_pb2.Value(number_value=noise))
        self.task = MultiTask(message, Place(seed=301), input_spec={"Train_x": {}, "Train_y": {}})
        self.learner = Learner(
            text_format.Parse(
                f"learning_rate: 0.25 max_nonfinite_steps: 3 {learner}", learner_pb2.Learner()
            ),
            self.task.variables,
            {name: part.variables for name, part in self.task.parts.items()},
        )
        self.global_step = tf.Variable(tf.constant(0, tf.int64), name="global_step")
        self.variables = by_key(
            [*self.task.variables, *self.learner.state_variables, self.global_step]
        )

    def values(self):
        return {name: variable.numpy().tolist() for name, variable in self.variables.items()}


def batches(x, y):
    def of(values):
        return iter(
            tf.data.Dataset.from_tensor_slices({"b": np.array(values, np.float32)[:, None]})
        )

    return {"x": of(x), "y": of(y)}


class Counting(Input):
    """The numbers from 0 on, modulo the field `channels`."""

    def __init__(self, modulus):
        super().__init__(image_input_pb2.ImageInput(channels=modulus), seed=1)

    def dataset(self):
        modulus = self.message.channels
        return tf.data.Dataset.counter().map(
            lambda i: {"b": tf.cast(i % modulus, tf.float32)[None]}
        )


def counting(x=3, y=5):
    return {"x": ("Train_x", Counting(x)), "y": ("Train_y", Counting(y))}


def test_a_step_trains_the_weights_of_its_task():
    model = TwoTasks()
    loop = InnerLoop(model, batches([0.0], [0.0]), 3)
    # 2 (1 + 0) = 2: the shared weight becomes 1 - 0.25 * 2 = 0.5, that of x -0.5.
    first = loop.run(1)
    values = model.values()
    assert (values["x/shared"], values["x/own"], values["y/own"]) == (0.5, -0.5, 0)
    # 2 (0.5 + 0) = 1: 0.5 - 0.25, and that of y -0.25.
    second = loop.run(1)
    values = model.values()
    assert (values["x/shared"], values["x/own"], values["y/own"]) == (0.25, -0.5, -0.25)
    assert first.totals == {
        "loss": 1,
        "x/loss": 1,
        "x/sum_seen": 2,
        "x/share": 1,
        "y/loss": 0,
        "y/sum_seen": 0,
        "y/share": 0,
    }
    assert second.weights == {
        "loss": 1,
        "x/loss": 0,
        "x/sum_seen": 0,
        "x/share": 1,
        "y/loss": 1,
        "y/sum_seen": 2,
        "y/share": 1,
    }
    assert (first.examples, second.examples) == (1, 1)


def test_a_loop_of_many_steps_is_many_loops():
    whole, parts = (TwoTasks(AT_RANDOM, "optimizer { adam {} }", noise=0.1) for _ in range(2))
    loops = [InnerLoop(m, MultiTaskState(m, counting()).iterator, 3) for m in (whole, parts)]
    loops[0].run(12)
    for steps in (1, 5, 6):
        loops[1].run(steps)
    assert whole.values() == parts.values()


def test_an_optimizer_counts_the_updates_of_each_weight():
    model = TwoTasks(learner="optimizer { adam {} }")
    InnerLoop(model, batches([0.0, 0.0], [0.0]), 3).run(3)
    values = model.values()
    counters = {n: v for n, v in values.items() if n.endswith("applied_steps")}
    assert counters == {
        "learner/adam/x-y/applied_steps": 3,
        "learner/adam/x/applied_steps": 2,
        "learner/adam/y/applied_steps": 1,
    }
    # The first update of Adam is one of the learning rate, whenever it comes.
    assert values["y/own"] == pytest.approx(-0.25, rel=1e-4)


def test_a_step_that_is_not_finite_names_the_weight_of_its_task():
    model = TwoTasks()
    result = InnerLoop(model, batches([0.0], [np.inf]), 3).run(2)
    assert result.nonfinite == 1
    assert result.weights["y/loss"] == 0
    assert model.learner.first_nonfinite == "loss"
    assert model.values()["y/own"] == 0


def test_moving_averages_and_l2_go_with_it():
    model = TwoTasks(
        learner="optimizer { sgd {} } ema_decay: 0.5 l2_weight: 0.5 clip_global_norm: 1"
    )
    InnerLoop(model, batches([0.0], [0.0]), 3).run(2)
    values = model.values()
    assert values["learner/average/x/own"] != 0
    assert values["learner/average/y/own"] != 0


def test_accumulation_over_tasks_is_refused():
    with pytest.raises(ValueError, match="accumulation_steps: the batches of an update would be"):
        TwoTasks(learner="optimizer { sgd {} } accumulation_steps: 2")


def test_an_input_that_ends_leaves_the_steps_that_had_a_batch():
    model = TwoTasks()
    with pytest.raises(InputEnded, match="inputs: that of one of the tasks x, y"):
        InnerLoop(model, batches([0.0, 0.0], [0.0]), 3).run(10)
    assert int(model.global_step) == 3


def test_training_goes_on_from_a_snapshot_exactly(tmp_path):
    settings = {"schedule": AT_RANDOM, "learner": "optimizer { adam {} }", "noise": 0.1}
    unbroken = TwoTasks(**settings)
    state = MultiTaskState(unbroken, counting())
    loop = InnerLoop(unbroken, state.iterator, 3)
    loop.run(7)
    snapshot = list(state.snapshot())
    loop.run(9)
    CheckpointStore(tmp_path, RetentionPolicy(1)).write(7, snapshot)

    resumed = TwoTasks(**settings)
    state = MultiTaskState(resumed, counting())
    checkpoint = CheckpointDirectory(tmp_path).newest(pytest.fail)
    state.restore_variables(checkpoint)
    state.restore_position(checkpoint)
    InnerLoop(resumed, state.iterator, 3).run(9)
    assert resumed.values() == unbroken.values()

    state = MultiTaskState(TwoTasks(**settings), counting(y=4))
    with pytest.raises(UnfitPositionError) as refused:
        state.restore_position(checkpoint)
    assert str(refused.value) == "Train_y: channels was channels: 5 and is channels: 4"
