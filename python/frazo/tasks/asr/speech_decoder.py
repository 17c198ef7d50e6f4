"""The decoder that writes what was recognised beside what was said."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.proto import tokenizer_pb2
from frazo.tasks.asr.speech_head import Recognitions
from frazo.tasks.asr.speech_scores import SpeechScorer
from frazo.tasks.decoder import Decoder, Scorer

_ID = "uttid"
_KEPT = ("labels", "labels_length")


class SpeechDecoder(Decoder):
    """Decodes batches of a SpeechRecognition task.

    A record has id, if the batches have the feature uttid, bytes [batch]; reference; and
    hypotheses, best first, each with text, score, a natural logarithm by which they are ranked, and
    num_tokens. `//tools:wer` reads such records. A SpeechScorer computes the scores.
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
        kept = [*_KEPT, _ID] if _ID in batch else _KEPT
        return {name: batch[name] for name in kept} | found._asdict()

    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        return [self._record(outputs, row) for row in range(len(outputs["labels"]))]

    def scorer(self) -> Scorer:
        return SpeechScorer()

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
