"""Decoding with any model that gives scores as NumPy arrays."""

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
    EOC = 2  # By the end of the last chunk.
    LENGTH = 3  # Cut at max_length, or where the given target was.


class Rows(NamedTuple):
    """The hypotheses whose next token is to be scored.

    Attributes:
      step: 0, 1, ...
      tokens: int32 [rows], the last token of each; the start token in step 0.
      parents: int32 [rows]. The model's state of row i is the one that it had for row parents[i] of the
        step before; in step 0, that of sentence parents[i].
      sentences: int32 [rows], ascending. A sentence that is done has no more rows.
    """

    step: int
    tokens: np.ndarray
    parents: np.ndarray
    sentences: np.ndarray


class Scores(NamedTuple):
    """What a model gives for Rows.

    Attributes:
      scores: float32 [rows, vocabulary], as Search.score_kind says.
      attention: float32 [rows, source], if the search has a source.
      is_last_chunk: bool [rows], for transducers: whether the row reads the last chunk.
    """

    scores: np.ndarray
    attention: np.ndarray | None = None
    is_last_chunk: np.ndarray | None = None


class Sentences(NamedTuple):
    """The sentences to decode.

    Attributes:
      count: B.
      vocabulary: V.
      source: S, attention weights a row; 0 if the model gives none.
      source_lengths: int32 [B]: source positions that count for the coverage. None: S for each.
      forced: int32 [B, longest]: tokens that each hypothesis begins with, up to forced_lengths; for
        TargetScoring all its tokens. None: no token is forced.
      forced_lengths: int32 [B].
      seeds: int64 [B]: what tells a sentence's random draws from another's. None: 0, 1, ...
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

    Where there are fewer than `best`, reasons are NONE, lengths 0, totals and normalized minus infinity.

    Attributes:
      tokens: int32 [B, best, longest], the token that ended the hypothesis included; 0 behind it.
      token_scores: float32 [B, best, longest], log-probabilities; 0 behind the last token.
      lengths: int32 [B, best], tokens of each.
      totals: float32 [B, best], sums of token_scores (of merged paths: the log of their probability).
      normalized: float32 [B, best], what they are ranked by; see search.proto.
      reasons: int32 [B, best], FinishReason.
      attention: float32 [B, best, longest, S], the weights by which each token was scored.
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
    """Decodes token by token with the scores of a model.

        def score(rows):
            state.gather(rows.parents)
            return Scores(model(rows.tokens, state))

        results = search(score, config, Sentences(count=2, vocabulary=32000), start_token=1)

    The results depend on the scores alone, not on threads.

    Args:
      score: called for every step, with fewer and fewer rows as sentences get done.
      config: beam search, greedy search, sampling or scoring, and its settings.
      start_token: Rows.tokens of step 0.
      threads: threads that choose tokens; at least 1.

    Raises:
      frazo._core.InvalidArgumentError: names the field of the config or the input that is wrong, or the
        sentence, hypothesis and step whose scores are all NaN.
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
