"""The comments of the .proto files, for errors and for documents.

Generated Python code has no comments. The build writes the descriptors once more with them, beside
this module, and only who asks for a comment reads that file. Where the build did not make it
(sources used without Bazel) there are no comments.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from google.protobuf import descriptor_pb2

COMMENTS_FILE = Path(__file__).with_name("field_comments.binpb")

# Source locations name a declaration by numbers of the fields of FileDescriptorProto (messages,
# enums), DescriptorProto (fields, nested messages, enums) and EnumDescriptorProto (values), each
# followed by an index.
_FILE_MESSAGES, _FILE_ENUMS = 4, 5
_FIELDS, _NESTED, _ENUMS = 2, 3, 4
_VALUES = 2


def meaning(name: str) -> str | None:
    """The comment above the declaration of this full name ("frazo.TrainLoop.max_steps", a value of an
    enum: "frazo.Activation.RELU"), on one line."""
    comment = comments().get(name)
    return " ".join(comment.split()) if comment else None


def comments() -> Mapping[str, str]:
    """The comments of all messages, fields, enums and their values, by full name, as they are
    written."""
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
    names = dict(_places(file.message_type, prefix, (_FILE_MESSAGES,)))
    names.update(_places_of_enums(file.enum_type, prefix, (_FILE_ENUMS,)))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name and location.leading_comments.strip():
            yield name, location.leading_comments


def _places(messages, prefix: str, place: tuple[int, ...]) -> Iterator[tuple[tuple, str]]:
    """Place and full name of each declaration in the messages, themselves included."""
    for index, message in enumerate(messages):
        here, name = (*place, index), prefix + message.name
        yield here, name
        for field_index, field in enumerate(message.field):
            yield (*here, _FIELDS, field_index), f"{name}.{field.name}"
        yield from _places(message.nested_type, f"{name}.", (*here, _NESTED))
        yield from _places_of_enums(message.enum_type, f"{name}.", (*here, _ENUMS))


def _places_of_enums(enums, prefix: str, place: tuple[int, ...]) -> Iterator[tuple[tuple, str]]:
    for index, enum in enumerate(enums):
        here, name = (*place, index), prefix + enum.name
        yield here, name
        for value_index, value in enumerate(enum.value):
            yield (*here, _VALUES, value_index), f"{name}.{value.name}"
