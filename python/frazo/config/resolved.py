"""The text of an experiment with its defaults, as in params.txt."""

from typing import Any

from google.protobuf import any_pb2, text_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from frazo import registry
from frazo.config import vocabulary
from frazo.proto import experiment_pb2


def resolved_text(experiment: experiment_pb2.Experiment) -> str:
    """Returns the textproto of an experiment with the defaults of its scalars written out.

    Fields come in the order of their numbers, map entries in the order of their keys. Loading the
    text gives an equivalent experiment. An unset field without a default in the schema
    (MaxPool2d.stride: the window) stays unset, because its absence has a meaning.
    """
    return text_format.MessageToString(with_defaults(experiment), as_utf8=True)


def with_defaults(message: Message) -> Message:
    """Returns a copy with the schema's defaults set in every message that is present."""
    filled = type(message)()
    filled.CopyFrom(message)
    _fill(filled)
    return filled


def _fill(message: Any) -> None:
    if vocabulary.is_any(message.DESCRIPTOR):
        _fill_packed(message)
        return
    for field in message.DESCRIPTOR.fields:
        # Setting a member of a oneof would select it.
        if field.has_default_value and not field.containing_oneof:
            setattr(message, field.name, getattr(message, field.name))
    for field, _ in message.ListFields():
        for part in _messages_in(message, field):
            _fill(part)


def _messages_in(message: Message, field: FieldDescriptor) -> list[Message]:
    if not vocabulary.is_message(field):
        return []
    value = getattr(message, field.name)
    if not field.is_repeated:
        return [value]
    if not vocabulary.is_map(field):
        return list(value)
    holds_messages = vocabulary.is_message(field.message_type.fields_by_name["value"])
    return [value[key] for key in value] if holds_messages else []


def _fill_packed(message: any_pb2.Any) -> None:
    # An Any without a type holds nothing to fill.
    if message.type_url:
        packed = registry.unpack(message)
        _fill(packed)
        message.Pack(packed)
