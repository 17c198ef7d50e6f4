"""Gathers the state that training continues from; a checkpoint is a snapshot of it."""

import dataclasses
import json
import re
from collections.abc import Iterator

import tensorflow as tf
from frazo.checkpoint.directory import Checkpoint
from frazo.checkpoint.restore import (
    holds,
    read_tensors,
    restore_variables,
    shapes_and_dtypes,
)
from frazo.checkpoint.saved_tensor import SavedTensor, saved_tensors, whole_tensors
from frazo.experiment.model import Model
from frazo.input.input import Input
from frazo.input.iterator_position import restore_position, save_position
from frazo.input.lost_records import NOTHING_LOST, LostRecords
from frazo.input.share import WHOLE, Share
from frazo.layers.declaration import bytes_held, find_declaration

INPUT_PREFIX = "input/"
# Keys of the saved identity: the input's kind, and which part of it a process reads.
_KIND = "kind"
_SHARE = "share"

# What TensorFlow puts around the text of an iterator's error.
_FRAME = re.compile(
    r"(?:\{\{.*?\}\} )?(?:Failed to restore dataset iterator from checkpoint: )?"
    r"(?P<text>.*?)(?:\.? Make sure the dataset definition .*)?(?: \[Op:.*)?",
    re.DOTALL,
)
# The remedy for programs that restore the state of a pipeline themselves.
_REMEDY = re.compile(r"; restore [^;]*, or start [^;]*$")


class UnfitPositionError(Exception):
    """The input cannot go on where the checkpoint's stood; the text says what differs."""


