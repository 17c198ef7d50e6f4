import io
import math

import pytest
from frazo.cluster.member_activity import MemberActivity
from frazo.cluster.member_run_state import MemberRunState
from frazo.cluster.orders import Orders
from frazo.input.share import Share
from frazo.program.console import Console
from frazo.proto import coordination_pb2, experiment_pb2
from frazo.run.run_state import Stop


class RecordingClient:
    """Notes its calls. orders: what the controller told."""

    def __init__(self):
        self.orders = Orders()
        self.calls = []

    def record_progress(self, **progress):
        self.calls.append(progress)

    def wait_at_barrier(self, barrier, timeout_seconds):
        self.calls.append(barrier)


@pytest.fixture
def client():
    return RecordingClient()


def run_state(client, logdir, share):
    console = Console(io.StringIO(), io.StringIO())
    experiment = experiment_pb2.Experiment()
    experiment.train.max_steps = 40
    activity = MemberActivity(40, console)
    return MemberRunState(experiment, logdir, console, client, activity, share)


def test_orders_to_stop_are_for_all(client, tmp_path):
    state = run_state(client, tmp_path, Share(1, 2))
    assert state.should_stop() is None
    client.orders = Orders(stop=coordination_pb2.StopOrder(reason="requested"))
    assert state.should_stop() == Stop("requested", 0, is_for_all=True)
    client.orders = Orders(stop=coordination_pb2.StopOrder(reason="too few", failed=True))
    assert state.should_stop() == Stop("too few", 1, is_for_all=True)


def test_requests_come_from_the_controller(client, tmp_path):
    state = run_state(client, tmp_path, Share(1, 2))
    client.orders = Orders(checkpoint_requests=3, regroup=True)
    assert (state.checkpoint_requests(), state.should_regroup()) == (3, True)


def test_the_first_worker_records_the_end_and_all_wait_for_it(client, tmp_path):
    (tmp_path / "train").mkdir()
    run_state(client, tmp_path, Share(1, 2)).mark_finished(40)
    assert client.calls == ["end-of-training"]
    assert run_state(client, tmp_path, Share(1, 2)).finished() is None
    client.calls.clear()
    first = run_state(client, tmp_path, Share(0, 2))
    first.record_checkpoint(20)
    first.mark_finished(40)
    end = {"checkpoint_step": 40, "finished_step": 40}
    assert client.calls == [{"checkpoint_step": 20}, end, "end-of-training"]
    assert first.finished() == 40


def test_the_status_of_a_member_has_its_progress_and_its_last_line():
    console = Console(io.StringIO(), io.StringIO())
    activity = MemberActivity(40, console)
    assert activity.status().state == "starting"
    assert math.isnan(activity.status().loss)
    console.line("train: begins")
    activity.state = "training"
    activity.progress.step, activity.progress.loss = 7, 2.5
    expected = coordination_pb2.MemberStatus(
        state="training",
        step=7,
        max_steps=40,
        steps_per_second=0,
        loss=2.5,
        message="train: begins",
    )
    assert activity.status() == expected
