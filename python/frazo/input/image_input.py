"""Labelled images of one size."""

from collections.abc import Sequence

import tensorflow as tf
from frazo._core import IteratorLink
from frazo.input.divided_position import divided_position
from frazo.input.image_records import check_image_records, image_pipeline, read_image_records
from frazo.input.image_set import ImageSet
from frazo.input.image_set_batches import image_set_batches
from frazo.input.image_tensors import read_image_tensors
from frazo.input.input import Input
from frazo.input.iterator_position import restore_position, save_position
from frazo.input.share import WHOLE, Share
from frazo.input.unchanged_dataset import unchanged
from frazo.ops import pipeline_dataset
from frazo.proto import image_input_pb2, pipeline_pb2
from frazo.registry import register


@register(image_input_pb2.ImageInput)
class ImageInput(Input):
    """Gives batches of standardized images. The message describes the features and the order."""

    def __init__(self, message: image_input_pb2.ImageInput, *, seed: int, share: Share = WHOLE):
        """Builds the input without its files.

        Args:
          message: The configuration.
          seed: Decides the order of a shuffled input.
          share: The part of the input that this process reads.
        """
        super().__init__(message, seed=seed, share=share)
        self._image_set: ImageSet | None = None
        self._is_open = False
        self.num_examples = None
        self._batch_size = batch = share.of_batch(message.batch_size)
        image_shape = (message.height, message.width, message.channels)
        self.element_spec = {
            "image": tf.TensorSpec([batch, *image_shape], tf.float32),
            "raw": tf.TensorSpec([batch, *image_shape], tf.uint8),
            "label": tf.TensorSpec([batch], tf.int32),
            "weight": tf.TensorSpec([batch], tf.float32),
        }

    def open(self) -> None:
        if self._is_open:
            return
        self._image_set = _in_memory(self.message)
        if self._image_set is None:
            check_image_records(self.message)
        else:
            self.num_examples = len(self._image_set)
        self._is_open = True

    def dataset(self) -> tf.data.Dataset:
        self.open()
        if self._image_set is None:
            return self._finished_pipeline(self._pipeline_of(self.share))
        return self._finished_images(self._image_set)

    def _finished_images(self, image_set: ImageSet, first: int = 0) -> tf.data.Dataset:
        batches = image_set_batches(
            image_set,
            batch_size=self.message.batch_size,
            shuffle=self.message.shuffle,
            seed=self.seed,
            share=self.share,
            first=first,
        )
        return self._finished(batches, self._batch_size)

    def _pipeline_of(self, share: Share) -> pipeline_pb2.Pipeline:
        return image_pipeline(self.message, seed=self.seed, share=share)

    def _finished_pipeline(
        self, config: pipeline_pb2.Pipeline, link: IteratorLink | None = None
    ) -> tf.data.Dataset:
        return self._finished(pipeline_dataset(config, link), config.batcher.fixed.batch_size)

    def _finished(self, batches: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
        @tf.autograph.experimental.do_not_convert
        def finish(images: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            return self._finished_batch(images, batch_size)

        # It takes a hundredth of a training step.
        return unchanged(batches.map(finish))

    def identity(self) -> dict[str, str]:
        """The state of a pipeline holds what it fits; that of images in memory is a number."""
        self.open()
        if self._image_set is None:
            return {}
        message = self.message
        division = {} if self.share.divides_batches else {"batches": "one worker has all of each"}
        return {
            **division,
            "images": str(len(self._image_set)),
            "contents": self._image_set.checksum(),
            "batch_size": str(message.batch_size),
            "order": f"shuffled by seed {self.seed}" if message.shuffle else "that of the file",
        }

    def continued_position(self, positions: Sequence[tf.Tensor]) -> tf.Tensor:
        """The state of images in memory is the number of the next batch, which is the same in all
        shares of the same batches. Where each share has batches of its own, some shares are ahead:
        what they gave since the first batch that another one lacks is given again.
        """
        self.open()
        if self._image_set is None:
            return divided_position(
                positions, self.share, self._pipeline_of, self._finished_pipeline
            )
        if self.share.divides_batches:
            return positions[0]
        if not self.message.shuffle:
            return super().continued_position(positions)
        first = min(_batch_number(position) for position in positions)
        return save_position(iter(self._finished_images(self._image_set, first)))

    def _finished_batch(
        self, images: dict[str, tf.Tensor], batch_size: int
    ) -> dict[str, tf.Tensor]:
        """Pads a last batch that has fewer images."""
        raw, label = images["image"], images["label"]
        weight = tf.ones_like(label, tf.float32)
        if self.message.classes:
            label = self._class_of(label)
        if not self.message.shuffle:
            padding = batch_size - tf.shape(label)[0]
            raw = tf.pad(raw, [[0, padding], [0, 0], [0, 0], [0, 0]])
            label, weight = (tf.pad(values, [[0, padding]]) for values in (label, weight))
        batch = {"image": standardize(raw), "raw": raw, "label": label, "weight": weight}
        return {
            name: tf.ensure_shape(batch[name], [batch_size, *spec.shape[1:]])
            for name, spec in self.element_spec.items()
        }

    def _class_of(self, label: tf.Tensor) -> tf.Tensor:
        """Returns message.classes of each label."""
        classes = tf.constant(list(self.message.classes), tf.int32)
        known = tf.reduce_all((label >= 0) & (label < len(self.message.classes)))
        problem = (
            f"image: there is a label that is not from 0 to {len(self.message.classes) - 1}; list a class for "
            "each label in `classes`."
        )
        with tf.control_dependencies([tf.debugging.Assert(known, [problem])]):
            return tf.gather(classes, label)


def _batch_number(position: tf.Tensor) -> int:
    """Returns the number of the next batch of shuffled images in memory."""
    numbers = tf.data.Dataset.counter()
    # The same steps, so that the position fits.
    for _ in range(2):
        numbers = numbers.map(lambda number: number)
    iterator = iter(unchanged(numbers))
    restore_position(iterator, position)
    return int(next(iterator))


def standardize(images: tf.Tensor) -> tf.Tensor:
    """Computes (x - mean) / max(stddev, 1 / sqrt(n)) for each image, where n is its number of
    values.

    The bound prevents a division by zero for images of one colour.

    Args:
      images: [batch, height, width, channels], any number type.

    Returns:
      float32 of the same shape.
    """
    return tf.image.per_image_standardization(images)


def _in_memory(message: image_input_pb2.ImageInput) -> ImageSet | None:
    """Returns the images, or None if they are read from their files during training."""
    if message.WhichOneof("source") == "records":
        if not message.HasField("max_images"):
            return None
        return read_image_records(message, message.max_images)
    image_shape = (message.height, message.width, message.channels)
    image_set = read_image_tensors(message.tensors, image_shape)
    if not len(image_set):
        raise ValueError(
            f"image: the input has no images: tensors.prefix '{message.tensors.prefix}' is empty."
        )
    return image_set.first(message.max_images) if message.HasField("max_images") else image_set
