"""Runs training steps on workers that do not wait for each other."""

import math
from collections import deque
from collections.abc import Callable

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
        step = AsyncStep(model, max_staleness, servers.lock())

        @tf.function(autograph=False)
        def run(source: tuple) -> tf.Tensor:
            results = step(*source)
            self._structure = tf.nest.map_structure(lambda _: 0, results)
            # One tensor travels faster than many.
            return tf.stack(tf.nest.flatten(results))

        with named_errors("task"):
            self._step = run.get_concrete_function(state.iterator_spec)

    def run(self, num_steps: int) -> LoopResult:
        """Runs `num_steps` steps, or fewer if max_nonfinite_steps in a row were skipped.

        A step that a lost worker had begun is done anew by another one. If it was applied before,
        more steps are done than were asked for.

        Raises:
          InputEnded: The input of a worker has no further batch.
          tf.errors.OpError: A parameter server is lost.
        """
        before = int(self.model.global_step)
        sums = _Sums()
        calls: deque[Call] = deque()
        most = _CALLS_OF_A_WORKER * self._servers.num_workers
        try:
            while True:
                while len(calls) < min(most, num_steps - sums.steps) and not self._must_end(sums):
                    calls.append(self._servers.schedule(self._step, self._state.iterators))
                if not calls:
                    break
                calls[0].wait(_POLL_SECONDS)
                self._servers.require_success()
                self._collect(calls, sums)
                self._watch()
        except tf.errors.OutOfRangeError as error:
            self._servers.settle()
            raise input_ended(self.model) from error
        return sums.result(int(self.model.global_step) - before)

    def step_graph(self) -> tf.compat.v1.GraphDef:
        """Returns the graph of one step."""
        return self._step.graph.as_graph_def(add_shapes=True)

    def _collect(self, calls: deque[Call], sums: "_Sums") -> None:
        """Takes the results that are there."""
        for _ in range(len(calls)):
            call = calls.popleft()
            if call.wait(0):
                sums.add(*tf.nest.pack_sequence_as(self._structure, list(call.result())))
            else:
                calls.append(call)

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
