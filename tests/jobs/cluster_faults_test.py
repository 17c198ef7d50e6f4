"""Whatever befalls a member of a run, the run goes on, or ends with one clear reason.

A run suffers several faults, one after another: each start of a process takes seconds.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from cluster_run import ClusterRun, assert_ended
from frazo.checkpoint.directory import CheckpointDirectory
from tiny_experiment import TIMEOUT_SECONDS, assert_same_values, saved_values, write_experiment

from tests.jobs.machine import NoNamespace
from tests.jobs.small_disk import SmallDisk

STEPS = 400


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    config = write_experiment(tmp_path_factory.mktemp("data"))
    return [f"--config={config}", f"--set=train.max_steps={STEPS}"]


@pytest.fixture(scope="module")
def unbroken(flags, tmp_path_factory):
    """Two workers that nothing interrupts; they have just been started."""
    with ClusterRun(tmp_path_factory.mktemp("unbroken"), flags) as run:
        yield run, run.start_all()


def assert_same_as_unbroken(logdir, unbroken):
    run, members = unbroken
    assert_ended(members)
    assert_same_values(logdir, run.logdir)


def wait_for_checkpoint(member):
    """Waits until a member has saved another checkpoint than those that it has told of."""
    saved = len(re.findall("saved ckpt-", member.output()))
    member.wait_for("saved ckpt-", times=saved + 1)


def test_a_run_that_needs_all_its_workers_loses_nothing(flags, unbroken, tmp_path):
    layout = "rejoin_seconds: 1 start_timeout_seconds: 30"
    with ClusterRun(tmp_path, flags, layout=layout) as run:
        controller, first = run.start("controller"), run.start("worker 0")
        controller.wait_for("worker 0 .* joined")
        refused = run.start("worker 1", "--set=learner.learning_rate=0.5").end()
        assert refused.code == 1
        assert "learner.learning_rate" in refused.err
        second = run.start("worker 1")

        first.wait_for("saved ckpt-00000040")
        second.send(signal.SIGKILL)
        second.end()
        second = run.start("worker 1")

        # The first worker is the one that writes.
        wait_for_checkpoint(first)
        first.send(signal.SIGKILL)
        first.end()
        first = run.start("worker 0")

        wait_for_checkpoint(first)
        generations = len(re.findall("generation .* begins", controller.output()))
        controller.send(signal.SIGKILL)
        controller.end()
        controller = run.start("controller")
        controller.wait_for("worker 0 .* joined")
        wait_for_checkpoint(first)
        assert f"generation {generations + 1}" not in controller.output()

        members = [controller, first, second]
        for member in members:
            member.send(signal.SIGTERM)
        assert_ended(members)
        step = saved_values(run.logdir)["global_step"]
        assert 100 <= step < STEPS

        controller, first, second = run.start_all()
        wait_for_checkpoint(first)
        second.send(signal.SIGKILL)
        for one in assert_ended([controller, first], [1, 1]):
            assert "worker 1 (127.0.0.1:" in one.err
        assert step < saved_values(run.logdir)["global_step"] < STEPS
        assert_ended(run.start_all())
    assert_same_as_unbroken(run.logdir, unbroken)


def test_a_run_that_needs_one_worker_goes_on_without_the_other(flags, tmp_path):
    layout = "min_workers: 1 rejoin_seconds: 1 lease_seconds: 3"
    # One worker alone is fast: it must not finish before the other comes back.
    flags = [*flags, "--set=train.max_steps=1000000"]
    with ClusterRun(tmp_path, flags, layout=layout) as run:
        controller, first, second = run.start_all()
        # The first is the one that writes.
        first.wait_for("saved ckpt-00000040")
        first.send(signal.SIGSTOP)
        controller.wait_for("begins with worker 1 [^,]*$")
        first.send(signal.SIGCONT)
        controller.wait_for("begins with worker 0 .*, worker 1 ", times=2)
        wait_for_checkpoint(first)
        silence = r"worker 1 \S+ gave no sign of life"
        times = controller.count(silence)
        second.send(signal.SIGKILL)
        controller.wait_for(silence, times + 1)
        controller.wait_for("begins with worker 0 [^,]*$")
        wait_for_checkpoint(first)
        controller.send(signal.SIGTERM)
        ended = assert_ended([controller, first])
    assert "the run stops: the controller got SIGTERM" in ended[0].out


def test_on_a_full_disk_a_run_waits_and_goes_on_when_there_is_room(flags, unbroken, tmp_path):
    logdir = tmp_path / "log"
    logdir.mkdir()
    with contextlib.ExitStack() as opened:
        try:
            disk = opened.enter_context(SmallDisk(logdir, "4m"))
        except NoNamespace as error:
            pytest.skip(f"no mount namespace can be made here: {error}")
        run = opened.enter_context(ClusterRun(tmp_path, flags, machine=disk))
        members = run.start_all()
        members[1].wait_for("saved ckpt-00000040")
        disk.fill()
        members[0].wait_for("No space left on device; the run waits .* free space on that disk")
        damages = []
        newest = CheckpointDirectory(disk.path / "train").newest(
            lambda _, text: damages.append(text)
        )
        assert newest.step >= 40
        assert not damages
        disk.free()
        assert_ended(members)
        assert_same_as_unbroken(disk.path, unbroken)


def test_a_port_that_another_program_has_ends_the_run(flags, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        cluster = tmp_path / "cluster.textproto"
        cluster.write_text(f'controller: "127.0.0.1:0" workers: ["127.0.0.1:0", "{address}"]')
        launcher = [sys.executable, "-m", "frazo_tools.launch.launch", "--followers=none"]
        ended = subprocess.run(
            [*launcher, f"--cluster={cluster}", *flags, f"--logdir={tmp_path / 'log'}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            env={**os.environ, "TF_NUM_INTRAOP_THREADS": "1"},
            check=False,
        )
    assert ended.returncode == 1, ended.stdout
    *_, last = ended.stdout.splitlines()
    assert last.endswith(
        f"worker 1 cannot listen on {address}: Address already in use. End the process that has the "
        "port, or give another address for worker 1 in the cluster"
    )
    assert "error: the run failed: worker 1" in ended.stdout
    assert "starts again" not in ended.stdout
    assert "Traceback" not in ended.stdout
