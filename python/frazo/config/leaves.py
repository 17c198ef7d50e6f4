"""The fields of a message and of the messages in it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message


class Leaf(NamedTuple):
    """A field that is set: its path, its descriptor, and its value or one element of it."""

    path: str
    field: FieldDescriptor
    value: Any


def leaves(message: Message, path: str = "") -> Iterator[Leaf]:
    """Yields scalars, and messages before what is in them.

    Args:
      message: A message.
      path: Its own path, in front of all others.
    """
    for field, value in message.ListFields():
        field_path = f"{path}.{field.name}" if path else field.name
        for element_path, element in _elements(field, value, field_path):
            yield Leaf(element_path, field, element)
            if isinstance(element, Message):
                yield from leaves(element, element_path)


def _elements(field: FieldDescriptor, value: Any, path: str) -> list[tuple[str, Any]]:
    if not field.is_repeated:
        return [(path, value)]
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return [(f"{path}.{key}", value[key]) for key in sorted(value)]
    return [(f"{path}[{index}]", element) for index, element in enumerate(value)]
