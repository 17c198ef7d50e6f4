"""What stands between a translation model's ids and text."""

from frazo import _core
from frazo.input.feature_tokenizer import (
    FeatureEncoding,
    feature_encoding,
    feature_tokenizer,
    is_tokenized,
    longest_in_batches,
    with_places,
)
from frazo.proto import tokenizer_pb2, translation_pb2
from google.protobuf.message import Message

SOURCE, TARGET = "source", "target_labels"


class TextTokenizers:
    """The tokenizers of an input's source and target_labels: those of its own steps, or else the
    task's. They have the places of their files.
    """

    def __init__(self, source: Message, task: translation_pb2.Translation, *, vocab_size: int):
        """source: the input's message. vocab_size: tokens that the model outputs. Raises ValueError if
        neither message says which text the ids, or any that the model outputs, stand for;
        FileNotFoundError.
        """
        self._input = source
        self._of_task = task.tokenizer if task.HasField("tokenizer") else None
        self.source = self._tokenizer(SOURCE)
        self.target = self._tokenizer(TARGET)
        known = _core.Tokenizer(self.target.SerializeToString()).vocab_size
        if known < vocab_size:
            raise ValueError(
                f"the model outputs {vocab_size} tokens, but the tokenizer of '{TARGET}' knows {known}. "
                "Give the softmax, or the embedding that it shares, the size of the tokenizer's "
                "vocabulary, and train anew."
            )

    def source_encoding(self) -> FeatureEncoding:
        """How a text becomes a source. Raises ValueError for a step of the input that it cannot say."""
        if self._is_of_task(SOURCE):
            longest = longest_in_batches(self._input, SOURCE)
            return FeatureEncoding(self.source, False, True, longest)
        return feature_encoding(self._input, SOURCE)

    def _tokenizer(self, feature: str) -> tokenizer_pb2.Tokenizer:
        if self._of_task is not None and self._is_of_task(feature):
            return with_places(self._of_task, "task.translation.tokenizer")
        return feature_tokenizer(self._input, feature)

    def _is_of_task(self, feature: str) -> bool:
        return self._of_task is not None and not is_tokenized(self._input, feature)
