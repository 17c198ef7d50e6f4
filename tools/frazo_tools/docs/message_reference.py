"""A page for each .proto file: its messages, enums and services, from their comments."""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from frazo.config.documentation import comments
from frazo_tools.docs.declaration_section import (
    anchor,
    enum_section,
    message_section,
    with_nested_messages,
)
from frazo_tools.docs.registered_classes import Binding
from google.protobuf.descriptor import (
    Descriptor,
    EnumDescriptor,
    FileDescriptor,
    ServiceDescriptor,
)

# The files of each part of an experiment, in the order of the site's navigation.
FAMILIES = {
    "Experiment": "experiment train_loop eval_loop decode_loop early_stop followed_score operations mesh",
    "Tasks": (
        "task task_schedule image_classifier text_classifier language_modeling point_detection speech_recognition"
        " translation"
    ),
    "Models": "conformer language_model transformer transformer_layer rnmt_plus sequence_layer star_net transducer",
    "Layers": (
        "layer activation attention conv dropout embedding feed_forward initializer linear lstm"
        " mixture_of_experts norm pooling position query_attention softmax"
    ),
    "Learner": (
        "learner optimizer schedule gradient_norm_tracker variable_rule variational_noise warm_start"
    ),
    "Input": (
        "input pipeline record_source processor tokenizer batcher compression image_input"
        " log_mel spec_augment synthetic_tokens prepare_scene anchors"
    ),
    "Search": "search decoding_weights",
    "Cluster": "cluster coordination",
    "Kept in files": "batcher_state control_record pipeline_state record_source_state",
    "Rules of fields": "field_rules",
}


def pages(bound: Mapping[str, Binding]) -> dict[str, str]:
    """Returns the page of each file, by the file's name without ".proto".

    Args:
      bound: The classes that are bound to messages, by the full names of these.
    """
    texts = comments()
    names = [name for family in FAMILIES.values() for name in family.split()]
    return {name: _page(_file(name), bound, texts) for name in names}


def _file(name: str) -> FileDescriptor:
    return importlib.import_module(f"frazo.proto.{name}_pb2").DESCRIPTOR


def _page(file: FileDescriptor, bound: Mapping[str, Binding], texts: Mapping[str, str]) -> str:
    name = PurePosixPath(file.name).stem
    parts = [
        f"# {name}.proto",
        f'In Python `frazo.proto.{name}_pb2`, in your own files `import "{file.name}";`.',
        *_paragraphs(texts.get(file.name, "")),
    ]
    parts += [_service_section(service, texts) for service in file.services_by_name.values()]
    for top in file.message_types_by_name.values():
        for message in with_nested_messages(top):
            parts.append(message_section(message, bound.get(message.full_name), texts, _target))
            parts += [enum_section(enum, texts) for enum in message.enum_types]
    parts += [enum_section(enum, texts) for enum in file.enum_types_by_name.values()]
    if file.extensions_by_name:
        parts.append(_extensions(file, texts))
    return "\n\n".join(parts)


def _target(declaration: Descriptor | EnumDescriptor) -> str:
    return f"{PurePosixPath(declaration.file.name).stem}.md#{anchor(declaration)}"


def _paragraphs(comment: str) -> Iterator[str]:
    for paragraph in comment.split("\n\n"):
        yield " ".join(paragraph.split())


def _service_section(service: ServiceDescriptor, texts: Mapping[str, str]) -> str:
    lines = [f"## {service.name}", "", "A gRPC service.", ""]
    lines += ["| method | request | answer | meaning |", "| --- | --- | --- | --- |"]
    for method in service.methods:
        meaning = " ".join(texts.get(method.full_name, "").split())
        types = (
            f"[{side.name}]({_target(side)})" for side in (method.input_type, method.output_type)
        )
        lines.append(f"| `{method.name}` | {' | '.join(types)} | {meaning} |")
    return "\n".join([*lines, ""])


def _extensions(file: FileDescriptor, texts: Mapping[str, str]) -> str:
    lines = ["## Options", "", "| option | of | meaning |", "| --- | --- | --- |"]
    for option in file.extensions_by_name.values():
        meaning = " ".join(texts.get(option.full_name, "").split())
        lines.append(f"| `{option.name}` | `{option.containing_type.name}` | {meaning} |")
    return "\n".join([*lines, ""])
