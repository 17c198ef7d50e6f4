"""Overrides from the command line: `--set path=value`, one field each. Other flags take this form,
too.

The value is textproto: a scalar, an enum's name, `{ ... }` to merge into a message, `[a, b]` to
replace a list. The quotes of a single string may be left out.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.text_encoding import CEscape

from frazo import registry
from frazo.config import paths, vocabulary
from frazo.config.config_text import ConfigText, Origin
from frazo.config.document import Document, Location
from frazo.config.errors import ConfigError
from frazo.config.overlay import overlay
from frazo.config.paths import PathError, Step, join
from frazo.config.reader import read, unknown_field
from frazo.config.suggestions import suggestion


def apply_override(
    document: Document, assignment: str, flag: str = "--set", path: str = ""
) -> None:
    """Applies `assignment`, the text after a flag, to `document`.

    Args:
      document: The message and the positions of its fields.
      assignment: The text.
      flag: The flag, for errors.
      path: Path of the message, for errors.

    Raises:
      ConfigError: The path or the value is wrong.
    """
    argument = _Argument(f"{flag} {assignment}", "", assignment, flag)
    try:
        steps, value_start = paths.split_assignment(assignment)
    except PathError as error:
        raise ConfigError.at(argument.at(error.column), flag, str(error)) from None
    _Override(argument, value_start).apply(document, steps, path)


@dataclass(frozen=True)
class _Argument(ConfigText):
    """The text after a flag.

    Attributes:
      text: A textproto: a first line of our own, then the value in its original column.
      assignment: The text after the flag.
      flag: The flag.
      name_column: Column in the argument of the last step of the path. Errors in our first line are
        reported there.
    """

    assignment: str
    flag: str
    name_column: int = 1

    def origin(self, line: int, column: int) -> Origin:
        if line == 1:
            return self.at(self.name_column)
        # After the value's line comes our own closing brace: the value ended too early.
        return self.at(column if line == 2 else len(self.assignment) + 1)

    def at(self, column: int) -> Origin:
        return Origin(self, 1, column)

    def label(self, line: int, column: int) -> str:
        return f"{self.name}:{column}"

    def line_text(self, line: int) -> str:
        return self.assignment


class _Override:
    """One assignment on its way down the message tree.

    In its methods `document` is the message reached so far, `path` is its path, and `steps` are the
    remaining steps.
    """

    def __init__(self, argument: _Argument, value_start: int):
        self._argument = argument
        # Textproto treats all white space alike. On one line, columns are those of the argument.
        self._value = argument.assignment[value_start:].replace("\n", " ")
        self._value_column = value_start + 1

    def apply(self, document: Document, steps: list[Step], path: str) -> None:
        if vocabulary.is_any(document.message.DESCRIPTOR):
            self._apply_packed(document, steps, path)
            return
        step, *rest = steps
        descriptor = document.message.DESCRIPTOR
        field = descriptor.fields_by_name.get(step.key)
        if field is None:
            at = self._argument.at(step.column)
            raise unknown_field(at, join(path, step.key), descriptor, str(step.key))
        if not rest:
            text = self._value_text(field)
            overlay(document, self._read(document, f"{field.name}:", text, step, path))
        elif vocabulary.is_map(field):
            self._apply_entry(document, field, rest, path)
        elif field.is_repeated:
            self._apply_element(document, field, rest, path)
        elif vocabulary.is_message(field):
            part = self._part(document, field, self._argument.at(step.column))
            self.apply(part, rest, join(path, field.name))
        else:
            raise self._no_parts(field, rest[0], join(path, field.name))

    def _part(self, document: Document, field: FieldDescriptor, at: Origin) -> Document:
        """Returns the message in a field. Sets it if it is not set, which clears its oneof."""
        part = getattr(document.message, field.name)
        part.SetInParent()
        document.location.forget_alternatives(field)
        location = document.location.children.setdefault(field.name, Location(at, at))
        return Document(part, location)

    def _apply_packed(self, document: Document, steps: list[Step], path: str) -> None:
        if not document.message.type_url:
            at = self._argument.at(steps[0].column)
            problem = "it is empty; set the whole message: {[type.googleapis.com/my.Type] { ... }}"
            raise ConfigError.at(at, path, problem)
        packed = registry.unpack(document.message)
        self.apply(Document(packed, document.location), steps, path)
        document.message.Pack(packed)

    def _apply_entry(
        self, document: Document, field: FieldDescriptor, steps: list[Step], path: str
    ) -> None:
        step, *rest = steps
        key_field, value_field = field.message_type.fields
        name = str(step.key)
        if not rest:
            key = _quoted(name) if vocabulary.is_string(key_field) else name
            # The brace has its own line because the value may end in a comment.
            text = f"{self._value_text(value_field)}\n}}"
            head = f"{field.name} {{ key: {key} value:"
            overlay(document, self._read(document, head, text, step, path))
            return
        entries = getattr(document.message, field.name)
        entry_path = join(join(path, field.name), name)
        by_name = {str(key): key for key in sorted(entries)}
        if name not in by_name:
            remedy = suggestion(name, by_name, "the entries are")
            problem = (
                f"no such entry (to add one, set the whole entry: {entry_path}={{ ... }}); {remedy}"
            )
            raise ConfigError.at(self._argument.at(step.column), entry_path, problem)
        if not vocabulary.is_message(value_field):
            raise self._no_parts(value_field, rest[0], entry_path)
        location = document.location.children[field.name].children[name]
        self.apply(Document(entries[by_name[name]], location), rest, entry_path)

    def _apply_element(
        self, document: Document, field: FieldDescriptor, steps: list[Step], path: str
    ) -> None:
        step, *rest = steps
        elements = getattr(document.message, field.name)
        list_path = join(path, field.name)
        index = self._index(field, elements, step, list_path)
        locations = document.location.children[field.name].children
        if not vocabulary.is_message(field):
            if rest:
                raise self._no_parts(field, rest[0], join(list_path, index))
            new = self._one_element(document, field, step, path, index)
            elements[index] = getattr(new.message, field.name)[0]
            locations[index] = new.location.children[field.name].children[index]
            return
        element = Document(elements[index], locations[index])
        if rest:
            self.apply(element, rest, join(list_path, index))
            return
        new = self._one_element(document, field, step, path, index)
        part = getattr(new.message, field.name)[0]
        overlay(element, Document(part, new.location.children[field.name].children[index]))

    def _one_element(
        self, document: Document, field: FieldDescriptor, step: Step, path: str, index: int
    ) -> Document:
        text = self._value_text(field)
        new = self._read(document, f"{field.name}:", text, step, path, index)
        count = len(getattr(new.message, field.name))
        if count != 1:
            at = self._argument.at(self._value_column)
            problem = f"expected one value, found {count}"
            raise ConfigError.at(at, join(join(path, field.name), index), problem)
        return new

    def _index(
        self, field: FieldDescriptor, elements: Sequence[Any], step: Step, list_path: str
    ) -> int:
        """Returns the index of a step into a list. The step is a number or the `name` of an
        element.
        """
        at = self._argument.at(step.column)
        if isinstance(step.key, int):
            if step.key < len(elements):
                return step.key
            problem = f"no such element; the list has {len(elements)}, counted from 0"
            raise ConfigError.at(at, join(list_path, step.key), problem)
        if not vocabulary.is_message(field) or "name" not in field.message_type.fields_by_name:
            problem = f'expected an index such as [0], found "{step.key}"'
            raise ConfigError.at(at, join(list_path, step.key), problem)
        names = [element.name for element in elements]
        if step.key in names:
            return names.index(step.key)
        remedy = suggestion(step.key, filter(None, names), "the names are")
        problem = f"no element has this name, and it is not an index such as [0]; {remedy}"
        raise ConfigError.at(at, join(list_path, step.key), problem)

    def _value_text(self, field: FieldDescriptor) -> str:
        """Returns the value on its own line in its own column, with quotes around a bare string."""
        value = self._value
        is_list = field.is_repeated and value.startswith("[")
        if not vocabulary.is_string(field) or value.startswith(('"', "'")) or is_list:
            return f"{' ' * (self._value_column - 1)}{value}"
        # The quote replaces the =.
        return f"{' ' * (self._value_column - 2)}{_quoted(value)}"

    def _read(
        self, document: Document, head: str, text: str, step: Step, path: str, first_index: int = 0
    ) -> Document:
        """Reads `head` and the value as a message of the document's type with one field."""
        config = dataclasses.replace(
            self._argument, text=f"{head}\n{text}", name_column=step.column
        )
        new = read(config, type(document.message), path, first_index)
        field_name, *others = new.location.children
        if others:
            flag = self._argument.flag
            problem = f"one {flag} changes one field, here {field_name}; use a second {flag} for this field"
            raise ConfigError.at(
                new.location.children[others[0]].name, join(path, others[0]), problem
            )
        # The message of the field was opened elsewhere and keeps that origin.
        new.location.name, new.location.value = document.location.name, document.location.value
        return new

    def _no_parts(self, field: FieldDescriptor, step: Step, path: str) -> ConfigError:
        problem = f'it is {vocabulary.expected(field)} and has no "{step.key}"'
        return ConfigError.at(self._argument.at(step.column), path, problem)


def _quoted(text: str) -> str:
    return f'"{CEscape(text, as_utf8=True)}"'
