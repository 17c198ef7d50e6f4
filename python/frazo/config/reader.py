"""Reads a textproto into a message and the positions of its fields.

google.protobuf.text_format parses the values but does not keep their positions. Therefore a scan of
the same tokens comes first: it records the positions and finds errors in names. After the scan,
text_format can refuse only values of scalars. The scan's record gives their paths.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from google.protobuf import descriptor_pool, message_factory, text_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.text_encoding import CEscape

from frazo import registry
from frazo.config import vocabulary
from frazo.config.config_text import ConfigText, Origin
from frazo.config.document import Document, Location
from frazo.config.errors import ConfigError
from frazo.config.paths import Key, join
from frazo.config.suggestions import suggestion

# text_format recurses; a real experiment nests about ten deep.
_MAX_DEPTH = 100
_CLOSERS = {"{": "}", "<": ">"}
_NAME = re.compile(r"[A-Za-z_]\w*")
_SCALAR = re.compile(r"[A-Za-z_0-9.+-]")
_STRING = re.compile(r"[\"']")
# text_format accepts a host of three parts only.
_TYPE_URL = re.compile(r"\w+\.\w+\.\w+/(?P<type>\w+(\.\w+)*)")


def read(
    config: ConfigText, message_class: type[Message], path: str = "", first_index: int = 0
) -> Document:
    """Reads a text as a message of the given class.

    Args:
      config: The text.
      message_class: Class of the message.
      path: Path of the message in the experiment, for errors.
      first_index: Index of the first element of a repeated field.

    Raises:
      ConfigError: The text cannot be parsed.
    """
    scan = _Scan(config, first_index)
    document = Document(message_class(), scan.root(message_class.DESCRIPTOR, path))
    try:
        text_format.Parse(config.text, document.message)
    except text_format.ParseError as error:
        raise scan.refused_value(error) from None
    return document


@dataclass(frozen=True)
class _Scalar:
    """A scalar in its written form, at (line, column) of the text."""

    line: int
    column: int
    text: str
    path: str
    field: FieldDescriptor


@dataclass
class _Body:
    """The inside of a message during the scan.

    Attributes:
      descriptor: Type of the message.
      location: Where the message and its parts were written.
      path: Path of the message. The path of a map entry becomes that of its value when the key is
        known.
      seen: Origin of the first occurrence of each field.
      key: Key of a map entry, when it is known.
    """

    descriptor: Descriptor
    location: Location
    path: str
    seen: dict[str, Origin] = dataclass_field(default_factory=dict)
    key: Key | None = None

    def is_map_entry(self) -> bool:
        return self.descriptor.GetOptions().map_entry

    def path_of(self, name: str) -> str:
        return self.path if self.is_map_entry() else join(self.path, name)


class _Scan:
    """One pass over the tokens of a ConfigText."""

    def __init__(self, config: ConfigText, first_index: int):
        self._config = config
        self._first_index = first_index
        # The type stubs do not know that its errors may lack a message.
        self._tokens: Any = text_format.Tokenizer(config.text.split("\n"))
        self._scalars: list[_Scalar] = []
        self._depth = 0

    def root(self, descriptor: Descriptor, path: str) -> Location:
        start = self._config.origin(1, 1)
        body = _Body(descriptor, Location(start, start), path)
        while not self._tokens.AtEnd():
            self._field(body)
        return body.location

    def refused_value(self, error: text_format.ParseError) -> ConfigError:
        """Returns the error for a value that text_format refuses.

        text_format reports the position of the value or, if it had to read on, of the next token.
        """
        position = (error.GetLine() or 1, error.GetColumn() or 1)
        index = bisect_right([(scalar.line, scalar.column) for scalar in self._scalars], position)
        if index == 0:
            return ConfigError.at(self._config.origin(*position), "", str(error))
        scalar = self._scalars[index - 1]
        origin = self._config.origin(scalar.line, scalar.column)
        return _wrong_type(origin, scalar.path, scalar.field, scalar.text)

    def _field(self, body: _Body) -> None:
        """Scans one field: its name, its value or values, and the separator that may follow."""
        at = self._here()
        if vocabulary.is_any(body.descriptor):
            self._packed_message(body, at)
            self._separator()
            return
        field = self._field_name(body, at)
        self._check_first(body, field, at)
        has_colon = self._tokens.TryConsume(":")
        if not has_colon and not vocabulary.is_message(field):
            raise self._syntax_error(body.path_of(field.name), f'expected ":" after "{field.name}"')
        if not field.is_repeated:
            body.location.children[field.name] = self._value(
                field, body, body.path_of(field.name), at
            )
        else:
            fresh = Location(at, self._here())
            values = body.location.children.setdefault(field.name, fresh)
            self._repeated_values(field, body, values, at)
        self._separator()

    def _field_name(self, body: _Body, at: Origin) -> FieldDescriptor:
        name = self._tokens.token
        if name == "[":
            raise self._syntax_error(
                body.path, "expected a field name; a name in [ ] is only for google.protobuf.Any"
            )
        if not _NAME.match(name):
            raise self._syntax_error(body.path, "expected a field name")
        field = body.descriptor.fields_by_name.get(name)
        if field is None:
            raise unknown_field(at, body.path_of(name), body.descriptor, name)
        self._tokens.NextToken()
        return field

    def _check_first(self, body: _Body, field: FieldDescriptor, at: Origin) -> None:
        """Checks that a singular field and a oneof are written only once in a message."""
        path = body.path_of(field.name)
        earlier = body.seen.get(field.name)
        if earlier is not None and not field.is_repeated:
            raise ConfigError.at(at, path, f"written twice; the first is at {earlier}; keep one")
        oneof = field.containing_oneof
        if oneof is None:
            body.seen[field.name] = at
            return
        for member in oneof.fields:
            earlier = body.seen.get(member.name)
            if earlier is not None:
                problem = (
                    f'"{field.name}" and "{member.name}" exclude each other '
                    f'(oneof "{oneof.name}"); "{member.name}" is at {earlier}; keep one'
                )
                raise ConfigError.at(at, path, problem)
        body.seen[field.name] = at

    def _repeated_values(
        self, field: FieldDescriptor, body: _Body, values: Location, at: Origin
    ) -> None:
        """Scans `name: value` or `name: [value, ...]` and adds the locations to `values`."""
        if not self._tokens.TryConsume("["):
            self._repeated_value(field, body, values, at)
            return
        if self._tokens.TryConsume("]"):
            return
        while True:
            self._repeated_value(field, body, values, self._here())
            if self._tokens.TryConsume("]"):
                return
            if not self._tokens.TryConsume(","):
                raise self._syntax_error(
                    body.path_of(field.name), 'expected "," or "]" in the list'
                )

    def _repeated_value(
        self, field: FieldDescriptor, body: _Body, values: Location, at: Origin
    ) -> None:
        path = body.path_of(field.name)
        if vocabulary.is_map(field):
            self._map_entry(field, path, values, at)
            return
        index = len(values.children) + (self._first_index if self._depth == 0 else 0)
        values.children[index] = self._value(field, body, join(path, index), at)

    def _value(self, field: FieldDescriptor, body: _Body, path: str, at: Origin) -> Location:
        """Scans one value. `at` is the position of its field's name."""
        location = Location(at, self._here())
        if vocabulary.is_message(field):
            self._message(field, _Body(field.message_type, location, path))
            return location
        text = self._scalar(field, path)
        if body.is_map_entry() and field.name == "key":
            body.key = self._map_key(field, body, text, location.value)
            body.path = join(body.path, body.key)
        return location

    def _message(self, field: FieldDescriptor, body: _Body) -> None:
        opening = self._tokens.token
        if opening not in _CLOSERS:
            if opening in ("[", "") or not (_SCALAR.match(opening) or _STRING.match(opening)):
                raise self._syntax_error(body.path, f"expected {vocabulary.expected(field)}")
            raise _wrong_type(self._here(), body.path, field, opening)
        self._tokens.NextToken()
        self._fields_until(_CLOSERS[opening], body)

    def _fields_until(self, closer: str, body: _Body) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ConfigError.at(
                self._here(), body.path, f"nested more than {_MAX_DEPTH} messages deep"
            )
        while not self._tokens.TryConsume(closer):
            if self._tokens.AtEnd():
                opened = body.location.value
                raise self._syntax_error(
                    body.path, f'expected "{closer}" to close the message opened at {opened}'
                )
            self._field(body)
        self._depth -= 1

    def _map_entry(self, field: FieldDescriptor, path: str, entries: Location, at: Origin) -> None:
        location = Location(at, self._here())
        body = _Body(field.message_type, location, path)
        self._message(field, body)
        if body.key is None:
            raise ConfigError.at(
                at, path, 'the map entry has no key; write { key: "NAME" value { ... } }'
            )
        earlier = entries.children.get(body.key)
        if earlier is not None:
            raise ConfigError.at(
                at, body.path, f"written twice; the first is at {earlier.name}; keep one"
            )
        entries.children[body.key] = location.children.get("value", location)

    def _map_key(self, field: FieldDescriptor, body: _Body, text: str, at: Origin) -> Key:
        entry: Any = message_factory.GetMessageClass(body.descriptor)()
        try:
            text_format.Parse(f"key: {text}", entry)
        except text_format.ParseError:
            raise _wrong_type(at, body.path, field, text) from None
        return str(entry.key)

    def _packed_message(self, body: _Body, at: Origin) -> None:
        """Scans `[type.url/of.Type] { ... }`, the content of an Any.

        The other form, with the fields type_url and value, is refused: a person cannot read bytes.
        """
        if not self._tokens.TryConsume("["):
            raise self._syntax_error(body.path, "expected [type.googleapis.com/my.Type] { ... }")
        url = ""
        while self._tokens.token not in ("]", "{", ""):
            url += self._tokens.token
            self._tokens.NextToken()
        match = _TYPE_URL.fullmatch(url)
        if match is None or not self._tokens.TryConsume("]"):
            problem = f"expected a type such as [type.googleapis.com/my.Type], found [{url}"
            raise ConfigError.at(at, body.path, problem)
        if body.seen:
            problem = f"it can hold only one message; the first is at {body.seen['[']}"
            raise ConfigError.at(at, body.path, problem)
        body.seen["["] = at
        try:
            descriptor = descriptor_pool.Default().FindMessageTypeByName(match["type"])
        except KeyError:
            raise _unknown_type(at, body.path, match["type"]) from None
        self._tokens.TryConsume(":")
        closer = _CLOSERS.get(self._tokens.token)
        if closer is None:
            raise self._syntax_error(body.path, f'expected "{{" after [{url}]')
        self._tokens.NextToken()
        self._fields_until(closer, _Body(descriptor, body.location, body.path))

    def _scalar(self, field: FieldDescriptor, path: str) -> str:
        """Scans a scalar of any type and returns its text. Adjacent strings are one scalar."""
        at = self._tokens.ParseError("")
        token = self._tokens.token
        if token in _CLOSERS:
            raise _wrong_type(self._here(), path, field, "a message")
        if token == "[":
            raise self._syntax_error(
                path, f"the field is not repeated: expected {vocabulary.expected(field)}"
            )
        if _STRING.match(token):
            text = self._string(path)
        elif _SCALAR.match(token):
            text = token
            self._tokens.NextToken()
        else:
            raise self._syntax_error(path, f"expected {vocabulary.expected(field)}")
        self._scalars.append(_Scalar(at.GetLine(), at.GetColumn(), text, path, field))
        return text

    def _string(self, path: str) -> str:
        """Scans one or several adjacent strings and returns them as one string in quotes."""
        try:
            value = self._tokens.ConsumeByteString()
        except text_format.ParseError:
            token = self._tokens.token
            is_closed = len(token) > 1 and token[-1] == token[0]
            problem = (
                "invalid escape sequence in the string"
                if is_closed
                else "the string has no closing quote"
            )
            raise ConfigError.at(self._here(), path, f"{problem}: {token}") from None
        try:
            return f'"{CEscape(value.decode("utf-8"), as_utf8=True)}"'
        except UnicodeDecodeError:
            return f'"{CEscape(value, as_utf8=False)}"'

    def _separator(self) -> None:
        if not self._tokens.TryConsume(","):
            self._tokens.TryConsume(";")

    def _here(self) -> Origin:
        """Returns the position of the current token. The tokenizer tells it only in its errors."""
        at = self._tokens.ParseError("")
        return self._config.origin(at.GetLine(), at.GetColumn())

    def _syntax_error(self, path: str, problem: str) -> ConfigError:
        found = f'"{self._tokens.token}"' if self._tokens.token else "the end of the text"
        return ConfigError.at(self._here(), path, f"{problem}, found {found}")


