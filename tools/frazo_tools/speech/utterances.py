"""The utterances of a set of speech: where their sound and their words are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol


class CorpusError(Exception):
    """A corpus cannot be read. str() names the file and says what to change."""


class Utterance(NamedTuple):
    """One utterance.

    Attributes:
      id: Its name, unique in the set.
      audio: The content of its sound file.
      text: What is said.
    """

    id: str
    audio: bytes
    text: str


class LeftOut(NamedTuple):
    """What is no utterance although it looks like one.

    Attributes:
      name: The id, or the path, or the line of a manifest.
      reason: A few words, the same for all of its kind.
      detail: What exactly is wrong; may be empty.
    """

    name: str
    reason: str
    detail: str = ""


class SpeechSet(Protocol):
    """A set of utterances in the order in which they are stored."""

    @property
    def name(self) -> str:
        """A name that can be part of a file's name."""
        ...

    @property
    def source(self) -> str:
        """The path that the set comes from."""
        ...

    def total(self) -> tuple[int, str]:
        """Returns how much there is to read, and its unit, for the progress."""
        ...

    def read(self, progress: Callable[[int], None]) -> Iterator[Utterance | LeftOut]:
        """Yields the utterances, and what is left out, in one pass.

        Args:
          progress: It is told how much has been read.

        Raises:
          CorpusError: The set ends early or is no such set.
        """
        ...
