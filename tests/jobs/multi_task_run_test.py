"""Two tasks on the same images, with layers in common: the row, and whether its number is odd."""

import json
import random
import signal

import numpy as np
import pytest
import tensorflow as tf
from cluster_run import ClusterRun, assert_ended
from tiny_experiment import Trainer, assert_same_values, saved_values, train, write_experiment

_TASK = """
tasks {{
  name: "{name}" train_input: "Train_{name}" inputs: "Test_{name}"
  task {{ image_classifier {{
    network {{
      layers {{ name: "conv" conv2d {{ filters: 4 kernel_height: 3 kernel_width: 3 }} }}
      layers {{ name: "norm" batch_norm {{ decay: 0.9 }} }}
      layers {{ activation: RELU }}
      layers {{ dropout {{ rate: 0.1 }} }}
      layers {{ flatten {{}} }}
    }}
    softmax {{ num_classes: {classes} }}
  }} }}
}}
"""
_INPUT = """
inputs {{ key: "{key}" value {{ image {{
  records {{ files: "{directory}/{file}.tfrecord" }}
  batch_size: 16 height: 8 width: 8 {extra}
}} }} }}
"""
_ODD = "classes: [0, 1, 0, 1, 0, 1]"
# Accuracies are at most 1, so that both tasks always have some weight.
_ADAPTIVE = """
adaptive {
  expectations { task: "row" expected: 1.5 score { input: "Test_row" metric: "accuracy" } }
  expectations { task: "odd" expected: 1.5 score { input: "Test_odd" metric: "accuracy" } }
}
"""
STEPS = 160


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """The flag that names the experiment."""
    directory = tmp_path_factory.mktemp("experiment")
    write_experiment(directory)
    tasks = _TASK.format(name="row", classes=6) + _TASK.format(name="odd", classes=2)
    inputs = "".join(
        _INPUT.format(key=f"{kind}_{task}", file=kind.lower(), directory=directory, extra=extra)
        for task, classes in (("row", ""), ("odd", _ODD))
        for kind, extra in (("Train", f"shuffle: true {classes}"), ("Test", classes))
    )
    path = directory / "two.textproto"
    path.write_text(
        f'description: "Two tasks."\n'
        f"task {{ multi_task {{ {tasks} schedule {{ {_ADAPTIVE} }} "
        f'shared {{ pattern: "network/*" }} }} }}\n{inputs}'
        "learner { learning_rate: 1e-3 optimizer { adam {} } ema_decay: 0.99 }\n"
        f"train {{ max_steps: {STEPS} save_interval_steps: 20 log_interval_steps: 10 "
        "steps_per_loop: 5 keep_checkpoints: 50 }\n"
    )
    return f"--config={path}"


@pytest.fixture(scope="module")
def unbroken(config, tmp_path_factory):
    """The log directory of a training that nothing interrupted."""
    logdir = tmp_path_factory.mktemp("unbroken")
    ended = train(config, f"--logdir={logdir}")
    assert ended.code == 0, ended.err
    assert f"done: step {STEPS}, eval_test_odd accuracy" in ended.out
    return logdir


def records(logdir, directory):
    lines = (logdir / directory / "scores.jsonl").read_text().splitlines()
    return {record["step"]: record["metrics"] for record in map(json.loads, lines)}


def test_each_task_has_its_metrics_and_its_scores(unbroken):
    metrics = records(unbroken, "train")[STEPS]
    assert {"row/loss", "odd/loss", "row/share", "odd/share", "loss"} <= metrics.keys()
    assert metrics["row/share"] + metrics["odd/share"] == pytest.approx(1)
    for directory in ("eval_test_row", "eval_test_odd"):
        scores = records(unbroken, directory)
        assert list(scores) == list(range(20, STEPS + 1, 20))
        assert 0 <= scores[STEPS]["accuracy"] <= 1


