"""The TensorFlow ops of a search for token sequences."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class SearchInputs(NamedTuple):
    """The inputs of a search. frazo.decode.search.Sentences holds the same as arrays.

    Attributes:
      count: int32 [], B, the number of sentences.
      vocabulary: V, the number of tokens.
      source: int32 [], S, attention weights per row; 0 for none.
      source_lengths: int32 [B]: source positions that count for the coverage. None: S for each.
      forced: int32 [B, longest]: tokens that each hypothesis begins with, up to forced_lengths.
      forced_lengths: int32 [B].
      seeds: int64 [B]: distinguishes the random draws of the sentences. None: 0, 1, ...
    """

    count: tf.Tensor | int
    vocabulary: int
    source: tf.Tensor | int = 0
    source_lengths: tf.Tensor | None = None
    forced: tf.Tensor | None = None
    forced_lengths: tf.Tensor | None = None
    seeds: tf.Tensor | None = None


def search_begin(config: tf.Tensor, inputs: SearchInputs) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Begins a search for token sequences. frazo.decode.graph_search runs its loop.

    Args:
      config: string [], a serialized frazo.Search.
      inputs: The sentences to decode.

    Returns:
      (search, parents, row_sentences): variant [], int32 [rows], int32 [rows].

    Raises:
      tf.errors.InvalidArgumentError: The message names the wrong input or field of the config.
    """
    nothing = tf.zeros([0], tf.int32)
    no_tokens = tf.zeros([0, 0], tf.int32)
    begun = op_library().frazo_search_begin(
        config=config,
        sentences=inputs.count,
        vocabulary=inputs.vocabulary,
        source=inputs.source,
        source_lengths=nothing if inputs.source_lengths is None else inputs.source_lengths,
        forced=no_tokens if inputs.forced is None else inputs.forced,
        forced_lengths=nothing if inputs.forced_lengths is None else inputs.forced_lengths,
        seeds=tf.zeros([0], tf.int64) if inputs.seeds is None else inputs.seeds,
    )
    return begun.search, begun.parents, begun.row_sentences


def search_step(
    search: tf.Tensor,
    scores: tf.Tensor,
    attention: tf.Tensor | None = None,
    is_last_chunk: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Runs one step of a search, which is done when no row is left.

    Args:
      search: variant [], from search_begin or search_step; not changed.
      scores: float32 [rows, V], logits or log-probabilities, as the config says.
      attention: float32 [rows, S], if the search has a source.
      is_last_chunk: bool [rows], for transducers: whether the row reads the last chunk.

    Returns:
      (search, tokens, parents, row_sentences): the search after the step, and int32 [next rows]:
      the token that extends each row, the row that it extends, and its sentence.

    Raises:
      tf.errors.InvalidArgumentError: A shape does not fit, or the scores of a row are all NaN or
        include plus infinity; the message names the sentence, the hypothesis and the step.
      tf.errors.FailedPreconditionError: The search is done.
    """
    stepped = op_library().frazo_search_step(
        search=search,
        scores=scores,
        attention=tf.zeros([0, 0]) if attention is None else attention,
        is_last_chunk=tf.zeros([0], tf.bool) if is_last_chunk is None else is_last_chunk,
    )
    return stepped.next_search, stepped.tokens, stepped.parents, stepped.row_sentences


def search_results(search: tf.Tensor) -> dict[str, tf.Tensor]:
    """Returns the ended hypotheses of a search, best first: the fields of
    frazo.decode.search.Results.
    """
    return op_library().frazo_search_results(search=search)._asdict()
