"""Everything that training goes on from: a snapshot of it is a checkpoint."""

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

# Pipelines of ours keep no state outside the iterator; one that does could not be resumed exactly.
_FAIL_ON_EXTERNAL_STATE = 2


class TrainState:
    """The model's variables and the input's position.

    There is no random state: the numbers of step t are a function of the experiment's seed and t.
    """

    def __init__(self, model: Model, iterator: tf.data.Iterator, train_input: input_pb2.Input):
        """train_input: the message that the iterator comes from; another one cannot go on from its
        position.
        """
        self.model = model
        self._iterator = iterator
        text = train_input.SerializeToString(deterministic=True) + str(model.seed).encode()
        self._fingerprint = hashlib.sha256(text).hexdigest()

    def snapshot(self) -> list[SavedTensor]:
        """The values of this moment. Cheap: a variable's buffer is copied only when it is next
        written.
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
        """Goes back to a checkpoint. False: the input is another one now, and begins at its first
        batch.

        JobError: the variables do not fit.
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
