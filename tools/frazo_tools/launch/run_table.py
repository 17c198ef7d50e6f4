"""A run as a table for people."""

import math
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from frazo.cluster.member_label import member_label
from frazo.program.number_format import format_metric
from frazo.proto import coordination_pb2

_HEAD = ("task", "state", "step", "steps/s", "loss", "heartbeat", "message")
_MESSAGE = len(_HEAD) - 1
# What would move the cursor, or change colours: the texts come from other machines.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Row(NamedTuple):
    """A task.

    Attributes:
      task: Its name: "worker 1".
      state: One or two words.
      step: "120/2000"; empty if it has none.
      rate: Steps a second.
      loss: The loss.
      heartbeat: Seconds since its last sign of life.
      message: Its last line.
    """

    task: str
    state: str
    step: str = ""
    rate: str = ""
    loss: str = ""
    heartbeat: str = ""
    message: str = ""


def printable(text: str) -> str:
    """Returns a text without what a terminal would obey."""
    return _CONTROL.sub(" ", text)


def rows_of(status: coordination_pb2.RunStatus) -> list[Row]:
    """Returns a row for each member that the controller knows."""
    return [_row(member) for member in status.members]


def headline(status: coordination_pb2.RunStatus) -> str:
    """Returns the state of the run in a line."""
    parts = [f"run: {status.state or 'unknown'}"]
    if status.generation:
        parts.append(f"generation {status.generation}")
    if status.progress.HasField("checkpoint_step"):
        parts.append(f"checkpoint {status.progress.checkpoint_step}")
    if status.progress.HasField("finished_step"):
        parts.append(f"finished at step {status.progress.finished_step}")
    if status.reason:
        parts.append(status.reason)
    return printable(", ".join(parts))


def table_lines(rows: Iterable[Row], width: int) -> list[str]:
    """Lays rows out.

    Args:
      rows: The rows.
      width: Columns of the terminal. The message takes what the others leave.
    """
    texts: list[Sequence[str]] = [_HEAD, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(_MESSAGE)]
    lines = []
    for row in texts:
        # Words to the left, numbers to the right.
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append("  ".join([*cells, row[_MESSAGE]]).rstrip()[: max(width, 20)])
    return lines


def _row(member: coordination_pb2.RunStatus.Member) -> Row:
    status = member.status
    life = coordination_pb2.RunStatus.Member.Life.Name(member.life).lower()
    is_alive = member.life == coordination_pb2.RunStatus.Member.ALIVE
    step = f"{status.step}/{status.max_steps}" if status.max_steps else str(status.step or "")
    has_loss = status.HasField("loss") and math.isfinite(status.loss)
    return Row(
        member_label(member.name),
        (status.state or "registered") if is_alive else life,
        step,
        f"{status.steps_per_second:.2f}" if status.steps_per_second else "",
        format_metric(status.loss) if has_loss else "",
        f"{member.heartbeat_age_seconds:.1f} s" if is_alive else "",
        member.message.partition("\n")[0] or status.message,
    )
