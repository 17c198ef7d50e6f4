from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.restore import by_key
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.checkpoint.warm_start import warm_start
from frazo.program.errors import JobError
from frazo.proto import warm_start_pb2

_TENSORS = {
    "encoder/layer0/kernel": [[1.0, 2.0]],
    "encoder/layer1/kernel": [[3.0, 4.0]],
    "encoder/bias": [5.0],
    "learner/average/encoder/bias": [6.0],
}


@pytest.fixture
def folder(tmp_path):
    """Two checkpoints; in that of step 8 all is 10 more."""
    store = CheckpointStore(tmp_path, RetentionPolicy(2))
    for step, more in ((7, 0.0), (8, 10.0)):
        tensors = {name: tf.constant(value) + more for name, value in _TENSORS.items()}
        tensors["global_step"] = tf.constant(step, tf.int64)
        store.write(step, whole_tensors(tensors))
    return tmp_path


def model(*names):
    shapes = {name: np.shape(_TENSORS.get(name, [[0.0, 0.0]])) for name in names}
    return by_key([tf.Variable(tf.zeros(shape), name=name) for name, shape in shapes.items()])


def start(folder, variables, *rules):
    message = warm_start_pb2.WarmStart(
        checkpoint=str(folder), name_rules=[warm_start_pb2.WarmStartRule(**rule) for rule in rules]
    )
    return warm_start(message, variables)


def error(folder, variables, *rules):
    before = [variable.numpy().tolist() for variable in variables.values()]
    with pytest.raises(JobError) as failure:
        start(folder, variables, *rules)
    assert [variable.numpy().tolist() for variable in variables.values()] == before
    return str(failure.value)


def test_names_that_are_equal_take_the_newest(folder):
    variables = model("encoder/layer0/kernel", "encoder/bias", "decoder/kernel")
    done = start(folder, variables)
    assert variables["encoder/layer0/kernel"].numpy().tolist() == [[11.0, 12.0]]
    assert variables["encoder/bias"].numpy().tolist() == [15.0]
    assert variables["decoder/kernel"].numpy().tolist() == [[0.0, 0.0]]
    assert done.describe() == (
        f"warm start from {folder}/ckpt-00000008: 2 of 3 variables; 1 keep their initial values: "
        "decoder/kernel"
    )


def test_a_checkpoint_can_be_named(folder):
    variables = model("encoder/bias")
    done = start(folder / "ckpt-00000007", variables)
    assert variables["encoder/bias"].numpy().tolist() == [5.0]
    assert done.describe() == f"warm start from {folder}/ckpt-00000007: 1 of 1 variables"


def test_stars_carry_over_what_they_matched(folder):
    variables = model("net/source/layer1/kernel", "net/source/layer0/kernel")
    rule = {"variables": "net/*/layer*/kernel", "tensor": "encoder/layer1/kernel"}
    start(folder, variables, {"variables": "*layer1*", "tensor": "encoder/layer0/kernel"}, rule)
    assert variables["net/source/layer1/kernel"].numpy().tolist() == [[11.0, 12.0]]
    assert variables["net/source/layer0/kernel"].numpy().tolist() == [[13.0, 14.0]]
    start(folder, variables, {"variables": "net/source/*", "tensor": "encoder/*"})
    assert variables["net/source/layer1/kernel"].numpy().tolist() == [[13.0, 14.0]]


def test_the_first_rule_that_matches_counts_and_may_skip(folder):
    variables = model("encoder/layer0/kernel", "encoder/bias", "decoder/kernel")
    done = start(
        folder,
        variables,
        {"variables": "*/bias", "tensor": "learner/average/*/bias"},
        {"variables": "encoder/*", "skip": True},
        {"variables": "decoder/*", "tensor": "encoder/layer1/*"},
    )
    assert variables["encoder/bias"].numpy().tolist() == [16.0]
    assert variables["encoder/layer0/kernel"].numpy().tolist() == [[0.0, 0.0]]
    assert variables["decoder/kernel"].numpy().tolist() == [[13.0, 14.0]]
    assert done.left == ("encoder/layer0/kernel",)


def test_many_that_are_left_are_counted(folder):
    done = start(folder, model("encoder/bias", *(f"other/v{i}" for i in range(7))))
    assert done.describe().endswith(
        "1 of 8 variables; 7 keep their initial values: other/v0, other/v1, other/v2, other/v3, "
        "other/v4 and 2 more"
    )


