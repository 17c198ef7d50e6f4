"""A translation model that takes and returns text."""

from collections.abc import Callable, Mapping

import tensorflow as tf
from frazo.decode.search import Results
from frazo.input.graph_tokenizer import GraphTokenizer
from frazo.ops import EncodedTexts
from frazo.proto import search_pb2
from frazo.tasks.sequence.text_tokenizers import TextTokenizers
from frazo.tasks.sequence.token_scores import TokenScores
from frazo.tasks.sequence.token_search import Given
from frazo.tasks.servable import Servable, variables_read

_TEXTS = tf.TensorSpec([None], tf.string, name="sources")
_PREFIXES = tf.TensorSpec([None], tf.string, name="prefixes")
_TARGETS = tf.TensorSpec([None], tf.string, name="targets")
_SEEDS = tf.TensorSpec([None], tf.int64, name="seeds")
_SEARCH = tf.TensorSpec([], tf.string, name="search")


class TranslationServable(Servable):
    """The signatures of an exported Translation.

    serving_default takes sources, string [batch]. Bytes that are not UTF-8 are read as U+FFFD. It
    returns
      hypotheses: string [batch, n], best first; "" after the last one,
      scores: float32 [batch, n], by which hypotheses are ranked; minus infinity after the last one,
      num_tokens: int32 [batch, n], with the token that ends a hypothesis; 0 after the last one,
      source_lengths: int32 [batch], the number of tokens of each source, with the one that ends it.
        A source that is longer than max_source_length was cut off there.

    search takes sources and search, string [], a serialized frazo.Search, and returns the same as
    serving_default. An empty search stands for the one that the model was exported with.

    search_with_prefixes takes, too, prefixes, string [batch], texts that the hypotheses begin with,
    and seeds, int64 [batch], which tell the random draws of the sentences apart. A prefix should
    end where a word ends. An empty one asks for nothing. A random hypothesis depends on
    search.sampling.seed, its seed and its source, and not on what else is in the batch.

    score takes sources and targets, string [batch], translations of them. It returns
      tokens: int32 [batch, time], the targets as the model reads them, with the token that ends
        each; 0 after it,
      token_scores: float32 [batch, time], the natural logarithm of each token's probability, given
        the source and the tokens before; 0 after the last token,
      num_tokens: int32 [batch],
      scores: float32 [batch], the sums of token_scores,
      source_lengths: as above.

    lengths takes sources and returns source_lengths.

    about takes nothing. It returns search, string [], the serialized search of the export, and
    max_source_length, int32 [], the length of the longest source in training, or 0 if there was no
    limit.
    """

    def __init__(
        self,
        translate: Callable[[tf.Tensor, tf.Tensor, tf.Tensor, Given], Results],
        score: Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], TokenScores],
        search: search_pb2.Search,
        tokenizers: TextTokenizers,
    ):
        """Makes the tokenizers in the graph.

        Args:
          translate: Maps source, source_length, a serialized search, and what is given of the
            outputs, to the results of the search.
          score: Maps source, source_length, target and target_length to the scores of the targets.
          search: The search for callers that give none.
          tokenizers: The tokenizers of the input.

        Raises:
          ValueError: The input makes its source from text in a way that a graph cannot.
        """
        super().__init__()
        self.weights: list[tf.Variable] = []
        self._translate = translate
        self._score = score
        self._search = search.SerializeToString(deterministic=True)
        self._draws = search.HasField("sampling")
        self._encoding = tokenizers.source_encoding()
        self._source_tokenizer = GraphTokenizer(self._encoding.tokenizer)
        self._target_tokenizer = GraphTokenizer(tokenizers.target)
        # The signatures share its graph.
        self._with_prefixes = tf.function(
            self._found, input_signature=[_TEXTS, _PREFIXES, _SEEDS, _SEARCH], autograph=False
        )

    def signatures(self) -> dict[str, Callable]:
        def signature(function: Callable, *inputs: tf.TensorSpec) -> Callable:
            return tf.function(function, input_signature=inputs, autograph=False)

        signatures = {
            "serving_default": signature(self._with_own_search, _TEXTS),
            "search": signature(self._with_search, _TEXTS, _SEARCH),
            "search_with_prefixes": self._with_prefixes,
            "score": signature(self._scored, _TEXTS, _TARGETS),
            "lengths": signature(self._lengths, _TEXTS),
            "about": signature(self._about),
        }
        self.weights = variables_read(signatures.values())
        return signatures

    def row_wise(self) -> Mapping[str, Mapping[str, str]]:
        scored = {"tokens": "num_tokens", "token_scores": "num_tokens"}
        found = {"search_with_prefixes": {}, "score": scored, "lengths": {}}
        # Random draws without seeds depend on a row's place, and those of `search` may be random.
        return found if self._draws else {**found, "serving_default": {}}

    def _with_own_search(self, sources: tf.Tensor) -> Mapping[str, tf.Tensor]:
        return self._with_search(sources, tf.constant(b""))

    def _with_search(self, sources: tf.Tensor, search: tf.Tensor) -> Mapping[str, tf.Tensor]:
        seeds = tf.range(tf.size(sources, tf.int64))
        return self._with_prefixes(sources, tf.zeros_like(sources), seeds, search)

    def _found(
        self, sources: tf.Tensor, prefixes: tf.Tensor, seeds: tf.Tensor, search: tf.Tensor
    ) -> Mapping[str, tf.Tensor]:
        source = self._encode(sources, self._encoding.max_length)
        prefix = self._target_tokenizer.encode(prefixes)
        search = tf.where(search == b"", self._search, search)
        given = Given(prefix.ids, prefix.lengths, seeds)
        results = self._translate(source.ids, source.lengths, search, given)
        return {
            "hypotheses": self._target_tokenizer.decode(results.tokens, results.lengths),
            "scores": results.normalized,
            "num_tokens": results.lengths,
            "source_lengths": source.whole_lengths,
        }

    def _scored(self, sources: tf.Tensor, targets: tf.Tensor) -> Mapping[str, tf.Tensor]:
        source = self._encode(sources, self._encoding.max_length)
        target = self._target_tokenizer.encode(targets)
        scored = self._score(source.ids, source.lengths, target.ids, target.lengths)
        return {
            "tokens": scored.tokens,
            "token_scores": scored.scores,
            "num_tokens": scored.lengths,
            "scores": tf.reduce_sum(scored.scores, 1),
            "source_lengths": source.whole_lengths,
        }

    def _lengths(self, sources: tf.Tensor) -> Mapping[str, tf.Tensor]:
        return {"source_lengths": self._encode(sources, 0).lengths}

    def _about(self) -> Mapping[str, tf.Tensor]:
        return {
            "search": tf.constant(self._search),
            "max_source_length": tf.constant(self._encoding.max_length),
        }

    def _encode(self, sources: tf.Tensor, max_length: int) -> EncodedTexts:
        return self._source_tokenizer.encode(
            sources,
            prepend_sos=self._encoding.prepend_sos,
            append_eos=self._encoding.append_eos,
            max_length=max_length,
        )
