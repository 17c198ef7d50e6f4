"""Scores of recognised texts against references."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from frazo.alignment import error_rates
from frazo.tasks.decoder import DecodingScores, Scorer


class SpeechScorer(Scorer):
    """Computes the error rates of the best hypothesis of each record, and that of the n-best lists.

    wer is the word errors (substitutions, deletions, insertions) per word of the references, of all
    texts together; cer the same of characters; sentence_accuracy the share of texts without an
    error. oracle_wer is the wer that the hypotheses with the fewest errors would have: what a
    perfect choice among the n best would reach. Words are what stands between blanks, as they are:
    nothing is normalized.
    """

    def __init__(self):
        # All hypotheses of each record, best first.
        self._hypotheses: list[list[str]] = []
        self._references: list[str] = []

    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        for record in records:
            self._references.append(record["reference"])
            self._hypotheses.append([each["text"] for each in record["hypotheses"]])

    def result(self) -> DecodingScores:
        best = [texts[0] for texts in self._hypotheses]
        words = error_rates(self._references, best)
        characters = error_rates(self._references, best, unit="characters")
        units = max(words.reference_units, 1)
        return DecodingScores(
            {
                "wer": words.rate,
                "substitutions": words.substitutions / units,
                "deletions": words.deletions / units,
                "insertions": words.insertions / units,
                "cer": characters.rate,
                "oracle_wer": self._fewest_errors() / words.reference_units
                if words.reference_units
                else words.rate,
                "sentence_accuracy": 1 - words.text_error_rate,
            },
            {"wer": f"{words.reference_units} words, as they are"},
        )

    def _fewest_errors(self) -> int:
        """Returns the errors of the hypothesis with the fewest of each record, of all together."""
        counts = [len(texts) for texts in self._hypotheses]
        references = [
            text for text, count in zip(self._references, counts, strict=True) for _ in range(count)
        ]
        hypotheses = [text for texts in self._hypotheses for text in texts]
        errors = error_rates(references, hypotheses).counts[:, 1:].sum(axis=1)
        starts = np.cumsum([0, *counts[:-1]])
        return int(np.minimum.reduceat(errors, starts).sum())
