"""Writes a textproto in one form, with its comments."""

from collections.abc import Iterator, Sequence

from frazo.config.config_text import ConfigText
from frazo_tools.config.textproto_tree import (
    Comment,
    Field,
    Item,
    List,
    Message,
    Scalar,
    Value,
    parse,
)

_COLUMNS = 120
_STEP = "  "


def formatted(config: ConfigText) -> str:
    """Returns a textproto with two blanks for each level.

    Nothing else changes but blanks, marks that may be left out, and < >, which become { }. What is
    written in one line stays so if it fits in 120 columns; what has several lines keeps a line for
    each field. One blank line stays between fields, and comments stay where they are.

    Raises:
      ConfigError: It is not written as textproto.
    """
    return "".join(f"{line}\n" for line in _item_lines(parse(config), "", ""))


def _item_lines(items: Sequence[Item], indent: str, separator: str) -> Iterator[str]:
    """Yields the lines of fields, or of the elements of a list with what is between them."""
    last = max((i for i, item in enumerate(items) if isinstance(item, Field)), default=-1)
    for index, item in enumerate(items):
        if item.blank_before and index:
            yield ""
        if isinstance(item, Comment):
            yield f"{indent}{item.text}"
            continue
        lines = list(_field_lines(item, indent))
        lines[-1] += separator if index < last else ""
        lines[-1] += f"  {item.comment}" if item.comment else ""
        yield from lines


def _field_lines(field: Field, indent: str) -> Iterator[str]:
    start = indent + _start(field)
    line = _in_one_line(field.value)
    if line is not None and len(start) + len(line) <= _COLUMNS:
        yield start + line
    elif isinstance(field.value, Scalar):
        parts = field.value.parts
        if len(parts) == 1:
            yield start + parts[0]
        elif field.name:
            yield start.rstrip()
            yield from (f"{indent}{_STEP}{part}" for part in parts)
        else:
            yield from (f"{indent}{part}" for part in parts)
    else:
        opening, closing = "{}" if isinstance(field.value, Message) else "[]"
        comment = f"  {field.value.comment}" if field.value.comment else ""
        yield f"{start}{opening}{comment}"
        separator = "" if isinstance(field.value, Message) else ","
        yield from _item_lines(field.value.items, indent + _STEP, separator)
        yield f"{indent}{closing}"


def _start(field: Field) -> str:
    if not field.name:
        return ""
    return f"{field.name} " if isinstance(field.value, Message) else f"{field.name}: "


def _in_one_line(value: Value) -> str | None:
    """Returns a value in one line, or None if it is not written so."""
    if isinstance(value, Scalar):
        return " ".join(value.parts) if value.in_one_line else None
    if not value.items and not value.comment:
        return "{}" if isinstance(value, Message) else "[]"
    if not value.in_one_line:
        return None
    parts = []
    for item in value.items:
        if isinstance(item, Comment):
            return None
        line = _in_one_line(item.value)
        if line is None:
            return None
        parts.append(f"{_start(item)}{line}")
    return "[ " + ", ".join(parts) + " ]" if isinstance(value, List) else f"{{ {' '.join(parts)} }}"
