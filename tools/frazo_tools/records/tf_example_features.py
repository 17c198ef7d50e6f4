"""Reads tf.Example without TensorFlow, whose import takes seconds.

The messages are defined here a second time, in a separate pool, so that a process may use
TensorFlow's as well. tools/frazo_tools/records/tf_example.py describes them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

_Field = descriptor_pb2.FieldDescriptorProto


class ExampleError(Exception):
    """The bytes are not a tf.Example. str() says why."""


class Feature(NamedTuple):
    """A feature. `kind` is bytes, float or int64, or None for a feature without a list."""

    kind: str | None
    values: Sequence[Any]


def decode_example(record: bytes) -> dict[str, Feature]:
    """Returns the features by name, sorted by name.

    Raises:
        ExampleError: the bytes are not a tf.Example, or it has no feature.
    """
    try:
        example = _Example.FromString(record)
    except message.DecodeError as error:
        raise ExampleError(f"{len(record)} bytes that are not a message") from error
    features = example.features.feature
    if not features:
        raise ExampleError("a message without features")
    return {name: _feature(features[name]) for name in sorted(features)}


def bytes_features(record: bytes) -> dict[str, list[bytes]]:
    """Returns the values of each bytes feature, by name.

    Raises:
      ExampleError: As for decode_example.
    """
    return {
        name: list(feature.values)
        for name, feature in decode_example(record).items()
        if feature.kind == "bytes"
    }


def _feature(feature: Any) -> Feature:
    kind = feature.WhichOneof("kind")
    if kind is None:
        return Feature(None, ())
    return Feature(kind.removesuffix("_list"), getattr(feature, kind).value)


def _example_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="example.proto", package="tensorflow", syntax="proto3"
    )

    def add_message(name: str, *fields: tuple[str, int, int, int, str | None]) -> None:
        added = file.message_type.add(name=name)
        for field_name, number, label, kind, type_name in fields:
            added.field.add(
                name=field_name, number=number, label=label, type=kind, type_name=type_name
            )

    one, many, message_type = _Field.LABEL_OPTIONAL, _Field.LABEL_REPEATED, _Field.TYPE_MESSAGE
    add_message("BytesList", ("value", 1, many, _Field.TYPE_BYTES, None))
    add_message("FloatList", ("value", 1, many, _Field.TYPE_FLOAT, None))
    add_message("Int64List", ("value", 1, many, _Field.TYPE_INT64, None))
    add_message(
        "Feature",
        ("bytes_list", 1, one, message_type, ".tensorflow.BytesList"),
        ("float_list", 2, one, message_type, ".tensorflow.FloatList"),
        ("int64_list", 3, one, message_type, ".tensorflow.Int64List"),
    )
    feature = file.message_type[-1]
    feature.oneof_decl.add(name="kind")
    for field in feature.field:
        field.oneof_index = 0
    entry_type = ".tensorflow.Features.FeatureEntry"
    add_message("Features", ("feature", 1, many, message_type, entry_type))
    entry = file.message_type[-1].nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=one, type=_Field.TYPE_STRING)
    entry.field.add(
        name="value", number=2, label=one, type=message_type, type_name=".tensorflow.Feature"
    )
    add_message("Example", ("features", 1, one, message_type, ".tensorflow.Features"))

    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tensorflow.Example"))


_Example = _example_class()