class TrainState:
    """The model's variables and the position of the input.

    Random numbers need no state: those of step t are a function of the experiment's seed and t.

    Attributes:
      model: The model that is trained.
      dataset: The input's batches.
      iterator: The iterator over them.
    """

    def __init__(self, model: Model, train_input: Input, task: str = ""):
        """Starts the input at its first batch.

        Args:
          model: The model that is trained.
          train_input: The input.
          task: The name of the task that reads the input, if the model has several.
        """
        self.model = model
        prefix = f"{INPUT_PREFIX}{task}/" if task else INPUT_PREFIX
        self._iterator_name, self._identity_name = f"{prefix}iterator", f"{prefix}identity"
        self.dataset = train_input.dataset()
        self.iterator = iter(self.dataset)
        self._input = train_input
        self._is_first, self._is_copy = train_input.share.is_first, train_input.share.copy > 0
        self._share = train_input.share.without_copies()
        kind = type(train_input.message).DESCRIPTOR.full_name
        self._identity = {_KIND: kind, **train_input.identity()}

    @property
    def num_bytes(self) -> int:
        """The bytes of the values that this worker saves."""
        return bytes_held(variable for _, variable in self._kept())

    def snapshot(self) -> Iterator[SavedTensor]:
        """Yields the values that this worker saves, as they are when they are taken.

        The first of those that hold a part of a variable saves it, and the first of those that read
        a share of the input its position. A variable's buffer is copied when the variable is next
        written; that of a variable with sparse gradients at once.
        """
        for name, variable in self._kept():
            yield from saved_tensors(name, variable)
        yield from self.position()

    def position(self) -> list[SavedTensor]:
        """Returns the present position of the input, and what it fits; nothing in a copy."""
        if self._is_copy:
            return []
        position = save_position(self.iterator)
        tensors = whole_tensors({self._position_name(self._share): position})
        if self._share.replica > 0:
            return tensors
        identity = tf.constant(json.dumps(self._identity, sort_keys=True))
        return [*tensors, *whole_tensors({self._identity_name: identity})]

    def lost_records(self) -> LostRecords:
        """Returns what the input lost; see Input.lost_records. Copies have lost nothing more."""
        return NOTHING_LOST if self._is_copy else self._input.lost_records()

    def restore_variables(self, checkpoint: Checkpoint) -> None:
        """Restores the variables.

        Args:
          checkpoint: The checkpoint.

        Raises:
          JobError: The variables of the checkpoint don't fit the model.
        """
        restore_variables(checkpoint, self.model.variables, [INPUT_PREFIX])

    def restore_position(self, checkpoint: Checkpoint) -> None:
        """Makes the iterator go on after the last batch before the checkpoint.

        What doesn't change the order of the records, such as threads, may have changed.

        Args:
          checkpoint: The checkpoint.

        Raises:
          UnfitPositionError: The order of the records is another one. The iterator begins at its
            first batch.
        """
        shares = self._saved_shares(checkpoint)
        if not shares:
            raise UnfitPositionError("the checkpoint holds no position of an input")
        if differences := self._differences(self._saved_identity(checkpoint)):
            raise UnfitPositionError("; ".join(differences))
        dtypes = {self._position_name(share): tf.variant for share in shares}
        positions = list(read_tensors(checkpoint, dtypes).values())
        if self._share in shares:
            position = positions[shares.index(self._share)]
        else:
            try:
                position = self._input.continued_position(positions)
            except ValueError as error:
                raise UnfitPositionError(str(error)) from error
        try:
            restore_position(self.iterator, position)
        except tf.errors.OpError as error:
            self.iterator = iter(self.dataset)
            raise UnfitPositionError(_reason(error)) from error

    def _kept(self) -> list[tuple[str, tf.Variable]]:
        return [(name, v) for name, v in self.model.variables.items() if self._keeps(v)]

    def _keeps(self, variable: tf.Variable) -> bool:
        """Returns whether this worker is the first that holds its part of a variable."""
        declaration = find_declaration(variable)
        if declaration is None or not declaration.cuts:
            return self._is_first
        return declaration.is_first

    def _position_name(self, share: Share) -> str:
        if share.replicas == 1:
            return self._iterator_name
        return f"{self._iterator_name}/{share.replica}-of-{share.replicas}"

    def _saved_shares(self, checkpoint: Checkpoint) -> list[Share]:
        """Returns the shares whose positions a checkpoint holds, in the order of their numbers."""
        names, _ = shapes_and_dtypes(checkpoint)
        divides_batches = self._share.divides_batches
        if self._iterator_name in names:
            return [dataclasses.replace(WHOLE, divides_batches=divides_batches)]
        pattern = re.escape(self._iterator_name) + r"/\d+-of-(\d+)"
        found = (re.fullmatch(pattern, name) for name in names)
        replicas = max((int(match[1]) for match in found if match), default=0)
        return [Share(replica, replicas, divides_batches) for replica in range(replicas)]

    def _saved_identity(self, checkpoint: Checkpoint) -> dict[str, str]:
        name = self._identity_name
        if not holds(checkpoint, name):
            # An older version wrote it. A position that has its own identity is compared by that.
            return {_KIND: self._identity[_KIND]}
        saved = json.loads(read_tensors(checkpoint, {name: tf.string})[name].numpy())
        if _SHARE not in self._identity:
            # An older version recorded it for inputs whose position does not depend on it.
            saved.pop(_SHARE, None)
        elif saved.get(_SHARE) == f"0 of {self._share.replicas}":
            # The first share wrote it for all of them.
            saved[_SHARE] = self._identity[_SHARE]
        return saved

    def _differences(self, saved: dict[str, str]) -> list[str]:
        """Returns "batch_size was 16 and is 32" for each part of the identity that differs."""
        return [
            f"{key} was {saved.get(key, 'not recorded')} and is {self._identity.get(key, 'not part of it')}"
            for key in sorted(saved.keys() | self._identity.keys())
            if saved.get(key) != self._identity.get(key)
        ]


def _reason(error: tf.errors.OpError) -> str:
    framed = _FRAME.fullmatch(error.message)
    return _REMEDY.sub("", framed["text"] if framed else error.message)
