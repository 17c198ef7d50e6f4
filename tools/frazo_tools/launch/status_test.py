import io
import json
import subprocess
import sys

import pytest
from frazo.cluster.client import CoordinationClient
from frazo.cluster.controller import Controller
from frazo.cluster.layout import Layout
from frazo.cluster.local import find_ports, local_cluster
from frazo.config.config_text import ConfigText
from frazo.config.document import Document, Location
from frazo.program.console import Console
from frazo.proto import coordination_pb2
from google.protobuf import text_format

TIMEOUT_SECONDS = 100


class Run:
    """A controller, and a worker that gives signs of life."""

    def __init__(self, logdir):
        self.logdir = logdir
        cluster = local_cluster("local:1")
        find_ports(cluster)
        cluster.heartbeat_seconds = 0.1
        start = ConfigText("test", "").origin(1, 1)
        self.cluster = Layout(Document(cluster, Location(start, start))).checked([])
        self.controller = Controller(self.cluster, logdir, Console(io.StringIO(), io.StringIO()))
        self.controller.start()
        (logdir / "control" / "cluster.textproto").write_text(
            text_format.MessageToString(self.cluster)
        )
        name = coordination_pb2.MemberName(job="worker")
        self.client = CoordinationClient(self.cluster, name, Console(io.StringIO(), io.StringIO()))
        self.client.register("seed: 1", "")
        status = coordination_pb2.MemberStatus(
            state="training", step=7, max_steps=20, loss=0.5, message="\x1b[2Jstep: 7"
        )
        self.client.start_heartbeats(lambda: status, lambda orders: None)

    def close(self):
        self.client.leave(coordination_pb2.LeaveRequest.STOPPED)
        self.client.close()
        self.controller.close()


@pytest.fixture(name="run")
def _run(tmp_path):
    run = Run(tmp_path)
    yield run
    run.close()


def status(*arguments):
    ran = subprocess.run(
        [sys.executable, "-m", "frazo_tools.launch.status", *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    return ran.returncode, ran.stdout, ran.stderr


def wait_for_step(run):
    for _ in range(TIMEOUT_SECONDS):
        code, out, err = status(f"--logdir={run.logdir}", "--json")
        assert code == 0, err
        state = json.loads(out)
        if state["members"][0]["status"].get("step") == "7":
            return state
    raise AssertionError(state)


def test_a_run_is_a_table_or_json(run):
    state = wait_for_step(run)
    assert state["members"][0]["name"] == {"job": "worker", "index": 0}
    code, out, err = status(f"--controller={run.cluster.controller}")
    assert (code, err) == (0, "")
    head, columns, worker = out.splitlines()
    assert head.startswith("run: forming")
    assert columns.split() == ["task", "state", "step", "steps/s", "loss", "heartbeat", "message"]
    # A terminal obeys nothing of what a member says.
    assert worker.startswith("worker 0  training  7/20")
    assert worker.endswith("[2Jstep: 7")
    assert "\x1b" not in worker


def test_requests_reach_the_members(run):
    assert status(f"--logdir={run.logdir}", "--checkpoint_now")[1] == (
        "asked the trainer for a checkpoint\n"
    )
    assert status(f"--logdir={run.logdir}", "--stop")[1] == "asked all tasks to save and stop\n"
    out = status(f"--logdir={run.logdir}")[1]
    assert out.startswith("run: stopping, ")
    assert out.splitlines()[0].endswith(", requested by status")
    for _ in range(TIMEOUT_SECONDS):
        if run.client.orders.stop is not None:
            break
        status(f"--logdir={run.logdir}")
    assert run.client.orders.stop.reason == "requested by status"
    assert run.client.orders.checkpoint_requests == 1


def test_watching_ends_with_the_run(run):
    wait_for_step(run)
    watching = subprocess.Popen(
        [sys.executable, "-m", "frazo_tools.launch.status", f"--logdir={run.logdir}", "--watch"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watching.stdout.readline().startswith("run: forming")
    status(f"--logdir={run.logdir}", "--stop")
    run.client.leave(coordination_pb2.LeaveRequest.STOPPED)
    run.controller.wait_until_over(TIMEOUT_SECONDS)
    run.controller.close()
    out, _ = watching.communicate(timeout=TIMEOUT_SECONDS)
    assert watching.returncode == 0
    assert out.endswith("the controller is gone\n")


def test_a_run_that_is_over_is_told_by_its_record(run):
    status(f"--logdir={run.logdir}", "--stop")
    run.client.leave(coordination_pb2.LeaveRequest.STOPPED)
    run.controller.wait_until_over(TIMEOUT_SECONDS)
    run.controller.close()
    code, out, _ = status(f"--logdir={run.logdir}", "--seconds=0.1")
    assert (code, out) == (0, "run: over, stopped: requested by status\n")
    assert json.loads(status(f"--logdir={run.logdir}", "--seconds=0.1", "--json")[1])["over"]
    code, _, err = status(f"--controller={run.cluster.controller}", "--seconds=0.1")
    assert code == 1
    assert err.startswith(
        f"error: no answer from the controller {run.cluster.controller} for 0.1 s"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "error: give --logdir=DIR, or --controller=HOST:PORT"),
        (
            ["--logdir=/tmp", "--controller=a:1"],
            "error: give --logdir=DIR, or --controller=HOST:PORT",
        ),
        (
            ["--logdir=/nowhere"],
            "error: --logdir=/nowhere: /nowhere/control/cluster.textproto is not there",
        ),
        (["--controler=a:1"], "unrecognized arguments: --controler=a:1"),
    ],
)
def test_what_is_wrong(arguments, message):
    code, _, err = status(*arguments)
    assert code == 2
    assert message in err
