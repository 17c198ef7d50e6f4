"""A step of training of LibriSpeech's models at full size. It needs 6 GB of memory and minutes."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.config import load_experiment
from frazo.experiment.model import Model
from frazo.train.train_step import TrainStep

BATCH = {
    "frames": tf.random.stateless_normal([1, 60, 80], [1, 2]),
    "frames_length": tf.constant([60]),
    "labels": tf.constant([[23, 12, 3, 30, 5]]),
    "labels_length": tf.constant([5]),
}


def first_values(weight):
    """Returns a few thousand of the values of a weight, which may have millions."""
    return tf.reshape(weight, [-1])[:4096].numpy()


@pytest.mark.parametrize(
    "name",
    [
        "Librispeech960Grapheme",
        "Librispeech960GraphemeSpecAugment",
        "Librispeech960Wpm",
        "Conformer",
    ],
)
def test_a_step_is_finite_and_moves_every_weight(name):
    experiment = load_experiment(model=f"asr.librispeech.{name}", config=None, overrides=[])
    spec = {feature: tf.TensorSpec([None] * x.shape.rank, x.dtype) for feature, x in BATCH.items()}
    spec["frames"] = tf.TensorSpec([None, None, 80], tf.float32)
    model = Model(experiment, spec)
    weights = model.task.trainable_variables
    before = [first_values(weight) for weight in weights]
    iterator = iter(tf.data.Dataset.from_tensors(BATCH))

    @tf.function(autograph=False)
    def step():
        sums, _ = TrainStep(model)(iterator, 0)
        return sums.totals["loss"] / sums.weights["loss"], sums.nonfinite

    loss, nonfinite = step()
    assert float(nonfinite) == 0
    # The first loss is some nats a token.
    assert 1 < float(loss) < 20
    for weight, values in zip(weights, before, strict=True):
        assert np.any(first_values(weight) != values), weight.name
