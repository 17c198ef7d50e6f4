"""`checkpoint export` and `import`."""

import resource

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.config import load_experiment
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import first_input
from frazo_tools.checkpoint import checkpoint
from frazo_tools.checkpoint.safetensors_file import SafetensorsFile
from frazo_tools.checkpoint.sample import trained, write_checkpoint
from frazo_tools.checkpoint.source import open_source

LENET = "image.mnist.LeNet5"


def run(*arguments):
    return checkpoint.main(list(map(str, arguments)))


@pytest.fixture
def logdir(tmp_path):
    write_checkpoint(tmp_path / "log" / "train", 3, trained(3))
    (tmp_path / "log" / "control").mkdir()
    (tmp_path / "log" / "control" / "params.txt").write_text(
        'description: "A \\"small\\" model."\ntask {\n  description: "other"\n}\n'
    )
    return tmp_path / "log"


def test_weights_are_exported_with_what_they_are(logdir, tmp_path, capsys):
    out = tmp_path / "new folder" / "m.safetensors"
    assert run("export", logdir, out, "--weights=trained") == 0
    assert capsys.readouterr().out == (
        f"2 tensors, 10 trained parameters of step 3\n{out}: {out.stat().st_size} B\n"
    )
    file = SafetensorsFile(out)
    assert file.metadata == {
        "step": "3",
        "weights": "trained",
        "experiment": 'A "small" model.',
    }
    assert sorted(file.forms) == ["network/conv/kernel", "network/softmax/bias"]
    assert file.read("network/conv/kernel").tolist() == [[3.0] * 4] * 2
    assert file.read("network/conv/kernel").dtype == np.float32


@pytest.mark.parametrize("options", [[], ["--weights=averaged"]])
def test_averages_have_the_names_of_their_weights(tmp_path, options):
    tensors = {**trained(3), "network/norm/moving_mean": tf.fill([2], 7.0)}
    out = tmp_path / "m.safetensors"
    assert run("export", write_checkpoint(tmp_path / "log", 3, tensors), out, *options) == 0
    file = SafetensorsFile(out)
    assert file.metadata == {"step": "3", "weights": "averaged"}
    assert file.read("network/conv/kernel").tolist() == [[13.0] * 4] * 2
    # What is not trained has no average.
    assert file.read("network/norm/moving_mean").tolist() == [7.0] * 2


def test_averages_that_are_not_there_are_an_error(tmp_path, capsys):
    path = write_checkpoint(tmp_path / "log", 3, {"w": tf.ones([2])})
    assert run("export", path, tmp_path / "m.safetensors", "--weights=averaged") == 2
    assert "it has no moving averages of its weights" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        # bfloat16 has 8 significant bits, float16 has 11; ties go to even.
        ("bfloat16", [1.0, 1.015625, -0.0, 3e38]),
        ("float16", [1 + 2**-10, 1 + 2**-7 + 2**-8, -0.0, 4.0]),
        ("float32", [1 + 2**-10, 1 + 2**-7 + 2**-8, -0.0, 4.0]),
    ],
)
def test_numbers_are_rounded_to_the_nearest(tmp_path, dtype, expected):
    values = [1 + 2**-10, 1 + 2**-7 + 2**-8, -0.0, 3e38 if dtype == "bfloat16" else 4.0]
    path = write_checkpoint(tmp_path / "log", 1, {"w": tf.constant(values), "n": tf.constant([5])})
    out = tmp_path / "m.safetensors"
    assert run("export", path, out, f"--dtype={dtype}") == 0
    file = SafetensorsFile(out)
    found = file.read("w")
    assert found.dtype.name == dtype
    np.testing.assert_array_equal(found, np.array(expected, np.float32).astype(found.dtype))
    assert np.signbit(found[2])
    # Whole numbers stay.
    assert (file.read("n").dtype, file.read("n").tolist()) == (np.int32, [5])


def test_a_number_that_is_too_large_is_an_error(tmp_path, capsys):
    path = write_checkpoint(tmp_path / "log", 1, {"w": tf.constant([np.inf, -70000.0])})
    assert run("export", path, tmp_path / "m.safetensors", "--dtype=float16") == 2
    assert "w: a value of 7e+04 becomes infinite as float16" in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["log"]


def test_a_full_disk_leaves_nothing_behind(tmp_path, capsys):
    path = write_checkpoint(tmp_path / "log", 1, {"w": tf.zeros([2**20])})
    # The largest file allowed stands for the room left on the disk.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        assert run("export", path, tmp_path / "m.safetensors") == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "m.safetensors: cannot be written: File too large" in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["log"]


def test_texts_cannot_be_exported(tmp_path, capsys):
    path = write_checkpoint(tmp_path / "log", 1, {"w": tf.constant("text")})
    assert run("export", path, tmp_path / "m.safetensors") == 2
    assert "w: string cannot be in a safetensors file" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["5GB", "1kB"])
def test_the_round_trip_keeps_every_bit(tmp_path, size):
    bits = np.random.default_rng(5).integers(0, 2**32, (3, 200), np.uint32)
    weights = {
        "a/kernel": tf.constant(bits.view(np.float32)),
        "b": tf.constant([-0.0, np.nan, np.inf, 1e-45]),
        "n": tf.constant([1, 2], tf.int64),
        "scalar": tf.constant(0.1),
        "empty": tf.zeros([0, 3]),
    }
    path = write_checkpoint(tmp_path / "log" / "train", 12, {**weights, "learner/x": tf.ones([])})
    out = tmp_path / "m.safetensors"
    assert run("export", path, out, f"--shard_size={size}") == 0
    assert out.exists() == (size == "5GB")
    assert run("import", out, tmp_path / "out") == 0
    source = open_source(tmp_path / "out")
    assert source.step == 12
    assert set(source.tensors) == {*weights, "global_step"}
    for name, value in weights.items():
        found = source.read(name)
        assert found.dtype == value.dtype
        assert found.shape == value.shape
        assert found.numpy().tobytes() == value.numpy().tobytes()


