"""Frazo's TensorFlow ops.

The library of ops is loaded once, when the first of them is asked for.
"""

from __future__ import annotations

import functools
import os
import pathlib
import types
from collections.abc import Sequence

import tensorflow as tf

_LIBRARY = "libfrazo_ops.so"


def record_dataset(
    files: Sequence[str | os.PathLike[str]] | tf.Tensor, compression: str = "none"
) -> tf.data.Dataset:
    """The records of TFRecord files, one file after the other.

    Both CRCs of every record are checked. A saved iterator (`tf.train.Checkpoint`) holds a place, and once
    restored goes on with the very next record.

    Args:
      files: n paths, n >= 1.
      compression: of all files: "none", "gzip", "zlib" or "zstd".

    Returns:
      A dataset of scalar strings, the bytes of the records.

    Raises:
      tf.errors.InvalidArgumentError: no files, or an unknown compression; while iterating, the wrong
        compression for a file, or a record over 1 GiB.
      tf.errors.NotFoundError, tf.errors.PermissionDeniedError: while iterating.
      tf.errors.DataLossError: while iterating: the file is damaged or was cut short; the message names the
        file, the record and its byte. An iterator that is asked on goes on with the next file.
    """
    if not tf.is_tensor(files):
        files = tf.constant(
            [os.fspath(file) for file in files], dtype=tf.string, shape=[len(files)]
        )
    handle = _library().frazo_record_dataset(files=files, compression=compression)
    return tf.data.experimental.from_variant(handle, tf.TensorSpec([], tf.string))


def sparse_conv2d_gradient(
    x: tf.Tensor, kernel: tf.Tensor, output_gradient: tf.Tensor, *, stride: int, padding: str
) -> tuple[tf.Tensor, tf.Tensor]:
    """The gradients of tf.nn.conv2d(x, kernel, stride, padding) for x and for kernel.

    Takes time proportional to the nonzero elements of output_gradient: worth it where at most a third are, as
    behind max pooling. The result does not depend on the number of threads.

    Args:
      x: float32 [batch, height, width, channels].
      kernel: float32 [kernel_height, kernel_width, channels, filters].
      output_gradient: float32 [batch, out_height, out_width, filters].
      stride: step of the window in both directions, pixels.
      padding: "SAME" or "VALID".

    Raises:
      tf.errors.InvalidArgumentError: the shapes do not belong to one convolution.
    """
    gradients = _library().frazo_sparse_conv2d_gradient(
        input=x, filter=kernel, output_gradient=output_gradient, stride=stride, padding=padding
    )
    return gradients.input_gradient, gradients.filter_gradient


@functools.cache
def _library() -> types.ModuleType:
    return tf.load_op_library(str(_find_library(pathlib.Path(__file__).absolute().parent)))


def _find_library(package: pathlib.Path) -> pathlib.Path:
    """The library of ops beside the package `frazo`, or where Bazel puts it in the tree that holds it."""
    places = [package / _LIBRARY, package.parents[1] / "core" / "ops" / _LIBRARY]
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(
        f"{_LIBRARY} is in neither of {', '.join(map(str, places))}: run the program with Bazel and"
        " //python/frazo:ops among its deps, or build //core/ops:frazo_ops and copy the library into the first"
    )
