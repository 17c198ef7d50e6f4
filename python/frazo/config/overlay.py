"""Lays one document over another, as `extends` and `--set` do.

Scalars override, messages merge, repeated fields replace, map entries merge by key, and a member of
a oneof replaces the member that was set. Each value keeps the position where it was written.
"""

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from frazo import registry
from frazo.config import vocabulary
from frazo.config.document import Document, Location


def overlay(below: Document, above: Document) -> None:
    """Merges `above` into `below`; values of `above` win. `above` does not change."""
    below.location.name, below.location.value = above.location.name, above.location.value
    if vocabulary.is_any(below.message.DESCRIPTOR):
        _overlay_packed(below, above)
        return
    for field, value in above.message.ListFields():
        below.location.forget_alternatives(field)
        if vocabulary.is_map(field):
            _overlay_map(below, above, field)
        elif field.is_repeated:
            _clear(below, above, field)
            getattr(below.message, field.name).extend(value)
        elif vocabulary.is_message(field):
            _overlay_member(below, above, field)
        else:
            setattr(below.message, field.name, value)
            _take_location(below, above, field.name)
    for field in _emptied_fields(above):
        _clear(below, above, field)


def _overlay_member(below: Document, above: Document, field: FieldDescriptor) -> None:
    member, value = getattr(below.message, field.name), getattr(above.message, field.name)
    if below.message.HasField(field.name):
        _overlay_part(below.location, above.location, field.name, member, value)
    else:
        member.CopyFrom(value)
        _take_location(below, above, field.name)


def _overlay_map(below: Document, above: Document, field: FieldDescriptor) -> None:
    entries, new_entries = getattr(below.message, field.name), getattr(above.message, field.name)
    new_location = above.location.children[field.name]
    location = below.location.children.setdefault(
        field.name, Location(new_location.name, new_location.value)
    )
    holds_messages = vocabulary.is_message(field.message_type.fields_by_name["value"])
    for key in new_entries:
        if not holds_messages:
            entries[key] = new_entries[key]
        elif key in entries:
            _overlay_part(location, new_location, str(key), entries[key], new_entries[key])
            continue
        else:
            entries[key].CopyFrom(new_entries[key])
        location.children[str(key)] = new_location.children[str(key)]


def _overlay_part(
    location: Location, new_location: Location, key: str, message: Message, new_message: Message
) -> None:
    overlay(
        Document(message, location.children[key]), Document(new_message, new_location.children[key])
    )


def _overlay_packed(below: Document, above: Document) -> None:
    """Merges messages in an Any if they have the same type; otherwise the new one replaces
    the old.
    """
    if not above.message.type_url:
        return
    if below.message.TypeName() != above.message.TypeName():
        below.message.CopyFrom(above.message)
        below.location.children = above.location.children
        return
    packed = registry.unpack(below.message)
    overlay(
        Document(packed, below.location), Document(registry.unpack(above.message), above.location)
    )
    below.message.Pack(packed)


def _emptied_fields(above: Document) -> list[FieldDescriptor]:
    """Returns the repeated fields written as `name: []`. The message does not show them, but they
    replace.
    """
    fields = above.message.DESCRIPTOR.fields_by_name
    return [
        fields[name]
        for name, location in above.location.children.items()
        if fields[name].is_repeated
        and not vocabulary.is_map(fields[name])
        and not location.children
    ]


def _clear(below: Document, above: Document, field: FieldDescriptor) -> None:
    below.message.ClearField(field.name)
    _take_location(below, above, field.name)


def _take_location(below: Document, above: Document, name: str) -> None:
    below.location.children[name] = above.location.children[name]
