"""Classification of texts."""

from collections.abc import Mapping

import tensorflow as tf
from frazo.layers.embedding import Embedding
from frazo.layers.masked_mean import masked_mean
from frazo.layers.sequential import Sequential
from frazo.layers.softmax import Softmax, cross_entropy
from frazo.layers.step_context import StepContext
from frazo.proto import text_classifier_pb2
from frazo.registry import register
from frazo.tasks.class_labels import checked_labels
from frazo.tasks.classification_metrics import accuracy_metrics, loss_metrics
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics

_FEATURES = ("text", "text_length", "label")


@register(text_classifier_pb2.TextClassifier)
class TextClassifier(Task):
    """softmax(network(mean of the vectors of the text's tokens)).

    Batches: text [batch, time] int32, ids of tokens; text_length [batch] int32, how many of them
    are not padding; label [batch] int32.
    """

    def __init__(
        self,
        message: text_classifier_pb2.TextClassifier,
        *,
        input_spec: Mapping[str, tf.TensorSpec],
        seed: int,
    ):
        """Raises ValueError if the batches lack a feature."""
        super().__init__(message, input_spec=input_spec, seed=seed)
        for name in _FEATURES:
            if name not in input_spec:
                raise ValueError(
                    f"text_classifier: the batches have no feature '{name}', but "
                    f"{', '.join(sorted(input_spec))}. Name the input's fields {' and '.join(_FEATURES[::2])}; "
                    "text must be tokenized."
                )
        self.embedding = Embedding(
            message.embedding,
            path="embedding",
            input_shape=tuple(input_spec["text"].shape),
            seed=seed,
        )
        mean_shape = (input_spec["text"].shape[0], message.embedding.dim)
        self.network = Sequential(
            message.network, path="network", input_shape=mean_shape, seed=seed
        )
        self.softmax = Softmax(
            message.softmax, path="softmax", input_shape=self.network.output_shape, seed=seed
        )

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[tf.Tensor, WeightedMetrics]:
        """The mean cross entropy, in nats."""
        _, xent = self._classify(batch, context)
        metrics = loss_metrics(xent, tf.ones_like(xent))
        return metrics["loss"][0], metrics

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """Examples: text, label, prediction (int32), loss and is_error, each [batch, ...]."""
        logits, xent = self._classify(batch, context)
        label, weight = batch["label"], tf.ones_like(xent)
        prediction = tf.argmax(logits, axis=-1, output_type=tf.int32)
        return EvalOutput(
            metrics=loss_metrics(xent, weight) | accuracy_metrics(logits, label, weight),
            examples={
                "text": batch["text"],
                "label": label,
                "prediction": prediction,
                "loss": xent,
                "is_error": prediction != label,
            },
        )

    def _classify(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        vectors = self.embedding(batch["text"], context)
        mean = masked_mean(vectors, batch["text_length"])
        logits = self.softmax(self.network(mean, context), context)
        labels = checked_labels(batch["label"], self.message.softmax.num_classes)
        return logits, cross_entropy(logits, labels)
