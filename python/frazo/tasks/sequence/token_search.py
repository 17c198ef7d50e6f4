"""The search for sequences of tokens with a model."""

from typing import Protocol

import tensorflow as tf
from frazo.decode.graph_search import graph_search
from frazo.decode.search import Results, Rows, Scores, Sentences
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.sequence_layer import Memory, State, loop_shapes
from frazo.layers.step_context import StepContext


class SearchedModel(Protocol):
    """A TokenDecoder that maps ids to logits and knows its probabilities of attention.

    TokenModel and EncoderDecoder are such models.
    """

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State: ...

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State: ...

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]: ...

    def probabilities(self, state: State) -> tf.Tensor | None: ...


def search_tokens(
    model: SearchedModel,
    memory: Memory,
    search: tf.Tensor,
    *,
    vocab_size: int,
    start_token: int,
    int8: bool = False,
) -> Results:
    """Searches a sequence of tokens for each sentence of a memory, in the graph.

    Args:
      model: The model.
      memory: The encoder's output.
      search: string [], a serialized frazo.Search with scores of kind LOGITS.
      vocab_size: The number of classes of the model's logits.
      start_token: The token before the first one.
      int8: Whether the steps multiply by weights that are rounded to int8.

    Returns:
      Results of tensors.
    """
    context = StepContext.for_evaluation(seed=0)
    cache = model.memory_cache(memory, context)
    kernels = PackedKernels(int8=int8)
    sentences, width = tf.unstack(tf.shape(memory.layout.mask))
    lengths = tf.reduce_sum(tf.cast(memory.layout.mask, tf.int32), 1)

    def score(rows: Rows, state: State) -> tuple[Scores, State]:
        step_context = StepContext.for_decoding(rows.sentences, kernels)
        state, logits = model.step(state, rows.tokens, cache, step_context)
        return Scores(logits, model.probabilities(state)), state

    state = model.init_state(sentences, cache)
    return graph_search(
        score,
        state,
        search,
        Sentences(sentences, vocab_size, width, lengths),
        start_token=start_token,
        state_shapes=loop_shapes(state),
    )
