"""Scores many translations in batches of similar length."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

# Maximal number of tokens per batch, with padding: some 100 MB of memory for the logits of a large
# vocabulary.
_BATCH_TOKENS = 1024


class Score(Protocol):
    """The part of frazo.export.predictor.TargetScore that callers need."""

    @property
    def score(self) -> float: ...

    @property
    def token_scores(self) -> list[float]: ...


class Model(Protocol):
    """The part of frazo.Predictor that score_pairs uses."""

    def score(self, texts: Sequence[str], targets: Sequence[str]) -> Sequence[Score]: ...

    def num_tokens(self, texts: Sequence[str]) -> list[int]: ...


class Pair(NamedTuple):
    """A text and its translation."""

    source: str
    target: str


def read_pair(line: str, number: int) -> Pair:
    """Divides a line at its tab.

    Args:
      line: The line.
      number: Its number, from 1, for the error.

    Raises:
      ValueError: The line has no tab, or several.
    """
    columns = line.split("\t")
    if len(columns) != 2:
        raise ValueError(
            f"line {number}: it has {len(columns) - 1} tabs. With --score each line is a text, a tab "
            "and its translation."
        )
    return Pair(*columns)


def score_pairs(model: Model, pairs: Sequence[Pair]) -> list[Score]:
    """Returns the score of each pair, in their order."""
    if not pairs:
        return []
    # A target's length is a guess if the two languages have different tokenizers.
    both = model.num_tokens([text for pair in pairs for text in pair])
    lengths = [max(both[2 * index : 2 * index + 2]) for index in range(len(pairs))]
    order = sorted(range(len(pairs)), key=lambda index: (-lengths[index], index))
    found: dict[int, Score] = {}
    while order:
        size = max(1, _BATCH_TOKENS // max(lengths[order[0]], 1))
        batch, order = order[:size], order[size:]
        sources, targets = zip(*(pairs[index] for index in batch), strict=True)
        found |= zip(batch, model.score(sources, targets), strict=True)
    return [found[index] for index in range(len(pairs))]
