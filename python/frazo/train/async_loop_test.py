"""Runs the loop with servers in this process, on a task that can be computed by hand: loss =
mean((w - x)^2), one weight w.
"""

import functools
import threading

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.store import CheckpointStore
from frazo.input.input import Input
from frazo.input.share import Share
from frazo.layers.layer import constant
from frazo.layers.place import Place
from frazo.learn.learner import Learner
from frazo.learn.loss import Loss
from frazo.proto import image_input_pb2, learner_pb2
from frazo.shard.parameter_servers import ParameterServers, start_server
from frazo.shard.worker_processes import free_addresses
from frazo.tasks.task import Task
from frazo.train.async_loop import AsyncLoop
from frazo.train.async_state import AsyncState
from frazo.train.inner_loop import InputEnded
from frazo.train.state import TrainState
from google.protobuf import text_format

WORKERS = 2
LEARNER = text_format.Parse(
    "learning_rate: 0.25 optimizer { momentum { momentum: 0.5 } } max_nonfinite_steps: 3",
    learner_pb2.Learner(),
)
# Far more than any test does.
TIMEOUT_SECONDS = 200


class Parabola(Task):
    """In step 0 the workers wait for each other: both have begun before one can end.

    Attributes:
      gate: The second worker waits for it in each step.
    """

    def __init__(self):
        super().__init__(None, Place(seed=0), input_spec={})
        self.weight = self.place.variable("weight", (), axes=(), init=constant(1))
        self.table = self.place.variable("table", (3,), axes=("vocab",), init=constant(0))
        self._both = threading.Barrier(WORKERS)
        self.gate = threading.Event()
        self.gate.set()

    def loss(self, batch, context):
        step, worker = context.seed[1] % 2**48, context.seed[1] // 2**48
        meet = tf.numpy_function(self._meet, [step, worker, self.weight], tf.float32)
        losses = (self.weight - batch["x"] + tf.reduce_sum(self.table) + 0 * meet) ** 2
        return Loss(tf.reduce_sum(losses), tf.constant(1.0)), {}

    def _meet(self, step, worker, weight):
        if step == 0:
            self._both.wait(TIMEOUT_SECONDS)
        if worker == 1:
            self.gate.wait(TIMEOUT_SECONDS)
        return np.float32(0) * weight

    def num_examples(self, batch):
        return tf.size(batch["x"], tf.int64)

    def evaluate(self, batch, context):
        raise AssertionError("training does not evaluate")


class SmallModel:
    def __init__(self, servers):
        self.seed = 301
        with servers.placing():
            self.task = Parabola()
            self.learner = Learner(LEARNER, self.task.variables)
            self.global_step = tf.Variable(tf.constant(0, tf.int64), name="global_step")
        self.variables = by_key(
            [*self.task.variables, *self.learner.state_variables, self.global_step]
        )


class Numbers(Input):
    """The numbers from 0 to `channels`, of which each share has every other."""

    def __init__(self, count, share, value=1.0):
        super().__init__(image_input_pb2.ImageInput(channels=count), seed=1, share=share)
        self._value = value

    def dataset(self):
        numbers = tf.data.Dataset.range(self.share.replica, self.message.channels, WORKERS)
        value = self._value
        return numbers.map(lambda i: {"x": value * tf.ones([1]), "number": i})


@pytest.fixture(scope="module")
def servers():
    addresses = free_addresses(WORKERS + 3)
    workers, others, own = addresses[:WORKERS], addresses[WORKERS:-1], addresses[-1]
    running = [start_server(workers, "worker", index) for index in range(WORKERS)]
    running += [start_server(others, "ps", index) for index in range(len(others))]
    yield ParameterServers(own, workers, others)
    del running


class Training:
    """A model on the servers, and the loop that trains it."""

    def __init__(self, servers, *, max_staleness, count=1000, value=1.0):
        self.model = SmallModel(servers)
        shares = [Share(index, WORKERS, divides_batches=False) for index in range(WORKERS)]
        self.states = [TrainState(self.model, Numbers(count, share, value)) for share in shares]
        self.state = AsyncState(servers, self.states)
        self.checks = 0
        self._servers, self._max_staleness = servers, max_staleness

    @functools.cached_property
    def loop(self):
        """Made once the state is restored."""
        return AsyncLoop(self.model, self._servers, self.state, self._max_staleness, self._check)

    def _check(self):
        self.checks += 1


