"""The tokenizers that convert between a model's ids and text."""

from frazo import _core
from frazo.input.input_texts import FeatureEncoding, InputTexts
from frazo.input.tokenizer_files import with_places
from frazo.proto import tokenizer_pb2

SOURCE, TARGET = "source", "target_labels"


class TextTokenizers:
    """The tokenizers of the features source and target_labels, with the paths of their files.

    They are those of the input's own steps. Where the input does not tokenize, they are the task's.
    """

    def __init__(
        self,
        texts: InputTexts,
        task_tokenizer: tokenizer_pb2.Tokenizer | None,
        *,
        task: str,
        vocab_size: int,
    ):
        """Finds the tokenizers.

        Args:
          texts: Describes how the input makes ids from texts.
          task_tokenizer: The task's tokenizer; None if the task has none.
          task: The task's name in configurations, for errors.
          vocab_size: The number of tokens that the model outputs.

        Raises:
          ValueError: Neither the input nor the task has a tokenizer for a feature, or the tokenizer
            of the target knows fewer tokens than the model outputs.
          FileNotFoundError: A file of a tokenizer is missing.
        """
        self._texts = texts
        self._task_tokenizer = task_tokenizer
        self._task = task
        self.source = self._tokenizer(SOURCE)
        self.target = self._tokenizer(TARGET)
        known = _core.Tokenizer(self.target.SerializeToString()).vocab_size
        if known < vocab_size:
            raise ValueError(
                f"the model outputs {vocab_size} tokens, but the tokenizer of '{TARGET}' knows {known}. "
                "Give the softmax, or the embedding that it shares, the size of the tokenizer's "
                "vocabulary, and train again."
            )

    def source_encoding(self) -> FeatureEncoding:
        """Returns how a text becomes the ids of a source.

        Raises:
          ValueError: A step of the input cannot be done outside of a pipeline.
        """
        if self._texts.is_tokenized(SOURCE) or self._task_tokenizer is None:
            return self._texts.encoding(SOURCE)
        longest = self._texts.longest(SOURCE)
        return FeatureEncoding(self.source, False, True, longest)

    def _tokenizer(self, feature: str) -> tokenizer_pb2.Tokenizer:
        if self._texts.is_tokenized(feature) or self._task_tokenizer is None:
            return self._texts.tokenizer(feature)
        return with_places(self._task_tokenizer, f"task.{self._task}.tokenizer")
