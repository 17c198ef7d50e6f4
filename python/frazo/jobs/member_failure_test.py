import pytest
import tensorflow as tf
from frazo.cluster.client import GenerationOver
from frazo.jobs import member_failure
from frazo.program.errors import JobError
from frazo.proto import coordination_pb2


class FakeClient:
    """Keeps how a member left."""

    def leave(self, outcome, **told):
        self.outcome, self.told = outcome, told


def caused_by(cause):
    error = JobError("it failed")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "is_possible"),
    [
        (tf.errors.UnavailableError(None, None, "gone"), True),
        (GenerationOver("worker 1 is lost"), True),
        (caused_by(caused_by(tf.errors.AbortedError(None, None, "gone"))), True),
        (caused_by(OSError("the disk is full")), False),
        (ValueError("a bug"), False),
    ],
)
def test_an_operation_or_a_call_that_failed_may_come_from_others(error, is_possible):
    assert member_failure.may_come_from_others(error) == is_possible


@pytest.mark.parametrize(
    ("error", "message", "has_traceback"),
    [
        (JobError("the disk is full"), "the disk is full", False),
        (RuntimeError("a bug"), "a bug", True),
        (KeyboardInterrupt(), "KeyboardInterrupt", True),
    ],
)
def test_the_controller_is_told_what_a_member_failed_by(error, message, has_traceback):
    client = FakeClient()
    try:
        raise error
    except BaseException as caught:
        member_failure.leave_failed(client, caught, is_permanent=True)
    assert client.outcome == coordination_pb2.LeaveRequest.FAILED
    assert client.told["message"] == message
    assert client.told["is_permanent"]
    assert ("test_the_controller_is_told" in client.told["traceback"]) == has_traceback
