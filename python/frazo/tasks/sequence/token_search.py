"""The search for sequences of tokens with a model."""

from typing import NamedTuple, Protocol

import tensorflow as tf
from frazo.decode.graph_search import graph_search
from frazo.decode.search import Results, Rows, Scores, Sentences
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.repeated_rows import RepeatedRows
from frazo.layers.sequence_layer import Memory, State, loop_shapes
from frazo.layers.step_context import StepContext
from frazo.proto import search_pb2


class Given(NamedTuple):
    """What callers say about the outputs of a batch.

    Attributes:
      prefixes: int32 [batch, longest], the tokens that outputs begin with; for TargetScoring all
        their tokens. None: no token is given.
      prefix_lengths: int32 [batch], how many tokens of each row of `prefixes` count.
      seeds: int64 [batch], which tells the random draws of the sentences apart. None: 0, 1, ...
    """

    prefixes: tf.Tensor | None = None
    prefix_lengths: tf.Tensor | None = None
    seeds: tf.Tensor | None = None


NOTHING_GIVEN = Given()


class Outputs(NamedTuple):
    """What a search knows of its outputs beforehand.

    Attributes:
      vocab_size: The number of classes of the model's logits.
      start_token: The token before the first one.
      given: What the caller says about them.
      usual_search: The search that most callers ask for; None if that is not known.
    """

    vocab_size: int
    start_token: int
    given: Given = NOTHING_GIVEN
    usual_search: search_pb2.Search | None = None


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
    outputs: Outputs,
    kernels: PackedKernels,
) -> Results:
    """Searches a sequence of tokens for each sentence of a memory, in the graph.

    Args:
      model: The model.
      memory: The encoder's output.
      search: string [], a serialized frazo.Search with scores of kind LOGITS.
      outputs: What is known of the outputs.
      kernels: The kernels by which the steps multiply.

    Returns:
      Results of tensors.
    """
    count, width = tf.unstack(tf.shape(memory.layout.mask))
    lengths = tf.reduce_sum(tf.cast(memory.layout.mask, tf.int32), 1)
    sentences = Sentences(count, outputs.vocab_size, width, lengths, *outputs.given)
    usual, rows = outputs.usual_search, None
    # Kernels that are rounded are rounded whole.
    if usual is not None and not kernels.rounds:
        rows = _expected_rows(usual, width)
    cache = model.memory_cache(memory, StepContext.for_memory_cache(rows))
    return _searched(model, cache, search, sentences, outputs.start_token, kernels)


def continue_tokens(
    model: SearchedModel,
    count: tf.Tensor,
    search: tf.Tensor,
    outputs: Outputs,
    kernels: PackedKernels,
) -> Results:
    """Searches sequences of tokens with a language model, in the graph.

    Args:
      model: The model, which attends to nothing else.
      count: int32 [], the number of sequences.
      search: string [], a serialized frazo.Search with scores of kind LOGITS.
      outputs: What is known of the outputs: given.prefixes is what they continue.
      kernels: The kernels by which the steps multiply.

    Returns:
      Results of tensors. The tokens begin with the prefixes.
    """
    sentences = Sentences(count, outputs.vocab_size, 0, None, *outputs.given)
    cache = model.memory_cache(None, StepContext.for_memory_cache(None))
    return _searched(model, cache, search, sentences, outputs.start_token, kernels)


def _expected_rows(search: search_pb2.Search, source_width: tf.Tensor) -> tf.Tensor:
    """Returns about how many rows the steps have for a sentence: it has a token for each source."""
    strategy = search.WhichOneof("strategy")
    most = {"beam": search.beam.width, "sampling": search.sampling.samples}.get(strategy or "", 1)
    return most * tf.minimum(source_width, search.max_length)


def _searched(
    model: SearchedModel,
    cache: State,
    search: tf.Tensor,
    sentences: Sentences,
    start_token: int,
    kernels: PackedKernels,
) -> Results:
    def score(rows: Rows, state: State) -> tuple[Scores, State]:
        repeated = RepeatedRows.of_parents(rows.parents)
        step_context = StepContext.for_decoding(rows.sentences, kernels, repeated=repeated)
        state, logits = model.step(state, rows.tokens, cache, step_context)
        return Scores(logits, model.probabilities(state)), state

    state = model.init_state(sentences.count, cache)
    return graph_search(
        score,
        state,
        search,
        sentences,
        start_token=start_token,
        state_shapes=loop_shapes(state),
    )
