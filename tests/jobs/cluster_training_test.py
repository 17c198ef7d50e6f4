"""Workers that train together give what one process gives, and what an unbroken training gives."""

import signal

import numpy as np
import pytest
from cluster_run import ClusterRun, assert_ended
from frazo.scores.score_log import ScoreLog
from text_experiment import write_text_experiment
from tiny_experiment import assert_same_values, saved_values, train, write_experiment

STEPS = 40


def flags_for(directory, *changes):
    return [
        f"--config={write_experiment(directory)}",
        f"--set=train.max_steps={STEPS}",
        *(f"--set={change}" for change in changes),
    ]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The flags of a training without randomness of its own in each worker, and the log directory
    of one process.
    """
    directory = tmp_path_factory.mktemp("alone")
    flags = flags_for(
        directory,
        # The images in memory: a step's batch is the same whoever reads which part of it.
        "inputs.Train.image.max_images=100",
        "task.image_classifier.network.layers[3].dropout.rate=0",
        # Each worker would normalize by the mean of its own part of the batch.
        "task.image_classifier.network.layers[1].activation=RELU",
        # Adam divides small differences by small numbers.
        "learner.optimizer.momentum.momentum=0.9",
        "learner.clip_global_norm=1",
    )
    logdir = directory / "log"
    ended = train(*flags, f"--logdir={logdir}", "--job=trainer")
    assert ended.code == 0, ended.err
    return flags, logdir


# Three workers have 6, 5 and 5 of 16 images.
@pytest.mark.parametrize("workers", [2, 3, 4])
def test_the_weights_are_those_of_one_process(alone, tmp_path, workers):
    flags, expected = alone
    with ClusterRun(tmp_path, flags, workers=workers) as run:
        ended = assert_ended(run.start_all())
    assert f"done: step {STEPS}" in ended[1].out
    # That of all workers.
    assert "num_examples_in_batch: 16" in ended[1].out
    left, right = saved_values(run.logdir), saved_values(expected)
    assert left.keys() == right.keys()
    for name in left:
        np.testing.assert_allclose(left[name], right[name], rtol=1e-4, atol=1e-5, err_msg=name)


def test_killed_and_started_again_they_end_with_the_same_weights(tmp_path_factory):
    flags = flags_for(tmp_path_factory.mktemp("data"))
    unbroken, broken = tmp_path_factory.mktemp("unbroken"), tmp_path_factory.mktemp("broken")
    with ClusterRun(unbroken, flags) as expected:
        followers = [expected.start("evaler_test")]
        ended = assert_ended([*expected.start_all(), *followers])
    assert f"its last checkpoint, of step {STEPS}, is done" in ended[3].out
    with ClusterRun(broken, flags) as run:
        members = run.start_all()
        members[1].wait_for("saved ckpt-00000020")
        for member in members:
            member.send(signal.SIGKILL)
        for member in members:
            member.end()
        assert_ended(run.start_all())
    assert_same_values(run.logdir, expected.logdir)


def test_one_process_goes_on_where_two_stopped(tmp_path):
    flags = [f"--config={write_text_experiment(tmp_path)}"]
    with ClusterRun(tmp_path, [*flags, "--set=train.max_steps=100"]) as run:
        assert_ended(run.start_all())
    # A line is of 50 steps.
    lines = list(ScoreLog(run.logdir / "train").read().values())
    trained = 50 * sum(line["metrics"]["num_examples_in_batch"] for line in lines)
    lost = lines[-1]["lost"]
    # Both workers' records: what one of them read is half of it.
    assert lost["records"] - lost["filtered"] >= round(trained)
    alone = train(*flags, f"--logdir={run.logdir}", "--job=trainer")
    assert alone.code == 0, alone.err
    assert "train: goes on from" in alone.out
    assert saved_values(run.logdir)["global_step"] == 200