def test_a_gradient_that_is_too_stale_is_dropped_and_counted(servers):
    training = Training(servers, max_staleness=0)
    result = training.loop.run(6)
    # Both began at step 0, and only one could be the first.
    assert result.stale >= 1
    assert result.max_staleness == 0
    assert result.steps == int(training.model.global_step) == 6
    assert result.totals["staleness"] == 0
    assert result.weights["staleness"] == result.weights["loss"] == 6
    assert result.examples == 6 + result.stale
    assert training.checks > 0


def test_a_gradient_within_the_bound_is_applied(servers):
    training = Training(servers, max_staleness=100, value=0.0)
    result = training.loop.run(2)
    assert (result.stale, result.max_staleness, result.totals["staleness"]) == (0, 1, 1)
    # Both gradients are 2 * 1, of w and of each of three elements of the table. The updates are
    # 0.25 * 2 = 0.5, then 0.25 * (2 + 0.5 * 2) = 0.75.
    assert float(training.model.task.weight) == 1 - 0.5 - 0.75
    assert result.scalars["grad_norm"] == 4
    assert result.totals["loss"] == 2
    assert "stale" not in result.scalars


def test_a_slow_worker_keeps_nobody_waiting(servers):
    training = Training(servers, max_staleness=4)
    training.model.task.gate.clear()
    # The gradient of the second worker is under way for all these steps.
    assert training.loop.run(5, 100).steps >= 5
    training.model.task.gate.set()
    result = training.loop.settle()
    assert result.stale == 1
    assert training.loop.settle() is None
    # Nothing is under way.
    assert training.loop.run(3).steps == 3


def test_a_checkpoint_has_the_position_of_each_worker(servers, tmp_path):
    training = Training(servers, max_staleness=100)
    training.loop.run(10)
    store = CheckpointStore(tmp_path, RetentionPolicy(1))
    store.write(10, training.state.snapshot())
    again = Training(servers, max_staleness=100)
    checkpoint = CheckpointDirectory(tmp_path).open(10)
    again.state.restore_variables(checkpoint)
    again.state.restore_position(checkpoint)
    assert int(again.model.global_step) == 10
    numbers = [int(next(state.iterator)["number"]) for state in training.states]
    assert [number % WORKERS for number in numbers] == list(range(WORKERS))
    assert sum(number // WORKERS for number in numbers) == 10
    result = again.loop.run(4)
    assert (result.steps, int(again.model.global_step)) == (4, 14)
    again.state.fetch_positions()
    after = [int(next(state.iterator)["number"]) for state in again.states]
    assert sum(number // WORKERS for number in after) == 14


def test_the_input_of_a_worker_ends(servers):
    training = Training(servers, max_staleness=100, count=6)
    with pytest.raises(InputEnded):
        training.loop.run(7)
    assert 4 <= int(training.model.global_step) <= 6


def test_steps_that_are_not_finite_end_the_loop(servers):
    training = Training(servers, max_staleness=100, value=float("nan"))
    result = training.loop.run(100)
    assert 3 <= result.nonfinite < 100
    assert float(training.model.task.weight) == 1
    assert int(training.model.learner.nonfinite_in_a_row) == result.nonfinite


def test_an_error_of_the_check_ends_the_loop(servers):
    training = Training(servers, max_staleness=100)

    def fail():
        raise RuntimeError("no worker is left")

    loop = AsyncLoop(training.model, servers, training.state, 100, fail)
    with pytest.raises(RuntimeError, match="no worker is left"):
        loop.run(10)
    servers.settle()


def test_variables_are_where_there_is_room_and_slots_are_beside_their_weights(servers):
    placed = {}
    with servers.placing():
        for name, size in (
            ("big", 100),
            ("learner/momentum/big", 100),
            ("small", 10),
            ("other", 150),
            ("learner/average/small", 10),
            ("learner/accumulated_batches", 1),
        ):
            placed[name] = tf.Variable(tf.zeros([size]), name=name).device[-len("0/device:CPU:0")]
    # 400 + 400 bytes on one; 40 + 600 + 40 on the other, and therefore the last.
    assert placed == {
        "big": "0",
        "learner/momentum/big": "0",
        "small": "1",
        "other": "1",
        "learner/average/small": "1",
        "learner/accumulated_batches": "1",
    }
