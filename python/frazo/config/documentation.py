"""The comments of the .proto files, for error messages and for documents.

Generated Python code has no comments. The build writes the descriptors with their comments into a
file beside this module. The file is read when a comment is asked for. Without the file (sources
used without Bazel) there are no comments.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from google.protobuf import descriptor_pb2

COMMENTS_FILE = Path(__file__).with_name("field_comments.binpb")

# Source locations name a declaration by numbers of the fields of FileDescriptorProto (messages,
# enums, services), DescriptorProto (fields, nested messages, enums), EnumDescriptorProto (values)
# and ServiceDescriptorProto (methods), each followed by an index.
_FILE_MESSAGES, _FILE_ENUMS, _FILE_SERVICES = 4, 5, 6
_FIELDS, _NESTED, _ENUMS = 2, 3, 4
_VALUES = 2
_METHODS = 2
# The line that a file begins with, below what is said of the file: `edition = ...` or `syntax = ...`.
_FILE_EDITION = ((12,), (14,))


def meaning(name: str) -> str | None:
    """Returns the comment above a declaration, on one line.

    Args:
      name: Full name of the declaration: "frazo.TrainLoop.max_steps", or "frazo.Activation.RELU"
        for a value of an enum.
    """
    comment = comments().get(name)
    return " ".join(comment.split()) if comment else None


def comments() -> Mapping[str, str]:
    """Returns the comments of all messages, fields, enums and their values, services and their
    methods, by full name, and those of files by their names, "frazo/proto/layer.proto".
    """
    try:
        data = COMMENTS_FILE.read_bytes()
    except FileNotFoundError:
        return {}
    return {
        name: comment
        for file in descriptor_pb2.FileDescriptorSet.FromString(data).file
        for name, comment in _comments_of_file(file)
    }


def _comments_of_file(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, str]]:
    prefix = f"{file.package}." if file.package else ""
    names = dict(_declarations(file.message_type, prefix, (_FILE_MESSAGES,)))
    names.update(_enum_declarations(file.enum_type, prefix, (_FILE_ENUMS,)))
    names.update(_service_declarations(file.service, prefix))
    names.update(dict.fromkeys(_FILE_EDITION, file.name))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name and location.leading_comments.strip():
            yield name, location.leading_comments


def _declarations(messages, prefix: str, path: tuple[int, ...]) -> Iterator[tuple[tuple, str]]:
    """Yields the path and the full name of each declaration in the messages, and of the
    messages.
    """
    for index, message in enumerate(messages):
        here, name = (*path, index), prefix + message.name
        yield here, name
        for field_index, field in enumerate(message.field):
            yield (*here, _FIELDS, field_index), f"{name}.{field.name}"
        yield from _declarations(message.nested_type, f"{name}.", (*here, _NESTED))
        yield from _enum_declarations(message.enum_type, f"{name}.", (*here, _ENUMS))


def _enum_declarations(enums, prefix: str, path: tuple[int, ...]) -> Iterator[tuple[tuple, str]]:
    for index, enum in enumerate(enums):
        here, name = (*path, index), prefix + enum.name
        yield here, name
        for value_index, value in enumerate(enum.value):
            yield (*here, _VALUES, value_index), f"{name}.{value.name}"


def _service_declarations(services, prefix: str) -> Iterator[tuple[tuple, str]]:
    for index, service in enumerate(services):
        here, name = (_FILE_SERVICES, index), prefix + service.name
        yield here, name
        for method_index, method in enumerate(service.method):
            yield (*here, _METHODS, method_index), f"{name}.{method.name}"
