"""Scores of recognised texts against references."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from frazo.alignment import error_rates
from frazo.tasks.decoder import DecodingScores, Scorer


class SpeechScorer(Scorer):
    """Computes the error rates of the best hypothesis of each record.

    wer is the word errors (substitutions, deletions, insertions) per word of the references, of all
    texts together; cer the same of characters; sentence_accuracy the share of texts without an
    error. Words are what stands between blanks, as they are: nothing is normalized.
    """

    def __init__(self):
        self._hypotheses: list[str] = []
        self._references: list[str] = []

    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        for record in records:
            self._references.append(record["reference"])
            self._hypotheses.append(record["hypotheses"][0]["text"])

    def result(self) -> DecodingScores:
        words = error_rates(self._references, self._hypotheses)
        characters = error_rates(self._references, self._hypotheses, unit="characters")
        units = max(words.reference_units, 1)
        return DecodingScores(
            {
                "wer": words.rate,
                "substitutions": words.substitutions / units,
                "deletions": words.deletions / units,
                "insertions": words.insertions / units,
                "cer": characters.rate,
                "sentence_accuracy": 1 - words.text_error_rate,
            },
            {"wer": f"{words.reference_units} words, as they are"},
        )
