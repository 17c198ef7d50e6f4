"""Tensors in the JSON of TensorFlow Serving's REST API."""

import base64
import binascii
import math
from typing import Any

import numpy as np
import tensorflow as tf
from frazo_tools.serving.serving_error import ServingError, invalid
from frazo_tools.serving.tensor_protos import check_shape

# The key of bytes that are no text.
_BASE64 = "b64"
# Outputs with this end are bytes, whatever is in them.
_BYTES_SUFFIX = "_bytes"
_MOST_DIMENSIONS = 32
_DOUBLE_BYTES = 8


def array_of_json(name: str, value: Any, spec: tf.TensorSpec) -> np.ndarray:
    """Returns the values of an input.

    Args:
      name: The input, in messages.
      value: What the request has for it: a number, a text or a truth value, {"b64": ...} for bytes,
        or lists of these.
      spec: The type and shape that the input has.

    Raises:
      ServingError: The value does not fit the input.
    """
    shape, elements = _flattened(name, value)
    check_shape(name, shape, spec)
    converted = [_element(name, element, spec.dtype) for element in elements]
    kind = object if spec.dtype == tf.string else spec.dtype.as_numpy_dtype
    array = np.empty(len(converted), kind)
    array[:] = converted
    return array.reshape(shape)


def json_of_array(name: str, array: np.ndarray) -> Any:
    """Returns an output as JSON has it: lists of numbers, texts and truth values.

    Bytes are {"b64": ...} if they are not UTF-8, or if the output's name ends with "_bytes".
    """
    if array.dtype == object:
        values = np.empty(array.shape, object)
        flat = values.reshape(-1)
        for index, content in enumerate(array.reshape(-1)):
            flat[index] = _text(content, name.endswith(_BYTES_SUFFIX))
        return values.tolist()
    if array.dtype.kind not in "biuf":
        # bfloat16, say.
        array = array.astype(np.float32)
    if array.dtype.kind == "f" and array.itemsize < _DOUBLE_BYTES:
        # The fewest digits that tell a number from its neighbours, not those of its double.
        array = array.astype(str).astype(np.float64)
    return array.tolist()


def _flattened(name: str, value: Any) -> tuple[list[int], list[Any]]:
    """Returns the sizes of nested lists, and what is in the innermost ones."""
    shape: list[int] = []
    level = [value]
    while level and isinstance(level[0], list):
        size = len(level[0])
        if len(shape) == _MOST_DIMENSIONS:
            raise invalid(f"input '{name}' has more than {_MOST_DIMENSIONS} dimensions")
        if any(not isinstance(each, list) or len(each) != size for each in level):
            raise invalid(f"input '{name}': lists of the same depth differ in length")
        shape.append(size)
        level = [element for each in level for element in each]
    if any(isinstance(element, list) for element in level):
        raise invalid(f"input '{name}': lists and values are mixed")
    return shape, level


def _element(name: str, value: Any, dtype: tf.DType) -> Any:
    """Returns a value as a type of NumPy takes it."""
    if dtype == tf.string:
        return _bytes(name, value)
    if dtype == tf.bool and isinstance(value, bool):
        return value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if dtype.is_integer and isinstance(value, int) and is_number:
        if dtype.min <= value <= dtype.max:
            return value
        raise _misfit(name, value, dtype)
    if dtype.is_floating and is_number:
        return _float(name, value, dtype)
    raise _misfit(name, value, dtype)


def _float(name: str, value: float, dtype: tf.DType) -> float:
    try:
        found = float(value)
    except OverflowError:
        raise _misfit(name, value, dtype) from None
    # What is written with few digits may be a little beyond the largest number that it rounds to.
    with np.errstate(over="ignore"):
        is_beyond = math.isfinite(found) and not np.isfinite(dtype.as_numpy_dtype(found))
    if is_beyond:
        raise _misfit(name, value, dtype)
    return found


def _bytes(name: str, value: Any) -> bytes:
    if isinstance(value, str):
        # JSON can hold halves of surrogate pairs, which are no characters.
        return value.encode(errors="replace")
    if isinstance(value, dict) and value.keys() == {_BASE64} and isinstance(value[_BASE64], str):
        try:
            return base64.b64decode(value[_BASE64], validate=True)
        except (binascii.Error, ValueError) as error:
            raise invalid(f"input '{name}': {_BASE64} holds no base64: {error}") from None
    raise _misfit(name, value, tf.string)


def _misfit(name: str, value: Any, dtype: tf.DType) -> ServingError:
    return invalid(f"input '{name}': {repr(value)[:40]} is no {dtype.name}")


def _text(content: bytes, is_bytes: bool) -> Any:
    if not is_bytes:
        try:
            return content.decode()
        except UnicodeDecodeError:
            pass
    return {_BASE64: base64.b64encode(content).decode()}