def test_shared_variables_are_there_once_and_the_schedule_follows_the_scores(unbroken):
    values = saved_values(unbroken)
    assert "row/network/conv/kernel" in values
    assert "row/network/norm/moving_mean" in values
    assert not any(name.startswith("odd/network/") for name in values)
    # Those of the checkpoint before the last one.
    last = [records(unbroken, f"eval_test_{task}")[STEPS - 20] for task in ("row", "odd")]
    expected = [scores["accuracy"] / 1.5 for scores in last]
    np.testing.assert_allclose(values["schedule/reached"], expected, rtol=1e-6)


def test_killed_at_random_moments_it_ends_with_the_very_weights(config, unbroken, tmp_path):
    moments = random.Random(29)
    flags = [config, f"--logdir={tmp_path}"]
    for step in (40, 80, 120):
        with Trainer(*flags) as trainer:
            trainer.wait_for(f"saved ckpt-{step:08d}")
            assert trainer.kill_after(moments.uniform(0, 0.3)).code == -signal.SIGKILL
    ended = train(*flags)
    assert ended.code == 0, ended.err
    assert_same_values(tmp_path, unbroken)
    assert records(tmp_path, "eval_test_row") == records(unbroken, "eval_test_row")


def test_jobs_in_other_processes(config, unbroken, tmp_path):
    train_directory = tmp_path / "train"
    train_directory.mkdir()
    for path in (unbroken / "train").glob(f"*{STEPS:08d}*"):
        (train_directory / path.name).write_bytes(path.read_bytes())
    for name in ("finished", "checkpoint"):
        (train_directory / name).write_bytes((unbroken / "train" / name).read_bytes())
    ended = train(config, f"--logdir={tmp_path}", "--job=controller,evaler_test_odd")
    assert (ended.code, ended.err) == (0, "")
    scores = records(tmp_path, "eval_test_odd")[STEPS]
    assert scores == pytest.approx(records(unbroken, "eval_test_odd")[STEPS], rel=1e-6)
    graph = (tmp_path / "control" / "train.pbtxt").read_text()
    assert 'op: "Case"' in graph
    exported = train(config, f"--logdir={tmp_path}", "--mode=write_inference_graph")
    assert exported.code == 0, exported.err
    for task in ("row", "odd"):
        assert (tmp_path / "inference_graph" / task / "saved_model.pb").exists()


def test_another_input_of_one_task_is_named(config, unbroken, tmp_path):
    for path in (unbroken / "train").glob("*"):
        (tmp_path / "train").mkdir(exist_ok=True)
        (tmp_path / "train" / path.name).write_bytes(path.read_bytes())
    ended = train(
        config,
        f"--logdir={tmp_path}",
        f"--set=train.max_steps={STEPS + 10}",
        "--set=inputs.Train_odd.image.batch_size=8",
    )
    assert ended.code == 1
    assert "inputs cannot go on where the checkpoint's input stood: Train_odd: " in ended.err
    assert tf.train.load_checkpoint(str(tmp_path / "train")).has_tensor("input/row/iterator")


def test_two_workers_give_the_weights_of_one_process(config, tmp_path):
    flags = [
        config,
        # Without scores the schedule does not change.
        "--job=trainer",
        "--set=train.max_steps=40",
        # As in cluster_training_test: what would differ between workers.
        "--set=learner.optimizer.momentum.momentum=0.9",
        "--set=learner.clip_global_norm=1",
    ]
    for number, name in enumerate(("row", "odd")):
        layers = f"task.multi_task.tasks[{number}].task.image_classifier.network.layers"
        flags += [
            f"--set=inputs.Train_{name}.image.max_images=100",
            f"--set={layers}[1].activation=RELU",
            f"--set={layers}[3].dropout.rate=0",
        ]
    logdir = tmp_path / "alone"
    ended = train(*flags, f"--logdir={logdir}")
    assert ended.code == 0, ended.err
    with ClusterRun(tmp_path, [flag for flag in flags if not flag.startswith("--job")]) as run:
        assert_ended(run.start_all())
    left, right = saved_values(run.logdir), saved_values(logdir)
    assert left.keys() == right.keys()
    for name in left:
        np.testing.assert_allclose(left[name], right[name], rtol=1e-4, atol=1e-5, err_msg=name)
