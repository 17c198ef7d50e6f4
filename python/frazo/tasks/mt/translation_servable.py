"""A translation model that takes and gives text."""

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

    serving_default: of sources, string [batch], any bytes (what is not UTF-8 is read as U+FFFD), gives
      hypotheses: string [batch, n], best first; empty behind the last,
      scores: float32 [batch, n], what they are ranked by; minus infinity behind the last,
      num_tokens: int32 [batch, n], with the one that ends them; 0 behind the last,
      source_lengths: int32 [batch], tokens of each source, with the one that ends it. One longer than
        max_source_length was cut off there.
    search: the same of sources and search, string [], a serialized frazo.Search; empty: the one that
      the model was exported with.
    lengths: of sources gives source_lengths.
    about: of nothing gives the serialized search, string [], and max_source_length, int32 []: of the
      longest source that training saw; 0: there was no limit.
    """

    def __init__(
        self,
        model: tf.Module,
        translate: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], Results],
        search: search_pb2.Search,
        tokenizers: TextTokenizers,
    ):
        """model: what `translate` computes with. translate: of source, source_length and a serialized
        search. search: where the caller gives none. tokenizers: of the input; raises ValueError if its
        source comes from text in a way that a graph cannot do.
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
