"""Writes docs/layers.md: the message of every layer, its fields, and the shapes from its class.

    ./bazelw run //tools:layer_reference

The text comes from the comments of proto/*.proto and the docstrings of
python/frazo/{layers,models}. A test fails if docs/layers.md differs.
"""

import argparse
import ast
import importlib
import inspect
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from frazo.config.documentation import comments
from frazo.config.vocabulary import is_any, is_message, type_name
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, FileDescriptor

PACKAGE = Path(__file__).parents[3] / "python/frazo"
_ROOMS = ("layers", "models")

_PREAMBLE = """\
# Layers

A layer is a message in an experiment's `.textproto` and the class that is bound to it. This page lists all layers, from the
comments of `proto/*.proto` and the docstrings of `python/frazo/layers` and `python/frazo/models`; `./bazelw run //tools:layer_reference` renews it.

A layer of a `Sequential` is written as a member of `Layer`:

    layers { linear { units: 256 activation: RELU } }
    layers { dropout { rate: 0.1 } }

The other layers are fields of the models that use them. Sequences are `[batch, time, dim]`. Masks, packing and decoding
token by token are explained in [architecture.md](architecture.md).
"""
_TYPES = {
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_STRING: "string",
}


class Binding(NamedTuple):
    """A class with @register.

    Attributes:
      message: Its message.
      class_name: Its dotted name.
      docstring: Its docstring without indentation.
    """

    message: Descriptor
    class_name: str
    docstring: str


def bindings(package: Path) -> dict[str, Binding]:
    """Returns the registered layers and models of a package, by the full names of their
    messages.
    """
    found = {}
    paths = (path for room in _ROOMS for path in sorted((package / room).rglob("*.py")))
    for path in paths:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ClassDef):
                continue
            for message in _registered_messages(node):
                module = ".".join(path.relative_to(package).with_suffix("").parts)
                class_name = f"frazo.{module}.{node.name}"
                docstring = ast.get_docstring(node) or ""
                found[message.full_name] = Binding(message, class_name, docstring)
    return found


def reference(bound: Mapping[str, Binding]) -> str:
    """Returns the page."""
    parts = [_PREAMBLE]
    texts = comments()
    for message in _messages(bound):
        parts.append(_message_section(message, bound.get(message.full_name), texts))
        parts.extend(_enum_section(enum, texts) for enum in message.enum_types)
    for enum in _enums(bound):
        parts.append(_enum_section(enum, texts))
    return "\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=inspect.getdoc(sys.modules[__name__]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    checkout = Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    parser.add_argument("--out", type=Path, default=checkout / "docs/layers.md", metavar="FILE")
    arguments = parser.parse_args()
    arguments.out.write_text(reference(bindings(PACKAGE)), encoding="utf-8")
    print(f"wrote {arguments.out}")
    return 0


def _registered_messages(node: ast.ClassDef) -> Iterator[Descriptor]:
    """Yields Message for each @register(module_pb2.Message) above a class."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "register":
            module, *names = ast.unparse(decorator.args[0]).split(".")
            member = importlib.import_module(f"frazo.proto.{module}")
            for name in names:
                member = getattr(member, name)
            yield member.DESCRIPTOR


def _files(bound: Mapping[str, Binding]) -> list[FileDescriptor]:
    """Returns the files of the bound messages and their imports from proto/, sorted by name."""
    found = {}
    waiting = [binding.message.file for binding in bound.values()]
    while waiting:
        file = waiting.pop()
        if file.name in found or file.name.startswith("google/"):
            continue
        found[file.name] = file
        waiting.extend(file.dependencies)
    return [found[name] for name in sorted(found) if not name.endswith("/field_rules.proto")]


def _messages(bound: Mapping[str, Binding]) -> list[Descriptor]:
    """Returns all messages of the files by name, each before the messages nested in it."""

    def with_nested(message: Descriptor) -> Iterator[Descriptor]:
        yield message
        for nested in message.nested_types:
            yield from with_nested(nested)

    return [
        message
        for file in _files(bound)
        for top in file.message_types_by_name.values()
        for message in with_nested(top)
    ]


def _enums(bound: Mapping[str, Binding]) -> list[EnumDescriptor]:
    return [enum for file in _files(bound) for enum in file.enum_types_by_name.values()]


def _message_section(message: Descriptor, binding: Binding | None, texts: Mapping[str, str]) -> str:
    lines = [f"## {type_name(message)}", "", *_paragraph(texts.get(message.full_name, ""))]
    if binding is not None:
        lines += [f"`{binding.class_name}`:", "", *_quoted(binding.docstring)]
    if message.fields:
        lines += ["| field | type | meaning |", "| --- | --- | --- |"]
        lines += [_row(field, texts) for field in message.fields]
        lines.append("")
    return "\n".join(lines)


def _row(field: FieldDescriptor, texts: Mapping[str, str]) -> str:
    meaning = " ".join(texts.get(field.full_name, "").split()).replace("|", "\\|")
    return f"| `{field.name}` | {_type(field)} | {meaning} |"


def _type(field: FieldDescriptor) -> str:
    if is_message(field):
        name = "Any" if is_any(field.message_type) else _link(field.message_type)
    elif field.enum_type is not None:
        name = _link(field.enum_type)
    else:
        name = _TYPES[field.type]
    if field.is_repeated:
        name = f"repeated {name}"
    return f"{name}, one of `{field.containing_oneof.name}`" if field.containing_oneof else name


def _link(declaration: Descriptor | EnumDescriptor) -> str:
    name = type_name(declaration)
    return f"[{name}](#{name.lower().replace('.', '')})"


def _enum_section(enum: EnumDescriptor, texts: Mapping[str, str]) -> str:
    lines = [f"## {type_name(enum)}", "", *_paragraph(texts.get(enum.full_name, ""))]
    lines += ["| value | meaning |", "| --- | --- |"]
    for value in enum.values:
        meaning = " ".join(texts.get(f"{enum.full_name}.{value.name}", "").split())
        lines.append(f"| `{value.name}` | {meaning} |")
    return "\n".join([*lines, ""])


def _paragraph(comment: str) -> list[str]:
    return [" ".join(comment.split()), ""] if comment else []


def _quoted(text: str) -> list[str]:
    # An indexed call, x[0](y), would be a link.
    text = text.replace("](", "]\\(")
    return [f"> {line}".rstrip() for line in text.splitlines()] + [""] if text else []


if __name__ == "__main__":
    sys.exit(main())
