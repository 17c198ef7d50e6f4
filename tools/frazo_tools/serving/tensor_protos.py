"""Tensors of gRPC requests and answers."""

import math

import numpy as np
import tensorflow as tf
from frazo_tools.serving.serving_error import invalid

_MOST_DIMENSIONS = 32


def array_of(name: str, proto, spec: tf.TensorSpec, most_bytes: int) -> np.ndarray:
    """Returns the values of a tensor.

    Args:
      name: The input that it is for, in messages.
      proto: The TensorProto.
      spec: The type and shape that the input has.
      most_bytes: The most memory that its elements may take: a message of few bytes can stand for
        a large tensor whose elements are all the same.

    Raises:
      ServingError: The tensor does not fit the input, or is none.
    """
    if proto.dtype != spec.dtype.as_datatype_enum:
        raise invalid(
            f"input '{name}' has type {_type_name(proto.dtype)}; expected {spec.dtype.name}"
        )
    if proto.tensor_shape.unknown_rank:
        raise invalid(f"input '{name}' has no shape; expected {spec.shape}")
    sizes = [dimension.size for dimension in proto.tensor_shape.dim]
    if len(sizes) > _MOST_DIMENSIONS or any(size < 0 for size in sizes):
        raise invalid(f"input '{name}' has a shape that no tensor has; expected {spec.shape}")
    check_shape(name, sizes, spec)
    count = math.prod(sizes)
    if count * max(spec.dtype.size or 1, 1) > most_bytes:
        raise invalid(
            f"input '{name}' has {count} elements, which take more than {most_bytes} bytes"
        )
    if spec.dtype == tf.string and len(proto.string_val) != count:
        raise invalid(f"input '{name}' has {len(proto.string_val)} texts for a shape of {count}")
    try:
        return np.asarray(tf.make_ndarray(proto))
    except (ValueError, TypeError, OverflowError) as error:
        raise invalid(f"input '{name}' is no tensor: {error}") from None


def check_shape(name: str, sizes: list[int] | tuple[int, ...], spec: tf.TensorSpec) -> None:
    """Raises ServingError if an input may not have a shape."""
    if not spec.shape.is_compatible_with(sizes):
        raise invalid(f"input '{name}' has shape {_shape_text(sizes)}; expected {spec.shape}")


def proto_of(array: np.ndarray):
    """Returns an array as a TensorProto; one of texts has dtype object."""
    return tf.make_tensor_proto(array, dtype=tf.string if array.dtype == object else None)


def _shape_text(sizes: list[int] | tuple[int, ...]) -> str:
    return f"({', '.join(map(str, sizes))})"


def _type_name(number: int) -> str:
    try:
        return tf.dtypes.as_dtype(number).name
    except TypeError:
        return f"number {number}"
