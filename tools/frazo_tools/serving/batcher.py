"""Runs the requests of a model, several as one where that gives each the same answer."""

import collections
import dataclasses
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

import grpc
import numpy as np
from frazo_tools.serving.serving_error import ServingError, invalid

Arrays = Mapping[str, np.ndarray]

# For this share of a batch's time its callers' next requests are waited for. Otherwise the first of
# them would run as a small batch and the others after it, again and again, which takes longer than
# all together.
_RETURN_SHARE = 0.1


class Rows(NamedTuple):
    """How a request joins others.

    Attributes:
      count: Its rows.
      key: Requests whose keys are equal can be run as one.
    """

    count: int
    key: Hashable


class Signature(Protocol):
    """The part of ServedSignature that a batcher uses."""

    name: str

    def rows(self, inputs: Arrays) -> Rows | None: ...

    def join(self, requests: Sequence[Arrays]) -> Arrays: ...

    def split(self, outputs: Arrays, counts: Sequence[int]) -> Sequence[Arrays]: ...

    def run(self, inputs: Arrays) -> Arrays: ...


class BatchLimits(NamedTuple):
    """How requests are joined.

    Attributes:
      max_batch_size: The most rows of a batch.
      timeout_seconds: How long a request waits for others while the model is idle. After a batch
        it waits for a tenth of that batch's time, if that is longer, until as many rows wait.
      max_queue: The most requests of a signature that wait; further ones are refused.
    """

    max_batch_size: int
    timeout_seconds: float
    max_queue: int


class _Return(NamedTuple):
    """The requests that may come after a batch, as its callers got answers.

    Attributes:
      rows: Those of the batch, and those that waited when it was answered.
      until: The time of time.monotonic() until which they are waited for.
    """

    rows: int
    until: float


class BatcherClosed(Exception):
    """The batcher takes no requests any more."""


# Requests are told apart by identity: arrays are not compared as a whole.
@dataclasses.dataclass(frozen=True, eq=False)
class _Request:
    signature: Signature
    inputs: Arrays
    rows: int
    # None: it is run alone.
    key: Hashable
    arrived: float
    expires: float
    answer: "Future[Arrays]"


