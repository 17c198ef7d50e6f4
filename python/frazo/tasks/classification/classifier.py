"""The base of tasks that choose one of several classes."""

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.sequential import Sequential
from frazo.layers.softmax import Softmax, cross_entropy
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.tasks.classification.class_labels import checked_labels
from frazo.tasks.classification.classification_metrics import accuracy_metrics, loss_metrics
from frazo.tasks.classification.classifier_servable import ClassifierServable, Preparation
from frazo.tasks.servable import Servable
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics


class Classified(NamedTuple):
    """A classified batch.

    Attributes:
      logits: [batch, classes].
      labels: int32 [batch].
      xent: The cross entropies in nats, [batch].
      weights: [batch], 1 for examples and 0 for padding.
    """

    logits: tf.Tensor
    labels: tf.Tensor
    xent: tf.Tensor
    weights: tf.Tensor

    @property
    def loss(self) -> Loss:
        """The mean cross entropy over the examples."""
        return Loss(tf.reduce_sum(self.xent * self.weights), tf.reduce_sum(self.weights))


class Classifier(Task):
    """softmax(network(features(batch))).

    A subclass makes its own layers, calls `build_network`, and defines `features`. The batches have
    label, int32 [batch], and may have weight, float32 [batch].
    """

    headline = ("accuracy",)
    # The feature of a batch that a page of examples shows.
    shown_feature: str

    def build_network(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the network and the softmax. `input_shape` is the shape of `features`."""
        self.network = Sequential(self.message.network, self.place.at("network", input_shape))
        self.softmax = Softmax(
            self.message.softmax, self.place.at("softmax", self.network.output_shape)
        )

    def features(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> tf.Tensor:
        """Returns the network's input for a batch."""
        raise NotImplementedError(f"{type(self).__name__} does not define features")

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """Computes the mean cross entropy over the examples, in nats."""
        loss = self._classify(batch, context).loss
        return loss, loss_metrics(loss)

    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        if "weight" in batch:
            return tf.math.count_nonzero(batch["weight"])
        return tf.shape(batch["label"], tf.int64)[0]

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """Computes the metrics and the results per example.

        The examples have the shown feature, label, prediction (int32), loss and is_shown, each
        [batch, ...]. is_shown marks wrong predictions.
        """
        classified = self._classify(batch, context)
        logits, labels, xent, weights = classified
        loss = classified.loss
        prediction = tf.argmax(logits, axis=-1, output_type=tf.int32)
        return EvalOutput(
            metrics={
                "loss": (loss.mean, loss.weight),
                **loss_metrics(loss),
                **accuracy_metrics(logits, labels, weights),
            },
            examples={
                self.shown_feature: batch[self.shown_feature],
                "label": labels,
                "prediction": prediction,
                "loss": xent,
                "is_shown": tf.logical_and(prediction != labels, weights > 0),
            },
        )

    def logits(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the logits of a batch in evaluation, [batch, classes]. It needs no labels."""
        return self._logits(batch, StepContext.for_evaluation(seed=0))

    def servable(self, texts: InputTexts) -> Servable:
        return ClassifierServable(self, self.preparation(texts))

    def preparation(self, texts: InputTexts) -> Preparation:
        """Returns what makes batches of images or texts, for exports.

        Args:
          texts: Describes how the input makes ids from texts.

        Raises:
          ValueError: `texts` lacks what it needs.
        """
        raise ValueError(f"{type(self).__name__} has nothing to export")

    def _logits(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> tf.Tensor:
        features = tf.cast(self.features(batch, context), self.place.compute_dtype)
        return self.softmax(self.network(features, context), context)

    def _classify(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> Classified:
        logits = self._logits(batch, context)
        labels = checked_labels(batch["label"], self.message.softmax.num_classes)
        xent = cross_entropy(logits, labels)
        weights = batch["weight"] if "weight" in batch else tf.ones_like(xent)
        return Classified(logits, labels, xent, weights)
