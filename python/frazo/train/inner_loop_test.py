"""Runs the loop on a task that can be computed by hand: loss = mean((w - x)^2), one weight w."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.store import CheckpointStore
from frazo.input.input import Input
from frazo.input.share import WHOLE, Share
from frazo.layers.layer import constant
from frazo.layers.place import Place
from frazo.learn.learner import Learner
from frazo.learn.loss import Loss
from frazo.proto import image_input_pb2, learner_pb2
from frazo.tasks.task import Task
from frazo.train.inner_loop import InnerLoop, InputEnded
from frazo.train.reduction import Reduction
from frazo.train.state import TrainState, UnfitPositionError
from google.protobuf import text_format

LEARNER = text_format.Parse(
    "learning_rate: 0.25 optimizer { sgd {} } max_nonfinite_steps: 3", learner_pb2.Learner()
)


class Parabola(Task):
    """Adds noise that depends on the step's seed, so that a wrong seed changes the weights."""

    def __init__(self, noise):
        super().__init__(None, Place(seed=0), input_spec={})
        self.weight = self.place.variable("weight", (), axes=(), init=constant(1))
        self._noise = noise

    def loss(self, batch, context):
        noise = self._noise * tf.random.stateless_normal([], context.seed_for("noise"))
        losses = (self.weight - batch["x"] - noise) ** 2
        loss = Loss(tf.reduce_sum(losses), tf.cast(tf.size(losses), tf.float32))
        return loss, {"weight_seen": (self.weight.read_value(), tf.constant(2.0))}

    def num_examples(self, batch):
        return tf.size(batch["x"], tf.int64)

    def evaluate(self, batch, context):
        raise AssertionError("training does not evaluate")


class SmallModel:
    def __init__(self, noise=0.0, accumulation_steps=1):
        self.seed = 301
        self.task = Parabola(noise)
        message = learner_pb2.Learner()
        message.CopyFrom(LEARNER)
        message.accumulation_steps = accumulation_steps
        self.learner = Learner(message, self.task.variables)
        self.global_step = tf.Variable(tf.constant(0, tf.int64), name="global_step")
        self.variables = by_key(
            [*self.task.variables, *self.learner.state_variables, self.global_step]
        )


def batches(values):
    return iter(tf.data.Dataset.from_tensor_slices({"x": np.array(values, np.float32)[:, None]}))


def endless():
    return iter(tf.data.Dataset.counter().map(lambda i: {"x": tf.cast(i % 7, tf.float32)[None]}))


class Remainders(Input):
    """The remainders of 0, 1, 2, ... by a divisor, which the field `channels` holds."""

    def __init__(self, divisor=7, seed=1, share=WHOLE):
        super().__init__(image_input_pb2.ImageInput(channels=divisor), seed=seed, share=share)

    def dataset(self):
        divisor = self.message.channels
        return tf.data.Dataset.counter().map(
            lambda i: {"x": tf.cast(i % divisor, tf.float32)[None]}
        )


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


def test_an_input_that_ends_leaves_the_steps_that_had_a_batch():
    model = SmallModel()
    loop = InnerLoop(model, batches([0.0, 0.0]), 3)
    for _ in range(2):
        with pytest.raises(InputEnded):
            loop.run(5)
        # As above: two steps of five, and none more when it is asked again.
        assert int(model.global_step) == 2
        assert float(model.task.weight) == 0.25


def unequal_batches(*batches):
    signature = {"x": tf.TensorSpec([None], tf.float32)}
    rows = [{"x": np.array(batch, np.float32)} for batch in batches]
    return iter(tf.data.Dataset.from_generator(lambda: iter(rows), output_signature=signature))


def test_accumulated_batches_of_unequal_sizes_are_one_joined_batch():
    joined, pieces = SmallModel(), SmallModel(accumulation_steps=2)
    InnerLoop(joined, unequal_batches([0, 2, 3, 4]), 3).run(1)
    result = InnerLoop(pieces, unequal_batches([0], [2, 3, 4]), 3).run(2)
    # The gradients 2 (w - x) are 2 and -2, -4, -6; their means are 2 and -4, together
    # (1 * 2 + 3 * -4) / 4 = -2.5, and 1 + 0.25 * 2.5 = 1.625.
    assert float(joined.task.weight) == 1.625
    assert float(pieces.task.weight) == 1.625
    # 1 + (1 + 4 + 9), of four examples.
    assert (result.totals["loss"], result.weights["loss"], result.examples) == (15, 4, 4)


