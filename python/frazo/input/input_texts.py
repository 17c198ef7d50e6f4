"""How an input makes the ids of its features from texts."""

from collections.abc import Iterable
from typing import NamedTuple

from frazo.input.tokenizer_files import with_places
from frazo.proto import pipeline_pb2, processor_pb2, tokenizer_pb2
from google.protobuf.message import Message


class FeatureEncoding(NamedTuple):
    """What is done to a text.

    tokenizer: with the places of its files. prepend_sos, append_eos: whether ids begin or end with
    the token that starts or ends sentences. max_length: of the longest ids that come into a batch;
    0: there is no limit.
    """

    tokenizer: tokenizer_pb2.Tokenizer
    prepend_sos: bool
    append_eos: bool
    max_length: int


class InputTexts:
    """What tasks may know of how an input makes ids: by feature, and nothing of its steps.

    It is the one place in Python that knows what a step of a pipeline's processor does to a field.
    """

    def __init__(self, message: Message):
        """message: of the input."""
        is_pipeline = isinstance(message, pipeline_pb2.Pipeline)
        self._buckets = message.batcher.buckets if is_pipeline else None
        self._steps = _steps_by_feature(message.processor.steps if is_pipeline else ())

    def is_tokenized(self, feature: str) -> bool:
        """Whether the input makes the ids of a feature from a text."""
        return bool(self._steps.get(feature))

    def tokenizer(self, feature: str) -> tokenizer_pb2.Tokenizer:
        """The tokenizer of a feature, with the places of its files.

        Raises ValueError where the input does not say, as for records that hold ids;
        FileNotFoundError naming the file.
        """
        tokenizer = self._steps_of(feature)[0].tokenize.tokenizer
        return with_places(tokenizer, f"tokenizer of '{feature}'")

    def encoding(self, feature: str) -> FeatureEncoding:
        """Raises also ValueError for a step after the tokenizer that FeatureEncoding cannot say."""
        tokenizer = self.tokenizer(feature)
        added = {"prepend_sos": False, "append_eos": False}
        limits = [bound] if (bound := self.longest_in_batches(feature)) else []
        for step in self._steps_of(feature)[1:]:
            kind = step.WhichOneof("kind")
            if kind == "filter_by_length":
                limits.append(step.filter_by_length.max_length)
            elif kind in added and not added[kind]:
                added[kind] = True
            else:
                raise ValueError(
                    f"the step {kind} of '{feature}' cannot be done outside of a pipeline"
                )
            if kind == "prepend_sos" and step.prepend_sos.HasField("sos_id"):
                tokenizer.sos_id = step.prepend_sos.sos_id
            if kind == "append_eos" and step.append_eos.HasField("eos_id"):
                tokenizer.eos_id = step.append_eos.eos_id
        return FeatureEncoding(tokenizer, **added, max_length=min(limits, default=0))

    def longest_in_batches(self, feature: str) -> int:
        """The greatest length of a feature that the batcher takes; 0: there is no limit."""
        if self._buckets is None or feature not in self._buckets.length_of:
            return 0
        return self._buckets.bounds[-1]

    def _steps_of(self, feature: str) -> list[processor_pb2.Step]:
        """Those that made the feature: tokenize is the first."""
        steps = self._steps.get(feature)
        if not steps:
            raise ValueError(
                f"nothing says which text the ids of '{feature}' stand for. Let a step of the pipeline "
                "tokenize it, or give the task a tokenizer."
            )
        return steps


def _steps_by_feature(
    steps: Iterable[processor_pb2.Step],
) -> dict[str, list[processor_pb2.Step]]:
    made_by: dict[str, list[processor_pb2.Step]] = {}
    for step in steps:
        kind = step.WhichOneof("kind")
        field = getattr(step, kind).field
        if kind == "tokenize":
            made_by[step.tokenize.output or field] = [step]
        elif kind == "copy":
            made_by[step.copy.output] = list(made_by.get(field, []))
        elif field in made_by:
            made_by[field].append(step)
    return made_by
