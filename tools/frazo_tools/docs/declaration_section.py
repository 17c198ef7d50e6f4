"""Sections of a page for messages and enums, from their comments and the docstrings of the
classes that are bound to them.
"""

from collections.abc import Callable, Iterator, Mapping

from frazo.config.vocabulary import is_any, is_message, type_name
from frazo_tools.docs.registered_classes import Binding
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

# From a declaration to where a page's link to it leads.
Target = Callable[[Descriptor | EnumDescriptor], str]

_TYPES = {
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_FIXED64: "fixed64",
}


def anchor(declaration: Descriptor | EnumDescriptor) -> str:
    """The name of a section within its page."""
    return type_name(declaration).lower().replace(".", "")


def with_nested_messages(message: Descriptor) -> Iterator[Descriptor]:
    """Yields a message and then those that are nested in it, at any depth; no entries of maps."""
    yield message
    for nested in message.nested_types:
        if not nested.GetOptions().map_entry:
            yield from with_nested_messages(nested)


def message_section(
    message: Descriptor, binding: Binding | None, texts: Mapping[str, str], target: Target
) -> str:
    """Returns the section of a message: its comment, its class and a table of its fields.

    Args:
      message: The message.
      binding: The class that is bound to it.
      texts: The comments, by the full names of what they stand above.
      target: Where links to the types of fields lead.
    """
    lines = [f"## {type_name(message)}", "", *_paragraph(texts.get(message.full_name, ""))]
    if binding is not None:
        lines += [f"`{binding.class_name}`:", "", *_quoted(binding.docstring)]
    if message.fields:
        lines += ["| field | type | meaning |", "| --- | --- | --- |"]
        lines += [_row(field, texts, target) for field in message.fields]
        lines.append("")
    return "\n".join(lines)


def enum_section(enum: EnumDescriptor, texts: Mapping[str, str]) -> str:
    """Returns the section of an enum: its comment and a table of its values."""
    lines = [f"## {type_name(enum)}", "", *_paragraph(texts.get(enum.full_name, ""))]
    lines += ["| value | meaning |", "| --- | --- |"]
    for value in enum.values:
        meaning = " ".join(texts.get(f"{enum.full_name}.{value.name}", "").split())
        lines.append(f"| `{value.name}` | {meaning} |")
    return "\n".join([*lines, ""])


def _row(field: FieldDescriptor, texts: Mapping[str, str], target: Target) -> str:
    meaning = " ".join(texts.get(field.full_name, "").split()).replace("|", "\\|")
    return f"| `{field.name}` | {_type(field, target)} | {meaning} |"


def _type(field: FieldDescriptor, target: Target) -> str:
    if is_message(field) and field.message_type.GetOptions().map_entry:
        key, value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
        return f"map from {_type(key, target)} to {_type(value, target)}"
    if is_message(field):
        name = "Any" if is_any(field.message_type) else _link(field.message_type, target)
    elif field.enum_type is not None:
        name = _link(field.enum_type, target)
    else:
        name = _TYPES[field.type]
    if field.is_repeated:
        name = f"repeated {name}"
    return f"{name}, one of `{field.containing_oneof.name}`" if field.containing_oneof else name


def _link(declaration: Descriptor | EnumDescriptor, target: Target) -> str:
    return f"[{type_name(declaration)}]({target(declaration)})"


def _paragraph(comment: str) -> list[str]:
    return [" ".join(comment.split()), ""] if comment else []


def _quoted(text: str) -> list[str]:
    # An indexed call, x[0](y), would be a link.
    text = text.replace("](", "]\\(")
    return [f"> {line}".rstrip() for line in text.splitlines()] + [""] if text else []
