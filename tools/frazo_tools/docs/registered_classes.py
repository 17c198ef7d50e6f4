"""Which class of a package is bound to which message, read from its sources."""

import ast
import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from google.protobuf.descriptor import Descriptor


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


def bindings(package: Path, rooms: Iterable[str]) -> dict[str, Binding]:
    """Returns the registered classes of rooms of a package, by the full names of their messages.

    Args:
      package: The folder of `frazo`.
      rooms: Folders in it.
    """
    found = {}
    paths = (path for room in rooms for path in sorted((package / room).rglob("*.py")))
    for path in paths:
        if path.name.endswith("_test.py"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ClassDef):
                continue
            for message in _registered_messages(node):
                module = ".".join(path.relative_to(package).with_suffix("").parts)
                class_name = f"frazo.{module}.{node.name}"
                docstring = ast.get_docstring(node) or ""
                found[message.full_name] = Binding(message, class_name, docstring)
    return found


def _registered_messages(node: ast.ClassDef) -> Iterator[Descriptor]:
    """Yields Message for each @register(module_pb2.Message) above a class."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "register":
            module, *names = ast.unparse(decorator.args[0]).split(".")
            member = importlib.import_module(f"frazo.proto.{module}")
            for name in names:
                member = getattr(member, name)
            yield member.DESCRIPTOR
