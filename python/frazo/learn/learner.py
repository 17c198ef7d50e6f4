"""From the loss to new weights."""

import contextlib
from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.layers.step_context import StepContext
from frazo.learn.clipping import clip
from frazo.learn.gradient_accumulation import GradientAccumulation
from frazo.learn.loss import Loss
from frazo.learn.moving_averages import MovingAverages
from frazo.learn.nonfinite import NonfiniteSteps
from frazo.learn.optimizers import (  # noqa: F401
    adafactor,
    adagrad,
    adam,
    adam_w,
    lamb,
    momentum,
    muon,
    sgd,
)
from frazo.learn.rejected_steps import rejected_steps
from frazo.learn.row_gradients import Gradient, with_each_row_once
from frazo.learn.schedules import (  # noqa: F401
    constant,
    cosine_decay,
    exponential_decay,
    linear_rampup,
    linear_rampup_exponential_decay,
    piecewise,
    reduce_on_plateau,
    sqrt_decay,
    transformer,
)
from frazo.learn.score_follower import ScoreFollower
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.variable_rules import trained_weights
from frazo.learn.variational_noise import VariationalNoise
from frazo.learn.weight_groups import WeightGroups
from frazo.learn.weight_pieces import WeightPieces
from frazo.learn.whole_values import squared_norms, whole_sums
from frazo.proto import learner_pb2, schedule_pb2
from frazo.registry import build, register

# The names of all variables of a learner begin with it.
LEARNER_PREFIX = "learner/"


def moving_averages(
    message: learner_pb2.Learner, variables: Sequence[tf.Variable]
) -> MovingAverages | None:
    """Builds the moving averages of a learner, without the rest of it.

    Args:
      message: The learner's message.
      variables: The variables that the learner is given.

    Returns:
      The averages of those that it trains; None if the message has none.
    """
    if not message.HasField("ema_decay"):
        return None
    trained = trained_weights(variables, message.variable_rules)
    return MovingAverages(message.ema_decay, [weight.variable for weight in trained])


