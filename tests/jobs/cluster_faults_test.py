"""Whatever befalls a member of a run, the run goes on, or ends with one clear reason."""

import signal

import pytest
from cluster_run import ClusterRun
from tiny_experiment import assert_same_values, saved_values, write_experiment

STEPS = 400


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    config = write_experiment(tmp_path_factory.mktemp("data"))
    return [f"--config={config}", f"--set=train.max_steps={STEPS}"]


@pytest.fixture(scope="module")
def unbroken(flags, tmp_path_factory):
    """The log directory of two workers that nothing interrupted."""
    with ClusterRun(tmp_path_factory.mktemp("unbroken"), flags) as run:
        ended = [member.end() for member in run.start_all()]
    assert [one.code for one in ended] == [0] * 3, ended
    return run.logdir


def assert_finished(run, members):
    ended = [member.end() for member in members]
    assert [one.code for one in ended] == [0] * len(members), ended
    assert saved_values(run.logdir)["global_step"] == STEPS
    return ended


@pytest.mark.parametrize("victim", [1, 2], ids=["the first", "another"])
def test_a_killed_worker_that_comes_back_changes_nothing(flags, unbroken, tmp_path, victim):
    with ClusterRun(tmp_path, flags) as run:
        members = run.start_all()
        members[1].wait_for("saved ckpt-00000040")
        members[victim].send(signal.SIGKILL)
        members[victim].end()
        members[victim] = run.start(f"worker {victim - 1}")
        assert_finished(run, members)
    assert_same_values(run.logdir, unbroken)


def test_without_a_killed_worker_the_others_go_on_if_they_are_enough(flags, tmp_path):
    with ClusterRun(tmp_path, flags, layout="min_workers: 1 rejoin_seconds: 1") as run:
        controller, first, second = run.start_all()
        first.wait_for("saved ckpt-00000040")
        second.send(signal.SIGKILL)
        ended = assert_finished(run, [controller, first])
    assert "worker 1" in ended[0].out and "gave no sign of life" in ended[0].out
    assert "generation 2 begins with worker 0" in ended[0].out


def test_too_few_workers_end_the_run_with_the_reason(flags, tmp_path):
    layout = "rejoin_seconds: 1 start_timeout_seconds: 30"
    with ClusterRun(tmp_path, flags, layout=layout) as run:
        controller, first, second = run.start_all()
        first.wait_for("saved ckpt-00000040")
        second.send(signal.SIGKILL)
        ended = [member.end() for member in (controller, first)]
        assert [one.code for one in ended] == [1, 1], ended
    for one in ended:
        assert "worker 1 (127.0.0.1:" in one.err
    assert saved_values(run.logdir)["global_step"] >= 40


def test_a_frozen_worker_is_lost_and_comes_back_when_it_wakes(flags, tmp_path):
    with ClusterRun(tmp_path, flags, layout="min_workers: 1 rejoin_seconds: 1") as run:
        controller, first, second = run.start_all()
        # The first is the one that writes.
        first.wait_for("saved ckpt-00000040")
        first.send(signal.SIGSTOP)
        controller.wait_for("generation 2 begins with worker 1 ")
        first.send(signal.SIGCONT)
        assert_finished(run, [controller, first, second])


def test_a_controller_that_is_started_anew_finds_the_run_going_on(flags, unbroken, tmp_path):
    with ClusterRun(tmp_path, flags) as run:
        controller, *workers = run.start_all()
        workers[0].wait_for("saved ckpt-00000040")
        controller.send(signal.SIGKILL)
        controller.end()
        controller = run.start("controller")
        ended = assert_finished(run, [controller, *workers])
    assert "generation 2" not in ended[0].out
    assert_same_values(run.logdir, unbroken)


def test_a_signal_to_all_saves_and_the_same_command_goes_on(flags, unbroken, tmp_path):
    with ClusterRun(tmp_path, flags) as run:
        members = run.start_all()
        members[1].wait_for("saved ckpt-00000040")
        for member in members:
            member.send(signal.SIGTERM)
        ended = [member.end() for member in members]
        assert [one.code for one in ended] == [0] * 3, ended
        step = saved_values(run.logdir)["global_step"]
        assert 40 <= step < STEPS
        assert_finished(run, run.start_all())
    assert_same_values(run.logdir, unbroken)


def test_a_worker_with_another_configuration_is_refused(flags, unbroken, tmp_path):
    with ClusterRun(tmp_path, flags) as run:
        controller, first = run.start("controller"), run.start("worker 0")
        controller.wait_for("worker 0 .* joined")
        refused = run.start("worker 1", "--set=learner.learning_rate=0.5").end()
        assert refused.code == 1
        assert "learner.learning_rate" in refused.err
        assert_finished(run, [controller, first, run.start("worker 1")])
    assert_same_values(run.logdir, unbroken)
