"""What a run has achieved: its newest whole checkpoint and its end."""

from frazo.proto import coordination_pb2


class Progress:
    """The steps of the newest checkpoint and of the end; None: not yet."""

    def __init__(self, message: coordination_pb2.RunProgress | None = None):
        self._message = coordination_pb2.RunProgress()
        if message is not None:
            self._message.CopyFrom(message)

    @property
    def finished_step(self) -> int | None:
        return self._message.finished_step if self._message.HasField("finished_step") else None

    def message(self) -> coordination_pb2.RunProgress:
        copy = coordination_pb2.RunProgress()
        copy.CopyFrom(self._message)
        return copy

    def record(self, told: coordination_pb2.RunProgress) -> bool:
        """Notes what the writer of the checkpoints tells: fields that are unset stay as they are.

        A checkpoint may be of an earlier step than the one before: after a damaged one.

        Returns:
          Whether that is news.
        """
        before = self._message.SerializeToString(deterministic=True)
        self._message.MergeFrom(told)
        return self._message.SerializeToString(deterministic=True) != before

    def forget_end(self) -> None:
        """The training goes on."""
        self._message.ClearField("finished_step")
