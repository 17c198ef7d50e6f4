"""Describes the valid values of a field in words, from its descriptor and its FieldRules."""

import io
import struct
from typing import Any

from google.protobuf import any_pb2, text_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from frazo.proto import field_rules_pb2

_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: "int32",
    FieldDescriptor.CPPTYPE_UINT32: "uint32",
    FieldDescriptor.CPPTYPE_INT64: "int64",
    FieldDescriptor.CPPTYPE_UINT64: "uint64",
}
_FLOATS = {FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE}


def is_message(field: FieldDescriptor) -> bool:
    return field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE


def is_string(field: FieldDescriptor) -> bool:
    return field.cpp_type == FieldDescriptor.CPPTYPE_STRING


def is_map(field: FieldDescriptor) -> bool:
    return is_message(field) and field.message_type.GetOptions().map_entry


def is_any(descriptor: Descriptor) -> bool:
    return descriptor.full_name == any_pb2.Any.DESCRIPTOR.full_name


def rules_of(field: FieldDescriptor) -> field_rules_pb2.FieldRules:
    return field.GetOptions().Extensions[field_rules_pb2.rules]


def type_name(descriptor: Descriptor) -> str:
    """Returns the name as in the .proto files: "Adam", "Schedule.Piecewise"."""
    package = descriptor.file.package
    return descriptor.full_name.removeprefix(f"{package}.") if package else descriptor.full_name


def expected(field: FieldDescriptor, rules: field_rules_pb2.FieldRules | None = None) -> str:
    """Describes one valid value of the field: 'a number >= 0 and < 1'.

    Args:
      field: The field.
      rules: The bounds; None: those of the field itself.
    """
    if is_message(field):
        return f"a message {{ ... }} ({type_name(field.message_type)})"
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return f"one of {', '.join(field.enum_type.values_by_name)}"
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return "true or false"
    if is_string(field):
        is_text = field.type == FieldDescriptor.TYPE_STRING
        return 'a string of UTF-8 text, "..."' if is_text else 'a string of bytes, "..."'
    noun = "a whole number" if field.cpp_type in _INTEGERS else "a number"
    return f"{noun} {_bounds(rules_of(field) if rules is None else rules)}".rstrip()


def expected_type(field: FieldDescriptor) -> str:
    """Like `expected`, with the type of an integer, because a number may be too large for it."""
    size = _INTEGERS.get(field.cpp_type)
    return f"{expected(field)} ({size})" if size else expected(field)


def within_rules(rules: field_rules_pb2.FieldRules, field: FieldDescriptor, value: float) -> bool:
    """Returns whether a number of the field's type is within the bounds. A NaN is not."""
    return (
        (not rules.HasField("min") or value >= _bound(field, rules.min))
        and (not rules.HasField("max") or value <= _bound(field, rules.max))
        and (not rules.HasField("above") or value > _bound(field, rules.above))
        and (not rules.HasField("below") or value < _bound(field, rules.below))
    )


def is_number(field: FieldDescriptor) -> bool:
    return field.cpp_type in _INTEGERS or field.cpp_type in _FLOATS


def value_text(field: FieldDescriptor, value: Any) -> str:
    """Returns a scalar as textproto writes it: 0.1 and not the float32's 0.10000000149."""
    out = io.StringIO()
    text_format.PrintFieldValue(field, value, out, as_utf8=True)
    return out.getvalue()


def _bound(field: FieldDescriptor, bound: float) -> float:
    """Returns a bound in the precision of the field: the float32 0.1 must pass `max: 0.1`."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_FLOAT:
        return struct.unpack("<f", struct.pack("<f", bound))[0]
    return bound


def _bounds(rules: field_rules_pb2.FieldRules) -> str:
    if rules.HasField("min") and rules.HasField("max"):
        return f"from {_bound_text(rules.min)} to {_bound_text(rules.max)}"
    signs = {"min": ">=", "above": ">", "max": "<=", "below": "<"}
    return " and ".join(
        f"{sign} {_bound_text(getattr(rules, name))}"
        for name, sign in signs.items()
        if rules.HasField(name)
    )


def _bound_text(bound: float) -> str:
    return str(int(bound)) if bound.is_integer() else repr(bound)