@pytest.mark.parametrize("sizes", [(1, 7), (5, 1, 2), (1, 1, 1, 5)])
def test_however_a_batch_is_cut_the_update_is_the_same(sizes):
    values = np.random.default_rng(seed=1).normal(size=8)
    pieces = np.split(values, np.cumsum(sizes)[:-1])
    joined, cut = SmallModel(), SmallModel(accumulation_steps=len(sizes))
    InnerLoop(joined, unequal_batches(values), 3).run(1)
    InnerLoop(cut, unequal_batches(*pieces), 3).run(len(sizes))
    assert float(cut.task.weight) == pytest.approx(float(joined.task.weight), rel=1e-6)


class OtherProcess(Reduction):
    """Joins the loss and gradient with those of three examples of loss 2 and gradient -6."""

    def reduce(self, loss, gradients, weights):
        del weights
        weight = loss.weight + 3
        joined = [(loss.weight * gradient + 3 * -6) / weight for gradient in gradients]
        return Loss(loss.total + 6, weight), joined

    def sum(self, values):
        # The totals by name, the weights by name, and the number of examples.
        return [value + 10 for value in values]


def test_the_learner_and_the_report_get_what_the_reduction_gives():
    model = SmallModel()
    result = InnerLoop(model, batches([0.0]), 3, OtherProcess()).run(1)
    # (1 * 2 + 3 * -6) / 4 = -4, and 1 + 0.25 * 4 = 2.
    assert float(model.task.weight) == 2
    assert result.scalars["grad_norm"] == 4
    # Its own batch has a loss of 1 for one example.
    assert (result.totals["loss"], result.weights["loss"], result.examples) == (11, 11, 11)


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
    unbroken = SmallModel(noise=0.1)
    state = TrainState(unbroken, Remainders())
    loop = InnerLoop(unbroken, state.iterator, 3)
    loop.run(5)
    snapshot = list(state.snapshot())
    loop.run(6)
    # The checkpoint is written after more training, but the snapshot is that of step 5.
    CheckpointStore(tmp_path, RetentionPolicy(1)).write(5, snapshot)

    resumed = SmallModel(noise=0.1)
    state = TrainState(resumed, Remainders())
    checkpoint = CheckpointDirectory(tmp_path).newest(pytest.fail)
    state.restore_variables(checkpoint)
    state.restore_position(checkpoint)
    assert int(resumed.global_step) == 5
    InnerLoop(resumed, state.iterator, 3).run(6)
    assert float(resumed.task.weight) == float(unbroken.task.weight)


@pytest.fixture
def checkpoint(tmp_path):
    """A checkpoint of step 5."""
    state = TrainState(SmallModel(), Remainders())
    InnerLoop(state.model, state.iterator, 3).run(5)
    CheckpointStore(tmp_path, RetentionPolicy(1)).write(5, state.snapshot())
    return CheckpointDirectory(tmp_path).newest(pytest.fail)


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (Remainders(divisor=8), "channels was channels: 7 and is channels: 8"),
        (Remainders(seed=3), "seed was 1 and is 3"),
        (Remainders(share=Share(1, 2)), "share was 0 of 1 and is 1 of 2"),
    ],
)
def test_another_input_is_refused_by_what_differs(checkpoint, other, difference):
    state = TrainState(SmallModel(), other)
    with pytest.raises(UnfitPositionError) as refused:
        state.restore_position(checkpoint)
    assert str(refused.value) == difference
    assert next(state.iterator)["x"].numpy() == 0.0


def test_a_state_that_an_iterator_refuses_leaves_the_input_at_its_first_batch(checkpoint):
    class Longer(Remainders):
        def dataset(self):
            return super().dataset().filter(lambda x: True).prefetch(1)

    state = TrainState(SmallModel(), Longer())
    with pytest.raises(UnfitPositionError, match=r".") as refused:
        state.restore_position(checkpoint)
    assert "[Op:" not in str(refused.value)
    assert next(state.iterator)["x"].numpy() == 0.0


def test_the_graph_of_a_step_holds_the_step():
    loop = InnerLoop(SmallModel(noise=0.1), endless(), 3)
    operations = {node.op for node in loop.step_graph().node}
    assert {"IteratorGetNext", "AssignAddVariableOp"} <= operations
