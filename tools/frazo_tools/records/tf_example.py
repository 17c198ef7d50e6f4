"""Writes the wire form of tf.Example without TensorFlow, whose import takes seconds.

A tf.Example is a map from names to features (tensorflow/core/example/example.proto):

    Example   { Features features = 1; }
    Features  { map<string, Feature> feature = 1; }
    Feature   { oneof { BytesList bytes_list = 1; FloatList float_list = 2;
                        Int64List int64_list = 3; } }
    BytesList { repeated bytes value = 1; }
    FloatList { repeated float value = 1 [packed = true]; }
    Int64List { repeated int64 value = 1 [packed = true]; }
"""

from collections.abc import Mapping, Sequence

import numpy as np

# Protobuf's wire type for strings, bytes and messages: the length in bytes comes first.
_LENGTH_DELIMITED = 2
_BYTES_LIST_FIELD = 1
_FLOAT_LIST_FIELD = 2
_INT64_LIST_FIELD = 3

# One value, or the values of a list. An array of floats may have any shape.
Value = bytes | int | Sequence[bytes] | np.ndarray


def encode_example(features: Mapping[str, Value]) -> bytes:
    """Serializes one tf.Example.

    Args:
        features: bytes, or a list of bytes, become a bytes_list; an int, or an array of whole
            numbers, an int64_list; an array of floats a float_list. The features are written sorted
            by name, so equal mappings give equal bytes.

    Raises:
        TypeError: a value is of another type.
        OverflowError: an int does not fit 64 signed bits.
    """
    entries = b"".join(
        _field(1, _field(1, name.encode()) + _field(2, _encode_feature(name, value)))
        for name, value in sorted(features.items())
    )
    return _field(1, entries)


def _encode_feature(name: str, value: Value) -> bytes:
    if isinstance(value, bytes):
        value = [value]
    if isinstance(value, list | tuple) and all(isinstance(item, bytes) for item in value):
        return _field(_BYTES_LIST_FIELD, b"".join(_field(1, item) for item in value))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return _field(_FLOAT_LIST_FIELD, _field(1, value.astype("<f4").tobytes()))
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return _encode_integers(name, value.ravel().tolist())
    if isinstance(value, int):
        return _encode_integers(name, [value])
    raise TypeError(
        f"feature '{name}': expected bytes, a list of bytes, int or an array of numbers, got "
        f"{type(value).__name__}"
    )


def _encode_integers(name: str, values: Sequence[int]) -> bytes:
    for value in values:
        if not -(2**63) <= value < 2**63:
            raise OverflowError(f"feature '{name}': {value} does not fit 64 signed bits")
    # A negative int64 is written as the unsigned number with the same 64 bits.
    packed = b"".join(_varint(value % 2**64) for value in values)
    return _field(_INT64_LIST_FIELD, _field(1, packed))


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(payload)) + payload


def _varint(number: int) -> bytes:
    """Encodes in base 128, least significant group first. The top bit of a byte says that another
    byte follows.
    """
    groups = bytearray()
    while number >= 0x80:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)
