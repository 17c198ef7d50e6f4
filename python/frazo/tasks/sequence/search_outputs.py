"""The hypotheses of a search, as tensors of a batch and as values that JSON can hold."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.decode.search import Results


class SearchOutputs:
    """Converts the hypotheses of a search to texts.

    The outputs of a batch are tokens, lengths, scores, by which hypotheses are ranked, totals, and
    the attention of the best hypothesis. Results has the shapes.

    Attributes:
      tokenizer: The tokenizer of the output.
    """

    def __init__(self, tokenizer: _core.Tokenizer):
        self.tokenizer = tokenizer

    @staticmethod
    def tensors(results: Results) -> dict[str, tf.Tensor]:
        """Returns the outputs of a batch by name."""
        return {
            "tokens": results.tokens,
            "lengths": results.lengths,
            "scores": results.normalized,
            "totals": results.totals,
            # Figures show the best hypothesis only.
            "attention": results.attention[:, 0],
        }

    def hypotheses(
        self, outputs: Mapping[str, np.ndarray], row: int, prompt: Sequence[int] = ()
    ) -> list[dict[str, Any]]:
        """Returns the hypotheses of an example, best first, each with text, score and num_tokens.

        Args:
          outputs: The outputs of a batch.
          row: The index of the example in the batch.
          prompt: The tokens with which each begins; text and num_tokens are of what follows.
        """
        found = zip(
            outputs["tokens"][row], outputs["lengths"][row], outputs["scores"][row], strict=True
        )
        return [
            {
                "text": self.text_after(prompt, tokens[:length].tolist()),
                "score": float(score),
                "num_tokens": int(length) - len(prompt),
            }
            for tokens, length, score in found
            if length
        ]

    def text_after(self, prompt: Sequence[int], tokens: Sequence[int]) -> str:
        """Returns the text of the tokens behind a prompt.

        Args:
          prompt: Tokens.
          tokens: The tokens, which begin with those of the prompt.
        """
        # A piece may stand for something else at the beginning of a text, and a prompt may end
        # within a character.
        whole, begin = (self.tokenizer.decode(list(ids)) for ids in (tokens, prompt))
        same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(whole, begin, strict=False))
        return whole[sum(1 for _ in same) :]

    def best_tokens(self, outputs: Mapping[str, np.ndarray], row: int) -> list[int]:
        """Returns the tokens of the best hypothesis of example `row`."""
        return outputs["tokens"][row, 0, : outputs["lengths"][row, 0]].tolist()
