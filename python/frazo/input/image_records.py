"""Labelled images from files of tf.Examples, read by the C++ pipeline."""

import numpy as np
from frazo._core import FrazoError
from frazo.input.image_set import ImageSet
from frazo.input.share import WHOLE, Share
from frazo.pipeline import Pipeline
from frazo.proto import image_input_pb2, pipeline_pb2, processor_pb2, record_source_pb2

# Half of this many records are shuffled at a time (see Shuffle): all of a set of 10,000, and of a
# larger set as many as the bound on bytes allows.
_SHUFFLE_RECORDS = 1 << 17
_SHUFFLE_BYTES = 1 << 26
# Parsing only copies the image's bytes: more threads would not help.
_THREADS = 1
_MOST_LABEL = 2**31 - 1


def image_pipeline(
    message: image_input_pb2.ImageInput, *, seed: int, share: Share
) -> pipeline_pb2.Pipeline:
    """Returns the Pipeline for the batches of an ImageInput with `records`.

    A batch has image, uint8 [batch, height, width, channels], and label, int32 [batch]. A shuffled
    pipeline is endless; otherwise it makes one pass, and the last batch may be smaller.
    """
    source = record_source_pb2.FileSource(
        files=record_source_pb2.FileSet(
            patterns=message.records.files, compression=message.records.compression
        )
    )
    if message.shuffle:
        source.shuffle.buffer_records = _SHUFFLE_RECORDS
        source.shuffle.buffer_bytes = _SHUFFLE_BYTES
    else:
        source.epochs = 1
    config = pipeline_pb2.Pipeline(
        seed=seed, replica=share.replica, replicas=share.replicas, threads=_THREADS
    )
    config.source.files.CopyFrom(source)
    image = config.processor.tf_example.features.add(name="image", type=processor_pb2.UINT8)
    image.shape.sizes.extend([message.height, message.width, message.channels])
    label = config.processor.tf_example.features.add(name="label", type=processor_pb2.INT32)
    label.shape.SetInParent()
    label.min_value, label.max_value = 0, _MOST_LABEL
    config.batcher.fixed.batch_size = share.of_batch(message.batch_size)
    config.batcher.fixed.drop_remainder = message.shuffle
    return config


def check_image_records(message: image_input_pb2.ImageInput) -> None:
    """Reads the first image, so that unusable files are an error before training begins.

    Raises:
      FrazoError: The message names the file, the record and the error.
      ValueError: There is no image.
    """
    _read_first(message, 1)


def read_image_records(message: image_input_pb2.ImageInput, count: int) -> ImageSet:
    """Reads the first `count` images in file order, or all if there are fewer.

    Raises:
      FrazoError, ValueError: As check_image_records.
    """
    return _read_first(message, count)


def _read_first(message: image_input_pb2.ImageInput, count: int) -> ImageSet:
    in_order = image_input_pb2.ImageInput()
    in_order.CopyFrom(message)
    in_order.shuffle = False
    in_order.batch_size = min(count, message.batch_size)
    images, labels = [], []
    missing = count
    try:
        for batch in Pipeline(image_pipeline(in_order, seed=0, share=WHOLE)):
            images.append(batch["image"][:missing])
            labels.append(batch["label"][:missing])
            missing -= len(labels[-1])
            if not missing:
                break
    except FrazoError as error:
        raise type(error)(f"records.files: {error}") from error
    if not labels:
        raise ValueError(
            f"records.files: there is no image in {', '.join(message.records.files)}: "
            "the files have no records."
        )
    return ImageSet(np.concatenate(images), np.concatenate(labels))
