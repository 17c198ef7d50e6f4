"""Compares two experiments."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from frazo.config.leaves import leaves

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
    old, new = _shown_leaves(before), _shown_leaves(after)
    return [
        (path, old.get(path, "unset"), new.get(path, "unset"))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path) and path not in _UNIMPORTANT
    ]


def _shown_leaves(message: Message) -> dict[str, str]:
    # A message without fields has no leaf, but its presence is a choice: "optimizer.sgd".
    return {
        path: "set" if isinstance(value, Message) else _show(field, value)
        for path, field, value in leaves(message)
    }


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
