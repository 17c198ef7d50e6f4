"""Translations of an input's sentences, beside those of people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.decode.search import Results
from frazo.proto import tokenizer_pb2
from frazo.tasks.decoder import Decoder, DecodingScores
from frazo.tasks.mt.translation_scores import translation_scores
from frazo.tasks.sequence.attention_page import attention_figure
from frazo.tasks.sequence.text_tokenizers import SOURCE, TARGET, TextTokenizers

# Features with the texts themselves. Where they are missing, texts are made of the ids, which lack
# what the tokenizer normalizes or does not know.
_SOURCE_TEXT, _TARGET_TEXT = "source_text", "target_text"


class TranslationDecoder(Decoder):
    """Decodes batches of a Translation task; those of the features source_text and target_text, bytes
    [batch], that are there are the texts of source and reference.

    Records: source, reference, hypotheses: the best first, each with its text, its score (what it is
    ranked by) and its tokens. Scores: see translation_scores, of the best ones.
    """

    def __init__(
        self,
        translate: Callable[[tf.Tensor, tf.Tensor], Results],
        search: str,
        tokenizers: TextTokenizers,
    ):
        """translate: of source and source_length. search: what it does, in a line. tokenizers: of the
        input.
        """
        self.search = search
        self._translate = translate
        self._source_tokenizer = _tokenizer(tokenizers.source)
        self._target_tokenizer = _tokenizer(tokenizers.target)

    def decode(self, batch: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        if f"{SOURCE}_length" not in batch:
            raise ValueError(
                f"the batches have no feature '{SOURCE}_length': sentences that are packed cannot be "
                "decoded. Give the input another batcher than packing."
            )
        kept = [name for feature in (SOURCE, TARGET) for name in (feature, f"{feature}_length")] + [
            name for name in (_SOURCE_TEXT, _TARGET_TEXT) if name in batch
        ]
        results = self._translate(batch[SOURCE], batch[f"{SOURCE}_length"])
        return {name: batch[name] for name in kept} | {
            "tokens": results.tokens,
            "lengths": results.lengths,
            "scores": results.normalized,
            # Of the best one: the others' are not shown.
            "attention": results.attention[:, 0],
        }

    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        return [
            {
                "source": self._source_text(outputs, row),
                "reference": self._target_text(outputs, row),
                "hypotheses": self._hypotheses(outputs, row),
            }
            for row in range(len(outputs[SOURCE]))
        ]

    def scores(self, records: Sequence[Mapping[str, Any]]) -> DecodingScores:
        best = [
            record["hypotheses"][0]["text"] if record["hypotheses"] else "" for record in records
        ]
        return translation_scores(best, [record["reference"] for record in records])

    def attention_figure(self, outputs: Mapping[str, np.ndarray], row: int) -> str | None:
        source = _tokens(outputs, SOURCE, row)
        output = outputs["tokens"][row, 0, : outputs["lengths"][row, 0]].tolist()
        weights = outputs["attention"][row, : len(output), : len(source)]
        texts = {
            "source": self._source_text(outputs, row),
            "reference": self._target_text(outputs, row),
            "translation": self._target_tokenizer.decode(output),
        }
        return attention_figure(
            weights,
            [self._target_tokenizer.id_to_piece(token) for token in output],
            [self._source_tokenizer.id_to_piece(token) for token in source],
            texts,
        )

    def _hypotheses(self, outputs: Mapping[str, np.ndarray], row: int) -> list[dict[str, Any]]:
        found = zip(
            outputs["tokens"][row], outputs["lengths"][row], outputs["scores"][row], strict=True
        )
        return [
            {
                "text": self._target_tokenizer.decode(tokens[:length].tolist()),
                "score": float(score),
                "num_tokens": int(length),
            }
            for tokens, length, score in found
            if length
        ]

    def _source_text(self, outputs: Mapping[str, np.ndarray], row: int) -> str:
        if _SOURCE_TEXT in outputs:
            return outputs[_SOURCE_TEXT][row].decode(errors="replace")
        return self._source_tokenizer.decode(_tokens(outputs, SOURCE, row))

    def _target_text(self, outputs: Mapping[str, np.ndarray], row: int) -> str:
        if _TARGET_TEXT in outputs:
            return outputs[_TARGET_TEXT][row].decode(errors="replace")
        return self._target_tokenizer.decode(_tokens(outputs, TARGET, row))


def _tokenizer(message: tokenizer_pb2.Tokenizer) -> _core.Tokenizer:
    return _core.Tokenizer(message.SerializeToString())


def _tokens(outputs: Mapping[str, np.ndarray], feature: str, row: int) -> list[int]:
    return outputs[feature][row, : outputs[f"{feature}_length"][row]].tolist()
