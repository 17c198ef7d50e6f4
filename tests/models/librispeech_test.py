"""LibriSpeech's models of Listen, Attend and Spell have the sizes that Lingvo's have, and the
Conformer that which docs/speech.md tells.
"""

import pytest
import tensorflow as tf
from frazo.config import load_experiment
from frazo.experiment.model import InferenceModel

SPEC = {
    "frames": tf.TensorSpec([None, None, 80], tf.float32),
    "frames_length": tf.TensorSpec([None], tf.int32),
    "labels": tf.TensorSpec([None, None], tf.int32),
    "labels_length": tf.TensorSpec([None], tf.int32),
}
ENCODER = 101_766_560


def sizes(name):
    """Returns the numbers of trained parameters of the encoder and of the decoder."""
    experiment = load_experiment(model=f"asr.librispeech.{name}", config=None, overrides=[])
    # The graph never runs, so that the variables are not allocated.
    with tf.Graph().as_default():
        variables = InferenceModel(experiment, SPEC).task.trainable_variables
        of_decoder = [
            variable.shape.num_elements()
            for variable in variables
            if variable.name.startswith("attention_decoder/")
        ]
        whole = sum(variable.shape.num_elements() for variable in variables)
    return whole - sum(of_decoder), sum(of_decoder)


@pytest.mark.parametrize(
    ("name", "decoder"),
    [
        ("Librispeech960Grapheme", 30_312_284),
        ("Librispeech960GraphemeSpecAugment", 30_312_284),
        # Lingvo has 81,898,696: it cuts the table into 6 pieces of 2,722 rows, four more than there
        # are tokens, of 96 values.
        ("Librispeech960Wpm", 81_898_696 - 4 * 96),
    ],
)
def test_number_of_parameters(name, decoder):
    assert sizes(name) == (ENCODER, decoder)


def test_number_of_parameters_of_the_conformer():
    assert sum(sizes("Conformer")) == 29_005_657
