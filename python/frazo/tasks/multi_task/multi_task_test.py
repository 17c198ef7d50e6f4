import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import task_pb2
from frazo.registry import build
from frazo.tasks.image import image_classifier  # noqa: F401  (binds itself to its message)
from frazo.tasks.multi_task.multi_task import MultiTask
from google.protobuf import text_format

SPEC = {"image": tf.TensorSpec([None, 2, 2, 1], tf.float32)}


def task_text(name, units=3, classes=4):
    return f"""
tasks {{
  name: "{name}" train_input: "Train_{name}" inputs: "Test_{name}"
  task {{ image_classifier {{
    network {{
      layers {{ flatten {{}} }}
      layers {{ name: "fc" linear {{ units: {units} }} }}
    }}
    softmax {{ num_classes: {classes} }}
  }} }}
}}"""


def make(*parts, shared="", schedule="round_robin {}"):
    text = f"{' '.join(parts)} schedule {{ {schedule} }} {shared}"
    message = text_format.Parse(text, task_pb2.MultiTask())
    specs = {entry.train_input: SPEC for entry in message.tasks}
    return MultiTask(message, Place(seed=1), input_spec=specs)


def names(task):
    return sorted(variable.name.removesuffix(":0") for variable in task.variables)


def test_without_rules_nothing_is_shared():
    task = make(task_text("digit"), task_text("parity", classes=2))
    assert names(task) == [
        f"{part}/{layer}/{variable}"
        for part in ("digit", "parity")
        for layer in ("network/fc", "softmax")
        for variable in ("bias", "kernel")
    ]


def test_shared_variables_are_those_of_the_first_task():
    parts = [task_text("digit"), task_text("parity", classes=2), task_text("other")]
    task = make(*parts, shared='shared { pattern: "network/*" tasks: ["parity", "digit"] }')
    digit, parity, other = task.parts.values()
    assert parity.network.layers[1].kernel is digit.network.layers[1].kernel
    assert other.network.layers[1].kernel is not digit.network.layers[1].kernel
    assert names(parity) == [
        "digit/network/fc/bias",
        "digit/network/fc/kernel",
        "parity/softmax/bias",
        "parity/softmax/kernel",
    ]
    assert len(task.variables) == len({id(v) for v in task.variables}) == 10


def test_a_rule_without_tasks_is_for_all():
    parts = [task_text(name) for name in ("x", "y", "z")]
    task = make(*parts, shared='shared { pattern: "*" }')
    assert len(task.variables) == 4


def test_shared_variables_have_one_shape():
    with pytest.raises(ValueError, match=r"'y/network/fc/kernel' has the shape \[4, 5\], and the"):
        make(task_text("x"), task_text("y", units=5), shared='shared { pattern: "network/*" }')


def test_a_rule_that_shares_nothing_is_an_error():
    with pytest.raises(ValueError, match=r'multi_task.shared\[0\]: "conv/\*" matches no variable'):
        make(task_text("x"), task_text("y"), shared='shared { pattern: "conv/*" }')


def test_each_input_belongs_to_a_task():
    task = make(task_text("digit"), task_text("parity"))
    assert task.for_input("Train_parity") is task.parts["parity"]
    assert task.for_input("Test_digit") is task.parts["digit"]
    with pytest.raises(ValueError, match="no task has the input Dev"):
        task.for_input("Dev")


def test_a_batch_is_that_of_a_part():
    task = make(task_text("digit"), task_text("parity"))
    with pytest.raises(TypeError, match="a batch belongs to one of several tasks"):
        task.loss({}, StepContext.for_evaluation(seed=1))


def test_the_task_of_a_step_is_a_function_of_the_seed_and_the_step():
    weights = "constant { weights { task: 'x' weight: 1 } weights { task: 'y' weight: 1 } }"

    def picked(seed):
        task = make(task_text("x"), task_text("y"), schedule=weights)

        @tf.function(input_signature=[tf.TensorSpec([], tf.int64)], autograph=False)
        def pick(step):
            return task.pick(StepContext.for_training(seed=seed, global_step=step), step)

        return [int(pick(tf.constant(step, tf.int64))) for step in range(40)]

    assert picked(301) == picked(301) != picked(302)
    assert set(picked(301)) == {0, 1}


def test_the_message_builds_it():
    text = f"multi_task {{ {task_text('x')} {task_text('y')} schedule {{ round_robin {{}} }} }}"
    message = text_format.Parse(text, task_pb2.Task())
    task = build(message, place=Place(seed=1), input_spec={"Train_x": SPEC, "Train_y": SPEC})
    batch = {
        "image": tf.zeros([3, 2, 2, 1]),
        "label": tf.constant([0, 1, 2]),
        "weight": tf.ones([3]),
    }
    part = task.for_input("Train_y")
    loss, _ = part.loss(batch, StepContext.for_evaluation(seed=1))
    np.testing.assert_allclose(loss.weight, 3)
    assert task.headline == ("accuracy",)
