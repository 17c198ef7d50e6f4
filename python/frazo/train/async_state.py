"""The state that asynchronous training continues from, and what its workers read."""

from collections.abc import Iterator, Sequence
from typing import Any

import tensorflow as tf
from frazo.checkpoint.directory import Checkpoint
from frazo.checkpoint.saved_tensor import SavedTensor, saved_tensors
from frazo.input.iterator_position import restore_position, save_position
from frazo.input.lost_records import LostRecords, all_lost
from frazo.layers.declaration import bytes_held
from frazo.shard.parameter_servers import ParameterServers
from frazo.train.state import TrainState

_EXTERNAL_STATE_FAILS = 2
# By these errors a call to a worker that is lost ends.
_LOST = (tf.errors.UnavailableError, tf.errors.CancelledError, tf.errors.AbortedError)


class AsyncState:
    """The model's variables, and the position of each worker in its share of the input.

    Each worker has iterators of its own. This process has one for each of these, too, which gives
    no batches: it stands where that of the worker stood when its position was fetched last. A
    worker that is lost and comes back goes on from there.

    Attributes:
      model: The model that is trained.
      iterator_spec: What a worker has in `iterators`: its iterators, as TrainState.iterator, and
        its number, int64 [].
    """

    def __init__(self, servers: ParameterServers, states: Sequence[TrainState]):
        """Makes nothing on the workers yet.

        Args:
          servers: Knows the workers.
          states: For each worker the state of a training that reads its share.
        """
        self.model = states[0].model
        self._servers = servers
        self._states = states
        self._graphs = [tf.nest.map_structure(_graph, state.dataset) for state in states]
        self._element_specs = [d.element_spec for d in tf.nest.flatten(states[0].dataset)]
        iterators = tf.nest.map_structure(lambda i: i._type_spec, states[0].iterator)
        self.iterator_spec = (iterators, tf.TensorSpec([], tf.int64))
        self._positions: list[Any] = [None] * len(states)
        self._iterators: Any = None

    @property
    def iterators(self) -> Any:
        """The iterators of each worker; made at the first use."""
        if self._iterators is None:
            self._iterators = self._servers.on_each_worker(self._make, self.iterator_spec)
        return self._iterators

    @property
    def num_bytes(self) -> int:
        """The bytes of the variables of all servers, which come here to be saved."""
        return bytes_held(self.model.variables.values())

    def snapshot(self) -> Iterator[SavedTensor]:
        """Yields the values as they are when they are taken. No step may be under way."""
        for name, variable in self.model.variables.items():
            yield from saved_tensors(name, variable)
        yield from self.position()

    def position(self) -> list[SavedTensor]:
        """Returns the present positions of the inputs, and what they fit."""
        self.fetch_positions()
        return [tensor for state in self._states for tensor in state.position()]

    def fetch_positions(self) -> None:
        """Lets the iterators here stand where those of the workers do. That of a worker that is
        lost stays where it was.
        """
        if self._iterators is None:
            return
        for worker, state in enumerate(self._states):
            try:
                position = self._position_on(worker)
            except _LOST:
                continue
            self._positions[worker] = position
            tf.nest.map_structure(restore_position, state.iterator, position)

    def lost_records(self) -> LostRecords:
        """Returns what all workers lost, up to their present positions."""
        self.fetch_positions()
        return all_lost(state.lost_records() for state in self._states)

    def restore_variables(self, checkpoint: Checkpoint) -> None:
        """As TrainState.restore_variables."""
        self._states[0].restore_variables(checkpoint)

    def restore_position(self, checkpoint: Checkpoint) -> None:
        """As TrainState.restore_position, before the workers have iterators."""
        for worker, state in enumerate(self._states):
            state.restore_position(checkpoint)
            self._positions[worker] = tf.nest.map_structure(save_position, state.iterator)

    def _position_on(self, worker: int) -> Any:
        iterators, _ = self._servers.value_on(self.iterators, worker)
        with tf.device(self._servers.worker_device(worker)):
            there = tf.nest.map_structure(save_position, iterators)
        with tf.device(self._servers.own_device):
            return tf.nest.map_structure(tf.identity, there)

    def _make(self, worker: int) -> tuple[Any, tf.Tensor]:
        """Makes the iterators of a worker."""
        flat = []
        for graph, element_spec in zip(
            tf.nest.flatten(self._graphs[worker]), self._element_specs, strict=True
        ):
            dataset = tf.raw_ops.DatasetFromGraph(graph_def=graph)
            flat.append(iter(tf.data.experimental.from_variant(dataset, element_spec)))
        iterators = tf.nest.pack_sequence_as(self._graphs[worker], flat)
        if self._positions[worker] is not None:
            tf.nest.map_structure(restore_position, iterators, self._positions[worker])
        return iterators, tf.constant(worker, tf.int64)


def _graph(dataset: tf.data.Dataset) -> tf.Tensor:
    """Returns a dataset as bytes of which another process can make it."""
    return tf.raw_ops.DatasetToGraphV2(
        input_dataset=tf.data.experimental.to_variant(dataset),
        external_state_policy=_EXTERNAL_STATE_FAILS,
        strip_device_assignment=True,
    )
