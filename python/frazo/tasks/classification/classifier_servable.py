"""A classifier that takes images or texts and returns classes."""

from collections.abc import Callable, Mapping
from typing import Protocol

import tensorflow as tf
from frazo.tasks.servable import Servable


class Preparation(tf.Module):
    """Makes a classifier's batches of what the users of an export have.

    Attributes:
      spec: What they have: its first dimension is the batch, its name is that of the input.
    """

    def __init__(self, spec: tf.TensorSpec):
        super().__init__()
        self.spec = spec

    def __call__(self, values: tf.Tensor) -> Mapping[str, tf.Tensor]:
        """Returns the features of a batch, without labels."""
        raise NotImplementedError(f"{type(self).__name__} does not define __call__")


class ServedClassifier(Protocol):
    """The task of an export: Classifier."""

    @property
    def variables(self) -> tuple[tf.Variable, ...]: ...

    def logits(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor: ...


class ClassifierServable(Servable):
    """The signatures of an exported Classifier.

    serving_default, also called classify, takes images or texts, as the task's Preparation says. It
    returns
      probabilities: float32 [batch, classes],
      labels: int32 [batch], the most probable class of each.
    """

    def __init__(self, classifier: ServedClassifier, preparation: Preparation):
        super().__init__()
        self.weights = list(classifier.variables)
        self.preparation = preparation
        self._logits = classifier.logits

    def signatures(self) -> dict[str, Callable]:
        classify = tf.function(
            self._classified, input_signature=[self.preparation.spec], autograph=False
        )
        return {"serving_default": classify, "classify": classify}

    def row_wise(self) -> Mapping[str, Mapping[str, str]]:
        return {"serving_default": {}, "classify": {}}

    def _classified(self, values: tf.Tensor) -> Mapping[str, tf.Tensor]:
        logits = tf.cast(self._logits(self.preparation(values)), tf.float32)
        return {
            "probabilities": tf.nn.softmax(logits),
            "labels": tf.argmax(logits, axis=-1, output_type=tf.int32),
        }
