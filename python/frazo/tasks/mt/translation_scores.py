"""Scores of translations against references."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from frazo.tasks.decoder import DecodingScores, Scorer


class TranslationScorer(Scorer):
    """Computes translation_scores of the best hypothesis and the reference of each record."""

    def __init__(self, bleu_tokenizer: str = "13a"):
        """Keeps the tokenizer of BLEU; see translation_scores."""
        self._bleu_tokenizer = bleu_tokenizer
        self._hypotheses: list[str] = []
        self._references: list[str] = []

    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        for record in records:
            found = record["hypotheses"]
            self._hypotheses.append(found[0]["text"] if found else "")
            self._references.append(record["reference"])

    def result(self) -> DecodingScores:
        return translation_scores(self._hypotheses, self._references, self._bleu_tokenizer)


class TargetScorer(Scorer):
    """Computes log_pplx, the mean over tokens of minus the logarithm of a target token's
    probability.
    """

    def __init__(self):
        self._total = 0.0
        self._num_tokens = 0

    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        self._total += float(outputs["totals"].sum(dtype=np.float64))
        self._num_tokens += int(outputs["lengths"].sum())

    def result(self) -> DecodingScores:
        return DecodingScores({"log_pplx": -self._total / max(self._num_tokens, 1)}, {})


def translation_scores(
    hypotheses: Sequence[str], references: Sequence[str], bleu_tokenizer: str = "13a"
) -> DecodingScores:
    """Computes BLEU (Papineni et al. 2002) and chrF (Popović 2015) of a whole set, from 0 to 100.

    The scores are those of sacrebleu (Post 2018), each with the signature that makes scores
    comparable.

    Args:
      hypotheses: At least one plain text.
      references: A plain text for each hypothesis.
      bleu_tokenizer: What divides texts into the words of BLEU: 13a, zh, char, intl or none, as
        sacrebleu has them.
    """
    # Imported here because only decoding needs it.
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    # force: sacrebleu would warn that texts ending in " ." look tokenized.
    metrics = {"bleu": BLEU(tokenize=bleu_tokenizer, force=True), "chrf": CHRF()}
    scores = {
        name: metric.corpus_score(list(hypotheses), [list(references)]).score
        for name, metric in metrics.items()
    }
    signatures = {name: metric.get_signature().format() for name, metric in metrics.items()}
    return DecodingScores(scores, signatures)
