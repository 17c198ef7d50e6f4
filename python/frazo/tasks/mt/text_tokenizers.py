"""The tokenizers between a translation model's ids and text."""

from frazo import _core
from frazo.input.feature_tokenizer import feature_tokenizer
from frazo.proto import tokenizer_pb2
from google.protobuf.message import Message

SOURCE, TARGET = "source", "target_labels"


def source_tokenizer(source: Message) -> tokenizer_pb2.Tokenizer:
    """Of the feature source. source: the input's message. Raises ValueError, FileNotFoundError."""
    return feature_tokenizer(source, SOURCE)


def target_tokenizer(source: Message, vocab_size: int) -> tokenizer_pb2.Tokenizer:
    """Of the feature target_labels, for a model that outputs vocab_size tokens. Raises ValueError if
    it does not know all of them.
    """
    tokenizer = feature_tokenizer(source, TARGET)
    known = _core.Tokenizer(tokenizer.SerializeToString()).vocab_size
    if known < vocab_size:
        raise ValueError(
            f"the model outputs {vocab_size} tokens, but the tokenizer of '{TARGET}' knows {known}. Give "
            "the softmax, or the embedding that it shares, the size of the tokenizer's vocabulary, and "
            "train anew."
        )
    return tokenizer