def test_what_does_not_fit_is_listed(folder):
    variables = model("encoder/bias", "encoder/layer0/kernel", "step")
    variables["step"] = tf.Variable(0, name="step")
    assert error(
        folder,
        variables,
        {"variables": "encoder/bias", "tensor": "encoder/layer0/kernel"},
        {"variables": "encoder/*", "tensor": "encoder/*s"},
        {"variables": "step", "tensor": "global_step"},
    ).splitlines() == [
        f"warm_start: {folder}/ckpt-00000008 does not fit:",
        "  encoder/bias: encoder/layer0/kernel has shape [1, 2], the variable [1]",
        "  encoder/layer0/kernel: there is no encoder/layer0/kernels in the checkpoint (the nearest "
        "is encoder/layer0/kernel)",
        "  step: global_step is int64, the variable int32",
        "Correct warm_start.name_rules: `tensor` must name a tensor of the checkpoint; with `skip: true` "
        "variables keep their initial values.",
    ]


def test_taking_nothing_is_an_error(folder):
    text = error(folder, model("other/a", "other/b"))
    assert (
        "no tensor has the name of a variable; the model has other/a, other/b, the checkpoint "
        "encoder/bias, encoder/layer0/kernel, " in text
    )


def test_a_rule_without_a_match_is_an_error(folder):
    assert error(folder, model("encoder/bias"), {"variables": "encoder/bia"}) == (
        'warm_start.name_rules[0].variables: "encoder/bia" matches no variable of the model; the nearest '
        'is "encoder/bias"'
    )


def test_a_star_too_many_is_an_error(folder):
    assert error(folder, model("encoder/bias"), {"variables": "*/bias", "tensor": "*/*"}) == (
        'warm_start.name_rules[0].tensor: "*/*" has more `*` than variables, "*/bias"; each `*` '
        "in tensor must have one in variables"
    )


def test_no_checkpoint_is_an_error(folder):
    assert error(folder / "nothing", model("encoder/bias")) == (
        f"warm_start.checkpoint: {folder}/nothing is neither a checkpoint nor a folder of "
        "checkpoints; give LOGDIR/train, or LOGDIR/train/ckpt-NUMBER for a specific one. "
        "Of another program's give its prefix, the path of its .index file without .index."
    )
    assert error(folder / "ckpt-00000009", model("encoder/bias")) == (
        f"warm_start.checkpoint: {folder}/ckpt-00000009.manifest: the manifest is missing"
    )


@pytest.fixture
def other_programs(tmp_path):
    """A checkpoint of tf.train.Checkpoint, as other programs write them."""
    encoder = tf.Module()
    encoder.bias = tf.Variable([9.0])
    return tf.train.Checkpoint(encoder=encoder).save(str(tmp_path / "model"))


@pytest.mark.parametrize("named", ["prefix", "folder"])
def test_checkpoints_of_other_programs_are_read(other_programs, tmp_path, named):
    variables = model("encoder/bias")
    rule = {"variables": "*", "tensor": "encoder/bias/.ATTRIBUTES/VARIABLE_VALUE"}
    done = start(Path(other_programs) if named == "prefix" else tmp_path, variables, rule)
    assert variables["encoder/bias"].numpy().tolist() == [9.0]
    assert done.describe() == f"warm start from {other_programs}: 1 of 1 variables"


def test_a_damaged_checkpoint_of_another_program_is_an_error(other_programs):
    data = Path(f"{other_programs}.data-00000-of-00001")
    data.write_bytes(bytes(data.stat().st_size))
    rule = {"variables": "*", "tensor": "encoder/bias/.ATTRIBUTES/VARIABLE_VALUE"}
    damage = error(other_programs, model("encoder/bias"), rule)
    assert damage.startswith(f"{other_programs}: cannot be read: ")
    assert "Checksum does not match" in damage
    Path(f"{other_programs}.index").write_bytes(b"no table")
    assert f"{other_programs}: cannot be read: " in error(
        other_programs, model("encoder/bias"), rule
    )


def test_ours_without_its_manifest_is_not_taken_for_another_programs(folder):
    for manifest in folder.glob("*.manifest"):
        manifest.unlink()
    assert "ckpt-00000008" in error(folder, model("encoder/bias"))
