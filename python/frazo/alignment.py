"""Alignments of texts, and the error rates of recognised or corrected texts, without TensorFlow."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from frazo import _core

Unit = Literal["words", "characters"]
Kind = Literal["match", "substitution", "deletion", "insertion"]

_KINDS: tuple[Kind, ...] = ("match", "substitution", "deletion", "insertion")
_DELETION, _INSERTION = 2, 3


class Step(NamedTuple):
    """A step of an alignment.

    Attributes:
      kind: What it is.
      reference: The reference's unit; None in an insertion.
      hypothesis: The hypothesis' unit; None in a deletion.
    """

    kind: Kind
    reference: str | None
    hypothesis: str | None


def align(reference: str | bytes, hypothesis: str | bytes, *, unit: Unit = "words") -> list[Step]:
    """Aligns two texts with the fewest errors (Levenshtein's distance).

    Several alignments may have as few. The one that is given matches what the texts have in common
    at their starts, then what the rest has in common at its ends. Through what is left it goes from
    the ends to the starts, and takes of the steps that still lead to the fewest errors a deletion
    before a substitution before an insertion before a match.

    Args:
      reference: What is right. Bytes are UTF-8; what is not becomes U+FFFD.
      hypothesis: What is compared with it.
      unit: "words" are what stands between ASCII's blanks. "characters" are code points, so that a
        combining mark is one of its own; a run of blanks is one space, and there is none at the
        ends.

    Returns:
      The steps from front to back.

    Raises:
      frazo._core.InvalidArgumentError: No unit has this name, or a str has half a surrogate pair.
    """
    edits, references, hypotheses = _core.align_texts(reference, hypothesis, unit)
    left, right = iter(references), iter(hypotheses)
    return [
        Step(
            _KINDS[edit],
            None if edit == _INSERTION else next(left),
            None if edit == _DELETION else next(right),
        )
        for edit in edits
    ]


@dataclasses.dataclass(frozen=True)
class ErrorRates:
    """The errors of some texts.

    Attributes:
      counts: int64 [texts, 4], the matches, substitutions, deletions and insertions of each.
    """

    counts: np.ndarray

    @property
    def matches(self) -> int:
        return int(self.counts[:, 0].sum())

    @property
    def substitutions(self) -> int:
        return int(self.counts[:, 1].sum())

    @property
    def deletions(self) -> int:
        return int(self.counts[:, 2].sum())

    @property
    def insertions(self) -> int:
        return int(self.counts[:, 3].sum())

    @property
    def errors(self) -> int:
        return int(self.counts[:, 1:].sum())

    @property
    def reference_units(self) -> int:
        """The number of units of all references."""
        return int(self.counts[:, :3].sum())

    @property
    def rate(self) -> float:
        """Errors per unit of the references; NaN if those have none."""
        units = self.reference_units
        return self.errors / units if units else float("nan")

    @property
    def text_error_rate(self) -> float:
        """The share of texts with an error; NaN if there is no text."""
        return float(self.counts[:, 1:].any(axis=1).mean()) if len(self.counts) else float("nan")


def error_rates(
    references: Sequence[str | bytes],
    hypotheses: Sequence[str | bytes],
    *,
    unit: Unit = "words",
    threads: int | None = None,
) -> ErrorRates:
    """Aligns pairs of texts, as align does, and counts their errors.

    The errors of a text without words in its reference are insertions, and count.

    Args:
      references: What is right.
      hypotheses: What is compared with it; as many.
      unit: See align; "words" give the word error rate, "characters" the character error rate.
      threads: The number of threads; by default that of the processors that may be used.

    Raises:
      frazo._core.InvalidArgumentError: There are not as many of both, or as in align.
    """
    threads = len(os.sched_getaffinity(0)) if threads is None else threads
    return ErrorRates(
        _core.count_edits(list(references), list(hypotheses), unit=unit, threads=threads)
    )
