"""A member's signs of life, and the orders that come back."""

import threading
from collections.abc import Callable

import grpc
from frazo.cluster.lease import Lease, boot_clock
from frazo.cluster.member_session import CALL_SECONDS, MemberSession
from frazo.cluster.orders import Orders, orders_of
from frazo.cluster.retrying_calls import CallError
from frazo.proto import coordination_pb2

_AGAIN_SECONDS = 0.3


class Heartbeats:
    """Gives signs of life from a thread, until this member stops or must stop.

    generation: that this member trains in; 0: none.
    """

    def __init__(self, session: MemberSession, timeout_seconds: float):
        """Starts nothing.

        Args:
          session: The membership.
          timeout_seconds: How long a member goes on without the controller.
        """
        self._session = session
        self._timeout_seconds = timeout_seconds
        self.generation = 0
        self._lock = threading.Lock()
        self._orders = Orders()
        self._lease = Lease()
        # No order of the controller can change it: it is lost, or another process has the place.
        self._is_cut_off = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def orders(self) -> Orders:
        with self._lock:
            return self._orders

    @property
    def is_cut_off(self) -> bool:
        """Whether this member has lost the controller, or its place."""
        with self._lock:
            return self._is_cut_off

    def note_stop(self, stop: coordination_pb2.StopOrder) -> None:
        """Notes a stop order that came by another call."""
        with self._lock:
            self._orders = self._orders._replace(stop=stop)

    def lease_is_valid(self) -> bool:
        with self._lock:
            is_current = not self._is_cut_off and self._orders.generation <= self.generation
        return is_current and self._lease.is_valid()

    def start(
        self,
        status: Callable[[], coordination_pb2.MemberStatus],
        on_change: Callable[[Orders], None],
    ) -> None:
        """Starts the thread, which calls both functions."""
        if self._thread is not None:
            raise RuntimeError("the heartbeats have started already")
        self._thread = threading.Thread(
            target=self._run, args=(status, on_change), name="heartbeats"
        )
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(
        self,
        status: Callable[[], coordination_pb2.MemberStatus],
        on_change: Callable[[Orders], None],
    ) -> None:
        answered = boot_clock()
        told = Orders()
        while not self._stopping.is_set():
            sent = boot_clock()
            try:
                self._beat(status())
                answered = sent
                pause = self._session.heartbeat_seconds
            except CallError as error:
                self._weigh(error, boot_clock() - answered)
                pause = min(self._session.heartbeat_seconds, _AGAIN_SECONDS)
            orders = self.orders
            if not orders.are_those_of(told):
                told = orders
                on_change(orders)
            if self.is_cut_off:
                return
            self._stopping.wait(pause)

    def _beat(self, status: coordination_pb2.MemberStatus) -> None:
        """Gives one sign of life. Raises CallError if it is not answered."""
        session = self._session
        request = coordination_pb2.HeartbeatRequest(
            caller=session.caller, generation=self.generation, status=status
        )
        sent = boot_clock()
        seconds = min(max(session.lease_seconds / 3, 0.5), CALL_SECONDS)
        response = session.call("Heartbeat", request, seconds, 0.0)
        session.heartbeat_seconds = response.heartbeat_seconds or session.heartbeat_seconds
        with self._lock:
            self._orders = orders_of(response)
            self._lease.renew(sent, session.lease_seconds)

    def _weigh(self, error: CallError, silent_seconds: float) -> None:
        """Decides whether this member must stop because a heartbeat was not answered."""
        if error.code == grpc.StatusCode.FAILED_PRECONDITION:
            reason = str(error)
        elif silent_seconds >= self._timeout_seconds:
            reason = (
                f"no answer from the controller {self._session.calls.address} for "
                f"{self._timeout_seconds:g} s: {error}"
            )
        else:
            return
        with self._lock:
            self._is_cut_off = True
            stop = coordination_pb2.StopOrder(reason=reason, failed=True)
            self._orders = self._orders._replace(stop=stop)
