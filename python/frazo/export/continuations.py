"""What an exported language model does: it continues texts, and says how probable texts are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from frazo import _core
from frazo.proto import search_pb2

# Texts that are scored at a time.
_BATCH = 16
_REPLACEMENT = "\ufffd"


class TextScore(NamedTuple):
    """How probable a language model finds a text.

    Attributes:
      score: The natural logarithm of its probability: the sum of token_scores.
      token_scores: The logarithm for each token, given the tokens before. The last one is that of
        the token that ends the text.
      is_best: For each token whether no other is more probable.
      tokens: The ids of the tokens.
    """

    score: float
    token_scores: list[float]
    is_best: list[bool]
    tokens: list[int]


class Continuations:
    """The functions of an exported language model; see tasks/lm/language_servable.py."""

    def __init__(self, signature: Callable[[str], Callable[..., Mapping[str, tf.Tensor]]]):
        """Keeps the model.

        Args:
          signature: Returns a signature by its name; ValueError if there is none.
        """
        self._signature = signature

    def generate(
        self, prompts: Sequence[bytes], search: search_pb2.Search, seeds: Sequence[int]
    ) -> list[list[tuple[str, float]]]:
        """Returns for each prompt its continuations and their scores, best first."""
        outputs = self._signature("generate")(
            prompts=tf.constant(list(prompts), tf.string),
            seeds=tf.constant(list(seeds), tf.int64),
            search=tf.constant(search.SerializeToString(deterministic=True)),
        )
        found = zip(outputs["continuations"].numpy(), outputs["scores"].numpy(), strict=True)
        return [
            [
                (text.decode(errors="replace"), float(score))
                for text, score in zip(texts, scores, strict=True)
                if np.isfinite(score)
            ]
            for texts, scores in found
        ]

    def stream(
        self, prompt: bytes, search: search_pb2.Search, seed: int, until: Sequence[str]
    ) -> Iterator[str]:
        """Yields the parts of a continuation as they are made.

        Args:
          prompt: The prompt.
          search: One that extends a single sequence: greedy, or sampling of one sample. Another one
            yields its best result in one part.
          seed: Tells the random draws from those of other prompts.
          until: The continuation ends before the first of these texts.
        """
        ids = self.encode([prompt])[0]
        shown = len(self._decoded(ids))
        held_back = max((len(text) for text in until), default=1) - 1
        written = ""
        for tokens, is_last in self._token_by_token(ids, search, seed):
            text = self._decoded(tokens)[shown:]
            ends = [place for place in map(text.find, until) if place >= 0]
            if ends:
                text, is_last = text[: min(ends)], True
            if not is_last:
                # A character whose bytes are not all there, and what may be the begin of an end.
                text = text.rstrip(_REPLACEMENT)
                text = text[: max(len(text) - held_back, 0)]
            if len(text) > len(written):
                yield text[len(written) :]
                written = text
            if is_last:
                return

    def score(self, texts: Sequence[bytes]) -> list[TextScore]:
        """Returns how probable texts are, from their beginning to their end."""
        return self.score_tokens(self.encode(texts))

    def score_tokens(self, sequences: Sequence[Sequence[int]]) -> list[TextScore]:
        """Returns how probable sequences of tokens are, from their beginning to their end."""
        scores = []
        for begin in range(0, len(sequences), _BATCH):
            batch = sequences[begin : begin + _BATCH]
            lengths = [len(sequence) for sequence in batch]
            ids = np.zeros((len(batch), max(lengths)), np.int32)
            for row, sequence in zip(ids, batch, strict=True):
                row[: len(sequence)] = sequence
            outputs = self._signature("score_tokens")(
                tokens=tf.constant(ids), num_tokens=tf.constant(lengths, tf.int32)
            )
            names = ("scores", "token_scores", "is_best", "tokens", "num_tokens")
            rows = zip(*(outputs[name].numpy().tolist() for name in names), strict=True)
            scores += [
                TextScore(total, each[:n], is_best[:n], tokens[:n])
                for total, each, is_best, tokens, n in rows
            ]
        return scores

    def loglikelihood(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, bool]]:
        """Returns how probable continuations are after their contexts.

        The tokens of a continuation are those that follow the context's own in the whole text; a
        blank between them belongs to the continuation.

        Args:
          pairs: A context, which may be empty, and a continuation each.

        Returns:
          For each pair the natural logarithm of the probability, and whether each token of the
          continuation is the most probable one.
        """
        pairs = [_with_blank_moved(*pair) for pair in pairs]
        contexts = self.encode([context.encode(errors="replace") for context, _ in pairs])
        wholes = self.encode(["".join(pair).encode(errors="replace") for pair in pairs])
        found = []
        for context, score in zip(contexts, self.score_tokens(wholes), strict=True):
            span = slice(len(context), len(score.tokens) - 1)
            found.append((float(sum(score.token_scores[span])), all(score.is_best[span])))
        return found

    def loglikelihood_rolling(self, texts: Sequence[str], most_tokens: int) -> list[float]:
        """Returns how probable whole texts are, however long.

        A text is scored in windows, each token once. In each window but the first the model sees at
        least the token before it; in the last one as many as there is room for.

        Args:
          texts: The texts.
          most_tokens: Tokens of a window; at least 2.

        Returns:
          For each text the natural logarithm of its probability, without that of its end.

        Raises:
          ValueError: A window has fewer than 2 tokens.
        """
        if most_tokens < 2:
            raise ValueError(
                f"most_tokens is {most_tokens}, but a window has a token to score and one before it: give "
                "2 or more."
            )
        windows, owners, skipped = [], [], []
        for owner, ids in enumerate(self.encode([text.encode(errors="replace") for text in texts])):
            for begin, end in _windows(len(ids), most_tokens):
                first = max(end - most_tokens, 0)
                windows.append(ids[first:end])
                owners.append(owner)
                skipped.append(begin - first)
        totals = [0.0] * len(texts)
        for owner, skip, score in zip(owners, skipped, self.score_tokens(windows), strict=True):
            totals[owner] += float(sum(score.token_scores[skip:-1]))
        return totals

    def encode(self, texts: Sequence[bytes]) -> list[list[int]]:
        """Returns the tokens of texts, without those that begin and end them."""
        if not texts:
            return []
        outputs = self._signature("encode")(texts=tf.constant(list(texts), tf.string))
        rows = zip(
            outputs["tokens"].numpy().tolist(), outputs["num_tokens"].numpy().tolist(), strict=True
        )
        return [ids[:length] for ids, length in rows]

    def _decoded(self, tokens: Sequence[int]) -> str:
        outputs = self._signature("decode")(
            tokens=tf.constant([list(tokens)], tf.int32, [1, len(tokens)]),
            num_tokens=tf.constant([len(tokens)], tf.int32),
        )
        return outputs["texts"].numpy()[0].decode(errors="replace")

    def _token_by_token(
        self, prompt: Sequence[int], search: search_pb2.Search, seed: int
    ) -> Iterator[tuple[list[int], bool]]:
        """Yields all tokens so far after each one that follows the prompt, and whether it is the
        last one.
        """
        about = self._signature("about")()
        steps = _core.Search(
            search.SerializeToString(),
            sentences=1,
            vocabulary=int(about["vocab_size"]),
            forced=np.array([prompt], np.int32).reshape(1, len(prompt)),
            forced_lengths=np.array([len(prompt)], np.int32),
            seeds=np.array([seed], np.int64),
            threads=1,
        )
        state = self._signature("start")(rows=tf.constant(1))
        is_one_sequence = search.HasField("greedy") or (
            search.HasField("sampling") and search.sampling.samples == 1
        )
        so_far: list[int] = []
        row_tokens = np.array([int(about["sos_id"])], np.int32)
        while len(steps.sentences):
            outputs = self._signature("step")(
                row_tokens=tf.constant(row_tokens), parents=tf.constant(steps.parents), **state
            )
            steps.step(outputs["logits"].numpy())
            state = {name: value for name, value in outputs.items() if name != "logits"}
            row_tokens = steps.tokens
            if len(steps.sentences) and is_one_sequence:
                so_far.append(int(row_tokens[0]))
                if len(so_far) > len(prompt):
                    yield so_far, False
        results = steps.results()
        yield results["tokens"][0, 0, : results["lengths"][0, 0]].tolist(), True


def _windows(count: int, most_tokens: int) -> Iterator[tuple[int, int]]:
    """Yields the ranges of tokens that are scored together, of `count` tokens."""
    begin = 0
    while begin < count:
        # The first window has room for a token more: nothing stands before it.
        end = min(begin + most_tokens - (begin > 0), count)
        yield begin, end
        begin = end


def _with_blank_moved(context: str, continuation: str) -> tuple[str, str]:
    stripped = context.rstrip()
    return stripped, context[len(stripped) :] + continuation
