"""Tests of the experiment image.mnist.LeNet5 and of the digits that ship with it."""

import math
import pathlib

import pytest
import tensorflow as tf

# Imported for their side effect, as is image_classifier: each binds itself to its message.
from frazo.input import image_input  # noqa: F401
from frazo.input.one_pass import one_pass
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn.learner import Learner
from frazo.proto import experiment_pb2
from frazo.registry import build, unwrap
from frazo.tasks.image import image_classifier  # noqa: F401
from google.protobuf import text_format


@pytest.fixture(scope="module")
def experiment():
    file = pathlib.Path(__file__).parent / "configs/mnist/LeNet5.textproto"
    return text_format.Parse(file.read_text(), experiment_pb2.Experiment())


@pytest.fixture(scope="module")
def train_input(experiment):
    return build(experiment.inputs["Train"], seed=experiment.seed)


@pytest.fixture
def task(experiment, train_input):
    place = Place(seed=experiment.seed)
    return build(experiment.task, place=place, input_spec=train_input.element_spec)


def test_variables(task):
    shapes = {variable.name: tuple(variable.shape) for variable in task.variables}
    assert shapes == {
        "network/conv0/kernel:0": (5, 5, 1, 20),
        "network/conv1/kernel:0": (5, 5, 20, 50),
        "network/fc/kernel:0": (2450, 300),
        "network/fc/bias:0": (300,),
        "softmax/kernel:0": (300, 10),
        "softmax/bias:0": (10,),
    }
    assert sum(math.prod(shape) for shape in shapes.values()) == 763_810


def test_shapes_through_the_network(task):
    assert [layer.output_shape[1:] for layer in task.network.layers] == [
        (28, 28, 20),
        (14, 14, 20),
        (14, 14, 20),
        (14, 14, 20),
        (14, 14, 50),
        (7, 7, 50),
        (7, 7, 50),
        (7, 7, 50),
        (2450,),
        (300,),
    ]


@pytest.mark.parametrize(("name", "count"), [("Train", 8000), ("Test", 2000)])
def test_digits_of_both_sets(experiment, name, count):
    _, message = unwrap(experiment.inputs[name])
    batches = list(build(one_pass(message), seed=experiment.seed).dataset())
    assert sum(batch["weight"].numpy().sum() for batch in batches) == count
    assert {label for batch in batches for label in batch["label"].numpy()} == set(range(10))


def test_some_steps_halve_the_loss(experiment, train_input, task):
    learner = Learner(experiment.learner, task.variables)
    iterator = iter(train_input.dataset())

    @tf.function(autograph=False)
    def step(number):
        context = StepContext.for_training(seed=experiment.seed, global_step=number)
        with tf.GradientTape() as tape:
            loss, _ = task.loss(next(iterator), context)
            mean = loss.mean
        learner.step(loss, tape.gradient(mean, learner.weights), context, number)
        return mean

    # Chance among ten classes costs log 10 = 2.30.
    first = float(step(tf.constant(0, tf.int64)))
    assert first == pytest.approx(2.3, abs=0.6)
    # About 20 steps are needed.
    losses = (float(step(tf.constant(number, tf.int64))) for number in range(1, 200))
    assert any(loss < first / 2 for loss in losses), "200 steps have not halved the loss"
