"""Reads the texts out of the wire form of tf.Example without TensorFlow, whose import takes seconds.

The messages are those that tools/tf_example.py writes.
"""

from collections.abc import Iterator

_VARINT = 0
_FIXED64 = 1
_LENGTH_DELIMITED = 2
_FIXED32 = 5

_FEATURES = 1  # In Example: Features; in Features: an entry of the map.
_KEY = 1
_VALUE = 2
_BYTES_LIST = 1  # In Feature: BytesList; in BytesList: a value.


class ExampleError(Exception):
    """The bytes are no message; str() says where."""


def bytes_features(example: bytes) -> dict[str, list[bytes]]:
    """The values of each bytes feature, by name.

    Raises:
        ExampleError: the bytes are no tf.Example.
    """
    features = {}
    for entries in _messages(example, _FEATURES):
        for entry in _messages(entries, _FEATURES):
            name = b"".join(_messages(entry, _KEY))
            for feature in _messages(entry, _VALUE):
                for values in _messages(feature, _BYTES_LIST):
                    features[name.decode(errors="replace")] = list(_messages(values, _BYTES_LIST))
    return features


def _messages(message: bytes, wanted: int) -> Iterator[bytes]:
    """The contents of each field of that number, which is of bytes or a message."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            _, position = _varint(message, position)
            continue
        if wire_type == _LENGTH_DELIMITED:
            length, position = _varint(message, position)
        elif wire_type in (_FIXED64, _FIXED32):
            length = 8 if wire_type == _FIXED64 else 4
        else:
            raise ExampleError(f"wire type {wire_type} at byte {position}")
        end = position + length
        if end > len(message):
            raise ExampleError(f"a field of {length} bytes at byte {position} goes past the end")
        if number == wanted and wire_type == _LENGTH_DELIMITED:
            yield message[position:end]
        position = end


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """The number that starts at `position`, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if position == len(message):
            raise ExampleError("a number is cut by the end")
        byte = message[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise ExampleError(f"a number of more than ten bytes before byte {position}")
