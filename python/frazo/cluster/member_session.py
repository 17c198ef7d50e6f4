"""A process's membership in a run, which outlives a controller."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
from frazo.cluster.member_key import MemberKey, key_of
from frazo.cluster.retrying_calls import CallError, RetryingCalls
from frazo.cluster.security import read_security
from frazo.cluster.versions import version_line
from frazo.proto import cluster_pb2, coordination_pb2

CALL_SECONDS = 10.0


class MemberSession:
    """Registers a process, and does so again at a controller that does not know it. Safe for
    several threads.

    caller: who calls. lease_seconds, heartbeat_seconds: as the controller told last.
    """

    def __init__(
        self,
        cluster: cluster_pb2.Cluster,
        name: coordination_pb2.MemberName,
        log: Callable[[str], None],
    ):
        """Connects at the first call. Raises JobError if a file of the security is wrong."""
        self._cluster = cluster
        self.key: MemberKey = key_of(name)
        self.caller = coordination_pb2.Caller(name=name, incarnation=secrets.token_hex(8))
        self.calls = RetryingCalls(cluster.controller, read_security(cluster.security), log)
        self.lease_seconds = cluster.lease_seconds
        self.heartbeat_seconds = cluster.heartbeat_seconds
        self._request = coordination_pb2.RegisterRequest()
        self._lock = threading.Lock()

    def register(self, experiment_text: str, address: str, patience_seconds: float) -> None:
        """Registers the process for the first time.

        Args:
          experiment_text: The resolved experiment.
          address: That of its TensorFlow server; "": it has none.
          patience_seconds: How long to wait for the controller.

        Raises:
          Unreachable: It did not come.
          CallError: It refuses.
        """
        self._request = coordination_pb2.RegisterRequest(
            caller=self.caller,
            host=socket.gethostname(),
            process=os.getpid(),
            address=address,
            version=version_line(),
            experiment=experiment_text,
            cluster=self._cluster,
            unix_seconds=time.time(),
        )
        self._register(CALL_SECONDS, patience_seconds)

    def call(self, method: str, request: Any, seconds: float, patience_seconds: float) -> Any:
        """Calls, again while the controller is away, and after a new registration where it was
        restarted.

        Args:
          method: A method of the service.
          request: Its message.
          seconds: The deadline of each call.
          patience_seconds: How long the controller may be away; 0: calls once.

        Raises:
          Unreachable: It was away for longer.
          CallError: It refuses.
        """
        while True:
            try:
                return self._call(method, request, seconds, patience_seconds)
            except CallError as error:
                if error.code != grpc.StatusCode.NOT_FOUND:
                    raise
            self._register(seconds, patience_seconds)

    def _call(self, method: str, request: Any, seconds: float, patience_seconds: float) -> Any:
        if not patience_seconds:
            return self.calls.once(method, request, seconds)
        return self.calls.until(method, request, seconds=seconds, patience_seconds=patience_seconds)

    def _register(self, seconds: float, patience_seconds: float) -> None:
        with self._lock:
            response = self._call("Register", self._request, seconds, patience_seconds)
            # The next controller sees by it that this run goes on.
            self._request.epoch = response.epoch
            self.lease_seconds = response.lease_seconds
            self.heartbeat_seconds = response.heartbeat_seconds
