"""The graph of a step of asynchronous training, which a worker runs."""

import contextlib
from collections.abc import Iterator, Sequence

import tensorflow as tf
from frazo.experiment.model import Model
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.train.reduction import Gradient
from frazo.train.train_step import STALE, TrainStep

# The scalar that tells how often the weights had changed since a gradient was begun.
STALENESS = "staleness"


class AsyncStep(TrainStep):
    """Computes a gradient of weights that others change meanwhile, and applies it unless they
    changed too often.

    Only one gradient at a time is applied, so that an update is whole, and what was measured is
    true.
    """

    def __init__(self, model: Model, max_staleness: int, lock: tf.CriticalSection):
        """Builds nothing.

        Args:
          model: The model, whose variables are on parameter servers.
          max_staleness: A gradient is dropped if there were more updates since it was begun.
          lock: Is on a parameter server.
        """
        super().__init__(model)
        self._max_staleness = max_staleness
        self._lock = lock

    @contextlib.contextmanager
    def _weights_of(self, step: tf.Tensor) -> Iterator[None]:
        """Within it all variables of the task have the values that they had when the step was
        begun, or newer ones.

        A worker fetches each of them once, also if a loop uses it in each of its turns.
        """
        variables = self.model.task.variables
        # Whoever counts a step has changed the weights before: staleness is never understated.
        with tf.control_dependencies([step]):
            values = [variable.read_value() for variable in variables]
        for variable, value in zip(variables, values, strict=True):
            # TensorFlow's own way to read a variable once: `caching_device` fills it, too.
            variable._cached_value = value
        try:
            with tf.control_dependencies([step]):
                yield
        finally:
            for variable in variables:
                variable._cached_value = None

    def _learn(
        self,
        loss: Loss,
        gradients: Sequence[Gradient],
        context: StepContext,
        step: tf.Tensor,
        part: str,
    ) -> dict[str, tf.Tensor]:
        """Applies the gradients, or drops them.

        Returns:
          What Learner.step does; STALENESS, and STALE, which is 1 if they were dropped. All others
          are 0 then.
        """
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        fetched = [loss.total, loss.weight, *(value for _, value in context.updates)]

        @tf.function(autograph=False)
        def apply(now: tf.Tensor) -> dict[str, tf.Tensor]:
            scalars = self.model.learner.step(loss, gradients, context, now, part)
            self.model.global_step.assign_add(1)
            return scalars

        @tf.function(autograph=False)
        def apply_or_drop() -> dict[str, tf.Tensor]:
            now = self.model.global_step.read_value()
            staleness = now - step
            # Built first, so that the other branch knows what there is to return.
            names = apply.get_concrete_function(tf.TensorSpec([], tf.int64)).structured_outputs
            is_stale = staleness > self._max_staleness
            scalars = tf.cond(
                is_stale,
                lambda: tf.nest.map_structure(lambda _: tf.zeros([]), names),
                lambda: apply(now),
            )
            return {
                **scalars,
                STALENESS: tf.cast(staleness, tf.float32),
                STALE: tf.cast(is_stale, tf.float32),
            }

        def whole() -> dict[str, tf.Tensor]:
            scalars = apply_or_drop()
            # All that the call does is done before the lock is free.
            with tf.control_dependencies([tf.nest.flatten(scalars)[0].op]):
                return {name: tf.identity(value) for name, value in scalars.items()}

        # Nothing is computed while the lock is held that could have been computed before.
        with tf.control_dependencies([*gradients, *fetched]):
            return self._lock.execute(whole)
