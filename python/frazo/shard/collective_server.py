"""Connects the TensorFlow runtimes of several processes, for collectives between them."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import tensorflow_server_pb2

# TensorFlow offers this only as a part of MultiWorkerMirroredStrategy. That class also starts a
# service that ends the whole process when another one is lost; ours has to go on.
from tensorflow.python.eager import context

_JOB = "worker"
_LEADER = f"/job:{_JOB}/replica:0/task:0"


def connect(addresses: Sequence[str], rank: int) -> None:
    """Starts this process's server and makes the others known to it; call it before any op.

    It returns before the others have started. Collectives wait for them.

    Args:
      addresses: host:port of each process's server, in the order of their ranks.
      rank: The number of this process.

    Raises:
      tf.errors.OpError: The server cannot be started: its port is in use, say.
    """
    runtime = _runtime()
    # Without this, a call of one process would list the devices of all, and wait for them.
    own_device = f"/job:{_JOB}/task:{rank}"
    runtime.configure_collective_ops(
        collective_leader=_LEADER, scoped_allocator_enabled_ops=(), device_filters=(own_device,)
    )
    server = tensorflow_server_pb2.ServerDef(
        job_name=_JOB, task_index=rank, protocol="grpc", port=_port(addresses[rank])
    )
    job = server.cluster.job.add(name=_JOB)
    for index, address in enumerate(addresses):
        job.tasks[index] = address
    server.default_session_config.CopyFrom(runtime.config)
    server.default_session_config.experimental.collective_group_leader = _LEADER
    server.default_session_config.device_filters.append(own_device)
    runtime.enable_collective_ops(server)
    runtime.ensure_initialized()


def abort_collectives(reason: str) -> None:
    """Ends every collective that waits, and all later ones, with UnavailableError. Any thread may
    call this.
    """
    _runtime().abort_collective_ops(tf.errors.UNAVAILABLE, reason)


def _runtime() -> Any:
    return context.context()


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])
