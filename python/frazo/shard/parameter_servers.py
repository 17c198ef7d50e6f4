"""The connection of asynchronous training: TensorFlow's servers, and who schedules their work."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tensorflow as tf

# TensorFlow makes its own iterators for workers of these parts, but the same one for all workers.
from tensorflow.python.distribute.coordinator.values import PerWorkerValues

# The name that TensorFlow gives to the job of the process that schedules.
_COORDINATOR_JOB = "chief"
_LEARNER = "learner/"
_LEAST_THREADS = 16


def start_server(addresses: Sequence[str], job: str, index: int) -> tf.distribute.Server:
    """Starts the server of a worker or of a parameter server. It knows the ops of the libraries
    that are loaded before.

    Args:
      addresses: host:port of all servers of the job.
      job: "worker" or "ps".
      index: The number of this one.

    Raises:
      tf.errors.OpError: The server cannot be started: its port is in use, say.
    """
    cluster = tf.train.ClusterSpec({job: list(addresses)})
    # A call keeps one of them waiting for what it calls: with as few as a small machine has
    # processors, all would wait and none would work.
    threads = max(_LEAST_THREADS, os.cpu_count() or 1)
    config = tf.compat.v1.ConfigProto(inter_op_parallelism_threads=threads)
    return tf.distribute.Server(
        cluster, job_name=job, task_index=index, protocol="grpc", config=config
    )


class ParameterServers:
    """The servers that a trainer has connected to.

    Attributes:
      num_workers: The number of workers.
      own_device: The name of this process's device.
    """

    own_device = f"/job:{_COORDINATOR_JOB}/device:CPU:0"

    def __init__(self, own: str, workers: Sequence[str], servers: Sequence[str]):
        """Connects; call it before any op. It waits until all servers answer.

        Args:
          own: host:port of this process, which gets a server, too.
          workers: host:port of each worker, in the order of their numbers.
          servers: Likewise those of the parameter servers.

        Raises:
          tf.errors.OpError: This process cannot have its address, or a server is lost meanwhile.
        """
        cluster = tf.train.ClusterSpec(
            {_COORDINATOR_JOB: [own], "worker": list(workers), "ps": list(servers)}
        )
        resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
            cluster, task_type=_COORDINATOR_JOB, task_id=0, rpc_layer="grpc"
        )
        strategy = tf.distribute.ParameterServerStrategy(resolver)
        self._coordinator = tf.distribute.coordinator.ClusterCoordinator(strategy)
        self._devices = [f"/job:ps/task:{i}/device:CPU:0" for i in range(len(servers))]
        self.num_workers = len(workers)

    @contextlib.contextmanager
    def placing(self) -> Iterator[None]:
        """Within it each new variable is put on the parameter server that has the fewest bytes; a
        variable of the learner is put beside the weight that it belongs to.
        """
        sizes = dict.fromkeys(self._devices, 0)
        placed: dict[str, str] = {}

        def create(next_creator: Callable[..., tf.Variable], **arguments: Any) -> tf.Variable:
            value = tf.convert_to_tensor(arguments["initial_value"])
            name = arguments["name"]
            device = _beside(name, placed) or min(sizes, key=sizes.__getitem__)
            sizes[device] += value.dtype.size * value.shape.num_elements()
            placed[name] = device
            with tf.device(device):
                return next_creator(**{**arguments, "initial_value": value})

        with tf.variable_creator_scope(create):
            yield

    def lock(self) -> tf.CriticalSection:
        """Returns a lock on a parameter server."""
        # An earlier trainer may have left one there.
        with tf.device(self._devices[0]):
            return tf.CriticalSection(name="update", shared_name=f"update_{secrets.token_hex(8)}")

    def worker_device(self, worker: int) -> str:
        """Returns the name of a worker's device."""
        return f"/job:worker/task:{worker}/device:CPU:0"

    def on_each_worker(self, make: Callable[[int], Any], spec: Any) -> PerWorkerValues:
        """Makes a value on each worker, and again on one that was lost and comes back.

        Args:
          make: Makes the value of the worker with a number, in a thread of that worker.
          spec: What the value is, as tf.function takes it.
        """
        values = []
        for index, worker in enumerate(self._coordinator._cluster.workers):
            value = worker.create_resource(lambda index=index: make(index))
            value._type_spec = spec
            values.append(value)
        return PerWorkerValues(values)

    def value_on(self, values: PerWorkerValues, worker: int) -> Any:
        """Returns the value that on_each_worker() made on a worker; waits until it is made.

        Raises:
          tf.errors.OpError: The worker is lost.
        """
        value = values._values[worker]
        value._wait_and_maybe_error()
        return value._values

    def schedule(self, function: tf.types.experimental.ConcreteFunction, values: Any) -> "Call":
        """Has a worker that is free call a function.

        Args:
          function: The function. Its results are tensors.
          values: Its argument, from on_each_worker().

        Raises:
          tf.errors.OpError: An earlier call failed.
        """
        return Call(self._coordinator.schedule(function, args=(values,)))

    def require_success(self) -> None:
        """Raises what a call failed by: tf.errors.OpError. That a worker is lost is no failure."""
        self._coordinator.done()

    def settle(self) -> None:
        """Waits for the calls that are under way. It raises nothing, whatever they fail by."""
        while True:
            try:
                self._coordinator.join()
                return
            except tf.errors.OpError:
                # The failures of several workers come one by one.
                continue

    def is_known_lost(self, worker: int) -> bool:
        """Returns whether calls to a worker failed, so that others do its work."""
        return bool(self._coordinator._cluster.workers[worker]._is_dead_with_error)


class Call:
    """A call that a worker makes."""

    def __init__(self, value: Any):
        self._value = value

    def wait(self, seconds: float) -> bool:
        """Waits for the end, for so long at most. Returns whether there is a result."""
        return self._value._status_available_event.wait(seconds)

    def result(self) -> Any:
        """Returns the result as NumPy arrays. Raises tf.errors.OpError if the call failed."""
        return self._value.fetch()


def _beside(name: str, placed: dict[str, str]) -> str | None:
    """Returns the device of the weight that a variable of the learner belongs to."""
    if not name.startswith(_LEARNER):
        return None
    parts = name.split("/")
    names = ("/".join(parts[first:]) for first in range(1, len(parts)))
    return next((placed[weight] for weight in names if weight in placed), None)
