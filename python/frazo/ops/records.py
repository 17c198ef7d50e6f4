"""TensorFlow ops that read records."""

from __future__ import annotations

import os
from collections.abc import Sequence

import tensorflow as tf

from frazo.ops.library import op_library
from frazo.pipeline import search_folders
from frazo.proto import record_source_pb2


def record_dataset(
    files: Sequence[str | os.PathLike[str]] | tf.Tensor, compression: str = "none"
) -> tf.data.Dataset:
    """Reads the records of TFRecord files, one file after the other.

    Both CRCs of every record are checked. A saved iterator (`tf.train.Checkpoint`) holds a
    position; a restored one continues with the very next record.

    Args:
      files: n paths, n >= 1.
      compression: Of all files: "none", "gzip", "zlib" or "zstd".

    Returns:
      A dataset of scalar strings, the bytes of the records.

    Raises:
      tf.errors.InvalidArgumentError: No files, or an unknown compression; while iterating, the
        wrong compression for a file, or a record over 1 GiB.
      tf.errors.NotFoundError, tf.errors.PermissionDeniedError: While iterating.
      tf.errors.DataLossError: While iterating: a file is damaged or was cut short. The message
        names the file, the record and its byte. The next call continues with the next file.
    """
    if not tf.is_tensor(files):
        files = tf.constant(
            [os.fspath(file) for file in files], dtype=tf.string, shape=[len(files)]
        )
    handle = op_library().frazo_record_dataset(files=files, compression=compression)
    return tf.data.experimental.from_variant(handle, tf.TensorSpec([], tf.string))


def record_source_dataset(
    source: record_source_pb2.RecordSource,
    *,
    seed: int = 301,
    replica: int = 0,
    replicas: int = 1,
    skip_damaged: bool = False,
) -> tf.data.Dataset:
    """Reads the records that a RecordSource message describes, for your own function to process.

        records = record_source_dataset(source, seed=1)
        batches = records.map(lambda source_id, record: parse(record)).batch(32)

    The order depends on the message, the files and the arguments only. A saved iterator has some
    hundred bytes, whatever the shuffle buffer, and continues with the very next record.

    Args:
      source: The message. Relative paths in it are looked up below the current directory, then
        below Frazo's own tree.
      seed: Decides the order of shuffled and mixed sources.
      replica: This consumer is number `replica` of `replicas`; each record goes to exactly one
        consumer.
      replicas: > replica.
      skip_damaged: Skips damaged records and files with a warning instead of raising an error.

    Returns:
      A dataset of (source_id, record): int32 [], the part of a mixture (else 0), and string [].

    Raises:
      tf.errors.OpError: When an iterator is made or later; the message names the file, the record
        and its byte.
    """
    handle = op_library().frazo_record_source_dataset(
        source=source.SerializeToString(deterministic=True),
        search_folders=tf.constant(search_folders(), tf.string),
        seed=seed,
        replica=replica,
        replicas=replicas,
        skip_damaged=skip_damaged,
    )
    return tf.data.experimental.from_variant(
        handle, (tf.TensorSpec([], tf.int32), tf.TensorSpec([], tf.string))
    )
