"""A language model that takes and returns text."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import tensorflow as tf
from frazo.decode.search import Results
from frazo.input.graph_tokenizer import GraphTokenizer
from frazo.layers.sequence_layer import loop_shapes
from frazo.layers.step_context import StepContext
from frazo.models.token_model import TokenModel
from frazo.proto import language_modeling_pb2, tokenizer_pb2
from frazo.tasks.sequence.token_scores import TokenScores
from frazo.tasks.sequence.token_search import Given
from frazo.tasks.servable import Servable

_PROMPTS = tf.TensorSpec([None], tf.string, name="prompts")
_TEXTS = tf.TensorSpec([None], tf.string, name="texts")
_SEEDS = tf.TensorSpec([None], tf.int64, name="seeds")
_SEARCH = tf.TensorSpec([], tf.string, name="search")
_IDS = tf.TensorSpec([None, None], tf.int32, name="tokens")
_LENGTHS = tf.TensorSpec([None], tf.int32, name="num_tokens")
_ROWS = tf.TensorSpec([], tf.int32, name="rows")
_ROW_TOKENS = tf.TensorSpec([None], tf.int32, name="row_tokens")
_PARENTS = tf.TensorSpec([None], tf.int32, name="parents")
_STATE = "state_{:03}"


class ScoredTexts(NamedTuple):
    """How probable a model finds texts.

    Attributes:
      scores: The scores of their tokens.
      is_best: bool [batch, time], whether no other token is more probable.
    """

    scores: TokenScores
    is_best: tf.Tensor


class ServedTask(Protocol):
    """The task of an export: LanguageModeling."""

    message: language_modeling_pb2.LanguageModeling
    model: TokenModel

    def generate(self, search: tf.Tensor, given: Given) -> Results: ...

    def score(self, tokens: tf.Tensor, lengths: tf.Tensor) -> ScoredTexts: ...


class LanguageServable(Servable):
    """The signatures of an exported LanguageModeling.

    serving_default takes prompts, string [batch]. Bytes that are not UTF-8 are read as U+FFFD. It
    returns
      continuations: string [batch, n], what follows the prompts, best first; "" after the last one,
      scores: float32 [batch, n], by which they are ranked, prompts included; minus infinity after
        the last one,
      num_tokens: int32 [batch, n], with the token that ends a text, without those of the prompt.

    generate takes prompts, search, string [], a serialized frazo.Search, and seeds, int64 [batch],
    which tell the random draws of the prompts apart. It returns the same. An empty search stands
    for the one that the model was exported with. search.max_length counts the prompt's tokens.

    score takes texts, string [batch]. It returns
      tokens: int32 [batch, time], the texts as the model reads them, with the token that ends each;
        0 after it,
      token_scores: float32 [batch, time], the natural logarithm of each token's probability, given
        the tokens before; 0 after the last token,
      is_best: bool [batch, time], whether no token is more probable than this one,
      num_tokens: int32 [batch],
      scores: float32 [batch], the sums of token_scores.

    score_tokens takes tokens, int32 [batch, time], and num_tokens, int32 [batch], without those
    that begin and end a text, and returns the same as score.

    encode takes texts and returns tokens, int32 [batch, time], and num_tokens, int32 [batch].
    decode takes tokens and num_tokens and returns texts, string [batch].

    start and step go token by token. start takes rows, int32 [], and returns the state of so many
    empty texts: state_000, state_001, ... step takes row_tokens, int32 [rows], parents, int32
    [rows], and the state: row i continues row parents[i] by row_tokens[i]. It returns logits,
    float32 [rows, vocabulary], of the tokens that may follow, and the state. The first token of a
    text is sos_id.

    about takes nothing. It returns search, string [], the serialized search of the export, sos_id,
    int32 [], and vocab_size, int32 [].
    """

    def __init__(self, task: ServedTask, tokenizer: tokenizer_pb2.Tokenizer):
        """Makes the tokenizer in the graph.

        Args:
          task: The task.
          tokenizer: The tokenizer of its texts, with the places of its files.
        """
        super().__init__()
        self.weights: list[tf.Variable] = []
        self._generate = task.generate
        self._score = task.score
        # A Servable tracks what its functions read, and not all that a task has.
        self._untracked = _Untracked(task)
        self._search = task.message.search.SerializeToString(deterministic=True)
        self._draws = task.message.search.HasField("sampling")
        self._tokenizer = GraphTokenizer(tokenizer)

    def signatures(self) -> dict[str, Callable]:
        model = self._untracked.task.model
        context = StepContext.for_evaluation(seed=0)
        state = model.init_state(1, model.memory_cache(None, context))
        specs = [
            tf.TensorSpec(shape, tensor.dtype, name=_STATE.format(number))
            for number, (shape, tensor) in enumerate(
                zip(tf.nest.flatten(loop_shapes(state)), tf.nest.flatten(state), strict=True)
            )
        ]
        self.weights = list(model.variables)
        steps = _Steps(model, state)

        def signature(function: Callable, *inputs: tf.TensorSpec) -> Callable:
            return tf.function(function, input_signature=inputs, autograph=False)

        return {
            "serving_default": signature(self._continued_by_default, _PROMPTS),
            "generate": signature(self._continued, _PROMPTS, _SEEDS, _SEARCH),
            "score": signature(self._scored_texts, _TEXTS),
            "score_tokens": signature(self._scored_tokens, _IDS, _LENGTHS),
            "encode": signature(self._encoded, _TEXTS),
            "decode": signature(self._decoded, _IDS, _LENGTHS),
            "start": signature(steps.start, _ROWS),
            "step": signature(steps.step, _ROW_TOKENS, _PARENTS, *specs),
            "about": signature(self._about),
        }

    def row_wise(self) -> Mapping[str, Mapping[str, str]]:
        scored = dict.fromkeys(("tokens", "token_scores", "is_best"), "num_tokens")
        found = {
            "generate": {},
            "score": scored,
            # Joined requests have as many columns, so that each gets its own.
            "score_tokens": {},
            "encode": {"tokens": "num_tokens"},
            "decode": {},
        }
        # Random draws without seeds depend on a row's place.
        return found if self._draws else {**found, "serving_default": {}}

    def _continued_by_default(self, prompts: tf.Tensor) -> Mapping[str, tf.Tensor]:
        return self._continued(prompts, tf.range(tf.size(prompts, tf.int64)), tf.constant(b""))

    def _continued(
        self, prompts: tf.Tensor, seeds: tf.Tensor, search: tf.Tensor
    ) -> Mapping[str, tf.Tensor]:
        prompt = self._tokenizer.encode(prompts)
        search = tf.where(search == b"", self._search, search)
        results = self._generate(search, Given(prompt.ids, prompt.lengths, seeds))
        texts = self._tokenizer.decode(results.tokens, results.lengths)
        # A piece may stand for something else at the beginning of a text.
        begins = tf.strings.length(self._tokenizer.decode(prompt.ids, prompt.lengths))
        begins = tf.minimum(begins[:, tf.newaxis], tf.strings.length(texts))
        lengths = tf.maximum(tf.strings.length(texts) - begins, 0)
        return {
            "continuations": tf.strings.substr(texts, begins, lengths),
            "scores": results.normalized,
            "num_tokens": tf.maximum(results.lengths - prompt.lengths[:, tf.newaxis], 0),
        }

    def _scored_texts(self, texts: tf.Tensor) -> Mapping[str, tf.Tensor]:
        encoded = self._tokenizer.encode(texts)
        return self._scored_tokens(encoded.ids, encoded.lengths)

    def _scored_tokens(self, tokens: tf.Tensor, num_tokens: tf.Tensor) -> Mapping[str, tf.Tensor]:
        (found, scores, lengths), is_best = self._score(tokens, num_tokens)
        return {
            "tokens": found,
            "token_scores": scores,
            "is_best": is_best,
            "num_tokens": lengths,
            "scores": tf.reduce_sum(scores, 1),
        }

    def _encoded(self, texts: tf.Tensor) -> Mapping[str, tf.Tensor]:
        encoded = self._tokenizer.encode(texts)
        return {"tokens": encoded.ids, "num_tokens": encoded.lengths}

    def _decoded(self, tokens: tf.Tensor, num_tokens: tf.Tensor) -> Mapping[str, tf.Tensor]:
        return {"texts": self._tokenizer.decode(tokens, num_tokens)}

    def _about(self) -> Mapping[str, tf.Tensor]:
        task = self._untracked.task
        return {
            "search": tf.constant(self._search),
            "sos_id": tf.constant(task.message.sos_id, tf.int32),
            "vocab_size": tf.constant(task.model.vocab_size, tf.int32),
        }


class _Untracked:
    """Holds a task for a module that is not to track its variables."""

    def __init__(self, task: ServedTask):
        self.task = task


class _Steps:
    """A model that goes token by token, with its state as a flat list of tensors."""

    def __init__(self, model: TokenModel, state: Mapping):
        self._model = model
        self._structure = state
        self._context = StepContext.for_evaluation(seed=0)

    def start(self, rows: tf.Tensor) -> Mapping[str, tf.Tensor]:
        cache = self._model.memory_cache(None, self._context)
        return _named(self._model.init_state(rows, cache))

    def step(
        self, row_tokens: tf.Tensor, parents: tf.Tensor, *state: tf.Tensor
    ) -> Mapping[str, tf.Tensor]:
        gathered = [tf.gather(tensor, parents) for tensor in state]
        packed = tf.nest.pack_sequence_as(self._structure, gathered)
        cache = self._model.memory_cache(None, self._context)
        context = StepContext.for_evaluation(seed=0)
        after, logits = self._model.step(packed, row_tokens, cache, context)
        return {"logits": logits, **_named(after)}


def _named(state: Mapping) -> dict[str, tf.Tensor]:
    tensors = tf.nest.flatten(state)
    return {_STATE.format(number): tensor for number, tensor in enumerate(tensors)}
