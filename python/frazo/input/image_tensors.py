"""Reads a set of images from a TensorFlow checkpoint that holds it as tensors."""

import pathlib

import numpy as np
import tensorflow as tf
from frazo.input.file_lookup import find_checkpoint
from frazo.input.image_set import ImageSet
from frazo.program.literal_path import is_pattern, literal_prefix
from frazo.proto import image_input_pb2


def read_image_tensors(
    message: image_input_pb2.TensorCheckpoint, image_shape: tuple[int, int, int]
) -> ImageSet:
    """Reads the images and labels.

    Args:
      message: The checkpoint and the names of its tensors.
      image_shape: [height, width, channels].

    Raises:
      FileNotFoundError: There is no checkpoint.
      ValueError: A tensor is missing or has the wrong type or shape.
    """
    prefix = find_checkpoint(message.prefix, "tensors.prefix")
    if is_pattern(pathlib.Path(prefix).name):
        raise ValueError(
            f"tensors.prefix: TensorFlow takes the name of '{prefix}' for a pattern. Rename the "
            "checkpoint's files so that the name is without *, ?, [ and \\."
        )
    with literal_prefix(prefix) as readable:
        reader = tf.train.load_checkpoint(readable)
        images = _tensor(reader, prefix, message.images, "tensors.images")
        labels = _tensor(reader, prefix, message.labels, "tensors.labels")
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.dtype != np.uint8 or images.shape[1:] != image_shape:
        raise ValueError(
            f"{prefix}: the tensor '{message.images}' is {images.dtype} {list(images.shape)}; "
            f"expected uint8 [n, height, width, channels] = {['n', *image_shape]}. "
            "Correct tensors.images or the input's height, width and channels."
        )
    if not np.issubdtype(labels.dtype, np.integer) or labels.shape != images.shape[:1]:
        raise ValueError(
            f"{prefix}: the tensor '{message.labels}' is {labels.dtype} {list(labels.shape)}; "
            f"expected integers [{len(images)}], one for each image. Correct tensors.labels."
        )
    if labels.size and not 0 <= labels.min() <= labels.max() <= np.iinfo(np.int32).max:
        raise ValueError(
            f"{prefix}: the tensor '{message.labels}' has values from {labels.min()} to "
            f"{labels.max()}; expected labels from 0 to 2147483647."
        )
    return ImageSet(images, labels.astype(np.int32))


def _tensor(reader, prefix: str, name: str, field: str) -> np.ndarray:
    known = sorted(reader.get_variable_to_shape_map())
    if name not in known:
        raise ValueError(
            f"{prefix}: there is no tensor '{name}'; it has {', '.join(known)}. Correct {field}."
        )
    return reader.get_tensor(name)
