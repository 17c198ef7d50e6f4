"""Which tokenizer made the ids of a feature."""

from frazo.input.file_lookup import find_file
from frazo.proto import pipeline_pb2, tokenizer_pb2
from google.protobuf.message import Message

# The fields of each kind of tokenizer that name files, in the order of their numbers.
_FILE_FIELDS = {
    "grapheme": ["vocabulary"],
    "word": ["vocabulary"],
    "bpe": ["merges", "vocabulary"],
    "sentencepiece": ["model"],
}


def feature_tokenizer(source: Message, feature: str) -> tokenizer_pb2.Tokenizer:
    """The tokenizer of the feature `feature` of an input, with the places of its files.

    source: the input's message. Raises ValueError where it does not say, as for records that hold
    ids; FileNotFoundError naming the file.
    """
    made_by: dict[str, tokenizer_pb2.Tokenizer] = {}
    steps = source.processor.steps if isinstance(source, pipeline_pb2.Pipeline) else ()
    for step in steps:
        if step.HasField("tokenize"):
            made_by[step.tokenize.output or step.tokenize.field] = step.tokenize.tokenizer
        elif step.HasField("copy") and step.copy.field in made_by:
            made_by[step.copy.output] = made_by[step.copy.field]
    if feature not in made_by:
        raise ValueError(
            f"nothing says which text the ids of '{feature}' stand for. Let a step of the pipeline "
            "tokenize it."
        )
    return _with_places(made_by[feature], feature)


def tokenizer_files(tokenizer: tokenizer_pb2.Tokenizer) -> list[str]:
    """The files of a tokenizer, in the order of the fields' numbers; one without files has none."""
    kind = getattr(tokenizer, tokenizer.WhichOneof("kind"))
    return [getattr(kind, field) for field in _fields(tokenizer) if getattr(kind, field)]


def _fields(tokenizer: tokenizer_pb2.Tokenizer) -> list[str]:
    return _FILE_FIELDS[tokenizer.WhichOneof("kind")]


def _with_places(tokenizer: tokenizer_pb2.Tokenizer, feature: str) -> tokenizer_pb2.Tokenizer:
    placed = tokenizer_pb2.Tokenizer()
    placed.CopyFrom(tokenizer)
    kind = getattr(placed, placed.WhichOneof("kind"))
    for field in _fields(placed):
        if path := getattr(kind, field):
            setattr(kind, field, find_file(path, f"tokenizer of '{feature}': {field}"))
    return placed
