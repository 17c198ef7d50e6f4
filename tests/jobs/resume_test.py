"""Interrupted in any way, a training ends with the very weights of an unbroken one."""

import os
import random
import signal

import pytest
from tiny_experiment import Trainer, assert_same_values, saved_values, train, write_experiment

STEPS = 1000


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The experiment's flags, and the log directory of a training that nothing interrupted."""
    directory = tmp_path_factory.mktemp("unbroken")
    flags = [
        f"--config={write_experiment(directory)}",
        "--job=trainer",
        f"--set=train.max_steps={STEPS}",
        "--set=train.save_interval_steps=100",
        # What has a state, or random numbers, of its own.
        "--set=learner.gradient_norm_tracker.decay=0.9",
        "--set=learner.variational_noise.stddev=0.001",
        "--set=learner.variational_noise.start_step=150",
    ]
    logdir = directory / "log"
    ended = train(*flags, f"--logdir={logdir}")
    assert ended.code == 0, ended.err
    return flags, logdir


def test_killed_at_random_moments(unbroken, tmp_path):
    flags, expected = unbroken
    moments = random.Random(205)
    flags = [*flags, f"--logdir={tmp_path}"]
    for step in (100, 300, 500):
        with Trainer(*flags) as trainer:
            trainer.wait_for(f"saved ckpt-{step:08d}")
            # It comes no further than 40 lines of 10 steps each, so it is not done before.
            assert trainer.kill_after(moments.uniform(0, 0.3)).code == -signal.SIGKILL
    ended = train(*flags)
    assert ended.code == 0, ended.err
    assert f"train: goes on from {tmp_path}/train/ckpt-" in ended.out
    assert saved_values(tmp_path)["global_step"] == STEPS
    assert_same_values(tmp_path, expected)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGHUP, 0)],
    ids=["SIGTERM", "SIGINT", "SIGHUP"],
)
def test_stopped_by_a_signal(unbroken, tmp_path, number, code):
    flags, expected = unbroken
    # No save of its own before the end: what is found was saved because of the signal.
    flags = [*flags, "--set=train.save_interval_steps=100000", f"--logdir={tmp_path}"]
    with Trainer(*flags) as trainer:
        trainer.wait_for("step: 50,")
        trainer.send(number)
        ended = trainer.end()
    assert ended.code == code, ended.err
    step = int(saved_values(tmp_path)["global_step"])
    assert 50 <= step < STEPS
    assert (
        f"train: stopped by {number.name} at step {step} of {STEPS}; saved. "
        "The same command goes on from there." in ended.out
    )
    assert not (tmp_path / "train" / "finished").exists()
    assert train(*flags).code == 0
    assert_same_values(tmp_path, expected)


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(unbroken, tmp_path):
    flags, expected = unbroken
    flags = [*flags, f"--logdir={tmp_path}"]
    assert train(*flags, "--set=train.max_steps=200").code == 0
    data = tmp_path / "train" / "ckpt-00000200.data-00000-of-00001"
    os.truncate(data, data.stat().st_size // 2)
    ended = train(*flags)
    assert ended.code == 0, ended.err
    assert f"warning: {data}: " in ended.err
    assert f"goes on from {tmp_path}/train/ckpt-00000100: step 100 of {STEPS}" in ended.out
    assert_same_values(tmp_path, expected)


def test_two_trainers_do_not_write_to_one_directory(unbroken, tmp_path):
    flags, _ = unbroken
    flags = [*flags, f"--logdir={tmp_path}", "--set=train.max_steps=1000000"]
    with Trainer(*flags) as trainer:
        trainer.wait_for("first step")
        second = train(*flags)
        assert second.code == 1
        assert f"is writing to {tmp_path}/train. Wait for it, end it, or give" in second.err


def test_a_full_disk_is_a_warning_until_the_last_save(unbroken, tmp_path):
    flags, _ = unbroken
    flags = [*flags, f"--logdir={tmp_path}", "--set=train.max_steps=200"]
    assert train(*flags, "--set=train.max_steps=100").code == 0
    # Nothing larger than a log file fits any more. (A test may have no disk of its own to fill.)
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, {(9000, 9000)})"
    startup = tmp_path / "limit" / "sitecustomize.py"
    startup.parent.mkdir()
    startup.write_text(limited)
    path = os.pathsep.join([str(startup.parent), os.environ.get("PYTHONPATH", "")])
    ended = train(*flags, "--set=train.save_interval_steps=50", PYTHONPATH=path)
    assert ended.code == 1
    problem = "there is no room for the checkpoint"
    assert f"warning: {tmp_path}/train/ckpt-00000150: {problem}" in ended.err
    assert f"error: {tmp_path}/train/ckpt-00000200: {problem}" in ended.err
    assert "Free space or lower train.keep_checkpoints." in ended.err
    assert saved_values(tmp_path)["global_step"] == 100
