import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.restore import by_key, restore_variables
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.program.errors import JobError


# TensorFlow takes the second for a pattern.
@pytest.fixture(params=["plain", "sweep[lr=0.1]"])
def checkpoint(tmp_path, request):
    directory = tmp_path / request.param
    tensors = {
        "fc/kernel": tf.constant([[1.0, 2.0]]),
        "fc/bias": tf.constant([3.0]),
        "step": tf.constant(7, tf.int64),
        "input/position": tf.constant(9),
    }
    CheckpointStore(directory, RetentionPolicy(1)).write(7, whole_tensors(tensors))
    return CheckpointDirectory(directory).newest(pytest.fail)


def variable(name, value, dtype=tf.float32):
    return tf.Variable(tf.constant(value, dtype), name=name)


def test_each_variable_gets_its_tensor(checkpoint):
    kernel, bias = variable("fc/kernel", [[0, 0]]), variable("fc/bias", [0])
    step = variable("step", 0, tf.int64)
    restore_variables(checkpoint, by_key([kernel, bias, step]), other_prefixes=["input/"])
    assert kernel.numpy().tolist() == [[1.0, 2.0]]
    assert bias.numpy().tolist() == [3.0]
    assert step.numpy() == 7


def test_a_variable_that_older_checkpoints_lack_keeps_its_initial_value(checkpoint):
    variables = [variable("fc/kernel", [[0, 0]]), variable("fc/bias", [0])]
    weight = variable("learner/accumulated_loss_weight", 5)
    variables += [variable("step", 0, tf.int64), weight]
    restore_variables(checkpoint, by_key(variables), other_prefixes=["input/"])
    assert weight.numpy() == 5
    assert variables[1].numpy().tolist() == [3.0]


def test_a_misfit_lists_every_difference_and_assigns_nothing(checkpoint):
    kernel, scale = variable("fc/kernel", [[0], [0]]), variable("norm/scale", [0, 0])
    step = variable("step", 0, tf.int32)
    with pytest.raises(JobError) as failure:
        restore_variables(checkpoint, by_key([kernel, scale, step]), other_prefixes=["input/"])
    assert str(failure.value).splitlines() == [
        f"{checkpoint.prefix}: the checkpoint does not fit the model:",
        "  missing in the checkpoint: norm/scale [2]",
        "  unknown to the model: fc/bias [1]",
        "  different: fc/kernel is float32 [1, 2] in the checkpoint, float32 [2, 1] in the model",
        "  different: step is int64 [] in the checkpoint, int32 [] in the model",
        "Use the configuration that it was trained with (control/params.txt in its log directory), or "
        "another --logdir to start anew.",
    ]
    assert kernel.numpy().tolist() == [[0.0], [0.0]]


def test_two_variables_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two variables are named 'fc/bias'"):
        by_key([variable("fc/bias", [0]), variable("fc/bias", [1])])
