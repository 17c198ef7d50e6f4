"""What a search found, as tensors of a batch and as values that JSON can hold."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.decode.search import Results


class SearchOutputs:
    """The hypotheses of a search as texts.

    Outputs: tokens, lengths, scores (what hypotheses are ranked by) and attention of the best one.
    """

    def __init__(self, tokenizer: _core.Tokenizer):
        """tokenizer: of what is output."""
        self.tokenizer = tokenizer

    @staticmethod
    def tensors(results: Results) -> dict[str, tf.Tensor]:
        """The outputs of a batch."""
        return {
            "tokens": results.tokens,
            "lengths": results.lengths,
            "scores": results.normalized,
            # The best one's: the others' are not shown.
            "attention": results.attention[:, 0],
        }

    def hypotheses(self, outputs: Mapping[str, np.ndarray], row: int) -> list[dict[str, Any]]:
        """Those of an example, the best first: each with its text, its score and its num_tokens."""
        found = zip(
            outputs["tokens"][row], outputs["lengths"][row], outputs["scores"][row], strict=True
        )
        return [
            {
                "text": self.tokenizer.decode(tokens[:length].tolist()),
                "score": float(score),
                "num_tokens": int(length),
            }
            for tokens, length, score in found
            if length
        ]

    def best_tokens(self, outputs: Mapping[str, np.ndarray], row: int) -> list[int]:
        """Those of an example's best hypothesis."""
        return outputs["tokens"][row, 0, : outputs["lengths"][row, 0]].tolist()
