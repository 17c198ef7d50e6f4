"""What stands between a model's ids and text."""

from frazo import _core
from frazo.input.input_texts import FeatureEncoding, InputTexts
from frazo.input.tokenizer_files import with_places
from frazo.proto import tokenizer_pb2

SOURCE, TARGET = "source", "target_labels"


class TextTokenizers:
    """The tokenizers of an input's source and target_labels: those of its own steps, or else the
    task's. They have the places of their files.
    """

    def __init__(
        self,
        texts: InputTexts,
        task_tokenizer: tokenizer_pb2.Tokenizer | None,
        *,
        task: str,
        vocab_size: int,
    ):
        """Raises ValueError if neither says which text the ids, or any that the model outputs, stand
        for; FileNotFoundError.

        Args:
          texts: of the input.
          task_tokenizer: of the task; None: it has none.
          task: its name in configurations, for errors.
          vocab_size: tokens that the model outputs.
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
                "vocabulary, and train anew."
            )

    def source_encoding(self) -> FeatureEncoding:
        """How a text becomes a source. Raises ValueError for a step of the input that it cannot say."""
        if self._texts.is_tokenized(SOURCE) or self._task_tokenizer is None:
            return self._texts.encoding(SOURCE)
        longest = self._texts.longest_in_batches(SOURCE)
        return FeatureEncoding(self.source, False, True, longest)

    def _tokenizer(self, feature: str) -> tokenizer_pb2.Tokenizer:
        if self._texts.is_tokenized(feature) or self._task_tokenizer is None:
            return self._texts.tokenizer(feature)
        return with_places(self._task_tokenizer, f"task.{self._task}.tokenizer")