class Batcher:
    """Queues requests and runs them in a thread of its own. Thread-safe."""

    def __init__(self, name: str, limits: BatchLimits, observe: Callable[[str, int], None]):
        """Starts the thread.

        Args:
          name: The model's, for the thread.
          limits: How requests are joined.
          observe: Is called for each batch with the signature and the number of its rows; 1 where
            the signature has no rows.
        """
        self._limits = limits
        self._observe = observe
        self._queues: dict[str, collections.deque[_Request]] = {}
        self._returns: dict[str, _Return] = {}
        self._changed = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name=f"batcher of {name}")
        self._thread.start()

    def submit(
        self, signature: Signature, inputs: Arrays, expires: float = float("inf")
    ) -> "Future[Arrays]":
        """Queues a request.

        Args:
          signature: What to run.
          inputs: Its inputs, which fit it.
          expires: The time of time.monotonic() after which nobody wants the answer.

        Returns:
          The outputs to come. Its exception is a ServingError. A request whose future is cancelled
          while it waits is not run.

        Raises:
          ServingError: The queue is full, or the request is too large.
          BatcherClosed: The batcher was closed.
        """
        found = signature.rows(inputs)
        rows, key = (1, None) if found is None else found
        if rows > self._limits.max_batch_size:
            raise invalid(
                f"the request has {rows} rows; signature '{signature.name}' takes at most "
                f"{self._limits.max_batch_size} (--max_batch_size). Divide the request."
            )
        request = _Request(signature, inputs, rows, key, time.monotonic(), expires, Future())
        with self._changed:
            if self._is_closing:
                raise BatcherClosed
            queue = self._queues.setdefault(signature.name, collections.deque())
            if len(queue) >= self._limits.max_queue:
                _drop_dead(queue)
            if len(queue) >= self._limits.max_queue:
                raise ServingError(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    f"{len(queue)} requests wait for signature '{signature.name}', which is the "
                    "most (--max_queue). Ask again later.",
                )
            queue.append(request)
            self._changed.notify()
        return request.answer

    def queue_lengths(self) -> dict[str, int]:
        """Returns the number of requests that wait, by signature."""
        with self._changed:
            return {name: len(queue) for name, queue in self._queues.items()}

    def close(self) -> None:
        """Answers what waits, takes nothing more, and joins the thread."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next_batch():
            began = time.monotonic()
            self._answer(batch)
            self._expect_return(batch, time.monotonic() - began)

    def _expect_return(self, batch: Sequence[_Request], seconds: float) -> None:
        """Notes that those who were answered after so many seconds may ask again."""
        name = batch[0].signature.name
        with self._changed:
            rows = sum(request.rows for request in (*batch, *self._queues[name]))
            self._returns[name] = _Return(rows, time.monotonic() + _RETURN_SHARE * seconds)

    def _next_batch(self) -> list[_Request]:
        """Waits for the next batch. Returns nothing at the end."""
        with self._changed:
            while True:
                for queue in self._queues.values():
                    _drop_dead(queue)
                waiting = [queue for queue in self._queues.values() if queue]
                if not waiting:
                    if self._is_closing:
                        return []
                    self._changed.wait()
                    continue
                queue = min(waiting, key=lambda queue: queue[0].arrived)
                batch, is_full = self._joined(queue)
                patience = self._patience(queue[0], sum(request.rows for request in batch))
                if is_full or patience <= 0 or self._is_closing:
                    for request in batch:
                        queue.remove(request)
                    return batch
                self._changed.wait(patience)

    def _patience(self, oldest: _Request, rows: int) -> float:
        """Returns for how many seconds a batch of so many rows waits for more."""
        until = oldest.arrived + self._limits.timeout_seconds
        expected = self._returns.get(oldest.signature.name)
        if expected is not None and rows < expected.rows:
            until = max(until, expected.until)
        return until - time.monotonic()

    def _joined(self, queue: collections.deque[_Request]) -> tuple[list[_Request], bool]:
        """Returns the requests that can be run with the oldest one, and whether there is no room
        for another.
        """
        oldest = queue[0]
        if oldest.key is None:
            return [oldest], True
        batch, rows, is_full = [], 0, False
        for request in queue:
            if request.key != oldest.key:
                continue
            if rows + request.rows > self._limits.max_batch_size:
                is_full = True
                continue
            batch.append(request)
            rows += request.rows
        # Nobody can join a queue that is full.
        is_full = is_full or len(queue) >= self._limits.max_queue
        return batch, is_full or rows == self._limits.max_batch_size

    def _answer(self, batch: list[_Request]) -> None:
        batch = [request for request in batch if request.answer.set_running_or_notify_cancel()]
        if len(batch) > 1 and self._answer_together(batch):
            return
        # What is wrong with one of them is not the others' fault.
        for request in batch:
            if _is_late(request):
                continue
            try:
                outputs = request.signature.run(request.inputs)
            except Exception as error:
                request.answer.set_exception(error)
            else:
                request.answer.set_result(outputs)
            self._observe(request.signature.name, request.rows)

    def _answer_together(self, batch: list[_Request]) -> bool:
        """Runs requests as one. Returns whether that worked."""
        signature = batch[0].signature
        counts = [request.rows for request in batch]
        try:
            outputs = signature.run(signature.join([request.inputs for request in batch]))
            parts = signature.split(outputs, counts)
        except Exception:
            return False
        for request, part in zip(batch, parts, strict=True):
            request.answer.set_result(part)
        self._observe(signature.name, sum(counts))
        return True


def _drop_dead(queue: collections.deque[_Request]) -> None:
    """Removes the requests whose callers have gone, or whose time is over."""
    for request in [each for each in queue if each.answer.cancelled() or _is_expired(each)]:
        queue.remove(request)
        if request.answer.set_running_or_notify_cancel():
            _is_late(request)


def _is_expired(request: _Request) -> bool:
    return time.monotonic() >= request.expires


def _is_late(request: _Request) -> bool:
    """Returns whether a request's time is over. If so, it is answered."""
    if not _is_expired(request):
        return False
    request.answer.set_exception(
        ServingError(
            grpc.StatusCode.DEADLINE_EXCEEDED, "the request's time was over before it was run"
        )
    )
    return True
