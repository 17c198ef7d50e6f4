"""Reads a set of images from TFRecord files."""

import numpy as np
import tensorflow as tf
from frazo.input.file_lookup import find_file
from frazo.input.image_set import ImageSet
from frazo.ops import record_dataset
from frazo.proto import compression_pb2, image_input_pb2

# Large enough that the cost of a graph call vanishes, small enough to hold in memory twice.
_RECORDS_AT_ONCE = 1024
_ABSENT_LABEL = -1


def read_image_records(
    message: image_input_pb2.ImageRecords, image_shape: tuple[int, int, int]
) -> ImageSet:
    """Reads all files in order. image_shape: [height, width, channels].

    Raises FileNotFoundError, ValueError naming the file and the record (from 0) whose features are
    missing or of the wrong kind or size, and what frazo.ops.record_dataset raises where a file
    cannot be read.
    """
    parts = [
        _read_file(find_file(file, "records.files"), message.compression, image_shape)
        for file in message.files
    ]
    return ImageSet(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )


def _read_file(path: str, compression: int, image_shape: tuple[int, int, int]) -> ImageSet:
    images, labels, count = [], [], 0
    name = compression_pb2.Compression.Name(compression).lower()
    for serialized in record_dataset([path], name).batch(_RECORDS_AT_ONCE):
        features = _parse(serialized, path, count)
        images.append(_decode(features["image"].numpy(), image_shape, path, count))
        labels.append(_checked_labels(features["label"].numpy(), path, count))
        count += len(labels[-1])
    return ImageSet(
        np.concatenate([np.zeros((0, *image_shape), np.uint8), *images]),
        np.concatenate([np.zeros(0, np.int32), *labels]),
    )


def _parse(serialized: tf.Tensor, path: str, start: int) -> dict[str, tf.Tensor]:
    schema = {
        "image": tf.io.FixedLenFeature([], tf.string, default_value=b""),
        "label": tf.io.FixedLenFeature([], tf.int64, default_value=_ABSENT_LABEL),
    }
    try:
        return tf.io.parse_example(serialized, schema)
    except tf.errors.InvalidArgumentError as error:
        raise ValueError(
            f"{path}: a record from number {start} on is not a tf.Example with the features image "
            f"(one bytes value) and label (one int64 value): {error.message}"
        ) from error


def _decode(
    images: np.ndarray, image_shape: tuple[int, int, int], path: str, start: int
) -> np.ndarray:
    expected = int(np.prod(image_shape))
    for number, image in enumerate(images, start):
        if not image:
            raise ValueError(
                f"{path}: record {number} has no feature 'image'. "
                "Each must be a tf.Example with image (bytes) and label (int64)."
            )
        if len(image) != expected:
            height, width, channels = image_shape
            raise ValueError(
                f"{path}: record {number}: the image has {len(image)} bytes; expected height * "
                f"width * channels = {height} * {width} * {channels} = {expected}. "
                "Correct these fields of the input, or the file."
            )
    flat = np.frombuffer(b"".join(images), np.uint8)
    return flat.reshape(len(images), *image_shape)


def _checked_labels(labels: np.ndarray, path: str, start: int) -> np.ndarray:
    bad = np.flatnonzero((labels < 0) | (labels > np.iinfo(np.int32).max))
    if bad.size:
        first = bad[0]
        what = (
            "has no feature 'label', or it is negative"
            if labels[first] < 0
            else f"has the label {labels[first]}, above 2147483647"
        )
        raise ValueError(
            f"{path}: record {start + first} {what}. "
            "Each must be a tf.Example with image (bytes) and label (int64, from 0)."
        )
    return labels.astype(np.int32)
