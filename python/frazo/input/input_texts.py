"""How an input makes its features, above all ids from texts."""

from typing import NamedTuple

from frazo import _core
from frazo.input.tokenizer_files import with_places
from frazo.pipeline import search_folders
from frazo.proto import pipeline_pb2, processor_pb2, tokenizer_pb2
from google.protobuf.message import Message


class FeatureEncoding(NamedTuple):
    """How a text becomes the ids of a feature.

    Attributes:
      tokenizer: The tokenizer, with the places of its files.
      prepend_sos: Whether the ids begin with the tokenizer's sos_id.
      append_eos: Whether the ids end with the tokenizer's eos_id.
      max_length: The input leaves out longer ids, or cuts them off before eos_id. sos_id and
        eos_id count. 0: there is no limit.
    """

    tokenizer: tokenizer_pb2.Tokenizer
    prepend_sos: bool
    append_eos: bool
    max_length: int


class InputTexts:
    """Tells tasks how an input makes ids, feature by feature, as its C++ steps say."""

    def __init__(self, message: Message):
        """Loads the vocabularies of the input's tokenizers.

        Args:
          message: The input's message.

        Raises:
          frazo._core.FrazoError: The message names the wrong field, or a file is missing.
        """
        is_pipeline = isinstance(message, pipeline_pb2.Pipeline)
        self._buckets = message.batcher.buckets if is_pipeline else None
        self._steps = list(message.processor.steps) if is_pipeline else []
        self._texts = {}
        if is_pipeline and message.processor.steps:
            self._texts = _core.pipeline_texts(message.SerializeToString(), search_folders())

    def steps(self) -> list[processor_pb2.Step]:
        """Returns the steps of the input's pipeline; none if it is no pipeline."""
        return list(self._steps)

    def is_tokenized(self, feature: str) -> bool:
        """Returns whether the input makes the ids of a feature from a text."""
        return feature in self._texts

    def tokenizer(self, feature: str) -> tokenizer_pb2.Tokenizer:
        """Returns the tokenizer of a feature, with the places of its files.

        Raises:
          ValueError: The input does not say, as for records that hold ids.
        """
        if feature not in self._texts:
            raise ValueError(
                f"nothing says which text the ids of '{feature}' stand for. Let a step of the pipeline "
                "tokenize it, or give the task a tokenizer."
            )
        serialized, *_ = self._texts[feature]
        tokenizer = tokenizer_pb2.Tokenizer.FromString(serialized)
        return with_places(tokenizer, f"tokenizer of '{feature}'")

    def encoding(self, feature: str) -> FeatureEncoding:
        """Returns how a text becomes the ids of a feature.

        Raises:
          ValueError: As for tokenizer(), or a later step changes the ids in another way.
        """
        encoding = self.first_steps(feature)
        *_, other_step = self._texts[feature]
        if other_step:
            remedy = (
                "Truncate before append_eos"
                if other_step.endswith(".truncate")
                else "Remove the step"
            )
            raise ValueError(
                f"processor.{other_step} changes the ids of '{feature}' in a way that is possible in a "
                f"pipeline only. {remedy}, or let it change a copy of the feature."
            )
        return encoding

    def first_steps(self, feature: str) -> FeatureEncoding:
        """Returns how a text becomes the ids of a feature, up to the first step that
        FeatureEncoding cannot describe.

        Raises:
          ValueError: As for tokenizer().
        """
        tokenizer = self.tokenizer(feature)
        _, prepend_sos, append_eos, _, _ = self._texts[feature]
        return FeatureEncoding(tokenizer, prepend_sos, append_eos, self.longest(feature))

    def longest(self, feature: str) -> int:
        """Returns the greatest length of a feature; 0 if there is no limit."""
        limits = []
        if feature in self._texts:
            _, _, _, longest, _ = self._texts[feature]
            limits.append(longest)
        if self._buckets is not None and feature in self._buckets.length_of:
            limits.append(self._buckets.bounds[-1])
        return min((limit for limit in limits if limit), default=0)
