"""Searches for the outputs of any model that gives scores as NumPy arrays."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from frazo import _core
from frazo.proto import search_pb2


class FinishReason(enum.IntEnum):
    """Why a hypothesis ended."""

    NONE = 0  # There is no hypothesis here.
    EOS = 1
    EOC = 2  # A transducer reached the end of the last chunk.
    LENGTH = 3  # The hypothesis was cut at max_length, or the given target ended here.


class Rows(NamedTuple):
    """The hypotheses whose next token is to be scored.

    Attributes:
      step: 0, 1, ...
      tokens: int32 [rows], the last token of each hypothesis; in step 0 the start token.
      parents: int32 [rows]. Row i continues row parents[i] of the previous step and takes over its
        model state; in step 0 it takes the state of sentence parents[i].
      sentences: int32 [rows], ascending, the sentence of each row. A sentence that is done has no
        rows.
    """

    step: int
    tokens: np.ndarray
    parents: np.ndarray
    sentences: np.ndarray


class Scores(NamedTuple):
    """The output of a model for Rows.

    Attributes:
      scores: float32 [rows, V], logits or log-probabilities, as Search.score_kind says.
      attention: float32 [rows, S], attention weights; None if S is 0.
      is_last_chunk: bool [rows], whether the row reads the last chunk; for transducers only.
    """

    scores: np.ndarray
    attention: np.ndarray | None = None
    is_last_chunk: np.ndarray | None = None


class Sentences(NamedTuple):
    """The sentences to search outputs for.

    Attributes:
      count: B, the number of sentences.
      vocabulary: V, the number of tokens in the vocabulary.
      source: S, the number of attention weights per row; 0 if the model gives none.
      source_lengths: int32 [B], how many source positions count for the coverage. None: S for each
        sentence.
      forced: int32 [B, longest], the tokens that each hypothesis begins with; for TargetScoring all
        its tokens. None: no token is forced.
      forced_lengths: int32 [B], how many tokens of each row of `forced` count.
      seeds: int64 [B]. It tells the random draws of the sentences apart. None: 0, 1, ...
    """

    count: int
    vocabulary: int
    source: int = 0
    source_lengths: np.ndarray | None = None
    forced: np.ndarray | None = None
    forced_lengths: np.ndarray | None = None
    seeds: np.ndarray | None = None


class Results(NamedTuple):
    """The hypotheses found for each of B sentences, best first.

    If a sentence has fewer than `best` hypotheses, the missing ones have reason NONE, length 0, and
    minus infinity as total and normalized score.

    Attributes:
      tokens: int32 [B, best, longest], including the token that ended the hypothesis; 0 after it.
      token_scores: float32 [B, best, longest], log-probabilities; 0 after the last token.
      lengths: int32 [B, best], the number of tokens of each hypothesis.
      totals: float32 [B, best], the sum of token_scores; for merged paths the log of the sum of
        their probabilities.
      normalized: float32 [B, best], the score that ranks the hypotheses; see search.proto.
      reasons: int32 [B, best], a FinishReason.
      attention: float32 [B, best, longest, S], the attention weights of each token.
    """

    tokens: np.ndarray
    token_scores: np.ndarray
    lengths: np.ndarray
    totals: np.ndarray
    normalized: np.ndarray
    reasons: np.ndarray
    attention: np.ndarray


def search(
    score: Callable[[Rows], Scores],
    config: search_pb2.Search,
    sentences: Sentences,
    *,
    start_token: int,
    threads: int = 2,
) -> Results:
    """Searches token by token with the scores of a model.

        def score(rows):
            state.gather(rows.parents)
            return Scores(model(rows.tokens, state))

        results = search(score, config, Sentences(count=2, vocabulary=32000), start_token=1)

    The results don't depend on the number of threads.

    Args:
      score: Called once per step; it gets fewer rows as sentences finish.
      config: Beam search, greedy search, sampling or scoring, and its settings.
      sentences: The sentences to search outputs for.
      start_token: Rows.tokens of step 0.
      threads: Number of threads that choose tokens; at least 1.

    Returns:
      The hypotheses of each sentence.

    Raises:
      frazo._core.InvalidArgumentError: A field of the config or an argument is wrong, or all scores
        of a row are NaN. The text names the field, or the sentence, hypothesis and step.
    """
    steps = _core.Search(
        config.SerializeToString(),
        sentences=sentences.count,
        vocabulary=sentences.vocabulary,
        source=sentences.source,
        source_lengths=sentences.source_lengths,
        forced=sentences.forced,
        forced_lengths=sentences.forced_lengths,
        seeds=sentences.seeds,
        threads=threads,
    )
    owners = steps.sentences
    tokens = np.full(len(owners), start_token, np.int32)
    step = 0
    while len(owners):
        scores = score(Rows(step, tokens, steps.parents, owners))
        steps.step(scores.scores, attention=scores.attention, is_last_chunk=scores.is_last_chunk)
        owners, tokens, step = steps.sentences, steps.tokens, step + 1
    return Results(**steps.results())
