"""The decoder that continues the first part of an input's texts."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.decode.search import Results
from frazo.tasks.decoder import Decoder, Scorer
from frazo.tasks.lm.continuation_scores import ContinuationScorer
from frazo.tasks.sequence.search_outputs import SearchOutputs
from frazo.tasks.sequence.token_search import Given

_LABELS = "labels"


class ContinuationDecoder(Decoder):
    """Decodes batches of a LanguageModeling task.

    The first tokens of each text are a prompt. A record has prompt, reference, the rest of the
    text, and hypotheses, best first. A hypothesis has text, what follows the prompt, score, by
    which it is ranked, prompt included, and num_tokens, without those of the prompt. Texts are made
    from the tokens: they lack what the tokenizer has normalized. A ContinuationScorer computes the
    scores.
    """

    def __init__(
        self,
        generate: Callable[[Given], Results],
        token_scores: Callable[[Mapping[str, tf.Tensor]], tf.Tensor],
        search: str,
        tokenizer: _core.Tokenizer,
        *,
        prompt_share: float,
        max_length: int,
    ):
        """Makes the decoder.

        Args:
          generate: Maps the prompts to the results of a search.
          token_scores: Maps a batch to the natural logarithm of the probability of each label,
            float32 [batch, time]; 0 after the last one.
          search: One line that describes the search and the prompts.
          tokenizer: The tokenizer of the texts.
          prompt_share: The share of a text's tokens that is its prompt, rounded down.
          max_length: Of a longer text it is the share of so many tokens.
        """
        self.search = search
        self._generate = generate
        self._token_scores = token_scores
        self._outputs = SearchOutputs(tokenizer)
        self._prompt_share = prompt_share
        self._max_length = max_length

    def decode(self, batch: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        if f"{_LABELS}_length" not in batch:
            raise ValueError(
                f"the batches have no feature '{_LABELS}_length': packed texts cannot be continued. "
                "Give the input another batcher than packing."
            )
        labels, lengths = batch[_LABELS], batch[f"{_LABELS}_length"]
        prompts = self._prompt_lengths(lengths)
        scores = self._token_scores(batch)
        is_reference = tf.range(tf.shape(labels)[1])[tf.newaxis] >= prompts[:, tf.newaxis]
        results = self._generate(Given(labels, prompts))
        return SearchOutputs.tensors(results) | {
            "labels": labels,
            "labels_length": lengths,
            "prompt_lengths": prompts,
            "reference_totals": tf.reduce_sum(tf.where(is_reference, scores, 0.0), 1),
        }

    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        return [self._record(outputs, row) for row in range(len(outputs[_LABELS]))]

    def scorer(self) -> Scorer:
        return ContinuationScorer()

    def _prompt_lengths(self, lengths: tf.Tensor) -> tf.Tensor:
        """Returns the number of tokens of each prompt, given those of the labels."""
        # The last label ends the text.
        most = tf.cast(tf.minimum(lengths - 1, self._max_length), tf.float32)
        return tf.cast(tf.floor(most * self._prompt_share), tf.int32)

    def _record(self, outputs: Mapping[str, np.ndarray], row: int) -> dict[str, Any]:
        labels = outputs[_LABELS][row, : outputs[f"{_LABELS}_length"][row]].tolist()
        prompt = labels[: outputs["prompt_lengths"][row]]
        return {
            "prompt": self._outputs.tokenizer.decode(prompt),
            "reference": self._outputs.text_after(prompt, labels),
            "hypotheses": self._outputs.hypotheses(outputs, row, prompt),
        }
