"""The service Coordination over gRPC: waits in calls, and writes the record before it answers."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from frazo.cluster import refusals
from frazo.cluster.coordination import Coordination
from frazo.cluster.run_record import RunRecord, Superseded
from frazo.cluster.run_status import run_status
from frazo.program.console import Console
from frazo.proto import coordination_pb2, coordination_pb2_grpc

SERVICE = coordination_pb2.DESCRIPTOR.services_by_name["Coordination"]
# Shorter than a proxy's patience with a call without an answer.
JOIN_ANSWER_SECONDS = 5.0
_MAX_BARRIER_SECONDS = 3600.0
# Time for the answer to travel before the caller's own deadline.
_ANSWER_MARGIN_SECONDS = 0.2

_CODES = {
    refusals.NotRegistered: grpc.StatusCode.NOT_FOUND,
    refusals.CannotBelong: grpc.StatusCode.FAILED_PRECONDITION,
    refusals.MakesNoSense: grpc.StatusCode.INVALID_ARGUMENT,
    refusals.GenerationEnded: grpc.StatusCode.ABORTED,
    refusals.BarrierTimedOut: grpc.StatusCode.DEADLINE_EXCEEDED,
    refusals.NotNow: grpc.StatusCode.UNAVAILABLE,
}

_Answer = TypeVar("_Answer")


class CoordinationService(coordination_pb2_grpc.CoordinationServicer):
    """Answers from one event loop, whose thread alone touches the coordination."""

    def __init__(
        self,
        coordination: Coordination,
        record: RunRecord,
        unix_clock: Callable[[], float],
        console: Console,
    ):
        """Answers for `coordination`, which it keeps in `record`; warnings go to `console`."""
        self._coordination = coordination
        self._record = record
        self._unix_clock = unix_clock
        self._console = console
        self._written: tuple[object, ...] | None = None
        self._writing = asyncio.Lock()
        self._cannot_write = False
        self._milestones = coordination.milestones()
        self._progressed = asyncio.Event()

    async def Register(self, request, context):
        members = self._coordination.members
        before = members.replacements
        try:
            answer = self._coordination.register(request)
        except refusals.Refusal as refusal:
            return await _refuse(context, refusal)
        finally:
            self._wake()
        if members.replacements == before:
            # The next tick writes it. Until then a new controller would ask it to register again,
            # and would be none the wiser.
            return answer
        return await self._saved(context, answer)

    async def Heartbeat(self, request, context):
        try:
            return self._coordination.heartbeat(request)
        except refusals.Refusal as refusal:
            return await _refuse(context, refusal)

    async def Leave(self, request, context):
        return await self._decide(context, self._coordination.leave, request)

    async def JoinGeneration(self, request, context):
        until = self._answer_time(context, JOIN_ANSWER_SECONDS)

        def join() -> coordination_pb2.JoinGenerationResponse | None:
            answer = self._coordination.join_generation(request)
            is_late = asyncio.get_running_loop().time() >= until
            return None if answer.HasField("wait") and not is_late else answer

        return await self._wait(context, join, until)

    async def WaitAtBarrier(self, request, context):
        seconds = min(request.timeout_seconds, _MAX_BARRIER_SECONDS)
        until = self._answer_time(context, seconds)

        def arrive() -> coordination_pb2.WaitAtBarrierResponse | None:
            if self._coordination.arrive_at_barrier(request):
                return coordination_pb2.WaitAtBarrierResponse()
            if asyncio.get_running_loop().time() >= until:
                raise self._coordination.barrier_timed_out(request)
            return None

        return await self._wait(context, arrive, until)

    async def RecordProgress(self, request, context):
        return await self._decide(context, self._coordination.record_progress, request)

    async def RequestStop(self, request, context):
        return await self._decide(context, self._coordination.request_stop, request)

    async def RequestCheckpoint(self, request, context):
        return await self._decide(context, self._coordination.request_checkpoint, request)

    async def GetRunStatus(self, request, context):
        return run_status(self._coordination, self._unix_clock)

    async def tick(self) -> None:
        """Lets time pass.

        Raises:
          Superseded: Another controller has taken the run over.
        """
        self._coordination.tick()
        await self._save()
        self._wake()

    async def require_newest(self) -> None:
        """Raises Superseded if another controller has taken the run over."""
        try:
            await asyncio.to_thread(self._record.require_newest, self._coordination.epoch)
        except OSError as error:
            self._warn(error)

    async def _decide(
        self, context: grpc.aio.ServicerContext, decide: Callable[[Any], _Answer], request: Any
    ) -> _Answer | None:
        """Answers a call that may change what outlives the controller."""
        return await self._wait(context, lambda: decide(request), 0.0)

    async def _wait(
        self,
        context: grpc.aio.ServicerContext,
        decide: Callable[[], _Answer | None],
        until: float,
    ) -> _Answer | None:
        """Calls `decide` until it gives an answer, whenever there may be news, and at the time
        `until` of the event loop.
        """
        loop = asyncio.get_running_loop()
        while True:
            progressed = self._progressed
            try:
                answer = decide()
            except refusals.Refusal as refusal:
                self._wake()
                return await _refuse(context, refusal)
            self._wake()
            if answer is not None:
                return await self._saved(context, answer)
            # All who wait for the event are woken by it: it is set once, and then replaced.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(progressed.wait(), max(until - loop.time(), 0.0))

    async def _saved(self, context: grpc.aio.ServicerContext, answer: _Answer) -> _Answer | None:
        """Returns an answer when the record is written."""
        try:
            is_written = await self._save()
        except Superseded as error:
            return await context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        if not is_written:
            text = f"{self._record.path} cannot be written; free space on that disk"
            return await context.abort(grpc.StatusCode.UNAVAILABLE, text)
        return answer

    def _answer_time(self, context: grpc.aio.ServicerContext, seconds: float) -> float:
        """When the event loop's clock bids to answer a call that would wait for `seconds`."""
        remaining = context.time_remaining()
        if remaining is not None:
            seconds = min(seconds, remaining - _ANSWER_MARGIN_SECONDS)
        return asyncio.get_running_loop().time() + max(seconds, 0.0)

    def _wake(self) -> None:
        """Wakes the calls that wait, if there may be news for them."""
        milestones = self._coordination.milestones()
        if milestones != self._milestones:
            self._milestones = milestones
            self._progressed.set()
            self._progressed = asyncio.Event()

    async def _save(self) -> bool:
        """Writes the record if it changed.

        Returns:
          Whether the file has it.

        Raises:
          Superseded: Another controller has taken the run over.
        """
        if self._coordination.record_version() == self._written:
            return True
        async with self._writing:
            # Somebody may have written it while this call waited for its turn.
            version = self._coordination.record_version()
            if version == self._written:
                return True
            try:
                await asyncio.to_thread(self._record.write, self._coordination.record())
            except OSError as error:
                self._warn(error)
                return False
            self._written = version
            self._cannot_write = False
            return True

    def _warn(self, error: OSError) -> None:
        """Warns once that the record cannot be written."""
        if not self._cannot_write:
            self._cannot_write = True
            self._console.warning(
                f"{self._record.path}: {error.strerror}; the run waits until the file can be "
                "written: free space on that disk"
            )


async def _refuse(context: grpc.aio.ServicerContext, refusal: refusals.Refusal) -> None:
    await context.abort(_CODES[type(refusal)], str(refusal))
