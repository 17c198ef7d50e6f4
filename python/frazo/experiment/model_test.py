import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import saved_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.experiment.model import InferenceModel, Model
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2
from google.protobuf import text_format

_EXPERIMENT = """
task {
  image_classifier {
    network { layers { flatten {} } }
    softmax { num_classes: 2 }
  }
}
learner {
  learning_rate: 1 optimizer { adam {} } accumulation_steps: 2 ema_decay: 0.9
  variable_rules { pattern: "*/bias" freeze: true }
}
"""
_SPEC = {
    "image": tf.TensorSpec([4, 2, 2, 1], tf.float32),
    "raw": tf.TensorSpec([4, 2, 2, 1], tf.uint8),
    "label": tf.TensorSpec([4], tf.int32),
    "weight": tf.TensorSpec([4], tf.float32),
}


def experiment():
    return text_format.Parse(_EXPERIMENT, experiment_pb2.Experiment())


@pytest.fixture
def saved(tmp_path):
    """A trained model whose variables are all 3, and its checkpoint."""
    model = Model(experiment(), _SPEC)
    for variable in model.variables.values():
        variable.assign(tf.fill(variable.shape, tf.cast(3, variable.dtype)))
    tensors = [t for name, v in model.variables.items() for t in saved_tensors(name, v)]
    CheckpointStore(tmp_path, RetentionPolicy(1)).write(3, tensors)
    return model, CheckpointDirectory(tmp_path).newest(pytest.fail)


def test_a_model_that_is_not_trained_has_weights_and_their_averages_alone(saved):
    trained, checkpoint = saved
    model = InferenceModel(experiment(), _SPEC)
    kernel = "softmax/kernel"
    # The bias is frozen, so that it has no average.
    assert set(model.variables) == {
        kernel,
        "softmax/bias",
        f"learner/average/{kernel}",
        "global_step",
    }
    assert f"learner/accumulated/{kernel}" in trained.variables
    model.restore(checkpoint)
    for name, variable in model.variables.items():
        assert (variable.numpy() == trained.variables[name].numpy()).all()
    model.averages.averages[0].assign(tf.fill(model.averages.averages[0].shape, 5.0))
    with model.evaluation_weights():
        assert (model.variables[kernel].numpy() == 5).all()


def test_it_still_refuses_what_no_learner_wrote(saved):
    _, checkpoint = saved
    other = experiment()
    other.task.image_classifier.softmax.ClearField("num_classes")
    other.task.image_classifier.softmax.num_classes = 3
    with pytest.raises(JobError, match="different: softmax/kernel"):
        InferenceModel(other, _SPEC).restore(checkpoint)
