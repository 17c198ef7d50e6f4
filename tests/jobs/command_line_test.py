"""What the command line answers before anything is trained."""

import json
import os
import subprocess
import sys

import pytest
from tiny_experiment import TIMEOUT_SECONDS, Ended, train, write_experiment


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return f"--config={write_experiment(tmp_path_factory.mktemp('experiment'))}"


@pytest.fixture
def without_tensorflow(tmp_path):
    """An environment in which importing TensorFlow fails."""
    (tmp_path / "tensorflow.py").write_text("raise ImportError('too early')")
    return {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}


def train_typing(text: str, *arguments: str) -> Ended:
    """Runs a trainer whose standard input is `text`."""
    ended = subprocess.run(
        [sys.executable, "-m", "frazo.jobs.trainer", *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "error: --logdir: say where checkpoints and scores go"),
        (["--logdir=x"], "--model: no experiment is given; use --model=NAME"),
        (["--model=image.mnist.LeNet", "--logdir=x"], 'did you mean "image.mnist.LeNet5"?'),
        (["--model=image.mnist.LeNet5", "--logdir=x", "--set=train.max_stps=3"], "max_steps"),
        (
            ["--model=image.mnist.LeNet5", "--logdir=x", "--job=evaler_tst"],
            'error: --job=evaler_tst: the experiment has no input called "tst"; '
            'did you mean "evaler_test"?',
        ),
        (["--mode=sink"], "invalid choice: 'sink'"),
    ],
)
def test_errors_come_with_code_2_and_without_tensorflow(arguments, message, without_tensorflow):
    ended = train(*arguments, **without_tensorflow)
    assert ended.code == 2
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_gpus_without_one_are_an_error_before_anything_is_started(config, tmp_path):
    ended = train(config, f"--logdir={tmp_path}/log", "--run_locally=gpu")
    assert ended.code == 2
    assert ended.err.startswith("error: --run_locally=gpu: there is no GPU: ")
    assert not (tmp_path / "log").exists()


def test_a_list_of_models(without_tensorflow):
    ended = train("--model=list", **without_tensorflow)
    assert ended.code == 0
    assert any(
        line.split()[0] == "image.mnist.LeNet5" and "LeNet5 on MNIST" in line
        for line in ended.out.splitlines()
    )


def test_inspect_params_prints_the_experiment_with_its_defaults(config, without_tensorflow):
    ended = train(config, "--mode=inspect_params", "--set=seed=9", **without_tensorflow)
    assert ended.code == 0
    assert "seed: 9\n" in ended.out
    assert "keep_checkpoints: 5\n" in ended.out


def test_inspect_evaler_prints_the_inputs(config, without_tensorflow):
    ended = train(config, "--mode=inspect_evaler", **without_tensorflow)
    assert (ended.code, ended.out) == (0, "test,train\n")


def test_inspect_model_prints_the_variables(config):
    ended = train(config, "--mode=inspect_model")
    assert ended.code == 0, ended.err
    # 3 * 3 * 1 * 8 = 72; batch norm has four vectors of 8; 8 * 8 * 8 = 512 features, 6 classes.
    rows = [" ".join(line.split()) for line in ended.out.splitlines()]
    conv = "[3, 3, 1, 8] 72 height, width, input_channels, channels network/conv2d_0/kernel"
    assert conv in rows
    assert "[512, 6] 3,072 embed, vocab softmax/kernel" in rows
    assert "total 3,182 parameters" in rows


def test_inspect_model_needs_no_data(config):
    files = "--set=inputs.Train.image.records.files=/none/digits.tfrecord"
    ended = train(config, "--mode=inspect_model", files)
    assert ended.code == 0, ended.err
    assert ended.out == train(config, "--mode=inspect_model").out


def test_a_plan_is_printed_and_written(config, tmp_path):
    record = tmp_path / "plan.json"
    files = "--set=inputs.Train.image.records.files=/none/digits.tfrecord"
    ended = train(config, "--mode=plan", "--device=a100", f"--json={record}", files)
    assert ended.code == 0, ended.err
    rows = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert "parameters 3,182" in rows
    assert json.loads(record.read_text())["parameters"] == 3182
    assert "NVIDIA A100" in ended.out


def test_the_flags_of_plans_need_their_mode(config, without_tensorflow):
    ended = train(config, "--mode=inspect_params", "--device=a100", **without_tensorflow)
    assert ended.code == 2
    assert "--device, --json and --fits are for --mode=plan" in ended.err


def test_a_size_has_a_unit(config, without_tensorflow):
    ended = train(config, "--mode=plan", "--fits=80", **without_tensorflow)
    assert ended.code == 2
    assert "'80' is not a size such as 80GB or 512MB" in ended.err


def test_a_plan_looks_for_meshes(config):
    ended = train(config, "--mode=plan", "--fits=1GB")
    assert ended.code == 0, ended.err
    assert "data 1 x model 1: " in ended.out
    assert "1 (data 1 x model 1)" in ended.out
    none = train(config, "--mode=plan", "--fits=0.01MB")
    assert none.code == 1
    assert "the training fits no mesh of data and model" in none.err


def test_the_shell_has_the_model_and_a_batch(config):
    typed = "print(sorted(batch)); print(model.task.evaluate(batch, context).metrics.keys())\n"
    ended = train_typing(typed, config, "--mode=shell")
    assert ended.code == 0, ended.err
    assert "['image', 'label'" in ended.out
    assert "accuracy" in ended.out
    assert "model.global_step (initial weights)" in ended.err


def test_the_shell_needs_no_data(config):
    files = "--set=inputs.Train.image.records.files=/none/digits.tfrecord"
    ended = train_typing("print(batch, model.task)\n", config, "--mode=shell", files)
    assert ended.code == 0, ended.err
    assert ended.out.startswith(">>> None <")
    assert "None here: " in ended.err and "/none/digits.tfrecord" in ended.err


def test_a_missing_input_file_is_an_error_without_a_traceback(config, tmp_path):
    files = "--set=inputs.Train.image.records.files=/none/digits.tfrecord"
    ended = train(config, f"--logdir={tmp_path}", files)
    assert ended.code == 1
    assert ended.err.startswith("error: inputs.Train: ")
    assert "/none/digits.tfrecord" in ended.err
    assert "Traceback" not in ended.err


def test_relative_paths_start_where_bazel_run_was_typed(config, tmp_path):
    ended = train(
        config, "--logdir=log", "--set=train.max_steps=2", BUILD_WORKING_DIRECTORY=str(tmp_path)
    )
    assert ended.code == 0, ended.err
    assert (tmp_path / "log" / "train" / "ckpt-00000002.index").exists()
