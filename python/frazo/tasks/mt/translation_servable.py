"""A translation model that takes and returns text."""

from collections.abc import Callable, Mapping

import tensorflow as tf
from frazo.decode.search import Results
from frazo.input.graph_tokenizer import GraphTokenizer
from frazo.ops import EncodedTexts
from frazo.proto import search_pb2
from frazo.tasks.sequence.text_tokenizers import TextTokenizers
from frazo.tasks.servable import Servable

_TEXTS = tf.TensorSpec([None], tf.string, name="sources")
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

    lengths takes sources and returns source_lengths.

    about takes nothing. It returns search, string [], the serialized search of the export, and
    max_source_length, int32 [], the length of the longest source in training, or 0 if there was no
    limit.
    """

    def __init__(
        self,
        model: tf.Module,
        translate: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], Results],
        search: search_pb2.Search,
        tokenizers: TextTokenizers,
    ):
        """Makes the tokenizers in the graph.

        Args:
          model: The module whose variables `translate` uses.
          translate: Maps source, source_length and a serialized search to the results of the
            search.
          search: The search for callers that give none.
          tokenizers: The tokenizers of the input.

        Raises:
          ValueError: The input makes its source from text in a way that a graph cannot.
        """
        super().__init__()
        self.model = model
        self._translate = translate
        self._search = search.SerializeToString(deterministic=True)
        self._encoding = tokenizers.source_encoding()
        self._source_tokenizer = GraphTokenizer(self._encoding.tokenizer)
        self._target_tokenizer = GraphTokenizer(tokenizers.target)

    def signatures(self) -> dict[str, Callable]:
        return {
            "serving_default": tf.function(
                self._with_own_search, input_signature=[_TEXTS], autograph=False
            ),
            "search": tf.function(
                self._with_search, input_signature=[_TEXTS, _SEARCH], autograph=False
            ),
            "lengths": tf.function(self._lengths, input_signature=[_TEXTS], autograph=False),
            "about": tf.function(self._about, input_signature=[], autograph=False),
        }

    def _with_own_search(self, sources: tf.Tensor) -> Mapping[str, tf.Tensor]:
        return self._with_search(sources, tf.constant(b""))

    def _with_search(self, sources: tf.Tensor, search: tf.Tensor) -> Mapping[str, tf.Tensor]:
        source = self._encode(sources, self._encoding.max_length)
        search = tf.where(search == b"", self._search, search)
        results = self._translate(source.ids, source.lengths, search)
        return {
            "hypotheses": self._target_tokenizer.decode(results.tokens, results.lengths),
            "scores": results.normalized,
            "num_tokens": results.lengths,
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
