"""Labelled images out of files of tf.Examples, read by the C++ pipeline."""

import numpy as np
from frazo._core import FrazoError
from frazo.input.image_set import ImageSet
from frazo.pipeline import Pipeline
from frazo.proto import image_input_pb2, pipeline_pb2, processor_pb2, record_source_pb2

# Half of them are put into random order at a time (see Shuffle): more than the whole of a set of
# 10,000, and of larger ones as many as the bytes allow.
_SHUFFLE_RECORDS = 1 << 17
_SHUFFLE_BYTES = 1 << 26
# Parsing is a copy of the image's bytes: further threads would have nothing to do.
_THREADS = 1
_MOST_LABEL = 2**31 - 1


def image_pipeline(message: image_input_pb2.ImageInput, *, seed: int) -> pipeline_pb2.Pipeline:
    """What gives the batches of an ImageInput with `records`: image, uint8 [batch, height, width,
    channels], and label, int32 [batch]; without end if it shuffles, else one pass, the last batch
    smaller.
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
    config = pipeline_pb2.Pipeline(seed=seed, threads=_THREADS)
    config.source.files.CopyFrom(source)
    image = config.processor.tf_example.features.add(name="image", type=processor_pb2.UINT8)
    image.shape.sizes.extend([message.height, message.width, message.channels])
    label = config.processor.tf_example.features.add(name="label", type=processor_pb2.INT32)
    label.shape.SetInParent()
    label.min_value, label.max_value = 0, _MOST_LABEL
    config.batcher.fixed.batch_size = message.batch_size
    config.batcher.fixed.drop_remainder = message.shuffle
    return config


def check_image_records(message: image_input_pb2.ImageInput) -> None:
    """Reads the first image, so that files that cannot be used are an error before training begins.

    Raises FrazoError naming the file, the record and what is wrong with it; ValueError if there is
    no image.
    """
    _read_first(message, 1)


def read_image_records(message: image_input_pb2.ImageInput, count: int) -> ImageSet:
    """The first `count` images in file order, or all if there are fewer. Raises as
    check_image_records.
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
        for batch in Pipeline(image_pipeline(in_order, seed=0)):
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
