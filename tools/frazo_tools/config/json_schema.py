"""JSON Schema of the messages of an experiment."""

from collections.abc import Iterator, Mapping
from typing import Any

from frazo.config import vocabulary
from frazo.config.documentation import comments
from frazo.proto import field_rules_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, OneofDescriptor

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BOUNDS = {
    "min": "minimum",
    "max": "maximum",
    "above": "exclusiveMinimum",
    "below": "exclusiveMaximum",
}
_INTEGERS_OF_64_BITS = {FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64}
_FLOATS = {FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE}


def json_schema(root: Descriptor) -> dict[str, Any]:
    """Returns the schema of a message in protobuf's JSON form, with the names of the .proto files.

    It has the comments, the defaults and the rules of each field. What a rule says of several
    fields together is left to `frazo.config`.

    Args:
      root: The message.
    """
    messages = sorted(_messages(root, set()), key=lambda message: message.full_name)
    definitions = _Definitions(comments())
    return {
        "$schema": _DIALECT,
        "$ref": _reference(root),
        "$defs": {
            vocabulary.type_name(message): definitions.message(message) for message in messages
        },
    }


def _messages(message: Descriptor, seen: set[str]) -> Iterator[Descriptor]:
    """Yields a message and those of its fields, each once."""
    if message.full_name in seen:
        return
    seen.add(message.full_name)
    if not message.GetOptions().map_entry:
        yield message
    for field in message.fields:
        if vocabulary.is_message(field):
            yield from _messages(field.message_type, seen)


class _Definitions:
    """Describes messages and their fields, with comments by full names."""

    def __init__(self, texts: Mapping[str, str]):
        self._texts = texts

    def message(self, message: Descriptor) -> dict[str, Any]:
        if vocabulary.is_any(message):
            # A message of one's own, by its type.
            return {"type": "object", "required": ["@type"]}
        schema: dict[str, Any] = {
            "type": "object",
            **self._described(message.full_name),
            "properties": {field.name: self._field(field) for field in message.fields},
            "additionalProperties": False,
        }
        required = [field.name for field in message.fields if vocabulary.rules_of(field).required]
        if required:
            schema["required"] = required
        if message.oneofs:
            schema["allOf"] = [_oneof(oneof) for oneof in message.oneofs]
        return schema

    def _field(self, field: FieldDescriptor) -> dict[str, Any]:
        described = self._described(field.full_name)
        if vocabulary.is_map(field):
            value = field.message_type.fields_by_name["value"]
            return {"type": "object", **described, "additionalProperties": self._value(value)}
        if field.is_repeated:
            schema = {"type": "array", **described, "items": self._value(field)}
            return schema | ({"minItems": 1} if vocabulary.rules_of(field).required else {})
        if vocabulary.is_message(field):
            return {**described, **self._value(field)}
        default = {"default": _default(field)} if field.has_default_value else {}
        return {**described, **self._value(field), **default}

    def _value(self, field: FieldDescriptor) -> dict[str, Any]:
        """Returns the schema of a field's value, or of an element of a repeated field."""
        if vocabulary.is_message(field):
            return {"$ref": _reference(field.message_type)}
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            return {"type": "boolean"}
        if vocabulary.is_string(field):
            is_text = field.type == FieldDescriptor.TYPE_STRING
            return {"type": "string", **({} if is_text else {"contentEncoding": "base64"})}
        return _number(field)

    def _enum(self, enum: EnumDescriptor) -> dict[str, Any]:
        names = list(enum.values_by_name)
        meanings = {name: self._meaning(f"{enum.full_name}.{name}") for name in names}
        text = "\n".join(f"{name}: {each}" for name, each in meanings.items() if each)
        return {"enum": names, **({"$comment": text} if text else {})}

    def _described(self, full_name: str) -> dict[str, str]:
        text = self._meaning(full_name)
        return {"description": text} if text else {}

    def _meaning(self, full_name: str) -> str:
        return " ".join(self._texts.get(full_name, "").split())


def _oneof(oneof: OneofDescriptor) -> dict[str, Any]:
    """Returns what says that one field is set, or none where the oneof may be empty."""
    members: list[dict[str, Any]] = [{"required": [field.name]} for field in oneof.fields]
    if oneof.GetOptions().Extensions[field_rules_pb2.required_oneof]:
        return {"oneOf": members}
    return {"oneOf": [*members, {"not": {"anyOf": members}}]}


def _number(field: FieldDescriptor) -> dict[str, Any]:
    rules = vocabulary.rules_of(field)
    bounds = {word: getattr(rules, name) for name, word in _BOUNDS.items() if rules.HasField(name)}
    if field.cpp_type in _FLOATS:
        # JSON has no number for infinity. A bound excludes it, or it does not matter.
        number = {"type": "number", **bounds}
        return number if bounds else {"anyOf": [number, {"enum": ["Infinity", "-Infinity"]}]}
    whole = {"type": "integer", **bounds}
    # JSON's numbers lose digits of large integers: protobuf writes them as strings.
    text = {"type": "string", "pattern": "^-?[0-9]+$"}
    return {"anyOf": [whole, text]} if field.cpp_type in _INTEGERS_OF_64_BITS else whole


def _default(field: FieldDescriptor) -> Any:
    value = field.default_value
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    if field.cpp_type in _FLOATS:
        # 0.1 and not the float32's 0.10000000149.
        return float(vocabulary.value_text(field, value))
    return value


def _reference(message: Descriptor) -> str:
    return f"#/$defs/{vocabulary.type_name(message)}"
