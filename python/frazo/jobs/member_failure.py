"""What a member that trains does when it, or another one, fails."""

import traceback
from typing import NoReturn

import tensorflow as tf
from frazo.cluster.client import CoordinationClient, GenerationOver
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.program.restart import restart_program
from frazo.proto import coordination_pb2


def may_come_from_others(error: BaseException) -> bool:
    """Returns whether another member may be the cause: an operation or a call failed."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, tf.errors.OpError | GenerationOver):
            return True
        cause = cause.__cause__
    return False


def begin_anew(others: str, reason: str, console: Console) -> NoReturn:
    """Starts the program anew, so that it trains with those that there are.

    Args:
      others: What they are: "workers".
      reason: Why.
      console: For a line about it.
    """
    console.end_live()
    console.line(f"train: begins anew with the {others} that there are: {reason}")
    restart_program()


def leave_failed(
    client: CoordinationClient, error: BaseException, *, is_permanent: bool = False
) -> None:
    """Tells the controller that this member ends by an error.

    Args:
      client: Of the member.
      error: The error, which is being handled. A JobError says all by its text.
      is_permanent: Whether the same command would fail again.
    """
    client.leave(
        coordination_pb2.LeaveRequest.FAILED,
        message=str(error) or type(error).__name__,
        traceback="" if isinstance(error, JobError) else traceback.format_exc(),
        is_permanent=is_permanent,
    )
