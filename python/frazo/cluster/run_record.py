"""The file by which a controller knows the run that an earlier one coordinated:
<logdir>/control/coordination.textproto.
"""

import re
from pathlib import Path

from frazo.program import durable_file
from frazo.program.errors import JobError
from frazo.proto import control_record_pb2
from google.protobuf import text_format

CONTROL_FOLDER = "control"
_FILE = "coordination.textproto"
# The first field that a controller writes.
_EPOCH = re.compile(rb"epoch: ([0-9]+)\n")
_EPOCH_BYTES = 64


class Superseded(JobError):
    """Another controller has taken the run over."""


class RunRecord:
    """Reads and writes the record. One process at a time has one."""

    def __init__(self, logdir: Path):
        """Opens nothing yet; `logdir` is that of the run."""
        self.path = logdir / CONTROL_FOLDER / _FILE

    def read(self) -> control_record_pb2.ControlRecord:
        """Returns what the last controller wrote; an empty record before the first.

        Raises:
          JobError: The file is damaged.
          OSError: It cannot be read.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
            return text_format.Parse(text, control_record_pb2.ControlRecord())
        except FileNotFoundError:
            return control_record_pb2.ControlRecord()
        except (text_format.ParseError, UnicodeDecodeError) as error:
            raise JobError(
                f"{self.path}: is damaged: {error}. No controller writes such a file: restore it, "
                "or end all processes of the run and move the file away"
            ) from None

    def _epoch(self) -> int:
        """The epoch in the file; reads nothing else of it, which may be long."""
        try:
            with open(self.path, "rb") as file:
                match = _EPOCH.match(file.read(_EPOCH_BYTES))
        except FileNotFoundError:
            return 0
        return int(match[1]) if match else self.read().epoch

    def write(self, record: control_record_pb2.ControlRecord) -> None:
        """Writes the record, unless another controller has taken over.

        Raises:
          Superseded: One has.
          OSError: The disk refuses it.
        """
        self.require_newest(record.epoch)
        text = text_format.MessageToString(record, as_utf8=True)
        durable_file.write_text(self.path, text)

    def require_newest(self, epoch: int) -> None:
        """Checks that no other controller has taken the run over: a file system may lack locks.

        Args:
          epoch: That of this controller.

        Raises:
          Superseded: One has.
          OSError: The file cannot be read.
        """
        newest = self._epoch()
        if newest > epoch:
            raise Superseded(
                f"{self.path}: another controller has taken the run over: it began as number "
                f"{newest}, and this one as number {epoch}. This one ends; run one controller for "
                "each --logdir"
            )
