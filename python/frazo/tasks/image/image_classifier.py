"""Classification of images."""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from frazo.input.image_input import standardize
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import image_classifier_pb2
from frazo.registry import register
from frazo.tasks.classification.classifier import Classifier
from frazo.tasks.classification.classifier_servable import Preparation
from frazo.tasks.image.error_page import error_page


class _ImagePreparation(Preparation):
    """Takes images, uint8 [batch, height, width, channels]."""

    def __init__(self, image_shape: tf.TensorShape):
        shape = [None, *image_shape[1:]]
        super().__init__(tf.TensorSpec(shape, tf.uint8, name="images"))

    def __call__(self, values: tf.Tensor) -> Mapping[str, tf.Tensor]:
        return {"image": standardize(values)}


@register(image_classifier_pb2.ImageClassifier)
class ImageClassifier(Classifier):
    """softmax(network(image)).

    The batches have image, float32 [batch, height, width, channels]; label, int32 [batch]; weight,
    float32 [batch]; and, for evaluation, raw, the image as uint8.
    """

    shown_feature = "raw"

    def __init__(
        self,
        message: image_classifier_pb2.ImageClassifier,
        place: Place,
        *,
        input_spec: Mapping[str, tf.TensorSpec],
    ):
        super().__init__(message, place, input_spec=input_spec)
        self._image_shape = input_spec["image"].shape
        self.build_network(tuple(self._image_shape))

    def features(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> tf.Tensor:
        return batch["image"]

    def preparation(self, texts: InputTexts) -> Preparation:
        del texts
        return _ImagePreparation(self._image_shape)

    def example_page(
        self, examples: Sequence[Mapping[str, Any]]
    ) -> list[tf.compat.v1.Summary.Value]:
        """Returns one picture of all `examples` with their labels and predictions."""
        return [error_page(examples)] if examples else []
