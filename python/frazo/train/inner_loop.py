"""Runs training steps in one call of a graph."""

import dataclasses

import tensorflow as tf
from frazo.experiment.model import Model
from frazo.experiment.parts import named_errors
from frazo.tasks.multi_task.multi_task import MultiTask
from frazo.train.pipelined_step import step_of
from frazo.train.reduction import Reduction
from frazo.train.train_step import Iterators, Step, StepSums


class InputEnded(Exception):
    """The iterator has no further batch. The steps on the batches before it are done.

    The text names the input.
    """

    def __init__(self, which: str = "inputs.Train: the input"):
        super().__init__(which)


def input_ended(model: Model) -> InputEnded:
    """Returns the error that names the input of a model, or its inputs."""
    if not isinstance(model.task, MultiTask):
        return InputEnded()
    return InputEnded(f"inputs: that of one of the tasks {', '.join(model.task.parts)}")


@dataclasses.dataclass(frozen=True)
class LoopResult:
    """The results of some steps.

    Attributes:
      totals: By metric, the sum of weight * mean over the steps.
      weights: By metric, the sum of the weights over the steps.
      scalars: The learner's scalars of the last step.
      nonfinite: Number of skipped steps.
      examples: Number of examples read, as the task counts them; those of skipped steps count.
      steps: Number of steps done, if it may differ from what was asked for.
      max_staleness: The greatest number of times that the weights had changed since a gradient was
        begun; None: it is always 0.
      stale: Number of gradients that were dropped because the weights had changed too often.
    """

    totals: dict[str, float]
    weights: dict[str, float]
    scalars: dict[str, float]
    nonfinite: int
    examples: int
    steps: int | None = None
    max_staleness: int | None = None
    stale: int = 0


class InnerLoop:
    """Trains a model on batches from an iterator.

    The random numbers of step t are a function of (model.seed, t), so the division of the steps
    into loops does not change the results.

    Attributes:
      model: The model that is trained.
    """

    def __init__(
        self,
        model: Model,
        iterator: Iterators,
        max_nonfinite_steps: int,
        reduction: Reduction | None = None,
        replica: int = 0,
    ):
        """Builds the graph of a step.

        Args:
          model: The model that is trained.
          iterator: Gives a batch for each step. If the model has several tasks: an iterator for
            each, by its name.
          max_nonfinite_steps: A loop ends early after this many skipped steps in a row.
          reduction: Joins the gradients of several processes. Default: there is one process.
          replica: The number of this process among them: each draws random numbers of its own.

        Raises:
          JobError: The task cannot be trained on the batches.
        """
        self.model = model
        self._max_nonfinite_steps = max_nonfinite_steps
        self._reduction = reduction or Reduction()
        step = step_of(model, self._reduction)
        with named_errors("task"):
            self._step = tf.function(
                lambda: step(iterator, replica), autograph=False
            ).get_concrete_function()
        self._loop = tf.function(self._run_steps, autograph=False).get_concrete_function(
            tf.TensorSpec([], tf.int64)
        )

    def run(self, num_steps: int, most_steps: int | None = None) -> LoopResult:
        """Runs `num_steps` steps, or fewer if max_nonfinite_steps in a row were skipped.

        Args:
          num_steps: How many.
          most_steps: How many may be begun, where steps overlap; here they do not.

        Raises:
          InputEnded: There was a batch for fewer steps. These are done; model.global_step counts
            them.
        """
        del most_steps
        try:
            sums, scalars = self._loop(tf.constant(num_steps, tf.int64))
        except tf.errors.OutOfRangeError as error:
            raise input_ended(self.model) from error
        return LoopResult(
            totals={name: float(total) for name, total in sums.totals.items()},
            weights={name: float(weight) for name, weight in sums.weights.items()},
            scalars={name: float(value) for name, value in scalars.items()},
            nonfinite=int(sums.nonfinite),
            examples=int(sums.examples),
        )

    def settle(self) -> LoopResult | None:
        """Waits for steps that are under way. Returns their result; None: here there are none."""
        return None

    def step_graph(self) -> tf.compat.v1.GraphDef:
        """Returns the graph of one step."""
        return self._step.graph.as_graph_def(add_shapes=True)

    def _run_steps(self, num_steps: tf.Tensor) -> Step:
        nothing = tf.nest.map_structure(lambda _: tf.zeros([]), self._step.structured_outputs)

        def goes_on(done: tf.Tensor, *_) -> tf.Tensor:
            in_a_row = self.model.learner.nonfinite_in_a_row
            return tf.logical_and(done < num_steps, in_a_row < self._max_nonfinite_steps)

        def step(done: tf.Tensor, sums: StepSums, _) -> tuple:
            step_sums, scalars = self._step()
            return done + 1, tf.nest.map_structure(tf.add, sums, step_sums), scalars

        _, sums, scalars = tf.while_loop(
            goes_on, step, (tf.constant(0, tf.int64), *nothing), parallel_iterations=1
        )
        return self._joined_sums(sums), scalars

    def _joined_sums(self, sums: StepSums) -> StepSums:
        """Returns the sums over the processes. Each of them skips the same steps."""
        own = tf.nest.flatten([sums.totals, sums.weights, sums.examples])
        joined = self._reduction.sum(own)
        totals, weights, examples = tf.nest.pack_sequence_as(
            [sums.totals, sums.weights, sums.examples], joined
        )
        return StepSums(totals, weights, sums.nonfinite, examples)
