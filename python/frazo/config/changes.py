"""Compares two experiments."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

# These fields don't change what is trained.
_UNIMPORTANT = frozenset(["description"])


def changed_fields(before: Message, after: Message) -> list[tuple[str, str, str]]:
    """Lists the scalar fields that differ.

    Args:
      before: A message whose defaults are filled in.
      after: A message of the same type, likewise.

    Returns:
      (field path, value before, value after) of each field that differs, ordered by path. "unset"
      stands for a field without a value.
    """
    old, new = _leaves(before, ""), _leaves(after, "")
    return [
        (path, old.get(path, "unset"), new.get(path, "unset"))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path) and path not in _UNIMPORTANT
    ]


def _leaves(message: Message, path: str) -> dict[str, str]:
    leaves = {}
    for field, value in message.ListFields():
        field_path = f"{path}.{field.name}" if path else field.name
        for element_path, element in _elements(field, value, field_path):
            if isinstance(element, Message):
                # A message without fields has no leaf, but its presence is a choice:
                # "optimizer.sgd".
                leaves[element_path] = "set"
                leaves.update(_leaves(element, element_path))
            else:
                leaves[element_path] = _show(field, element)
    return leaves


def _elements(field: FieldDescriptor, value: Any, path: str) -> list[tuple[str, object]]:
    if not field.is_repeated:
        return [(path, value)]
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return [(f"{path}.{key}", value[key]) for key in sorted(value)]
    return [(f"{path}[{index}]", element) for index, element in enumerate(value)]


def _show(field: FieldDescriptor, value: Any) -> str:
    if field.enum_type is not None:
        named = field.enum_type.values_by_number.get(value)
        return named.name if named is not None else str(value)
    return (
        repr(value)
        if isinstance(value, (str, bytes))
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
