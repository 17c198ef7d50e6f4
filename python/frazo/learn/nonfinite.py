"""Detects steps whose loss or gradients are not finite."""

from collections.abc import Sequence

import tensorflow as tf

_NO_CULPRIT = -1
_LOSS = 0


class NonfiniteSteps(tf.Module):
    """Detects and counts such steps, and remembers what was not finite first.

    Attributes:
      total: int64, all such steps.
      in_a_row: int64, such steps since the last good one.
    """

    def __init__(self, names: Sequence[str]):
        """Creates the counters.

        Args:
          names: Names of the variables, in the order of their gradients.
        """
        super().__init__()
        self._names = ["loss", *names]
        self.total = _counter("learner/nonfinite_total", 0)
        self.in_a_row = _counter("learner/nonfinite_in_a_row", 0)
        self._culprit = _counter("learner/nonfinite_culprit", _NO_CULPRIT)

    @property
    def variables_to_save(self) -> list[tf.Variable]:
        return [self.total, self.in_a_row, self._culprit]

    @property
    def culprit(self) -> str | None:
        """What was not finite at the start of the current run of such steps, or None.

        "loss", or the name of the first variable with such a gradient.
        """
        index = int(self._culprit)
        return None if index == _NO_CULPRIT else self._names[index]

    def check(self, loss: tf.Tensor, squared_norms: tf.Tensor) -> tf.Tensor:
        """Returns a bool scalar, True for a good step, and counts a bad one.

        Args:
          loss: float32 [].
          squared_norms: [variables], of the gradients. A gradient whose square overflows float32
            (norm above 1.8e19) counts as not finite, because no optimizer could use it.
        """
        finite = tf.concat([tf.math.is_finite([loss]), tf.math.is_finite(squared_norms)], 0)
        good = tf.reduce_all(finite)
        # argmin gives the first False.
        first = tf.argmin(tf.cast(finite, tf.int32))
        begins = tf.logical_and(tf.logical_not(good), tf.equal(self.in_a_row, 0))
        culprit = tf.where(begins, first, self._culprit)
        self._culprit.assign(tf.where(good, tf.constant(_NO_CULPRIT, tf.int64), culprit))
        bad = tf.cast(tf.logical_not(good), tf.int64)
        self.total.assign_add(bad)
        self.in_a_row.assign((self.in_a_row + 1) * bad)
        return good


def _counter(name: str, value: int) -> tf.Variable:
    return tf.Variable(tf.constant(value, tf.int64), trainable=False, name=name)
