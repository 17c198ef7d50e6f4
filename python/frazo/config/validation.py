"""Checks a document against the FieldRules of its messages and against the validators."""

from typing import Any, NoReturn

from google.protobuf import any_pb2
from google.protobuf.descriptor import FieldDescriptor, OneofDescriptor

from frazo import registry

# Imported for its side effect: it registers its checks.
from frazo.config import (
    experiment_validators,  # noqa: F401
    vocabulary,
)
from frazo.config.document import Document, Location
from frazo.config.documentation import meaning
from frazo.config.errors import ConfigError
from frazo.config.paths import Key, join
from frazo.config.validators import validator_of
from frazo.proto import field_rules_pb2


def validate(document: Document, path: str = "") -> None:
    """Raises a ConfigError for the first error, at the position where the value was written.

    A missing field is reported where its message opens.

    Args:
      document: The message and the positions of its fields.
      path: Path of the message, for errors.
    """
    _check_message(document.message, document.location, path)


def _check_message(message: Any, location: Location, path: str) -> None:
    if vocabulary.is_any(message.DESCRIPTOR):
        _check_packed(message, location, path)
        return
    present = {field.name for field, _ in message.ListFields()}
    for field in message.DESCRIPTOR.fields:
        if field.name not in present and vocabulary.rules_of(field).required:
            raise _missing_field(field, location, path)
    for oneof in message.DESCRIPTOR.oneofs:
        is_required = oneof.GetOptions().Extensions[field_rules_pb2.required_oneof]
        if is_required and message.WhichOneof(oneof.name) is None:
            raise _missing_oneof(oneof, location, path)
    for field, value in message.ListFields():
        _check_field(field, value, location.nearest(field.name), join(path, field.name))
    validator = validator_of(message)
    if validator is not None:
        validator(message, _Failure(location, path))


def _check_packed(message: any_pb2.Any, location: Location, path: str) -> None:
    if not message.type_url:
        problem = "it is empty; write [type.googleapis.com/my.Type] { ... }"
        raise ConfigError.at(location.name, path, problem)
    _check_message(registry.unpack(message), location, path)


def _check_field(field: FieldDescriptor, value: Any, location: Location, path: str) -> None:
    rules = vocabulary.rules_of(field)
    if vocabulary.is_map(field):
        # The rules belong to the map; the type of its values is that of the entry's second field.
        value_field = field.message_type.fields_by_name["value"]
        for key in sorted(value):
            name = str(key)
            _check_value(value_field, rules, value[key], location.nearest(name), join(path, name))
    elif field.is_repeated:
        for index, element in enumerate(value):
            _check_value(field, rules, element, location.nearest(index), join(path, index))
    else:
        _check_value(field, rules, value, location, path)


def _check_value(
    field: FieldDescriptor,
    rules: field_rules_pb2.FieldRules,
    value: Any,
    location: Location,
    path: str,
) -> None:
    if vocabulary.is_message(field):
        _check_message(value, location, path)
        return
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        # Enums are open: the parser accepts any number.
        if value in field.enum_type.values_by_number:
            return
        problem = f"{value} is not a value of {vocabulary.type_name(field.enum_type)}"
    elif vocabulary.is_number(field) and not vocabulary.within_rules(rules, field, value):
        problem = f"{vocabulary.value_text(field, value)} is out of range"
    else:
        return
    raise ConfigError.at(
        location.value, path, f"{problem}; expected {vocabulary.expected(field, rules)}"
    )


def _missing_field(field: FieldDescriptor, location: Location, path: str) -> ConfigError:
    entry = '{ key: "NAME" value { ... } }' if vocabulary.is_map(field) else "{ ... }"
    example = f"{field.name} {entry}" if vocabulary.is_message(field) else f"{field.name}: VALUE"
    problem = f"required, but missing; add {example} to {_owner(field.containing_type.name, path)}"
    if not vocabulary.is_message(field):
        problem += f", where VALUE is {vocabulary.expected(field)}"
    comment = meaning(field.full_name)
    notes = [f"{field.name}: {comment}"] if comment else []
    return ConfigError.at(location.name, join(path, field.name), problem, *notes)


def _missing_oneof(oneof: OneofDescriptor, location: Location, path: str) -> ConfigError:
    members = ", ".join(field.name for field in oneof.fields)
    problem = f"empty; one of its members must be set: {members}"
    notes = []
    for field in oneof.fields:
        comment = meaning(field.full_name)
        if comment:
            notes.append(f"{field.name}: {comment}")
    return ConfigError.at(location.name, path, problem, *notes)


def _owner(message_name: str, path: str) -> str:
    return f"{path} ({message_name})" if path else f"the {message_name.lower()}"


class _Failure:
    """The `Fail` of one message. It knows the location and the path of the message."""

    def __init__(self, location: Location, path: str):
        self._location = location
        self._path = path

    def __call__(self, problem: str, *part: Key) -> NoReturn:
        path = self._path
        for key in part:
            path = join(path, key)
        raise ConfigError.at(self._location.nearest(*part).value, path, problem)
