"""Labelled images of one size, held in memory."""

import tensorflow as tf
from frazo.input.image_records import read_image_records
from frazo.input.image_set import ImageSet
from frazo.input.image_tensors import read_image_tensors
from frazo.input.input import Input
from frazo.input.shuffled_order import shuffled_indices
from frazo.proto import image_input_pb2
from frazo.registry import register


@register(image_input_pb2.ImageInput)
class ImageInput(Input):
    """Batches of standardized images; see the message for the features and for the order."""

    def __init__(self, message: image_input_pb2.ImageInput, *, seed: int):
        super().__init__(message, seed=seed)
        image_set = _read(message)
        self.num_examples = len(image_set)
        self._images = tf.constant(image_set.images)
        self._labels = tf.constant(image_set.labels)
        batch, image_shape = message.batch_size, image_set.images.shape[1:]
        self.element_spec = {
            "image": tf.TensorSpec([batch, *image_shape], tf.float32),
            "raw": tf.TensorSpec([batch, *image_shape], tf.uint8),
            "label": tf.TensorSpec([batch], tf.int32),
            "weight": tf.TensorSpec([batch], tf.float32),
        }

    def dataset(self) -> tf.data.Dataset:
        batches = tf.data.Dataset.counter()
        if not self.message.shuffle:
            batches = batches.take(-(-self.num_examples // self.message.batch_size))
        make_batch = self._shuffled_batch if self.message.shuffle else self._ordered_batch
        # Inline, and not ahead in other threads: it takes a hundredth of a training step, and so
        # the iterator's state is one number. The default rewrites would make it parallel.
        options = tf.data.Options()
        options.experimental_optimization.apply_default_optimizations = False
        options.autotune.enabled = False
        return batches.map(tf.autograph.experimental.do_not_convert(make_batch)).with_options(
            options
        )

    def _shuffled_batch(self, number: tf.Tensor) -> dict[str, tf.Tensor]:
        count = self.message.batch_size
        indices = shuffled_indices(
            number * count, count, num_examples=self.num_examples, seed=self.seed
        )
        return self._batch(indices, tf.ones([count]))

    def _ordered_batch(self, number: tf.Tensor) -> dict[str, tf.Tensor]:
        count = self.message.batch_size
        indices = number * count + tf.range(count, dtype=tf.int64)
        real = indices < self.num_examples
        return self._batch(tf.where(real, indices, 0), tf.cast(real, tf.float32))

    def _batch(self, indices: tf.Tensor, weight: tf.Tensor) -> dict[str, tf.Tensor]:
        real = weight > 0
        raw = tf.gather(self._images, indices) * tf.cast(real, tf.uint8)[:, None, None, None]
        label = tf.gather(self._labels, indices) * tf.cast(real, tf.int32)
        batch = {"image": standardize(raw), "raw": raw, "label": label, "weight": weight}
        return {
            name: tf.ensure_shape(batch[name], spec.shape)
            for name, spec in self.element_spec.items()
        }


def standardize(images: tf.Tensor) -> tf.Tensor:
    """(x - mean) / max(stddev, 1 / sqrt(n)) for each image, n being the number of its values.

    [batch, height, width, channels], any number type, to float32. The bound keeps images of one
    colour from dividing by zero.
    """
    return tf.image.per_image_standardization(images)


def _read(message: image_input_pb2.ImageInput) -> ImageSet:
    image_shape = (message.height, message.width, message.channels)
    if message.WhichOneof("source") == "records":
        image_set = read_image_records(message.records, image_shape)
        source = f"records.files {list(message.records.files)}"
    else:
        image_set = read_image_tensors(message.tensors, image_shape)
        source = f"tensors.prefix '{message.tensors.prefix}'"
    if not len(image_set):
        raise ValueError(f"image: the input has no images: {source} is empty.")
    return image_set.first(message.max_images) if message.HasField("max_images") else image_set
