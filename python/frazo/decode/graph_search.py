"""Runs a search inside a TensorFlow graph, so that an exported model contains its search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from frazo import ops
from frazo.decode.search import Results, Rows, Scores, Sentences


def graph_search(
    score: Callable[[Rows, Any], tuple[Scores, Any]],
    state: Any,
    config: tf.Tensor,
    sentences: Sentences,
    *,
    start_token: int,
    state_shapes: Any | None = None,
) -> Results:
    """Searches in a tf.while_loop, as frazo.decode.search.search does outside of a graph.

    The loop passes the search from step to step as a variant tensor. Nothing outlives a call, and
    calls may run at the same time.

    Args:
      score: Takes the rows and the model's state; returns the Scores of the rows and the next
        state. Rows and Scores hold tensors.
      state: Nested tensors [B, ...], the model's state before the first step. Each step gets them
        as [rows, ...], gathered by Rows.parents.
      config: string [], a serialized frazo.Search. It is a tensor, so that one export serves every
        setting.
      sentences: The sentences; the fields are tensors, except that `vocabulary` is a number.
      start_token: Rows.tokens of step 0.
      state_shapes: Nested tf.TensorShapes of the state, with None for the number of rows and for
        each size that changes from step to step. Default: only the number of rows changes.

    Returns:
      Results that hold tensors.

    Raises:
      tf.errors.InvalidArgumentError: The errors of frazo.decode.search.search.
    """
    inputs = ops.SearchInputs(**sentences._asdict())
    search, parents, owners = ops.search_begin(config, inputs)

    def is_going_on(step, search, tokens, parents, owners, state):
        return tf.size(tokens) > 0

    def take_step(step, search, tokens, parents, owners, state):
        state = _taken_over(state, parents)
        scores, state = score(Rows(step, tokens, parents, owners), state)
        search, *rows = ops.search_step(
            search, scores.scores, scores.attention, scores.is_last_chunk
        )
        return step + 1, search, *rows, state

    state = tf.nest.map_structure(tf.convert_to_tensor, state)
    if state_shapes is None:
        state_shapes = tf.nest.map_structure(_with_any_number_of_rows, state)
    tokens = tf.fill(tf.shape(owners), start_token)
    scalar, rows = tf.TensorShape([]), tf.TensorShape([None])
    _, search, *_ = tf.while_loop(
        is_going_on,
        take_step,
        (tf.constant(0), search, tokens, parents, owners, state),
        shape_invariants=(scalar, scalar, rows, rows, rows, state_shapes),
    )
    return Results(**ops.search_results(search))


def _taken_over(state: Any, parents: tf.Tensor) -> Any:
    """Returns the state of the rows `parents`. If each row goes on as itself, nothing is copied."""
    tensors = tf.nest.flatten(state)
    if not tensors:
        return state
    rows = tf.range(tf.size(parents))
    all_go_on = (tf.shape(tensors[0])[0] == tf.size(parents)) & tf.reduce_all(parents == rows)

    def gathered() -> Any:
        return tf.nest.map_structure(lambda tensor: tf.gather(tensor, parents), state)

    return tf.cond(all_go_on, lambda: state, gathered)


def _with_any_number_of_rows(tensor: tf.Tensor) -> tf.TensorShape:
    return tf.TensorShape([None]) + tensor.shape[1:]
