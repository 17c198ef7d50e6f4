import numpy as np
import pytest
import tensorflow as tf
from frazo.learn.loss import Loss
from frazo.train.train_step import AUXILIARY_LOSS, TrainStep


class Learner:
    """Keeps what it is given."""

    def __init__(self, weight):
        self._weight = weight

    def noisy_weights(self, context, step):
        return tf.name_scope("")

    def weights_of(self, part):
        return [self._weight]

    def step(self, loss, gradients, context, step, part):
        self.loss, self.gradients = loss, gradients
        return {"nonfinite": tf.zeros([])}


class Task:
    """The mean of w x, and a layer that adds 0.25 times the mean square of w."""

    def __init__(self, weight, adds):
        self._weight = weight
        self._adds = adds

    def loss(self, batch, context):
        if self._adds:
            context.add_auxiliary_loss(3 * self._weight**2, tf.constant(3.0), 0.25)
            context.add_metric("layer/load", tf.constant(2.0), tf.constant(5.0))
        total = tf.reduce_sum(self._weight * batch["x"])
        return Loss(total, tf.constant(2.0)), {"other": (tf.constant(1.0), tf.constant(4.0))}

    def num_examples(self, batch):
        return tf.constant(2, tf.int64)


class Model:
    seed = 1

    def __init__(self, adds):
        self.weight = tf.Variable(3.0)
        self.global_step = tf.Variable(0, dtype=tf.int64)
        self.task, self.learner = Task(self.weight, adds), Learner(self.weight)


def run(adds):
    model = Model(adds)
    batches = iter(tf.data.Dataset.from_tensors({"x": [1.0, 5.0]}))

    @tf.function(autograph=False)
    def step():
        sums, _ = TrainStep(model)(batches, 0)
        return sums, *model.learner.loss, model.learner.gradients

    return step()


def test_what_layers_add_is_trained_and_reported_beside_the_loss_of_the_task():
    sums, total, weight, [gradient] = run(adds=True)
    # The mean of x is 3, and the derivative of .25 w^2 is 1.5.
    assert float(gradient) == pytest.approx(4.5)
    assert (float(total), float(weight)) == (18, 2)
    assert {name: float(value) for name, value in sums.totals.items()} == {
        "loss": 18,
        "other": 4,
        "layer/load": 10,
        # .25 * 9, with the weight of the loss.
        AUXILIARY_LOSS: 4.5,
    }
    np.testing.assert_array_equal(sums.weights["layer/load"], 5)


def test_a_task_whose_layers_add_nothing_has_no_metric_of_it():
    sums, _, _, [gradient] = run(adds=False)
    assert float(gradient) == 3
    assert set(sums.totals) == {"loss", "other"}
