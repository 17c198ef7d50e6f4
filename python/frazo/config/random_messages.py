"""Test support: random messages, and textprotos of them in random formatting."""

import random
from collections.abc import Callable

from google.protobuf import any_pb2, text_encoding
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from frazo.config import vocabulary
from frazo.config.paths import join
from frazo.proto import dropout_pb2, experiment_pb2

_NUMBERS = {
    FieldDescriptor.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
    FieldDescriptor.CPPTYPE_FLOAT: st.floats(allow_nan=False, width=32),
    FieldDescriptor.CPPTYPE_DOUBLE: st.floats(allow_nan=False),
}


@st.composite
def messages(draw: Callable, message_class: type[Message] = experiment_pb2.Experiment) -> Message:
    """Draws well-typed messages. Their values need not obey the field rules."""
    message = message_class()
    _draw_fields(draw, message)
    return message


def _draw_fields(draw: Callable, message: Message) -> None:
    if isinstance(message, any_pb2.Any):
        message.Pack(draw(messages(dropout_pb2.Dropout)))
        return
    for oneof in message.DESCRIPTOR.oneofs:
        member = draw(st.sampled_from([None, *oneof.fields]))
        if member is not None:
            _draw_field(draw, message, member)
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof is None and draw(st.booleans()):
            _draw_field(draw, message, field)


def _draw_field(draw: Callable, message: Message, field: FieldDescriptor) -> None:
    value = getattr(message, field.name)
    if vocabulary.is_map(field):
        entry = field.message_type.fields_by_name["value"]
        for key in draw(st.lists(st.text(max_size=3), max_size=2)):
            if vocabulary.is_message(entry):
                _draw_fields(draw, value[key])
            else:
                value[key] = draw(_scalars(entry))
    elif vocabulary.is_message(field) and field.is_repeated:
        for _ in range(draw(st.integers(0, 2))):
            _draw_fields(draw, value.add())
    elif vocabulary.is_message(field):
        value.SetInParent()
        _draw_fields(draw, value)
    elif field.is_repeated:
        value.extend(draw(st.lists(_scalars(field), max_size=3)))
    else:
        setattr(message, field.name, draw(_scalars(field)))


def _scalars(field: FieldDescriptor) -> st.SearchStrategy:
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return st.sampled_from([value.number for value in field.enum_type.values])
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return st.booleans()
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.binary(max_size=5)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return st.text(max_size=5)
    return _NUMBERS[field.cpp_type]


class RandomFormatter:
    """Writes a message as a textproto with random choices of form and white space.

    Attributes:
      text: The textproto.
      positions: (line, column) of every field, element and map entry by path, as a reader reports
        them: a field by its name, an element of a list by its value, a map entry by the name
        `value`.
    """

    def __init__(self, message: Message, choices: random.Random):
        self._choices = choices
        self._line, self._column = 1, 1
        self.text = ""
        self.positions: dict[str, tuple[int, int]] = {}
        self._space()
        self._fields(message, "")

    def _fields(self, message: Message, path: str) -> None:
        if isinstance(message, any_pb2.Any):
            inner = dropout_pb2.Dropout.FromString(message.value)
            self._write(f"[type.googleapis.com/{message.TypeName()}]")
            self._body(inner, path)
            return
        fields = list(message.ListFields())
        self._choices.shuffle(fields)
        for field, value in fields:
            if vocabulary.is_map(field):
                self._map(field, value, join(path, field.name))
            elif field.is_repeated:
                self._list(field, value, join(path, field.name))
            else:
                self._named_value(field, value, [join(path, field.name)])

    def _named_value(self, field: FieldDescriptor, value, paths: list[str]) -> None:
        """Writes `name: value` and records the position of the name for all paths."""
        for path in paths:
            self.positions.setdefault(path, (self._line, self._column))
        self._write(field.name)
        self._value(field, value, paths[0])
        self._write(self._choices.choice(["", "", ",", ";"]))

    def _value(self, field: FieldDescriptor, value, path: str) -> None:
        if vocabulary.is_message(field):
            self._body(value, path)
        else:
            self._write(":")
            self._scalar(field, value)

    def _list(self, field: FieldDescriptor, values, path: str) -> None:
        in_brackets = self._choices.random() < 0.5
        if not in_brackets:
            for index, value in enumerate(values):
                # The position of the list is that of its first element.
                self._named_value(field, value, [join(path, index), path])
            return
        self.positions[path] = (self._line, self._column)
        self._write(field.name)
        self._write(":")
        self._write("[")
        for index, value in enumerate(values):
            if index:
                self._write(",")
            self.positions[join(path, index)] = (self._line, self._column)
            if vocabulary.is_message(field):
                self._body(value, join(path, index), may_have_colon=False)
            else:
                self._scalar(field, value)
        self._write("]")

    def _map(self, field: FieldDescriptor, entries, path: str) -> None:
        for key in entries:
            self.positions.setdefault(path, (self._line, self._column))
            self._write(field.name)
            self._write("{")
            self._write("key")
            self._write(":")
            self._scalar(field.message_type.fields_by_name["key"], key)
            self.positions[join(path, key)] = (self._line, self._column)
            self._write("value")
            self._value(field.message_type.fields_by_name["value"], entries[key], join(path, key))
            self._write("}")

    def _body(self, message: Message, path: str, may_have_colon: bool = True) -> None:
        if may_have_colon and self._choices.random() < 0.5:
            self._write(":")
        opening, closing = self._choices.choice(["{}", "<>"])
        self._write(opening)
        self._fields(message, path)
        self._write(closing)

    def _scalar(self, field: FieldDescriptor, value) -> None:
        if field.cpp_type != FieldDescriptor.CPPTYPE_STRING:
            self._write(vocabulary.value_text(field, value))
            return
        # Adjacent strings are one string.
        cut = self._choices.randint(0, len(value))
        for part in (value[:cut], value[cut:]):
            quote = self._choices.choice("\"'")
            as_text = isinstance(value, str)
            self._write(quote + text_encoding.CEscape(part, as_utf8=as_text) + quote)

    def _write(self, token: str) -> None:
        self._advance(token)
        # Without a space, names and numbers would run together.
        self._space(at_least=0 if token in ("", ":", "{", "<", "[", "]", "}", ">") else 1)

    def _space(self, at_least: int = 0) -> None:
        for _ in range(self._choices.randint(at_least, 2)):
            self._advance(
                self._choices.choice([" ", "  ", "\n", "\t", "\r\n", '# a "comment" { \n'])
            )

    def _advance(self, text: str) -> None:
        self.text += text
        newlines = text.count("\n")
        self._line += newlines
        self._column = len(text) - text.rfind("\n") if newlines else self._column + len(text)
