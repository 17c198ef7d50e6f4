"""One process that does everything: its lines, its files, its second start."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest
import tensorflow as tf
from tiny_experiment import saved_values, train, write_experiment

NUMBER = r"-?\d+(\.\d+)?(e-?\d+)?"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The flags, the log directory and the end of a run of 60 steps."""
    directory = tmp_path_factory.mktemp("run")
    logdir = directory / "log"
    flags = [f"--config={write_experiment(directory)}", f"--logdir={logdir}"]
    ended = train(*flags, "--run_locally=cpu")
    assert ended.code == 0, ended.err
    return flags, logdir, ended


def test_it_says_nothing_on_standard_error(run):
    assert run[2].err == ""


def test_lines(run):
    _, logdir, ended = run
    lines = ended.out.splitlines()
    assert lines[0] == f"train: begins at step 0 of 60 in {logdir}"
    assert re.fullmatch(
        r"train: first step done \d+\.\d s after the start of the program", lines[1]
    )
    metrics = ["grad_norm", "learning_rate", "log_pplx", "loss", "num_examples_in_batch"]
    train_line = rf"train: step: \d+, steps/sec: {NUMBER}, examples/sec: {NUMBER}" + "".join(
        rf", {name}: {NUMBER}" for name in metrics
    )
    train_lines = [line for line in lines if line.startswith("train: step: ")]
    assert [int(re.search(r"\d+", line).group()) for line in train_lines] == [
        10,
        20,
        30,
        40,
        50,
        60,
    ]
    assert all(re.fullmatch(train_line, line) for line in train_lines), train_lines
    scores = ["acc5", "accuracy", "error", "error5", "log_pplx", "loss", "num_examples_in_batch"]
    eval_line = r"eval_test: step: \d+" + "".join(rf", {name}: {NUMBER}" for name in scores)
    eval_lines = [line for line in lines if line.startswith("eval_test: ")]
    assert len(eval_lines) == 3
    assert all(re.fullmatch(eval_line, line) for line in eval_lines), eval_lines
    saved = r"train: saved ckpt-00000060: .* kB in \d+ ms, training waited \d+\.\d ms"
    assert any(re.fullmatch(saved, line) for line in lines)
    accuracy = re.search(r"accuracy: ([\d.]+)", eval_lines[-1]).group(1)
    assert f"done: step 60, eval_test accuracy {accuracy}" in lines
    assert lines[-1] == f"  TensorBoard  tensorboard --logdir={logdir}"


def test_files(run):
    _, logdir, _ = run
    names = {str(path.relative_to(logdir)) for path in logdir.rglob("*") if path.is_file()}
    checkpoints = {
        f"train/ckpt-{step:08d}.{part}"
        for step in (20, 40, 60)
        for part in ("index", "data-00000-of-00001", "manifest")
    }
    events = {name for name in names if "/events.out.tfevents." in name}
    assert {name.split("/")[0] for name in events} == {"control", "train", "eval_test"}
    assert names - events == checkpoints | {
        "control/params.txt",
        "control/model_analysis.txt",
        "control/train.pbtxt",
        "train/checkpoint",
        "train/finished",
        "train/lock",
        "train/scores.jsonl",
        "eval_test/scores.jsonl",
        "curve.png",
        "events.out.tfevents.hparams",
    }
    assert "learning_rate: 0.001" in (logdir / "control" / "params.txt").read_text()
    assert json.loads((logdir / "train" / "finished").read_text()) == {"step": 60, "max_steps": 60}


def test_events_hold_graph_texts_scalars_and_examples(run):
    _, logdir, _ = run
    tags = {}
    for path in logdir.rglob("events*"):
        events = [
            tf.compat.v1.Event.FromString(record.numpy())
            for record in tf.data.TFRecordDataset(str(path))
        ]
        tags[path.parent.name] = {value.tag for event in events for value in event.summary.value}
        if path.parent.name == "control":
            assert any(event.graph_def for event in events)
    assert tags["control"] == {"params", "model_analysis"}
    assert tags[logdir.name] == {"_hparams_/session_start_info"}
    assert {"loss", "learning_rate", "grad_norm", "steps/sec"} <= tags["train"]
    assert {"loss", "accuracy", "misclassified"} <= tags["eval_test"]


def test_a_second_start_finds_nothing_to_do(run):
    flags, logdir, _ = run
    before = (logdir / "eval_test" / "scores.jsonl").read_text()
    ended = train(*flags)
    assert ended.code == 0, ended.err
    assert f"{logdir}/train/ckpt-00000060: step 60 of 60, nothing is left to do" in ended.out
    assert "done: step 60, eval_test accuracy " in ended.out
    assert (logdir / "eval_test" / "scores.jsonl").read_text() == before


def test_a_longer_training_goes_on_and_says_what_has_changed(run):
    flags, logdir, _ = run
    ended = train(*flags, "--set=train.max_steps=80")
    assert ended.code == 0, ended.err
    params = logdir / "control" / "params.txt"
    assert ended.err == f"warning: train.max_steps was 60 in {params} and is now 80\n"
    assert f"train: goes on from {logdir}/train/ckpt-00000060: step 60 of 80" in ended.out
    assert saved_values(logdir)["global_step"] == 80


def test_another_model_does_not_fit_the_checkpoint(run):
    flags, logdir, _ = run
    params = (logdir / "control" / "params.txt").read_text()
    ended = train(*flags, "--set=task.image_classifier.softmax.bias=false")
    assert ended.code == 1
    assert "the checkpoint does not fit the model:\n" in ended.err
    assert "  unknown to the model: softmax/bias [6]\n" in ended.err
    # It stays the configuration of the checkpoints.
    assert (logdir / "control" / "params.txt").read_text() == params


def test_a_run_that_is_not_finite_stops_with_the_cause_and_keeps_the_good_checkpoint(run, tmp_path):
    flags, _, _ = run
    flags = [*flags, f"--logdir={tmp_path}", "--set=learner.max_nonfinite_steps=4"]
    assert train(*flags, "--set=train.max_steps=20").code == 0
    ended = train(*flags, "--set=learner.learning_rate=1e38")
    assert ended.code == 1
    # Step 21 is the last one with small weights; its update spoils the rest.
    assert "error: train: the loss was not finite (NaN or infinite) at step 22, " in ended.err
    assert "Lower learner.learning_rate" in ended.err
    assert "Traceback" not in ended.err
    assert saved_values(tmp_path)["global_step"] == 20
    assert not (tmp_path / "train" / "finished").exists()


def read_terminal(controller: int) -> str:
    """Returns what is written to a terminal until its last writer ends."""
    pieces = []
    # A read after the end is an error, not an empty piece.
    try:
        while piece := os.read(controller, 1 << 16):
            pieces.append(piece)
    except OSError:
        pass
    return b"".join(pieces).decode()


def test_on_a_terminal_one_live_line_takes_the_place_of_the_log(run, tmp_path):
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "frazo.jobs.trainer", run[0][0], f"--logdir={tmp_path}"],
        stdout=terminal,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "100"},
    )
    os.close(terminal)
    shown = read_terminal(controller)
    os.close(controller)
    assert process.wait() == 0
    live = re.findall(
        r"\r\x1b\[K\[=* *\] (\d+)/60  [\d.]+ steps/s  loss [\d.]+  ETA \d+:\d\d", shown
    )
    assert live[0] == "1" and live[-1] == "60"
    # The report that stays is the last.
    assert re.findall(r"train: step: (\d+)", shown) == ["60"]
    assert "train: saved" not in shown
    assert "done: step 60, eval_test accuracy " in shown
