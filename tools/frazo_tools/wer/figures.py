"""The figures of an evaluation: for each system, of all utterances and of each group."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from frazo.alignment import ErrorRates
from frazo_tools.wer import bootstrap
from frazo_tools.wer.bootstrap import Interval
from frazo_tools.wer.evaluation import Evaluation, System


class Resampling(NamedTuple):
    """How intervals are found: see bootstrap.interval(). Without sets there are none."""

    sets: int
    seed: int


class Figures(NamedTuple):
    """The figures of some utterances.

    Attributes:
      utterances, words: Their number, and that of the words of their references.
      empty_references: How many references have no word.
      wrong: How many utterances have an error.
      substitutions, deletions, insertions: Of words.
      wer: Errors per word of the references; None if those have none.
      interval: That of wer; None if it was not asked for.
      cer: As wer, of characters.
    """

    utterances: int
    words: int
    empty_references: int
    wrong: int
    substitutions: int
    deletions: int
    insertions: int
    wer: float | None
    interval: Interval | None
    cer: float | None

    @property
    def errors(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def sentence_error_rate(self) -> float:
        return self.wrong / self.utterances

    def members(self) -> Mapping[str, object]:
        """All figures by name, for JSON."""
        return {
            **self._asdict(),
            "errors": self.errors,
            "sentence_error_rate": self.sentence_error_rate,
        }


def figures_of(system: System, chosen: np.ndarray | slice, resampling: Resampling) -> Figures:
    """The figures of the chosen utterances, which are at least one.

    Args:
      system: What it made of all utterances.
      chosen: Their indices, or a mask.
      resampling: How the interval is found.
    """
    words = ErrorRates(system.words.counts[chosen])
    characters = ErrorRates(system.characters.counts[chosen])
    reference_words = words.counts[:, :3].sum(axis=1)
    errors = words.counts[:, 1:].sum(axis=1)
    interval = None
    if resampling.sets and words.reference_units:
        interval = bootstrap.interval(errors, reference_words, *resampling)
    return Figures(
        utterances=len(errors),
        words=words.reference_units,
        empty_references=int((reference_words == 0).sum()),
        wrong=int((errors > 0).sum()),
        substitutions=words.substitutions,
        deletions=words.deletions,
        insertions=words.insertions,
        wer=_known(words.rate),
        interval=interval,
        cer=_known(characters.rate),
    )


def by_group(evaluation: Evaluation, system: System, resampling: Resampling) -> dict[str, Figures]:
    """The figures of each group, in the order of their names; none without groups."""
    if evaluation.groups is None:
        return {}
    groups = np.array(evaluation.groups)
    return {str(name): figures_of(system, groups == name, resampling) for name in np.unique(groups)}


def comparison(evaluation: Evaluation, resampling: Resampling) -> bootstrap.Comparison | None:
    """Compares the second system with the first; None if there is one, or nothing to draw."""
    if len(evaluation.systems) < 2 or not resampling.sets or not evaluation.reference_words.sum():
        return None
    first, second = (system.words.counts[:, 1:].sum(axis=1) for system in evaluation.systems)
    return bootstrap.comparison((first, second), evaluation.reference_words, *resampling)


def _known(rate: float) -> float | None:
    return None if math.isnan(rate) else rate
