"""How close translations are to those of people."""

from collections.abc import Sequence

from frazo.tasks.decoder import DecodingScores


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
