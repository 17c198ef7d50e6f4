"""Classification of images."""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from frazo.layers.sequential import Sequential
from frazo.layers.softmax import Softmax, cross_entropy
from frazo.layers.step_context import StepContext
from frazo.proto import image_classifier_pb2
from frazo.registry import register
from frazo.tasks.class_labels import checked_labels
from frazo.tasks.classification_metrics import accuracy_metrics, loss_metrics
from frazo.tasks.image.error_page import error_page
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics


@register(image_classifier_pb2.ImageClassifier)
class ImageClassifier(Task):
    """softmax(network(image)).

    Batches: image [batch, height, width, channels] float32, label [batch] int32, weight [batch]
    float32 and, for evaluation, raw: the image as uint8.
    """

    def __init__(
        self,
        message: image_classifier_pb2.ImageClassifier,
        *,
        input_spec: Mapping[str, tf.TensorSpec],
        seed: int,
    ):
        super().__init__(message, input_spec=input_spec, seed=seed)
        shape = tuple(input_spec["image"].shape)
        self.network = Sequential(message.network, path="network", input_shape=shape, seed=seed)
        self.softmax = Softmax(
            message.softmax, path="softmax", input_shape=self.network.output_shape, seed=seed
        )

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[tf.Tensor, WeightedMetrics]:
        """The mean cross entropy, in nats, over the real images."""
        _, xent = self._classify(batch, context)
        metrics = loss_metrics(xent, batch["weight"])
        return metrics["loss"][0], metrics

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """Examples: raw, label, prediction (int32), loss and is_error, each [batch, ...]."""
        logits, xent = self._classify(batch, context)
        label, weight = batch["label"], batch["weight"]
        prediction = tf.argmax(logits, axis=-1, output_type=tf.int32)
        return EvalOutput(
            metrics=loss_metrics(xent, weight) | accuracy_metrics(logits, label, weight),
            examples={
                "raw": batch["raw"],
                "label": label,
                "prediction": prediction,
                "loss": xent,
                "is_error": tf.logical_and(prediction != label, weight > 0),
            },
        )

    def example_page(
        self, examples: Sequence[Mapping[str, Any]]
    ) -> list[tf.compat.v1.Summary.Value]:
        """One picture of all images in `examples` with their labels and predictions."""
        return [error_page(examples)] if examples else []

    def _classify(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        logits = self.softmax(self.network(batch["image"], context), context)
        labels = checked_labels(batch["label"], self.message.softmax.num_classes)
        return logits, cross_entropy(logits, labels)
