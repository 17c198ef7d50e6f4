"""Writes the wire form of tf.Example without TensorFlow, whose import takes seconds.

A tf.Example is a map from names to features (tensorflow/core/example/example.proto):

    Example   { Features features = 1; }
    Features  { map<string, Feature> feature = 1; }
    Feature   { oneof { BytesList bytes_list = 1; Int64List int64_list = 3; } }
    BytesList { repeated bytes value = 1; }
    Int64List { repeated int64 value = 1 [packed = true]; }
"""

from collections.abc import Mapping

# Protobuf's wire type for strings, bytes and messages: the length in bytes comes first.
_LENGTH_DELIMITED = 2
_BYTES_LIST_FIELD = 1
_INT64_LIST_FIELD = 3


def encode_example(features: Mapping[str, bytes | int]) -> bytes:
    """Serializes one tf.Example in which each feature holds one value.

    Args:
        features: bytes become a bytes_list, an int an int64_list. The features are written sorted
            by name, so equal mappings give equal bytes.

    Raises:
        TypeError: a value is neither bytes nor int.
        OverflowError: an int does not fit 64 signed bits.
    """
    entries = b"".join(
        _field(1, _field(1, name.encode()) + _field(2, _encode_feature(name, value)))
        for name, value in sorted(features.items())
    )
    return _field(1, entries)


def _encode_feature(name: str, value: bytes | int) -> bytes:
    if isinstance(value, bytes):
        return _field(_BYTES_LIST_FIELD, _field(1, value))
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise OverflowError(f"feature '{name}': {value} does not fit 64 signed bits")
        # A negative int64 is written as the unsigned number with the same 64 bits.
        return _field(_INT64_LIST_FIELD, _field(1, _varint(value % 2**64)))
    raise TypeError(f"feature '{name}': expected bytes or int, got {type(value).__name__}")


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
