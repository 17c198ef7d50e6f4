"""Gathers the state that training continues from; a checkpoint is a snapshot of it."""

import hashlib

import tensorflow as tf
from frazo.checkpoint.directory import Checkpoint
from frazo.checkpoint.restore import holds, read_tensors, restore_variables
from frazo.checkpoint.saved_tensor import SavedTensor, saved_tensors, whole_tensors
from frazo.experiment.model import Model
from frazo.proto import input_pb2

INPUT_PREFIX = "input/"
_ITERATOR = "input/iterator"
_FINGERPRINT = "input/fingerprint"

# Our pipelines keep their state in the iterator. A state elsewhere would not be saved, so it is an
# error.
_FAIL_ON_EXTERNAL_STATE = 2


class TrainState:
    """The model's variables and the position of the input.

    Random numbers need no state: those of step t are a function of the experiment's seed and t.
    """

    def __init__(self, model: Model, iterator: tf.data.Iterator, train_input: input_pb2.Input):
        """Computes the fingerprint of the input.

        Args:
          model: The model that is trained.
          iterator: The iterator over the input's batches.
          train_input: The input message. A position can be restored only if this message and the
            seed are those of the checkpoint.
        """
        self.model = model
        self._iterator = iterator
        text = train_input.SerializeToString(deterministic=True) + str(model.seed).encode()
        self._fingerprint = hashlib.sha256(text).hexdigest()

    def snapshot(self) -> list[SavedTensor]:
        """Returns the present values.

        This is cheap: a variable's buffer is copied only when the variable is next written.
        """
        position = tf.raw_ops.SerializeIterator(
            resource_handle=self._iterator._iterator_resource,
            external_state_policy=_FAIL_ON_EXTERNAL_STATE,
        )
        return [
            *(t for name, v in self.model.variables.items() for t in saved_tensors(name, v)),
            *whole_tensors({_ITERATOR: position, _FINGERPRINT: tf.constant(self._fingerprint)}),
        ]

    def restore(self, checkpoint: Checkpoint) -> bool:
        """Restores the variables and, if the input is the same, its position.

        Args:
          checkpoint: The checkpoint.

        Returns:
          Whether the position was restored. If not, the input begins at its first batch.

        Raises:
          JobError: The variables of the checkpoint don't fit the model.
        """
        restore_variables(checkpoint, self.model.variables, other_prefix=INPUT_PREFIX)
        if not holds(checkpoint, _ITERATOR) or not holds(checkpoint, _FINGERPRINT):
            return False
        saved = read_tensors(checkpoint, {_FINGERPRINT: tf.string})[_FINGERPRINT]
        if saved.numpy().decode() != self._fingerprint:
            return False
        position = read_tensors(checkpoint, {_ITERATOR: tf.variant})[_ITERATOR]
        tf.raw_ops.DeserializeIterator(
            resource_handle=self._iterator._iterator_resource, serialized=position
        )
        return True
