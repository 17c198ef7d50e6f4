"""Detects steps whose gradients are too large."""

import tensorflow as tf
from frazo.learn.gradient_norm_tracker import GradientNormTracker
from frazo.proto import learner_pb2


class RejectedSteps(tf.Module):
    """Detects and counts them, by the learner's reject_above_norm and gradient_norm_tracker.

    Attributes:
      total: int64, all such steps.
    """

    def __init__(self, message: learner_pb2.Learner):
        super().__init__()
        self._message = message
        self._tracker = (
            GradientNormTracker(message.gradient_norm_tracker)
            if message.HasField("gradient_norm_tracker")
            else None
        )
        self.total = tf.Variable(
            tf.constant(0, tf.int64), trainable=False, name="learner/rejected_total"
        )

    @property
    def variables_to_save(self) -> list[tf.Variable]:
        return [self.total, *(self._tracker.variables_to_save if self._tracker else [])]

    def check(self, norm: tf.Tensor) -> tf.Tensor:
        """Returns a bool scalar, True for an accepted step, and counts a rejected one.

        The tracker does not see norms above the fixed bound.

        Args:
          norm: float32 [], of all gradients. A norm that overflows is too large.
        """
        within = tf.math.is_finite(norm)
        if self._message.HasField("reject_above_norm"):
            within = within & (norm <= self._message.reject_above_norm)
        accepted = within
        tracker = self._tracker
        if tracker:
            accepted = tf.cond(within, lambda: tracker.accepts(norm), lambda: within)
        self.total.assign_add(tf.cast(tf.logical_not(accepted), tf.int64))
        return accepted


def rejected_steps(message: learner_pb2.Learner) -> RejectedSteps | None:
    """Returns None if the learner rejects no step."""
    rejects = message.HasField("reject_above_norm") or message.HasField("gradient_norm_tracker")
    return RejectedSteps(message) if rejects else None
