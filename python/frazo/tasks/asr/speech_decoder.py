"""The decoder that writes what was recognised beside what was said."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.proto import tokenizer_pb2
from frazo.tasks.asr.speech_head import Recognitions
from frazo.tasks.asr.speech_scores import SpeechScorer
from frazo.tasks.asr.utterance_page import RecognizedUtterance, utterance_summaries
from frazo.tasks.decoder import Decoder, Scorer

_KEPT = ("labels", "labels_length", "frames", "frames_length")
_ID, _SOUND = "uttid", "audio"


class SpeechDecoder(Decoder):
    """Decodes batches of a SpeechRecognition task.

    A record has id, if the batches have the feature uttid, bytes [batch]; reference; and
    hypotheses, best first, each with text, score, a natural logarithm by which they are ranked, and
    num_tokens. `//tools:wer` reads such records. A SpeechScorer computes the scores. TensorBoard
    shows utterances, with their sound if the batches have the feature audio, bytes [batch].
    """

    def __init__(
        self,
        recognize: Callable[[tf.Tensor, tf.Tensor], Recognitions],
        tokenizer: tokenizer_pb2.Tokenizer,
        search: str,
    ):
        """Makes the decoder.

        Args:
          recognize: Maps frames and frames_length to tokens.
          tokenizer: The tokenizer of the labels.
          search: One line that describes how texts are found.
        """
        self.search = search
        self._recognize = recognize
        self._tokenizer = _core.Tokenizer(tokenizer.SerializeToString())

    def decode(self, batch: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        found = self._recognize(batch["frames"], batch["frames_length"])
        kept = [*_KEPT, *(name for name in (_ID, _SOUND) if name in batch)]
        results = {name: each for name, each in found._asdict().items() if each is not None}
        return {name: batch[name] for name in kept} | results

    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        return [self._record(outputs, row) for row in range(len(outputs["labels"]))]

    def scorer(self) -> Scorer:
        return SpeechScorer()

    def summaries(
        self, outputs: Mapping[str, np.ndarray], row: int, number: int
    ) -> list[tf.compat.v1.Summary.Value]:
        record = self._record(outputs, row)
        attention = None
        if "attention" in outputs:
            length = int(outputs["lengths"][row, 0])
            weights = outputs["attention"][row, :length]
            # The encoder's frames of this utterance; others of its batch may be longer.
            attention = weights[:, : np.flatnonzero(weights.any(axis=0)).max(initial=0) + 1]
        utterance = RecognizedUtterance(
            record.get("id", str(number)),
            outputs["frames"][row, : outputs["frames_length"][row]],
            record["reference"],
            record["hypotheses"][0]["text"],
            attention,
            outputs[_SOUND][row] if _SOUND in outputs else None,
        )
        return utterance_summaries(utterance)

    def _record(self, outputs: Mapping[str, np.ndarray], row: int) -> dict[str, Any]:
        name = {"id": outputs[_ID][row].decode(errors="replace")} if _ID in outputs else {}
        labels = outputs["labels"][row, : outputs["labels_length"][row]]
        found = zip(
            outputs["tokens"][row], outputs["lengths"][row], outputs["scores"][row], strict=True
        )
        return name | {
            "reference": self._tokenizer.decode(labels.tolist()),
            "hypotheses": [
                {
                    "text": self._tokenizer.decode(tokens[:length].tolist()),
                    "score": float(score),
                    "num_tokens": int(length),
                }
                for rank, (tokens, length, score) in enumerate(found)
                if rank == 0 or np.isfinite(score)
            ],
        }
