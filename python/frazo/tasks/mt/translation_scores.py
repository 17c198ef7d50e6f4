"""How close translations are to those of people."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from frazo.tasks.decoder import DecodingScores, Scorer


class TranslationScorer(Scorer):
    """translation_scores of the best hypotheses, from records with `hypotheses` and `reference`."""

    def __init__(self):
        self._hypotheses: list[str] = []
        self._references: list[str] = []

    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        for record in records:
            found = record["hypotheses"]
            self._hypotheses.append(found[0]["text"] if found else "")
            self._references.append(record["reference"])

    def result(self) -> DecodingScores:
        return translation_scores(self._hypotheses, self._references)


def translation_scores(hypotheses: Sequence[str], references: Sequence[str]) -> DecodingScores:
    """BLEU (Papineni et al. 2002) and chrF (Popović 2015) of a whole set, 0 to 100, as sacrebleu
    computes them (Post 2018), each with the signature that makes figures comparable.

    hypotheses, references: plain text, one of each a sentence; at least one.
    """
    # Imported here: only decoding needs it.
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    # force: texts that end in " ." are no sign that somebody split them into tokens.
    metrics = {"bleu": BLEU(force=True), "chrf": CHRF()}
    scores = {
        name: metric.corpus_score(list(hypotheses), [list(references)]).score
        for name, metric in metrics.items()
    }
    signatures = {name: metric.get_signature().format() for name, metric in metrics.items()}
    return DecodingScores(scores, signatures)
