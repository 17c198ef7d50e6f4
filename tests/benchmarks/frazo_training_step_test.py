import pytest
import tensorflow as tf
from frazo.proto import experiment_pb2
from google.protobuf import text_format

from tests.benchmarks.frazo_training_step import training_step

# A projection of two numbers to two classes: 4 weights and 2 of the bias.
_EXPERIMENT = text_format.Parse(
    """
    task { image_classifier { network { layers { flatten {} } } softmax { num_classes: 2 } } }
    learner { learning_rate: 0.5 optimizer { sgd {} } }
    """,
    experiment_pb2.Experiment(),
)
_BATCH = {"image": tf.constant([[[[1.0], [2.0]]]]), "label": tf.constant([1])}
_SPEC = {name: tf.TensorSpec(x.shape, x.dtype) for name, x in _BATCH.items()}


def test_each_call_is_a_step():
    step = training_step(_EXPERIMENT, _BATCH, _SPEC, 6)
    assert step() > step() > step() > 0


def test_another_number_of_parameters_is_refused():
    with pytest.raises(ValueError, match=r"the model trains 6 values, and not 7"):
        training_step(_EXPERIMENT, _BATCH, _SPEC, 7)
