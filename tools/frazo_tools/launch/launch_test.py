"""The launcher with real processes, which compute nothing."""

import json
import os
import re
import signal
import subprocess
import sys
import threading

import pytest
from frazo_tools.launch.fake_trainer import STEPS

# Beyond this something hangs; the tests' own processes take some seconds.
TIMEOUT_SECONDS = 100

EXPERIMENT = """
description: "For a launcher."
task { image_classifier { network { layers { flatten {} } } softmax { num_classes: 10 } } }
inputs { key: "Train" value { image { records { files: "a" } batch_size: 8 height: 2 width: 3 } } }
inputs { key: "Test" value { image { records { files: "b" } batch_size: 8 height: 2 width: 3 } } }
learner { learning_rate: 0.1 optimizer { adam {} } }
train { max_steps: 5 }
"""

QUICK = (
    "--cluster_set=heartbeat_seconds=0.1",
    "--cluster_set=lease_seconds=2",
    "--cluster_set=rejoin_seconds=20",
    "--grace_seconds=30",
)


class Launched:
    """A launcher process. Used as a context manager, it and its tasks are gone afterwards."""

    def __init__(self, folder, *arguments, **behaviours):
        self.folder = folder
        for name, words in behaviours.items():
            (folder / f"{name}.json").write_text(json.dumps(words))
        (folder / "e.textproto").write_text(EXPERIMENT)
        trainer = folder / "trainer"
        trainer.write_text(
            f'#!/bin/sh\nexec {sys.executable} -m frazo_tools.launch.fake_trainer "$@"\n'
        )
        trainer.chmod(0o755)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "frazo_tools.launch.launch"),
                f"--config={folder}/e.textproto",
                f"--logdir={folder}/log",
                f"--trainer={trainer}",
                *QUICK,
                *(arguments or ["--cluster=local:2"]),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "FRAZO_FAKE": str(folder), "PYTHONUNBUFFERED": "1"},
        )
        self._timer = threading.Timer(TIMEOUT_SECONDS, self._process.kill)
        self._timer.start()
        self.output = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._timer.cancel()
        self._process.kill()
        self._process.communicate()
        for process in self.processes():
            wait_until_gone(process)

    def wait_for(self, pattern):
        for line in self._process.stdout:
            self.output += line
            if re.search(pattern, line):
                return line
        raise AssertionError(f"no line matches {pattern!r} in:\n{self.output}")

    def send(self, number):
        self._process.send_signal(number)

    def end(self):
        self.output += self._process.stdout.read()
        return self._process.wait()

    def starts(self, name):
        path = self.folder / f"{name}.starts"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def processes(self):
        return [p for file in self.folder.glob("*.starts") for p in self.starts(file.stem)]

    def assert_nobody_is_left(self):
        assert self.processes()
        assert not [p for p in self.processes() if is_alive(p)]