@register(learner_pb2.Learner)
class Learner(tf.Module):
    """Noise, l2, the check for values that are not finite or too large, accumulation, clipping,
    optimizer, moving averages: in this order.

    weights: those of the variables it was given that are trainable and that no rule freezes.
    """

    def __init__(
        self,
        message: learner_pb2.Learner,
        variables: Sequence[tf.Variable],
        parts: Mapping[str, Sequence[tf.Variable]] | None = None,
    ):
        """Makes the state.

        Args:
          message: The message.
          variables: The variables of the model.
          parts: Those of each part, by its name, if a step trains one of several parts; None if
            each step trains the whole model.

        Raises:
          ValueError: A rule matches no variable, all variables are frozen, or the message does not
            suit parts.
        """
        super().__init__()
        if parts and message.accumulation_steps > 1:
            raise ValueError(
                "accumulation_steps: the batches of an update would be those of several tasks; leave it out, "
                "or train each task in an experiment of its own"
            )
        self.message = message
        trained = trained_weights(variables, message.variable_rules)
        self.weights = [weight.variable for weight in trained]
        self._pieces = WeightPieces(trained)
        # What this process updates.
        self._trained = [self._pieces.of(weight) for weight in trained]
        names = [weight.name for weight in self._trained]
        schedule = message.schedule
        if schedule.WhichOneof("kind") is None:
            schedule = schedule_pb2.Schedule(constant=schedule_pb2.Schedule.Constant())
        self._schedule = build(schedule)
        self._groups = WeightGroups(trained, parts)
        self._optimizers = [
            build(message.optimizer, weights=[self._pieces.of(weight) for weight in group.weights])
            for group in self._groups.groups
        ]
        self._check_pieces()
        self._nonfinite = NonfiniteSteps(names)
        self._rejected = rejected_steps(message)
        self._noise = (
            VariationalNoise(message.variational_noise, trained)
            if message.HasField("variational_noise")
            else None
        )
        self._accumulation = (
            GradientAccumulation(self._trained, message.accumulation_steps)
            if message.accumulation_steps > 1
            else None
        )
        self.averages = moving_averages(message, variables)

    @property
    def nonfinite_total(self) -> tf.Variable:
        """int64: steps that were skipped."""
        return self._nonfinite.total

    @property
    def nonfinite_in_a_row(self) -> tf.Variable:
        """int64: steps skipped since the last one that counted."""
        return self._nonfinite.in_a_row

    @property
    def first_nonfinite(self) -> str | None:
        """What began the present run of skipped steps: "loss" or a variable's name; or None."""
        return self._nonfinite.culprit

    @property
    def state_variables(self) -> list[tf.Variable]:
        """All that a checkpoint needs besides the model's variables; names are "learner/..."."""
        averages = self.averages.averages if self.averages else []
        accumulated = self._accumulation.variables_to_save if self._accumulation else []
        rejected = self._rejected.variables_to_save if self._rejected else []
        return [
            *(slot for optimizer in self._optimizers for slot in optimizer.slots),
            *self._schedule.variables_to_save,
            *self._nonfinite.variables_to_save,
            *rejected,
            *averages,
            *accumulated,
        ]

    @property
    def pieces(self) -> list[tf.Variable]:
        """Copies of pieces of weights, which a checkpoint need not have."""
        return self._pieces.variables_to_update

    @property
    def score_followers(self) -> Sequence[ScoreFollower]:
        """What follows scores in the learner."""
        return self._schedule.followers

    def weights_of(self, part: str = "") -> list[tf.Variable]:
        """Returns the weights of a part, or those of the whole model if it has no parts."""
        return [self.weights[position] for position in self._groups.positions(part)]

    def noisy_weights(
        self, context: StepContext, global_step: tf.Tensor
    ) -> contextlib.AbstractContextManager[None]:
        """Within it the weights are those that the loss of the step is to be computed with."""
        if self._noise is None:
            return contextlib.nullcontext()
        return self._noise.added(context, global_step)

    def restart_averages(self) -> None:
        """Moving averages begin anew from the weights, which something else has changed."""
        if self.averages:
            self.averages.restart()

    def step(
        self,
        loss: Loss,
        gradients: Sequence[tf.Tensor | tf.IndexedSlices | None],
        context: StepContext,
        global_step: tf.Tensor,
        part: str = "",
    ) -> dict[str, tf.Tensor]:
        """Applies one step in the graph.

        Args:
          loss: of the batch.
          gradients: of loss.mean, in the order of weights_of(part). That of a weight that has a
            Piece is the piece of this process.
          context: its updates are applied.
          global_step: int64 [], the number of steps done before this one.
          part: the part that the step trains.

        Returns:
          float32 scalars: learning_rate, grad_norm (of this batch, before clipping, with l2),
          nonfinite (1 if this step was skipped: then nothing but the counters has changed) and,
          with l2_weight, l2_loss; if steps can be rejected, rejected_steps, how many were so far.

        Raises:
          ValueError: a weight has no gradient.
        """
        trained = [self._trained[position] for position in self._groups.positions(part)]
        _require_gradients(trained, gradients)
        self._pieces.read(self.weights_of(part))
        gradients = list(map(self._prepared, gradients))
        scalars = {}
        if self.message.l2_weight:
            gradients, scalars["l2_loss"] = self._add_l2(trained, gradients)
        of_weights = squared_norms(trained, gradients)
        norm = tf.sqrt(tf.reduce_sum(of_weights))
        good = self._nonfinite.check(loss.mean, self._of_all_weights(of_weights, part))
        updates_done = global_step // self.message.accumulation_steps
        learning_rate = self.message.learning_rate * self._schedule(updates_done)

        def update(mean: Sequence[Gradient], of_mean: tf.Tensor) -> None:
            self._apply(clip(mean, of_mean, trained, self.message), learning_rate, part)
            if self.averages:
                self.averages.update(updates_done)

        def apply() -> None:
            self._use(gradients, of_weights, loss.weight, update)
            for variable, value in context.updates:
                variable.assign(value)

        def count() -> None:
            if self._rejected:
                tf.cond(self._rejected.check(norm), apply, lambda: None)
            else:
                apply()

        tf.cond(good, count, lambda: None)
        if self._rejected:
            scalars["rejected_steps"] = tf.cast(self._rejected.total, tf.float32)
        nonfinite = 1 - tf.cast(good, tf.float32)
        return scalars | {"learning_rate": learning_rate, "grad_norm": norm, "nonfinite": nonfinite}

    def _use(
        self,
        gradients: Sequence[Gradient],
        of_gradients: tf.Tensor,
        weight: tf.Tensor,
        update: Callable[[Sequence[Gradient], tf.Tensor], None],
    ) -> None:
        """Updates with the gradients and their squared norms, or with those of the mean that they
        complete.
        """
        if self._accumulation is None:
            update(gradients, of_gradients)
            return
        self._accumulation.add(
            gradients, weight, lambda mean: update(mean, squared_norms(self._trained, mean))
        )

    def _prepared(self, gradient: Gradient) -> Gradient:
        """Returns a gradient that lists rows, as that of a table does, in a form that can be
        used.
        """
        return with_each_row_once(gradient) if self._takes_rows else tf.convert_to_tensor(gradient)

    @property
    def _takes_rows(self) -> bool:
        """Whether nothing needs the rows of a table that its gradient does not list."""
        whole = self.message.l2_weight or self.message.HasField("clip_value")
        return (
            not whole
            and self._accumulation is None
            and all(optimizer.takes_rows for optimizer in self._optimizers)
        )

    def _apply(self, gradients: Sequence[Gradient], learning_rate: tf.Tensor, part: str) -> None:
        """Updates the weights of a part."""
        by_position = dict(zip(self._groups.positions(part), gradients, strict=True))
        for group, optimizer in zip(self._groups.groups, self._optimizers, strict=True):
            if part in group.part_names:
                optimizer.apply([by_position[i] for i in group.positions], learning_rate)
                self._pieces.write([self.weights[i] for i in group.positions])

    def _check_pieces(self) -> None:
        """Raises ValueError if the optimizer needs more of a weight than a piece."""
        for optimizer in self._optimizers:
            if self._pieces.variables_to_update and not optimizer.takes_pieces:
                raise ValueError(
                    f"optimizer: {type(optimizer).__name__} cannot update pieces of weights; choose another "
                    "one, or leave out mesh.cut_optimizer"
                )

    def _of_all_weights(self, values: tf.Tensor, part: str) -> tf.Tensor:
        """Returns values of a part's weights with zeros for the others, [weights]."""
        positions = self._groups.positions(part)
        if len(positions) == len(self._trained):
            return values
        return tf.scatter_nd([[i] for i in positions], values, [len(self._trained)])

    def _add_l2(
        self, trained: Sequence[TrainedWeight], gradients: Sequence[tf.Tensor]
    ) -> tuple[list[tf.Tensor], tf.Tensor]:
        l2_weight = self.message.l2_weight
        decayed = [
            gradient + l2_weight * weight.variable if weight.decays else gradient
            for gradient, weight in zip(gradients, trained, strict=True)
        ]
        weights = [weight for weight in trained if weight.decays]
        norms = whole_sums(weights, [tf.nn.l2_loss(weight.variable) for weight in weights])
        return decayed, l2_weight * tf.reduce_sum(norms)


def _require_gradients(
    trained: Sequence[TrainedWeight], gradients: Sequence[tf.Tensor | None]
) -> None:
    for weight, gradient in zip(trained, gradients, strict=True):
        if gradient is None:
            raise ValueError(
                f"The loss does not depend on the variable '{weight.name}', so it cannot be "
                "trained. Remove its layer, use its output, or freeze it in variable_rules."
            )