def unknown_field(at: Origin, path: str, descriptor: Descriptor, name: str) -> ConfigError:
    """Returns the error for a name that is not a field of the message type."""
    remedy = suggestion(name, descriptor.fields_by_name, "its fields are")
    return ConfigError.at(
        at, path, f'{vocabulary.type_name(descriptor)} has no field "{name}"; {remedy}'
    )


def _wrong_type(at: Origin, path: str, field: FieldDescriptor, found: str) -> ConfigError:
    problem = f"expected {vocabulary.expected_type(field)}, found {found}"
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM and _NAME.fullmatch(found):
        values = list(field.enum_type.values_by_name)
        remedy = suggestion(found, values, "its values are")
        problem = f'{vocabulary.type_name(field.enum_type)} has no value "{found}"; '
        problem += (
            remedy if remedy.startswith("its") else f"its values are: {', '.join(values)}; {remedy}"
        )
    return ConfigError.at(at, path, problem)


def _unknown_type(at: Origin, path: str, name: str) -> ConfigError:
    remedy = suggestion(name, registry.bound_type_names(), "registered types are")
    problem = (
        f'the message type "{name}" is unknown; import the Python module generated '
        f"from the .proto file that defines it, or correct the name: {remedy}"
    )
    return ConfigError.at(at, path, problem)