@pytest.fixture
def lenet(tmp_path):
    """The checkpoint of a model with averages, and its initial weights by name."""
    experiment = load_experiment(model=LENET, config=None, overrides=["learner.ema_decay=0.9"])
    _, source = first_input(experiment)
    model = InferenceModel(experiment, source.element_spec)
    values = {name: v.read_value() for name, v in model.variables.items()}
    del values["global_step"]
    return write_checkpoint(tmp_path / "log" / "train", 8, values), model


def test_a_model_takes_what_was_imported_for_it(lenet, tmp_path):
    path, model = lenet
    file = tmp_path / "m.safetensors"
    assert run("export", path, file) == 0
    experiment = [f"--model={LENET}", "--set=learner.ema_decay=0.9"]
    assert run("import", file, tmp_path / "out", *experiment) == 0
    before = {name: v.numpy() for name, v in model.variables.items()}
    for variable in model.variables.values():
        variable.assign(tf.zeros_like(variable))
    model.restore(CheckpointDirectory(tmp_path / "out" / "train").newest(pytest.fail))
    assert model.global_step.numpy() == 8
    for name, value in before.items():
        if name != "global_step":
            np.testing.assert_array_equal(model.variables[name], value)


def test_what_does_not_fit_the_model_is_listed(lenet, tmp_path, capsys):
    path, model = lenet
    file = tmp_path / "m.safetensors"
    assert run("export", path, file) == 0
    names = sorted(v.name.removesuffix(":0") for v in model.task.variables)
    rules = f"--names={names[0]}=other,{names[1]}="
    capsys.readouterr()
    assert run("import", file, tmp_path / "out", f"--model={LENET}", rules) == 2
    error = capsys.readouterr().err
    assert error.startswith("checkpoint import: the tensors are not those of the model:\n")
    assert f"  missing: {names[0]} float32 [" in error
    assert f"  missing: {names[1]} float32 [" in error
    assert "  unexpected: other float32 [" in error
    assert not (tmp_path / "out").exists()


def test_shapes_are_compared(tmp_path, capsys):
    path = write_checkpoint(tmp_path / "log", 1, {"w": tf.ones([2])})
    assert run("export", path, tmp_path / "m.safetensors") == 0
    experiment = load_experiment(model=LENET, config=None, overrides=[])
    _, source = first_input(experiment)
    name = InferenceModel(experiment, source.element_spec).task.variables[0].name[:-2]
    assert (
        run(
            "import",
            tmp_path / "m.safetensors",
            tmp_path / "out",
            f"--names=w={name}",
            f"--model={LENET}",
        )
        == 2
    )
    assert f"  different: {name} is float32 [2], in the model float32 [" in capsys.readouterr().err


def test_names_of_other_things_than_weights_are_an_error(tmp_path, capsys):
    path = write_checkpoint(tmp_path / "log", 1, {"w": tf.ones([2]), "x": tf.ones([])})
    file = tmp_path / "m.safetensors"
    assert run("export", path, file) == 0
    assert run("import", file, tmp_path / "out", "--names=x=global_step") == 2
    assert "leave the tensors out, as by --names='global_step='" in capsys.readouterr().err
    assert run("import", file, tmp_path / "out", "--names=*=") == 2
    assert "no tensor is left to import" in capsys.readouterr().err


def test_half_precision_becomes_float32(tmp_path):
    path = write_checkpoint(tmp_path / "log", 1, {"w": tf.constant([1.5, -2.0])})
    assert run("export", path, tmp_path / "m.safetensors", "--dtype=bfloat16") == 0
    assert run("import", tmp_path / "m.safetensors", tmp_path / "out") == 0
    found = open_source(tmp_path / "out").read("w")
    assert found.dtype == tf.float32
    assert found.numpy().tolist() == [1.5, -2.0]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["export", "a", "b.bin"], "'b.bin' does not end in .safetensors"),
        (["export", "a", "b.safetensors", "--shard_size=0GB"], "'0GB' is no size such as 500MB"),
        (["export", "a", "b.safetensors", "--shard_size=5"], "'5' is no size such as 500MB or 5GB"),
        (["import", "a", "b", "--names=x"], "'x' is no rule; a rule is OLD=NEW"),
    ],
)
def test_arguments_that_do_not_fit_are_errors(arguments, error, capsys):
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert error in capsys.readouterr().err


def test_what_cannot_be_read_is_an_error(tmp_path, capsys):
    (tmp_path / "m.safetensors").write_bytes(b"\xff" * 20)
    assert run("import", tmp_path / "m.safetensors", tmp_path / "out") == 2
    assert "m.safetensors: the header would have 18,446,744,073,709,551,615" in (
        capsys.readouterr().err
    )
    assert run("import", tmp_path / "none.safetensors", tmp_path / "out") == 2
    assert "none.safetensors: there is neither this file nor its" in capsys.readouterr().err
    assert run("import", tmp_path / "m.safetensors", tmp_path / "out", "--model=nothing") == 2
    assert 'no known model is named "nothing"' in capsys.readouterr().err
