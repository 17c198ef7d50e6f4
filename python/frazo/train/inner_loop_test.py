"""The loop on a task small enough to reckon by hand: loss = mean((w - x)^2) for one weight."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.store import CheckpointStore
from frazo.learn.learner import Learner
from frazo.proto import input_pb2, learner_pb2
from frazo.tasks.task import Task
from frazo.train.inner_loop import InnerLoop
from frazo.train.state import TrainState
from google.protobuf import text_format

LEARNER = text_format.Parse(
    "learning_rate: 0.25 optimizer { sgd {} } max_nonfinite_steps: 3", learner_pb2.Learner()
)


class Parabola(Task):
    """Adds noise that depends on the step's seed, so that a wrong seed changes the weights."""

    def __init__(self, noise):
        super().__init__(None, input_spec={}, seed=0)
        self.weight = tf.Variable(1.0, name="weight")
        self._noise = noise

    def loss(self, batch, context):
        noise = self._noise * tf.random.stateless_normal([], context.seed_for("noise"))
        loss = tf.reduce_mean((self.weight - batch["x"] - noise) ** 2)
        return loss, {"weight_seen": (self.weight.read_value(), tf.constant(2.0))}


class SmallModel:
    def __init__(self, noise=0.0):
        self.seed = 301
        self.task = Parabola(noise)
        self.learner = Learner(LEARNER, self.task.variables)
        self.global_step = tf.Variable(tf.constant(0, tf.int64), name="global_step")
        self.variables = by_key(
            [*self.task.variables, *self.learner.state_variables, self.global_step]
        )


def batches(values):
    return iter(tf.data.Dataset.from_tensor_slices({"x": np.array(values, np.float32)[:, None]}))


def endless():
    return iter(tf.data.Dataset.counter().map(lambda i: {"x": tf.cast(i % 7, tf.float32)[None]}))


def test_sums_are_over_the_steps_and_scalars_of_the_last_one():
    model = SmallModel()
    loop = InnerLoop(model, batches([0.0, 0.0, 1.0]), 3)
    # w: 1 -> 1 - 0.25 * 2 * 1 = 0.5 -> 0.25; losses 1 and 0.25.
    result = loop.run(2)
    assert int(model.global_step) == 2
    assert result.totals == {"loss": 1.25, "weight_seen": 2 * (1 + 0.5)}
    assert result.weights == {"loss": 2.0, "weight_seen": 4.0}
    assert (result.nonfinite, result.examples) == (0, 2)
    assert result.scalars["grad_norm"] == 1.0
    assert float(model.task.weight) == 0.25


@pytest.mark.parametrize("cuts", [(12,), (1, 11), (5, 5, 2), (3, 4, 5)])
def test_the_weights_do_not_depend_on_how_the_steps_are_cut(cuts):
    whole, parts = SmallModel(noise=0.1), SmallModel(noise=0.1)
    InnerLoop(whole, endless(), 3).run(12)
    loop = InnerLoop(parts, endless(), 3)
    for steps in cuts:
        loop.run(steps)
    assert float(parts.task.weight) == float(whole.task.weight)


def test_steps_that_are_not_finite_do_not_enter_the_means():
    model = SmallModel()
    result = InnerLoop(model, batches([np.nan, 0.0]), 3).run(2)
    assert result.nonfinite == 1
    assert result.totals["loss"] == 1.0
    assert result.weights["loss"] == 1.0
    assert float(model.task.weight) == 0.5


def test_the_loop_ends_when_too_many_in_a_row_are_not_finite():
    model = SmallModel()
    InnerLoop(model, batches([0.0] + [np.inf] * 9), 3).run(10)
    assert int(model.global_step) == 4
    assert float(model.task.weight) == 0.5
    assert model.learner.first_nonfinite == "loss"


def test_training_goes_on_from_a_snapshot_exactly(tmp_path):
    source = input_pb2.Input()
    unbroken = SmallModel(noise=0.1)
    iterator = endless()
    state = TrainState(unbroken, iterator, source)
    loop = InnerLoop(unbroken, iterator, 3)
    loop.run(5)
    snapshot = state.snapshot()
    loop.run(6)
    # Written after the training went on: the snapshot is of step 5 all the same.
    CheckpointStore(tmp_path, RetentionPolicy(1)).write(5, snapshot)

    resumed, iterator = SmallModel(noise=0.1), endless()
    assert TrainState(resumed, iterator, source).restore(
        CheckpointDirectory(tmp_path).newest(pytest.fail)
    )
    assert int(resumed.global_step) == 5
    InnerLoop(resumed, iterator, 3).run(6)
    assert float(resumed.task.weight) == float(unbroken.task.weight)


def test_another_input_begins_at_its_first_batch(tmp_path):
    model, iterator = SmallModel(), endless()
    state = TrainState(model, iterator, input_pb2.Input())
    InnerLoop(model, iterator, 3).run(5)
    CheckpointStore(tmp_path, RetentionPolicy(1)).write(5, state.snapshot())
    other = input_pb2.Input()
    other.image.batch_size = 7
    iterator = endless()
    assert not TrainState(SmallModel(), iterator, other).restore(
        CheckpointDirectory(tmp_path).newest(pytest.fail)
    )
    assert next(iterator)["x"].numpy() == 0.0


def test_the_graph_of_a_step_holds_the_step():
    loop = InnerLoop(SmallModel(noise=0.1), endless(), 3)
    operations = {node.op for node in loop.step_graph().node}
    assert {"IteratorGetNext", "AssignAddVariableOp"} <= operations