def is_alive(process):
    """Whether a process exists that is no zombie: those of a killed launcher wait for init."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(process):
    began = threading.Event()
    for _ in range(TIMEOUT_SECONDS * 10):
        if not is_alive(process):
            return
        began.wait(0.1)
    os.kill(process, signal.SIGKILL)
    raise AssertionError(f"process {process} was left")


def test_a_run_ends_by_itself(tmp_path):
    with Launched(tmp_path) as run:
        assert run.end() == 0, run.output
        run.assert_nobody_is_left()
    assert re.match(r"launch: http://127\.0\.0\.1:\d+/ shows the run\n", run.output)
    assert "[controller] the training finished at step 20\n" in run.output
    assert f"[worker 0] step: {STEPS}\n" in run.output
    step, evaler = "[worker 0] step: 1\n", "[evaler_test] evaler_test: finish\n"
    assert 0 < run.output.find(step) < run.output.find(evaler)
    assert run.output.endswith("launch: the run is over\n")
    log = (tmp_path / "log" / "logs" / "worker_1.log").read_text()
    assert log.startswith(f"$ {tmp_path}/trainer --config={tmp_path}/e.textproto ")
    assert "worker_1: finish\n" in log
    cluster = (tmp_path / "log" / "control" / "cluster.textproto").read_text()
    assert cluster.count('workers: "127.0.0.1:') == 2
    assert 'followers: "evaler_test"' in cluster


def test_a_task_that_fails_is_started_again(tmp_path):
    with Launched(tmp_path, worker_1=["crash", "crash", "finish"]) as run:
        assert run.end() == 0, run.output
        assert len(run.starts("worker_1")) == 3
        run.assert_nobody_is_left()
    assert "launch: worker 1: exit code 1; starts again in 1 s (restart 1 of 10)\n" in run.output
    assert "launch: worker 1: exit code 1; starts again in 2 s (restart 2 of 10)\n" in run.output


def test_a_task_that_is_killed_is_started_again(tmp_path):
    with Launched(tmp_path, worker_0=["run", "finish"]) as run:
        run.wait_for(r"\[worker 0\] step: 3$")
        os.kill(run.starts("worker_0")[0], signal.SIGKILL)
        assert run.end() == 0, run.output
    assert (
        "launch: worker 0: killed by SIGKILL; starts again in 1 s (restart 1 of 10)\n" in run.output
    )


def test_restarts_are_counted_for_the_whole_run(tmp_path):
    with Launched(
        tmp_path,
        "--cluster=local:2",
        "--max_restarts=2",
        worker_0=["crash", "run"],
        worker_1=["crash"],
    ) as run:
        assert run.end() == 1, run.output
        assert len(run.starts("worker_0")) + len(run.starts("worker_1")) == 4
        run.assert_nobody_is_left()
    assert (
        "launch: worker 1: exit code 1, after 2 restarts (--max_restarts); stops all tasks\n"
        in (run.output)
    )
    assert run.output.endswith("  RuntimeError: worker_1 broke\n")


def test_a_usage_error_is_not_tried_again(tmp_path):
    with Launched(tmp_path, worker_1=["usage"]) as run:
        assert run.end() == 2, run.output
        assert len(run.starts("worker_1")) == 1
        run.assert_nobody_is_left()
    assert (
        "launch: worker 1: exit code 2: its command line or configuration is wrong; stops all"
        in (run.output)
    )
    assert run.output.endswith(
        f"launch: worker 1 failed; its whole output is in {tmp_path}/log/logs/worker_1.log:\n"
        "  error: --set trian.max_steps: no such field\n"
    )


def test_a_permanent_failure_is_shown_in_the_words_of_the_one_that_failed_first(tmp_path):
    with Launched(tmp_path, worker_0=["run"], worker_1=["permanent"]) as run:
        assert run.end() == 1, run.output
        assert len(run.starts("worker_1")) == len(run.starts("worker_0")) == 1
        run.assert_nobody_is_left()
    assert run.output.endswith(
        f"launch: worker 1 failed; its whole output is in {tmp_path}/log/logs/worker_1.log:\n"
        "  error: the weights are wrong\n"
    )


def test_an_evaler_that_fails_does_not_stop_the_training(tmp_path):
    with Launched(tmp_path, evaler_test=["usage"]) as run:
        assert run.end() == 1, run.output
        assert len(run.starts("evaler_test")) == 1
    assert "[controller] the training finished at step 20\n" in run.output
    assert (
        "launch: evaler_test: exit code 2: its command line or configuration is wrong; the training goes "
        "on without it\n"
    ) in run.output
    assert run.output.endswith("  error: --set trian.max_steps: no such field\n")


def test_an_evaler_has_restarts_of_its_own(tmp_path):
    with Launched(
        tmp_path,
        "--cluster=local:1",
        "--max_restarts=1",
        evaler_test=["crash"],
        worker_0=["crash", "run"],
    ) as run:
        run.wait_for(
            "evaler_test: exit code 1, after 1 restarts .*; the training goes on without it"
        )
        run.send(signal.SIGTERM)
        run.end()
    assert len(run.starts("evaler_test")) == 2


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)]
)
def test_a_signal_stops_all(tmp_path, number, code):
    with Launched(tmp_path, worker_0=["run"]) as run:
        run.wait_for(r"\[worker 0\] step: 3$")
        run.send(number)
        assert run.end() == code, run.output
        run.assert_nobody_is_left()
    assert (
        f"launch: {number.name}: all tasks save and stop; a second one kills them at once\n"
        in run.output
    )
    assert f"the run stops: {number.name} at the launcher\n" in run.output


def test_a_signal_in_the_first_moments_is_no_failure(tmp_path):
    with Launched(tmp_path, worker_0=["run"]) as run:
        run.wait_for(r"^\[")
        run.send(signal.SIGTERM)
        assert run.end() == 0, run.output
        run.assert_nobody_is_left()
    assert not re.search(r"^launch: .* failed", run.output, re.MULTILINE)


def test_a_signal_stops_all_without_a_controller_too(tmp_path):
    with Launched(tmp_path, "--cluster=local:1", controller=["deaf"], worker_0=["run"]) as run:
        run.wait_for(r"\[controller\] controller: deaf$")
        os.kill(run.starts("controller")[0], signal.SIGKILL)
        run.wait_for("launch: controller: killed by SIGKILL")
        run.send(signal.SIGINT)
        assert run.end() == 130, run.output
        run.assert_nobody_is_left()


def test_a_second_ctrl_c_kills_all(tmp_path):
    with Launched(tmp_path, worker_0=["deaf"]) as run:
        run.wait_for(r"\[worker 0\] worker_0: deaf$")
        run.send(signal.SIGINT)
        run.wait_for("launch: SIGINT: all tasks save and stop")
        run.send(signal.SIGINT)
        assert run.end() == 130, run.output
        run.assert_nobody_is_left()
    assert "launch: SIGINT again: kills all tasks\n" in run.output


def test_who_does_not_end_in_time_is_killed(tmp_path):
    with Launched(tmp_path, "--cluster=local:2", "--grace_seconds=1", worker_1=["deaf"]) as run:
        run.wait_for(r"\[worker 1\] worker_1: deaf$")
        run.send(signal.SIGTERM)
        assert run.end() == 1, run.output
        run.assert_nobody_is_left()
    assert re.search(
        r"^launch: .*worker 1.* did not end in time; SIGKILL was sent$", run.output, re.M
    )


def test_no_task_outlives_a_launcher_that_is_killed(tmp_path):
    with Launched(tmp_path, worker_0=["run"]) as run:
        run.wait_for(r"\[worker 0\] step: 3$")
        run.send(signal.SIGKILL)
        run.end()
        for process in run.processes():
            wait_until_gone(process)


def test_two_launchers_on_one_logdir(tmp_path):
    with Launched(tmp_path, worker_0=["run"]) as run:
        run.wait_for(r"\[worker 0\] step: 3$")
        other = tmp_path / "other"
        other.mkdir()
        with Launched(other, "--cluster=local:2", f"--logdir={tmp_path}/log") as second:
            assert second.end() == 1
            assert re.match(
                f"error: {tmp_path}/log/logs/lock: another launcher .process [0-9]+. is writing to ",
                second.output,
            )
        run.send(signal.SIGINT)
        assert run.end() == 130


def test_async_training_has_parameter_servers_and_a_trainer(tmp_path):
    with Launched(
        tmp_path, "--cluster=local:2+1", "--mode=async", "--followers=none", worker_0=["run"]
    ) as run:
        run.wait_for(r"\[trainer\] step: 1$")
        run.send(signal.SIGTERM)
        assert run.end() == 0, run.output
    assert sorted(file.stem for file in tmp_path.glob("*.starts")) == [
        "controller",
        "ps_0",
        "trainer",
        "worker_0",
        "worker_1",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cluster=local:x"], "error: --cluster=local:x: expected local:N for N workers"),
        (["--cluster=nothing.textproto"], "--cluster=nothing.textproto: no such file"),
        (
            ["--cluster=local:2", "--job=worker"],
            "error: --job: the launcher gives each task its own",
        ),
        (["--cluster=local:2", "--trian=1"], "unrecognized arguments: --trian=1"),
        (
            ["--cluster=local:2", "--mode=async"],
            "error: --mode=async: the cluster has no parameter servers",
        ),
        (
            ["--cluster=local:2", "--followers=evaler_tset"],
            'error: --followers=evaler_tset: the experiment has no input called "tset"; did you mean',
        ),
        (
            ["--cluster=local:2", "--followers=worker"],
            "error: --followers=worker: expected evaler_NAME",
        ),
        (
            ["--cluster=local:2", "--cluster_set=min_workers=3"],
            "cluster.min_workers: 3 of 2 workers",
        ),
        (["--cluster=local:2", "--set=train.max_stps=3"], 'did you mean "max_steps"?'),
        (["--cluster=local:2", "--max_restarts=-1"], "-1 is negative; expected 0 or more"),
        (["--mode=sync"], "the following arguments are required: --cluster"),
    ],
)
def test_what_is_wrong_is_said_before_anything_starts(tmp_path, arguments, message):
    with Launched(tmp_path, *arguments) as run:
        assert run.end() == 2, run.output
        assert message in run.output
        assert "Traceback" not in run.output
        assert not run.processes()
    assert not (tmp_path / "log").exists()


def test_help_teaches(tmp_path):
    with Launched(tmp_path, "--help") as run:
        assert run.end() == 0
    assert "Starts all jobs of a cluster on this machine" in run.output
    assert "--print=commands, compose, kubernetes or sbatch" in run.output
