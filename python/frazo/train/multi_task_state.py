"""The state that the training of several tasks continues from."""

from collections.abc import Mapping

import tensorflow as tf
from frazo.checkpoint.directory import Checkpoint
from frazo.checkpoint.saved_tensor import SavedTensor
from frazo.experiment.model import Model
from frazo.input.input import Input
from frazo.input.lost_records import LostRecords, all_lost
from frazo.train.state import TrainState, UnfitPositionError


class MultiTaskState(TrainState):
    """The model's variables and the position of each task's input.

    Which task a step trains needs no state: it is a function of the experiment's seed, the step and
    the model's variables.

    Attributes:
      model: The model that is trained.
      dataset: The batches of the inputs, by the name of the task.
      iterator: The iterators over them, likewise.
    """

    def __init__(self, model: Model, train_inputs: Mapping[str, tuple[str, Input]]):
        """Starts the inputs at their first batches.

        Args:
          model: The model that is trained.
          train_inputs: By the name of each task, the name of its input and the input.
        """
        self.model = model
        # All inputs have the same.
        self._is_first = next(iter(train_inputs.values()))[1].share.is_first
        self._states = {
            task: TrainState(model, train_input, task)
            for task, (_, train_input) in train_inputs.items()
        }
        self._input_names = {task: name for task, (name, _) in train_inputs.items()}

    @property
    def dataset(self) -> Mapping[str, tf.data.Dataset]:
        return {task: state.dataset for task, state in self._states.items()}

    @property
    def iterator(self) -> Mapping[str, tf.data.Iterator]:
        return {task: state.iterator for task, state in self._states.items()}

    def position(self) -> list[SavedTensor]:
        return [tensor for state in self._states.values() for tensor in state.position()]

    def lost_records(self) -> LostRecords:
        return all_lost(state.lost_records() for state in self._states.values())

    def restore_position(self, checkpoint: Checkpoint) -> None:
        """Makes each iterator go on after the last batch before the checkpoint.

        Args:
          checkpoint: The checkpoint.

        Raises:
          UnfitPositionError: The order of the records of some inputs is another one. Their
            iterators begin at their first batches.
        """
        differences = []
        for task, state in self._states.items():
            try:
                state.restore_position(checkpoint)
            except UnfitPositionError as error:
                differences.append(f"{self._input_names[task]}: {error}")
        if differences:
            raise UnfitPositionError("; ".join(differences))
