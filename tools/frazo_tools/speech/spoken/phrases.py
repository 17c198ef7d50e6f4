"""Phrases to speak, out of documents."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from frazo import _core
from frazo_tools.prose.documents import Document

# What speakers make a pause at.
_PAUSES = re.compile(r"[.!?,;:()\u2013\u2014\"\u201c\u201d]+(?:\s|$)|\s[-\u2013\u2014(\"\u201c]\s?")
_LETTERS = re.compile(r"[A-Za-z'\u2019 -]+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_LEAST_WORDS, _MOST_WORDS = 4, 12
# Percent of the documents in dev, and as many in test.
_HELD_OUT = 10


class PhraseSets(NamedTuple):
    """The phrases of each set, in an order that hashes of them give.

    A phrase of dev or test is in no document of train.

    Attributes:
      train: Each is words in lower case with a blank between two.
      dev: Likewise.
      test: Likewise.
      num_words: Different words in all of them.
    """

    train: list[str]
    dev: list[str]
    test: list[str]
    num_words: int


def choose_phrases(documents: Iterable[Document], least_count: int) -> PhraseSets:
    """Divides documents into sets, and takes the phrases whose words are all frequent.

    A hash of package and path chooses the set of a document, so that it stays the same when
    documents are added.

    Args:
      documents: The documents.
      least_count: How often a word must occur in the phrases of train.
    """
    found: dict[str, set[str]] = {"train": set(), "dev": set(), "test": set()}
    for document in documents:
        found[_set_of(document)].update(phrases(document.paragraphs))
    counts = Counter(word for phrase in found["train"] for word in phrase.split())
    found["test"] -= found["train"]
    found["dev"] -= found["train"] | found["test"]
    chosen = {
        name: sorted(
            (
                phrase
                for phrase in of_set
                if all(counts[word] >= least_count for word in phrase.split())
            ),
            key=lambda phrase: (_core.crc32c(phrase.encode()), phrase),
        )
        for name, of_set in found.items()
    }
    words = {word for of_set in chosen.values() for phrase in of_set for word in phrase.split()}
    return PhraseSets(**chosen, num_words=len(words))


def phrases(paragraphs: Sequence[str]) -> Iterator[str]:
    """Yields what stands between pauses, if it is 4 to 12 words without digits and signs."""
    for paragraph in paragraphs:
        for part in _PAUSES.split(paragraph):
            words = words_of(part)
            if _LEAST_WORDS <= len(words) <= _MOST_WORDS:
                yield " ".join(words)


def words_of(text: str) -> list[str]:
    """Returns the words of a text in lower case; none if it has digits or other signs."""
    if not _LETTERS.fullmatch(text.strip()):
        return []
    return _WORD.findall(text.lower().replace("\u2019", "'").replace("-", " "))


def _set_of(document: Document) -> str:
    percent = _core.crc32c(f"{document.package}/{document.path}".encode()) % 100
    return "dev" if percent < _HELD_OUT else "test" if percent < 2 * _HELD_OUT else "train"
