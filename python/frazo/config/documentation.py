"""The comments of the .proto files, for errors that say what a missing field means.

Generated Python code has no comments. The build writes the descriptors once more with them, beside
this module, and only an error reads that file. Where the build did not make it (sources used
without Bazel) there are no comments.
"""

from pathlib import Path

from google.protobuf import descriptor_pb2

COMMENTS_FILE = Path(__file__).with_name("field_comments.binpb")

# Numbers of FileDescriptorProto.message_type, DescriptorProto.nested_type and
# DescriptorProto.field: source locations name a declaration by such numbers and indices.
_MESSAGES = 4
_NESTED = 3
_FIELDS = 2


def meaning(field_name: str) -> str | None:
    """The comment above the field of this full name ("frazo.TrainLoop.max_steps"), on one line."""
    try:
        data = COMMENTS_FILE.read_bytes()
    except FileNotFoundError:
        return None
    for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
        place = _find(file, field_name)
        for location in file.source_code_info.location if place else ():
            if tuple(location.path) == place:
                return " ".join(location.leading_comments.split()) or None
    return None


def _find(file: descriptor_pb2.FileDescriptorProto, field_name: str) -> tuple[int, ...] | None:
    """The source path of the field's declaration; None if another file declares it."""
    prefix = f"{file.package}." if file.package else ""
    if not field_name.startswith(prefix):
        return None
    *message_names, name = field_name.removeprefix(prefix).split(".")
    messages, place, number = file.message_type, (), _MESSAGES
    message = None
    for message_name in message_names:
        index = _index(messages, message_name)
        if index is None:
            return None
        message = messages[index]
        place += (number, index)
        messages, number = message.nested_type, _NESTED
    index = _index(message.field, name) if message is not None else None
    return None if index is None else (*place, _FIELDS, index)


def _index(declarations, name: str) -> int | None:
    names = [declaration.name for declaration in declarations]
    return names.index(name) if name in names else None
