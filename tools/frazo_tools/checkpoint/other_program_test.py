"""`checkpoint import --rules`."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.config import load_experiment
from frazo_tools.checkpoint import checkpoint
from frazo_tools.checkpoint.experiment_model import experiment_model
from frazo_tools.checkpoint.source import open_source

LENET = "image.mnist.LeNet5"
# The softmax is in two parts, as Lingvo has it.
RULES = """
known_tensor: "conv0/kernel"
other_tensors: "global_step"
name_rules { variables: "softmax/kernel" parts { tensors: "softmax/kernel_#" } }
name_rules { variables: "softmax/bias" parts { tensors: "softmax/bias_#" } }
name_rules { variables: "network/*" tensor: "*" }
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.textproto"
    path.write_text(RULES)
    return path


@pytest.fixture(scope="module")
def weights():
    model = experiment_model(load_experiment(model=LENET, config=None, overrides=[]))
    generator = np.random.default_rng(1)
    return {
        name: generator.standard_normal(shape).astype(np.float32)
        for name, shape in model.shapes.items()
    }


@pytest.fixture
def theirs(weights, tmp_path):
    tensors = {"theirs/more": np.float32([1.0]), "global_step": np.int64(12)}
    for name, value in weights.items():
        if name.startswith("softmax/"):
            for index, part in enumerate(np.split(value, 2, -1)):
                tensors[f"theirs/{name}_{index}"] = part
        else:
            tensors[name.replace("network/", "theirs/")] = value
    prefix = f"{tmp_path}/model.ckpt"
    tf.raw_ops.SaveV2(
        prefix=prefix,
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=list(tensors.values()),
    )
    return prefix


def run(*arguments):
    return checkpoint.main(["import", *map(str, arguments)])


def test_weights_become_ours(theirs, rules, weights, tmp_path, capsys):
    out = tmp_path / "out"
    options = [f"--rules={rules}", f"--model={LENET}"]
    assert run(theirs, out, *options) == 0
    assert capsys.readouterr().out.startswith(
        "6 tensors, 763,810 parameters, as of step 12\nnot taken:\n  theirs/more\n"
    )
    found = open_source(out)
    assert found.step == 12
    # The experiment has moving averages.
    prefixes = ["", "learner/average/"]
    assert sorted(found.tensors) == sorted(
        ["global_step", *(prefix + name for prefix in prefixes for name in weights)]
    )
    for name, value in weights.items():
        for prefix in prefixes:
            np.testing.assert_array_equal(found.read(prefix + name), value)


def test_what_keeps_its_initial_value_is_an_error(theirs, rules, tmp_path, capsys):
    rules.write_text(RULES.replace('tensor: "*"', "skip: true"))
    assert run(theirs, tmp_path / "out", f"--rules={rules}", f"--model={LENET}") == 2
    error = capsys.readouterr().err
    assert "by the rules these keep their initial ones:\n  network/conv0/kernel\n" in error
    assert not (tmp_path / "out").exists()


def test_other_shapes_are_an_error(theirs, rules, tmp_path, capsys):
    rules.write_text(RULES.replace("kernel_#", "bias_#"))
    assert run(theirs, tmp_path / "out", f"--rules={rules}", f"--model={LENET}") == 2
    assert (
        "  softmax/kernel: theirs/softmax/bias_0 and theirs/softmax/bias_1 would give shape [10], the "
        "variable [300, 10]\n"
    ) in capsys.readouterr().err


def test_names_are_not_for_rules(theirs, rules, tmp_path, capsys):
    assert run(theirs, tmp_path / "out", f"--rules={rules}", "--names=a=b") == 2
    assert "--names is for safetensors" in capsys.readouterr().err
