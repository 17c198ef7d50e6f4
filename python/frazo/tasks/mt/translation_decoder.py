"""The decoder that writes an input's translations beside their references."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.decode.search import Results
from frazo.proto import tokenizer_pb2
from frazo.tasks.decoder import Decoder, DecodingScores, Scorer
from frazo.tasks.mt.translation_scores import TargetScorer, TranslationScorer
from frazo.tasks.sequence.attention_page import attention_figure, attention_page
from frazo.tasks.sequence.search_outputs import SearchOutputs
from frazo.tasks.sequence.text_tokenizers import SOURCE, TARGET, TextTokenizers
from frazo.tasks.sequence.token_search import NOTHING_GIVEN, Given

# Features with the original texts. Where a batch lacks them, the decoder makes texts from the ids.
# Such texts lack what the tokenizer has normalized or does not know.
_SOURCE_TEXT, _TARGET_TEXT = "source_text", "target_text"
_TARGET_PREFIX = "target_prefix"

ATTENTION = "attention"


class TranslationDecoder(Decoder):
    """Decodes batches of a Translation task.

    Batches may have the features source_text and target_text, bytes [batch], the texts of source
    and reference. A record has source, reference and hypotheses, best first. A hypothesis has text,
    score, by which it is ranked, and num_tokens. A TranslationScorer computes the scores. There is
    one page, "attention".

    Where batches have target_prefix, int32 [batch, time], and target_prefix_length, int32 [batch],
    each hypothesis begins with these tokens.

    If targets are scored, the reference is the only hypothesis of an example, and a TargetScorer
    computes the scores.
    """

    def __init__(
        self,
        translate: Callable[..., Results],
        search: str,
        tokenizers: TextTokenizers,
        *,
        scores_targets: bool = False,
        bleu_tokenizer: str = "13a",
    ):
        """Makes the decoder.

        Args:
          translate: Maps source, source_length and the keyword `given` to the results of a search.
          search: One line that describes the search.
          tokenizers: The tokenizers of the input.
          scores_targets: Whether the search scores targets.
          bleu_tokenizer: What divides texts into the words of BLEU; see translation_scores.
        """
        self.search = search
        self._scores_targets = scores_targets
        self._bleu_tokenizer = bleu_tokenizer
        self._translate = translate
        self._source_tokenizer = _tokenizer(tokenizers.source)
        self._outputs = SearchOutputs(_tokenizer(tokenizers.target))

    def decode(self, batch: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        if f"{SOURCE}_length" not in batch:
            raise ValueError(
                f"the batches have no feature '{SOURCE}_length': packed sentences cannot be "
                "decoded. Give the input another batcher than packing."
            )
        kept = [name for feature in (SOURCE, TARGET) for name in (feature, f"{feature}_length")] + [
            name for name in (_SOURCE_TEXT, _TARGET_TEXT) if name in batch
        ]
        given = NOTHING_GIVEN
        prefix = TARGET if self._scores_targets else _TARGET_PREFIX
        if f"{prefix}_length" in batch:
            given = Given(batch[prefix], batch[f"{prefix}_length"])
        results = self._translate(batch[SOURCE], batch[f"{SOURCE}_length"], given=given)
        return {name: batch[name] for name in kept} | SearchOutputs.tensors(results)

    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        return [
            {
                "source": self._source_text(outputs, row),
                "reference": self._target_text(outputs, row),
                "hypotheses": self._outputs.hypotheses(outputs, row),
            }
            for row in range(len(outputs[SOURCE]))
        ]

    def scorer(self) -> Scorer:
        if self._scores_targets:
            return TargetScorer()
        return TranslationScorer(self._bleu_tokenizer)

    def figures(self, outputs: Mapping[str, np.ndarray], row: int) -> dict[str, str]:
        """Returns the attention of the best hypothesis, for the page "attention"."""
        source = _tokens(outputs, SOURCE, row)
        output = self._outputs.best_tokens(outputs, row)
        weights = outputs["attention"][row, : len(output), : len(source)]
        texts = {
            "source": self._source_text(outputs, row),
            "reference": self._target_text(outputs, row),
            "translation": self._outputs.tokenizer.decode(output),
        }
        figure = attention_figure(
            weights,
            [self._outputs.tokenizer.id_to_piece(token) for token in output],
            [self._source_tokenizer.id_to_piece(token) for token in source],
            texts,
        )
        return {ATTENTION: figure}

    def page(self, name: str, title: str, figures: Sequence[str], scores: DecodingScores) -> str:
        return attention_page(title, figures)

    def _source_text(self, outputs: Mapping[str, np.ndarray], row: int) -> str:
        if _SOURCE_TEXT in outputs:
            return outputs[_SOURCE_TEXT][row].decode(errors="replace")
        return self._source_tokenizer.decode(_tokens(outputs, SOURCE, row))

    def _target_text(self, outputs: Mapping[str, np.ndarray], row: int) -> str:
        if _TARGET_TEXT in outputs:
            return outputs[_TARGET_TEXT][row].decode(errors="replace")
        return self._outputs.tokenizer.decode(_tokens(outputs, TARGET, row))


def _tokenizer(message: tokenizer_pb2.Tokenizer) -> _core.Tokenizer:
    return _core.Tokenizer(message.SerializeToString())


def _tokens(outputs: Mapping[str, np.ndarray], feature: str, row: int) -> list[int]:
    return outputs[feature][row, : outputs[f"{feature}_length"][row]].tolist()
