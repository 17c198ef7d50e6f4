"""Writes docs/layers.md: the message of every layer, its fields, and the shapes from its class.

    ./bazelw run //tools:layer_reference

The text comes from the comments of proto/*.proto and the docstrings of
python/frazo/{layers,models}. A test fails if docs/layers.md differs.
"""

import argparse
import inspect
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from frazo.config.documentation import comments
from frazo_tools.docs.declaration_section import (
    anchor,
    enum_section,
    message_section,
    with_nested_messages,
)
from frazo_tools.docs.registered_classes import Binding, bindings
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor

PACKAGE = Path(__file__).parents[3] / "python/frazo"
ROOMS = ("layers", "models")

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


def reference(bound: Mapping[str, Binding]) -> str:
    """Returns the page."""
    parts = [_PREAMBLE]
    texts = comments()
    for message in _messages(bound):
        parts.append(message_section(message, bound.get(message.full_name), texts, _on_this_page))
        parts.extend(enum_section(enum, texts) for enum in message.enum_types)
    for enum in _enums(bound):
        parts.append(enum_section(enum, texts))
    return "\n".join(parts)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=inspect.getdoc(sys.modules[__name__]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    checkout = Path(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."))
    parser.add_argument("--out", type=Path, default=checkout / "docs/layers.md", metavar="FILE")
    arguments = parser.parse_args()
    arguments.out.write_text(reference(bindings(PACKAGE, ROOMS)), encoding="utf-8")
    print(f"wrote {arguments.out}")
    return 0


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


def _on_this_page(declaration: Descriptor | EnumDescriptor) -> str:
    return f"#{anchor(declaration)}"


def _messages(bound: Mapping[str, Binding]) -> list[Descriptor]:
    """Returns all messages of the files by name, each before the messages nested in it."""

    return [
        message
        for file in _files(bound)
        for top in file.message_types_by_name.values()
        for message in with_nested_messages(top)
    ]


def _enums(bound: Mapping[str, Binding]) -> list[EnumDescriptor]:
    return [enum for file in _files(bound) for enum in file.enum_types_by_name.values()]


if __name__ == "__main__":
    sys.exit(main())
