"""The floors of the house, and the arrows between its rooms.

An arrow is a dependency: a label in a BUILD file, an import in a Python file, an include in a C++
file. Bazel lets a C++ file include, and a Python file import, whatever a dependency brings along,
so the BUILD files alone do not tell the whole.
"""

from __future__ import annotations

import ast
import builtins
import pathlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

# From the ground up. A room depends on itself and on rooms of lower floors, never on a neighbour on its own floor.
# A room is a folder with its subfolders, except for those that are rooms of their own.
FLOORS = (
    ("third_party",),
    ("proto",),
    ("core/status", "core/numeric", "core/testing"),
    ("core/bytes", "core/threads"),
    ("core/audio", "core/points", "core/records", "core/text"),
    (
        "core/boxes",
        "core/kernels/conv",
        "core/kernels/gemm",
        "core/kernels/loss",
        "core/kernels/norm",
    ),
    (
        "core/align",
        "core/detection",
        "core/sources",
        "core/kernels/attention",
        "core/kernels/lstm",
        "core/shard",
    ),
    ("core/process",),
    ("core/batch", "core/decode"),
    ("core/pipeline",),
    ("core",),
    ("core/ops", "python/frazo/bindings", "python/frazo/proto"),
    ("python/frazo",),
    ("python/frazo/config", "python/frazo/ops", "python/frazo/program", "python/frazo/shard"),
    ("python/frazo/decode", "python/frazo/input", "python/frazo/layers"),
    ("python/frazo/learn", "python/frazo/models"),
    ("python/frazo/tasks",),
    ("python/frazo/tasks/classification", "python/frazo/tasks/sequence"),
    (
        "python/frazo/tasks/asr",
        "python/frazo/tasks/car",
        "python/frazo/tasks/image",
        "python/frazo/tasks/lm",
        "python/frazo/tasks/mt",
    ),
    ("python/frazo/tasks/multi_task",),
    ("python/frazo/checkpoint", "python/frazo/scores"),
    ("python/frazo/experiment", "python/frazo/run"),
    ("python/frazo/cluster",),
    ("python/frazo/train", "python/frazo/evaluate"),
    ("python/frazo/export", "python/frazo/plan"),
    ("python/frazo/jobs",),
    ("tools/frazo_tools",),
    ("tools", "docs", ""),
    ("packaging",),
    ("tests", "third_party/rules/testing"),
)

# All subfolders of these are rooms of their own: a new one must have its place above.
_WITHOUT_SUBFOLDERS = ("", "core", "python/frazo", "python/frazo/tasks", "tools")

# Python packages by the folder that they are in.
_IMPORT_ROOTS = {"frazo": "python", "frazo_tools": "tools", "tests": ""}

# `frazo.Predictor` is imported by its first use: the package is the face of all rooms.
_LAZY_IMPORTS = {("python/frazo/__init__.py", "frazo.export.predictor")}

_FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


class Arrow(NamedTuple):
    """One thing that depends on another.

    Attributes:
      tail: what depends: a target's label, or a file.
      tail_folder: the folder of the tail.
      head: what it depends on: a label, a module or a header.
      head_folder: the folder of the head.
    """

    tail: str
    tail_folder: str
    head: str
    head_folder: str


def room_of(folder: str) -> str | None:
    """The room that a folder belongs to; None if the table has none for it."""
    if folder in _FLOOR_OF:
        return folder
    for parent in pathlib.PurePosixPath(folder).parents:
        if str(parent) in _FLOOR_OF:
            return None if str(parent) in _WITHOUT_SUBFOLDERS else str(parent)
    return None


def complaints(arrows: Iterable[Arrow]) -> list[str]:
    """A line for each arrow that does not point down, and for each folder that belongs to
    no room.
    """
    found = set()
    for arrow in arrows:
        tail, head = room_of(arrow.tail_folder), room_of(arrow.head_folder)
        for folder, room in ((arrow.tail_folder, tail), (arrow.head_folder, head)):
            if room is None:
                found.add(f"{folder} belongs to no room; add it to FLOORS in tests/rooms/rooms.py")
        if tail is None or head is None or tail == head or _FLOOR_OF[head] < _FLOOR_OF[tail]:
            continue
        where = "above" if _FLOOR_OF[head] > _FLOOR_OF[tail] else "on the floor of"
        found.add(f"{arrow.tail} depends on {arrow.head}: {head or '//'} is {where} {tail or '//'}")
    return sorted(found)


def build_file_arrows(package: str, text: str) -> Iterator[Arrow]:
    """The labels that the targets of a BUILD file name, whatever the attribute.

    Args:
      package: the folder of the BUILD file.
      text: what is in it: Starlark without definitions of functions, which is Python.

    Yields:
      An arrow for each target and each label of another package.
    """
    targets: list[dict[str, Any]] = []
    exec(compile(text, f"{package}/BUILD", "exec"), _BuildFileNames(targets))
    for target in targets:
        tail = f"//{package}:{target.get('name')}"
        dependencies = {k: v for k, v in target.items() if k not in ("name", "visibility")}
        for label in sorted({text for text in _strings(dependencies) if text.startswith("//")}):
            head_folder = label.removeprefix("//").partition(":")[0]
            yield Arrow(tail, package, label, head_folder)


class _BuildFileNames(dict):
    """The names that a BUILD file sees: each rule notes its attributes."""

    def __init__(self, targets: list[dict[str, Any]]) -> None:
        super().__init__(
            exports_files=lambda *_, **__: None,
            glob=lambda *_, **__: [],
            licenses=lambda *_, **__: None,
            load=lambda *_, **__: None,
            package=lambda **_: None,
            select=lambda cases: [label for labels in cases.values() for label in labels],
        )
        self._targets = targets

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            return getattr(builtins, name)
        return lambda **attributes: self._targets.append(attributes)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _strings([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def python_arrows(tree: pathlib.Path, name: str) -> Iterator[Arrow]:
    """The modules of this tree that a Python file imports, also within functions.

    Args:
      tree: the root of the source tree.
      name: the file, relative to it.

    Yields:
      An arrow for each.
    """
    folder = _folder(name)
    for node in ast.walk(ast.parse((tree / name).read_text(encoding="utf-8"), name)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            lazy = any(name == file and module.startswith(m) for file, m in _LAZY_IMPORTS)
            if module.split(".")[0] in _IMPORT_ROOTS and not lazy:
                yield Arrow(name, folder, module, _module_folder(tree, module))


def _module_folder(tree: pathlib.Path, module: str) -> str:
    """The folder of the package that a module, or a name in a module, is in."""
    package, *names = module.split(".")
    folder = pathlib.PurePosixPath(_IMPORT_ROOTS[package]) / package
    for name in names:
        if not (tree / folder / name).is_dir():
            break
        folder /= name
    return str(folder)


def include_arrows(tree: pathlib.Path, name: str) -> Iterator[Arrow]:
    """The headers of this tree that a C++ file includes.

    Args:
      tree: the root of the source tree.
      name: the file, relative to it.

    Yields:
      An arrow for each.
    """
    text = (tree / name).read_text(encoding="utf-8")
    for header in re.findall(r'^\s*#\s*include "([^"]+)"', text, re.MULTILINE):
        if header.startswith("frazo/proto/"):
            yield Arrow(name, _folder(name), header, "proto")
        elif (tree / header).exists():
            yield Arrow(name, _folder(name), header, _folder(header))


def _folder(name: str) -> str:
    folder = str(pathlib.PurePosixPath(name).parent)
    return "" if folder == "." else folder
