"""A step of training of LibriSpeech's models at full size; it needs 6 GB of memory and a minute."""

import math

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


@pytest.mark.parametrize(
    "name", ["Librispeech960Grapheme", "Librispeech960GraphemeSpecAugment", "Librispeech960Wpm"]
)
def test_a_step_lowers_the_loss_of_its_utterance(name):
    # The noise begins after 20,000 steps; here it begins at once.
    overrides = ["learner.variational_noise.start_step=0", "learner.learning_rate=1e-3"]
    experiment = load_experiment(model=f"asr.librispeech.{name}", config=None, overrides=overrides)
    batches = tf.data.Dataset.from_tensors(BATCH).repeat()
    spec = {
        feature: tf.TensorSpec([None, None, 80][: x.shape.rank], x.dtype)
        for feature, x in BATCH.items()
    }
    model = Model(experiment, spec)
    iterator = iter(batches)

    @tf.function(autograph=False)
    def step():
        sums, scalars = TrainStep(model)(iterator, 0)
        return sums.totals["loss"] / sums.weights["loss"], sums.nonfinite, scalars

    before, nonfinite, scalars = step()
    assert float(nonfinite) == 0, scalars
    # The first loss is about that of equal probabilities.
    assert math.isfinite(before)
    for _ in range(4):
        after, *_ = step()
    assert float(after) < float(before)
