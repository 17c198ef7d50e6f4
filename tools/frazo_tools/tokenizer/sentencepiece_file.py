"""The message of a SentencePiece .model file: the parts that decide on how text is encoded.

core/text/sentencepiece/sentencepiece_model.proto explains the fields; the numbers are those of the
sentencepiece library, whose own Python messages need a newer protobuf than TensorFlow allows.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "frazo_tools.tokenizer"

# Types of pieces.
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
# Types of models.
UNIGRAM, BPE = 1, 2

# Number, name, type and default of the fields of each message.
_MESSAGES: dict[str, list[tuple[int, str, Any, str | None]]] = {
    "Piece": [
        (1, "text", _Field.TYPE_STRING, None),
        (2, "score", _Field.TYPE_FLOAT, None),
        (3, "type", _Field.TYPE_INT32, str(NORMAL)),
    ],
    "TrainerSpec": [
        (3, "model_type", _Field.TYPE_INT32, str(UNIGRAM)),
        (4, "vocab_size", _Field.TYPE_INT32, None),
        (24, "treat_whitespace_as_suffix", _Field.TYPE_BOOL, None),
        (35, "byte_fallback", _Field.TYPE_BOOL, None),
        (40, "unk_id", _Field.TYPE_INT32, None),
        (41, "bos_id", _Field.TYPE_INT32, None),
        (42, "eos_id", _Field.TYPE_INT32, None),
        (44, "unk_surface", _Field.TYPE_STRING, " \u2047 "),
        (45, "unk_piece", _Field.TYPE_STRING, "<unk>"),
        (46, "bos_piece", _Field.TYPE_STRING, "<s>"),
        (47, "eos_piece", _Field.TYPE_STRING, "</s>"),
    ],
    "NormalizerSpec": [
        (1, "name", _Field.TYPE_STRING, None),
        (2, "precompiled_charsmap", _Field.TYPE_BYTES, None),
        (3, "add_dummy_prefix", _Field.TYPE_BOOL, "true"),
        (4, "remove_extra_whitespaces", _Field.TYPE_BOOL, "true"),
        (5, "escape_whitespaces", _Field.TYPE_BOOL, "true"),
    ],
    "Model": [
        (1, "pieces", "Piece", None),
        (2, "trainer_spec", "TrainerSpec", None),
        (3, "normalizer_spec", "NormalizerSpec", None),
        (5, "denormalizer_spec", "NormalizerSpec", None),
    ],
}


def _model_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="frazo_tools/tokenizer/sentencepiece_file.proto", package=_PACKAGE, syntax="proto2"
    )
    for message_name, fields in _MESSAGES.items():
        message = file.message_type.add(name=message_name)
        for number, name, kind, default in fields:
            field = message.field.add(name=name, number=number, label=_Field.LABEL_OPTIONAL)
            if name == "pieces":
                field.label = _Field.LABEL_REPEATED
            if isinstance(kind, str):
                field.type = _Field.TYPE_MESSAGE
                field.type_name = f".{_PACKAGE}.{kind}"
            else:
                field.type = kind
            if default is not None:
                field.default_value = default
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.Model"))


Model = _model_class()
