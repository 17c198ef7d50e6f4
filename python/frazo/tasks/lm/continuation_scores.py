"""Scores of continued texts."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from frazo.tasks.decoder import DecodingScores, Scorer

_REPEATED = 4


class ContinuationScorer(Scorer):
    """Computes scores of the rests of texts, and of the best hypotheses instead of them.

    log_pplx: The mean over the rests' tokens of minus the natural logarithm of the probability of a
      token, given those before it.
    repetition: The share of the runs of four tokens of a hypothesis that it had before, over all
      hypotheses (Welleck et al. 2020, "Neural Text Generation with Unlikelihood Training",
      seq-rep-4).
    reference_repetition: The same of the rests.
    mean_tokens: The mean number of tokens of a hypothesis, the one that ends it too.
    """

    def __init__(self):
        self._total = 0.0
        self._reference_tokens = 0
        self._hypothesis_tokens = 0
        self._texts = 0
        self._hypotheses = _Runs()
        self._references = _Runs()

    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        self._texts += len(records)
        for row in range(len(records)):
            begin = outputs["prompt_lengths"][row]
            reference = outputs["labels"][row, begin : outputs["labels_length"][row]]
            hypothesis = outputs["tokens"][row, 0, begin : outputs["lengths"][row, 0]]
            self._total += float(outputs["reference_totals"][row])
            self._reference_tokens += len(reference)
            self._hypothesis_tokens += len(hypothesis)
            self._references.add(reference)
            self._hypotheses.add(hypothesis)

    def result(self) -> DecodingScores:
        metrics = {
            "log_pplx": -self._total / max(self._reference_tokens, 1),
            "repetition": self._hypotheses.repetition(),
            "reference_repetition": self._references.repetition(),
            "mean_tokens": self._hypothesis_tokens / self._texts,
        }
        return DecodingScores(metrics, {})


class _Runs:
    """Counts the runs of tokens of texts."""

    def __init__(self):
        self._all = 0
        self._different = 0

    def add(self, tokens: np.ndarray) -> None:
        """Adds a text, int32 [time]."""
        if len(tokens) < _REPEATED:
            return
        runs = np.lib.stride_tricks.sliding_window_view(tokens, _REPEATED)
        self._all += len(runs)
        self._different += len(np.unique(runs, axis=0))

    def repetition(self) -> float:
        return 1 - self._different / self._all if self._all else 0.0
