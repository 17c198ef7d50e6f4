"""Workers train asynchronously on parameter servers, whatever befalls one of them."""

import re
import signal

import pytest
from cluster_run import ClusterRun
from tiny_experiment import saved_values, write_experiment

STEPS = 300
# Goes on without one of the workers.
ONE_IS_ENOUGH = "min_workers: 1 rejoin_seconds: 1"


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    config = write_experiment(tmp_path_factory.mktemp("data"))
    return [f"--config={config}", f"--set=train.max_steps={STEPS}"]


@pytest.fixture
def run(flags, tmp_path):
    with ClusterRun(tmp_path, flags, servers=2, layout=ONE_IS_ENOUGH) as run:
        yield run


def started(run):
    """Returns the members by name, when there is a checkpoint."""
    members = run.start_all_by_name()
    members["trainer"].wait_for("saved ckpt-00000040")
    return members


def assert_finished(run, members):
    """Returns how the trainer ended."""
    ended = {name: member.end() for name, member in members.items()}
    assert {name: one.code for name, one in ended.items()} == dict.fromkeys(members, 0), ended
    assert saved_values(run.logdir)["global_step"] == STEPS
    return ended["trainer"]


def test_they_train_to_the_end_and_an_evaler_follows(run):
    members = run.start_all_by_name()
    members["evaler_test"] = run.start("evaler_test")
    ended = assert_finished(run, members)
    assert f"done: step {STEPS}" in ended.out
    lines = re.findall(r"train: step: \d+, .*", ended.out)
    assert len(lines) == STEPS // 10
    for line in lines:
        staleness, greatest = (
            float(re.search(rf" {name}: ([0-9.]+)", line)[1])
            for name in ("staleness", "max_staleness")
        )
        # The bound is 3 for each worker.
        assert 0 <= staleness <= greatest <= 6
        assert " stale_gradients: " in line
    assert f"its last checkpoint, of step {STEPS}, is done" in members["evaler_test"].output()


def test_a_killed_worker_comes_back_and_the_other_trains_meanwhile(run):
    members = started(run)
    members["worker 0"].send(signal.SIGKILL)
    members["worker 0"].end()
    # A step that it had begun may be done twice: the step of a checkpoint, too, may be one more.
    members["trainer"].wait_for("saved ckpt-0000010")
    members["worker 0"] = run.start("worker 0")
    assert_finished(run, members)


def test_without_a_frozen_worker_training_goes_on_and_with_it_when_it_wakes(run):
    members = started(run)
    members["worker 1"].send(signal.SIGSTOP)
    members["trainer"].wait_for(
        r"begins anew with the members that there are: worker 1 \(.*\) gave no sign of life"
    )
    members["trainer"].wait_for("train: goes on from")
    members["worker 1"].send(signal.SIGCONT)
    assert_finished(run, members)


def test_a_killed_parameter_server_is_waited_for(run):
    members = started(run)
    members["ps 0"].send(signal.SIGKILL)
    members["ps 0"].end()
    members["trainer"].wait_for("begins anew with the members that there are: ps 0 ")
    members["ps 0"] = run.start("ps 0")
    ended = assert_finished(run, members)
    assert "train: goes on from" in ended.out


def test_a_frozen_parameter_server_and_a_killed_trainer_come_back(run):
    members = started(run)
    members["ps 1"].send(signal.SIGSTOP)
    members["trainer"].wait_for(
        r"begins anew with the members that there are: ps 1 \(.*\) gave no sign of life"
    )
    members["ps 1"].send(signal.SIGCONT)
    members["trainer"].wait_for("train: goes on from")
    members["trainer"].send(signal.SIGKILL)
    members["trainer"].end()
    members["trainer"] = run.start("trainer")
    ended = assert_finished(run, members)
    assert "train: goes on from" in ended.out


def test_a_signal_to_all_saves_and_the_same_command_goes_on(run):
    members = started(run)
    for member in members.values():
        member.send(signal.SIGTERM)
    ended = {name: member.end() for name, member in members.items()}
    assert {name: one.code for name, one in ended.items()} == dict.fromkeys(members, 0), ended
    step = saved_values(run.logdir)["global_step"]
    assert 40 <= step < STEPS
    assert f"at step {step} of {STEPS}; saved" in ended["trainer"].out
    assert_finished(run, run.start_all_by_name())


def test_too_few_are_named(flags, tmp_path):
    layout = "rejoin_seconds: 1 start_timeout_seconds: 30"
    with ClusterRun(tmp_path, flags, servers=2, layout=layout) as run:
        members = started(run)
        members["ps 1"].send(signal.SIGKILL)
        ended = {name: member.end() for name, member in members.items()}
    assert ended["trainer"].code == ended["controller"].code == 1, ended
    for name in ("trainer", "controller"):
        assert re.search(r"ps 1 \(127\.0\.0\.1:\d+\) did not come within 31 s", ended[name].err)
    assert saved_values(run.logdir)["global_step"] >= 40
