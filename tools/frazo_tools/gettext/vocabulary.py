"""The shared vocabulary of both languages, and the lengths of pairs in its tokens."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from frazo import _core
from frazo.program.durable_file import write_bytes
from frazo_tools.gettext.filter import Pair
from frazo_tools.vocab import training as training

KINDS = ["unigram", "bpe"]
# German and English have few characters; rarer ones become tokens of their bytes.
_CHARACTER_COVERAGE = 0.9998


class VocabularyError(Exception):
    """The pairs cannot make such a vocabulary. str() says why."""


def write_vocabulary(path: Path, pairs: Sequence[Pair], kind: str, size: int) -> None:
    """Trains a sentencepiece model on both sides of the pairs.

    Raises:
        VocabularyError: the size does not fit the texts. OSError.
    """
    try:
        files = training.train_sentencepiece(
            _texts(pairs), size, model_type=kind, character_coverage=_CHARACTER_COVERAGE
        )
    except training.TrainingError as error:
        raise VocabularyError(
            f"--vocab_size={size} does not fit {len(pairs):,} pairs ({error}); choose another"
        ) from error
    write_bytes(path, files["model"])


def open_vocabulary(path: Path) -> _core.Tokenizer:
    return _core.Tokenizer(kind="sentencepiece", model=path)


def count_lengths(pairs: Sequence[Pair], tokenizer: _core.Tokenizer) -> Counter[int]:
    """Counts the pairs of each length: tokens of the longer side, including its end token."""
    return Counter(1 + max(len(tokenizer.encode(text)) for text in pair) for pair in pairs)


def _texts(pairs: Sequence[Pair]) -> Iterator[bytes]:
    for pair in pairs:
        for text in pair:
            yield text.encode()
