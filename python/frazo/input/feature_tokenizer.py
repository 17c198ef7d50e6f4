"""How a pipeline makes the ids of a feature from its text."""

from typing import NamedTuple

from frazo.input.file_lookup import find_file
from frazo.proto import pipeline_pb2, processor_pb2, tokenizer_pb2
from google.protobuf.message import Message

# The fields of each kind of tokenizer that name files, in the order of their numbers.
_FILE_FIELDS = {
    "grapheme": ["vocabulary"],
    "word": ["vocabulary"],
    "bpe": ["merges", "vocabulary"],
    "sentencepiece": ["model"],
}


class FeatureEncoding(NamedTuple):
    """What is done to a text.

    tokenizer: with the places of its files. prepend_sos, append_eos: whether ids begin or end with
    the token that starts or ends sentences. max_length: of the longest ids that come into a batch; 0:
    there is no limit.
    """

    tokenizer: tokenizer_pb2.Tokenizer
    prepend_sos: bool
    append_eos: bool
    max_length: int


def feature_tokenizer(source: Message, feature: str) -> tokenizer_pb2.Tokenizer:
    """The tokenizer of the feature `feature` of an input, with the places of its files.

    source: the input's message. Raises ValueError where it does not say, as for records that hold
    ids; FileNotFoundError naming the file.
    """
    return with_places(_steps(source, feature)[0].tokenize.tokenizer, f"tokenizer of '{feature}'")


def feature_encoding(source: Message, feature: str) -> FeatureEncoding:
    """Raises also ValueError for a step after the tokenizer that FeatureEncoding cannot say."""
    steps = _steps(source, feature)
    tokenizer = with_places(steps[0].tokenize.tokenizer, f"tokenizer of '{feature}'")
    added = {"prepend_sos": False, "append_eos": False}
    limits = [bound] if (bound := longest_in_batches(source, feature)) else []
    for step in steps[1:]:
        kind = step.WhichOneof("kind")
        if kind == "filter_by_length":
            limits.append(step.filter_by_length.max_length)
        elif kind in added and not added[kind]:
            added[kind] = True
        else:
            raise ValueError(f"the step {kind} of '{feature}' cannot be done outside of a pipeline")
        if kind == "prepend_sos" and step.prepend_sos.HasField("sos_id"):
            tokenizer.sos_id = step.prepend_sos.sos_id
        if kind == "append_eos" and step.append_eos.HasField("eos_id"):
            tokenizer.eos_id = step.append_eos.eos_id
    return FeatureEncoding(tokenizer, **added, max_length=min(limits, default=0))


def is_tokenized(source: Message, feature: str) -> bool:
    """Whether the input makes the ids of a feature from a text."""
    return bool(_steps_by_feature(source).get(feature))


def longest_in_batches(source: Message, feature: str) -> int:
    """The greatest length of the feature that an input's batcher takes; 0: there is no limit."""
    if not isinstance(source, pipeline_pb2.Pipeline):
        return 0
    buckets = source.batcher.buckets
    return buckets.bounds[-1] if feature in buckets.length_of else 0


def with_places(tokenizer: tokenizer_pb2.Tokenizer, name: str) -> tokenizer_pb2.Tokenizer:
    """A copy that names the places of its files. name: of the tokenizer, for the error. Raises
    FileNotFoundError.
    """
    placed = tokenizer_pb2.Tokenizer()
    placed.CopyFrom(tokenizer)
    kind = getattr(placed, placed.WhichOneof("kind"))
    for field in _fields(placed):
        if path := getattr(kind, field):
            setattr(kind, field, find_file(path, f"{name}: {field}"))
    return placed


def tokenizer_files(tokenizer: tokenizer_pb2.Tokenizer) -> list[str]:
    """The files of a tokenizer, in the order of the fields' numbers; one without files has none."""
    kind = getattr(tokenizer, tokenizer.WhichOneof("kind"))
    return [getattr(kind, field) for field in _fields(tokenizer) if getattr(kind, field)]


def without_files(tokenizer: tokenizer_pb2.Tokenizer) -> tokenizer_pb2.Tokenizer:
    """A copy that names no files."""
    bare = tokenizer_pb2.Tokenizer()
    bare.CopyFrom(tokenizer)
    for field in _fields(bare):
        getattr(bare, bare.WhichOneof("kind")).ClearField(field)
    return bare


def _fields(tokenizer: tokenizer_pb2.Tokenizer) -> list[str]:
    return _FILE_FIELDS[tokenizer.WhichOneof("kind")]


def _steps(source: Message, feature: str) -> list[processor_pb2.Step]:
    """Those that made the feature: tokenize is the first."""
    steps = _steps_by_feature(source).get(feature)
    if not steps:
        raise ValueError(
            f"nothing says which text the ids of '{feature}' stand for. Let a step of the pipeline "
            "tokenize it, or give the task a tokenizer."
        )
    return steps


def _steps_by_feature(source: Message) -> dict[str, list[processor_pb2.Step]]:
    made_by: dict[str, list[processor_pb2.Step]] = {}
    steps = source.processor.steps if isinstance(source, pipeline_pb2.Pipeline) else ()
    for step in steps:
        kind = step.WhichOneof("kind")
        if kind == "custom":  # What it does to a field is known to it alone.
            continue
        field = getattr(step, kind).field
        if kind == "tokenize":
            made_by[step.tokenize.output or field] = [step]
        elif kind == "copy":
            made_by[step.copy.output] = list(made_by.get(field, []))
        elif field in made_by:
            made_by[field].append(step)
    return made_by
