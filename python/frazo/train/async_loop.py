"""Runs training steps on workers that do not wait for each other."""

import contextlib
import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from frazo.experiment.model import Model
from frazo.experiment.parts import named_errors
from frazo.shard.parameter_servers import Call, ParameterServers
from frazo.train.async_state import AsyncState
from frazo.train.async_step import STALENESS, AsyncStep
from frazo.train.inner_loop import LoopResult, input_ended
from frazo.train.train_step import STALE, StepSums

# Each worker has a call, and one that waits for it.
_CALLS_OF_A_WORKER = 2
_POLL_SECONDS = 0.005


class AsyncLoop:
    """Trains a model whose variables are on parameter servers.

    Attributes:
      model: The model that is trained.
    """

    def __init__(
        self,
        model: Model,
        servers: ParameterServers,
        state: AsyncState,
        max_staleness: int,
        watch: Callable[[], None],
    ):
        """Builds the graph of a step.

        Args:
          model: The model that is trained.
          servers: Its parameter servers, and the workers.
          state: Gives each worker its batches.
          max_staleness: A gradient is dropped if there were more updates since it was begun.
          watch: Called often while workers compute. It raises an error if they should not go on.

        Raises:
          JobError: The task cannot be trained on the batches.
        """
        self.model = model
        self._servers = servers
        self._state = state
        self._watch = watch
        self._calls: deque[Call] = deque()
        # The number of steps that results have told of.
        self._seen = int(model.global_step)
        # The results of a step, with zeros.
        self._structure: Any = None
        step = AsyncStep(model, max_staleness, servers.lock())

        @tf.function(autograph=False)
        def run(source: tuple) -> tf.Tensor:
            results = step(*source)
            self._structure = tf.nest.map_structure(lambda _: 0, results)
            # One tensor travels faster than many.
            return tf.stack(tf.nest.flatten(results))

        with named_errors("task"):
            self._step = run.get_concrete_function(state.iterator_spec)

    def run(self, num_steps: int, most_steps: int | None = None) -> LoopResult:
        """Runs `num_steps` steps, or fewer if max_nonfinite_steps in a row were skipped.

        Workers that are free begin further steps meanwhile, which stay under way: the slowest one
        keeps nobody waiting. A step that a lost worker had begun is done anew by another one. If it
        was applied before, more steps are done than were asked for.

        Args:
          num_steps: How many.
          most_steps: No more than so many are done before settle(), and none stays under way if
            that is `num_steps`. Default: `num_steps`.

        Returns:
          The result. Its number of steps counts those, too, whose other results come with the next
          loop.

        Raises:
          InputEnded: The input of a worker has no further batch.
          tf.errors.OpError: A parameter server is lost.
        """
        if most_steps is None:
            most_steps = num_steps
        sums = _Sums()
        begin_most = _CALLS_OF_A_WORKER * self._servers.num_workers
        with self._ended_input():
            while True:
                while len(self._calls) < min(begin_most, most_steps - sums.steps):
                    if self._must_end(sums):
                        break
                    self._calls.append(self._servers.schedule(self._step, self._state.iterators))
                is_done = sums.steps >= num_steps and num_steps < most_steps
                if is_done or not self._calls:
                    break
                self._wait(sums)
        return self._result(sums)

    def settle(self) -> LoopResult | None:
        """Waits for the steps that are under way. Returns their result; None: there are none.

        Raises:
          As run().
        """
        if not self._calls:
            return None
        sums = _Sums()
        with self._ended_input():
            while self._calls:
                self._wait(sums)
        return self._result(sums)

    def _wait(self, sums: "_Sums") -> None:
        """Waits a moment, and takes the results that are there."""
        self._calls[0].wait(_POLL_SECONDS)
        self._servers.require_success()
        for _ in range(len(self._calls)):
            call = self._calls.popleft()
            if call.wait(0):
                sums.add(*tf.nest.pack_sequence_as(self._structure, list(call.result())))
            else:
                self._calls.append(call)
        self._watch()

    def _result(self, sums: "_Sums") -> LoopResult:
        before, self._seen = self._seen, int(self.model.global_step)
        return sums.result(self._seen - before)

    @contextlib.contextmanager
    def _ended_input(self) -> Iterator[None]:
        """Within it an input may end."""
        try:
            yield
        except tf.errors.OutOfRangeError as error:
            self._servers.settle()
            self._calls.clear()
            raise input_ended(self.model) from error

    def step_graph(self) -> tf.compat.v1.GraphDef:
        """Returns the graph of one step."""
        return self._step.graph.as_graph_def(add_shapes=True)

    def _must_end(self, sums: "_Sums") -> bool:
        learner = self.model.learner
        return bool(sums.nonfinite) and (
            int(learner.nonfinite_in_a_row) >= learner.message.max_nonfinite_steps
        )


class _Sums:
    """The sums over the steps of a loop.

    steps: Gradients that were applied, or skipped because they were not finite. nonfinite: the
    latter.
    """

    def __init__(self):
        self.steps = self.nonfinite = 0
        self._stale = self._examples = 0
        self._totals: dict[str, float] = {}
        self._weights: dict[str, float] = {}
        self._scalars: dict[str, float] = {}
        self._max_staleness = 0

    def add(self, sums: StepSums, scalars: dict[str, np.float32]) -> None:
        """Adds the results of a step."""
        self._examples += int(sums.examples)
        staleness = int(scalars.pop(STALENESS))
        if scalars.pop(STALE):
            self._stale += 1
            return
        self.steps += 1
        self.nonfinite += int(sums.nonfinite)
        self._max_staleness = max(self._max_staleness, staleness)
        self._scalars = {name: float(value) for name, value in scalars.items()}
        for mine, others in (
            (self._totals, {**sums.totals, STALENESS: staleness}),
            (self._weights, {**sums.weights, STALENESS: 1.0}),
        ):
            for name, value in others.items():
                mine[name] = math.fsum((mine.get(name, 0.0), float(value)))

    def result(self, steps: int) -> LoopResult:
        """Returns the result of a loop that did so many steps."""
        return LoopResult(
            totals={"loss": 0.0, **self._totals},
            weights={"loss": 0.0, **self._weights},
            scalars=self._scalars,
            nonfinite=self.nonfinite,
            examples=self._examples,
            steps=steps,
            max_staleness=self._max_staleness,
            stale=self._stale,
        )
