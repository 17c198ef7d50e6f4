"""A speech recogniser that takes sound files and returns texts."""

import functools
from collections.abc import Callable, Mapping
from typing import Protocol

import tensorflow as tf
from frazo.input.graph_tokenizer import GraphTokenizer
from frazo.layers.packed_kernels import RoundedKernels
from frazo.proto import tokenizer_pb2
from frazo.tasks.asr.chunk_recognizer import ChunkRecognizer
from frazo.tasks.asr.sound_preparation import SoundPreparation
from frazo.tasks.asr.sound_stream import SoundStream
from frazo.tasks.asr.speech_head import Recognitions
from frazo.tasks.servable import Servable, variables_read

_SOUNDS = tf.TensorSpec([None], tf.string, name="sounds")
_SAMPLES = tf.TensorSpec([None, None], tf.float32, name="samples")
_LENGTHS = tf.TensorSpec([None], tf.int32, name="lengths")


class ServedRecognizer(Protocol):
    """The task of an export: SpeechRecognition."""

    chunks: ChunkRecognizer | None

    def recognize(
        self, frames: tf.Tensor, lengths: tf.Tensor, rounded: RoundedKernels | None = None
    ) -> Recognitions: ...


class SpeechServable(Servable):
    """The signatures of an exported SpeechRecognition.

    serving_default, also called transcribe, takes sounds, string [batch], the contents of FLAC,
    WAV, Ogg or MP3 files. It returns
      texts: string [batch], the best one of each sound,
      scores: float32 [batch], the natural logarithms by which the search ranks texts,
      num_tokens: int32 [batch],
      num_samples: int32 [batch], at the rate that `about` tells,
      hypotheses: string [batch, n_best], the texts that the search found, best first,
      hypothesis_scores: float32 [batch, n_best]; the lowest float where there are fewer texts,
        whose text is then empty.

    transcribe_samples takes samples, float32 [batch, longest] in [-1, 1], at the rate that `about`
    tells, and lengths, int32 [batch], and returns the same.

    about takes nothing. It returns sample_rate, int32 [], in Hz.

    A model that streams has the signatures of SoundStream, too.
    """

    def __init__(
        self,
        recognizer: ServedRecognizer,
        preparation: SoundPreparation,
        tokenizer: tokenizer_pb2.Tokenizer,
    ):
        """Makes the tokenizer in the graph.

        Args:
          recognizer: The task.
          preparation: Makes frames of sounds.
          tokenizer: The tokenizer of the texts.

        Raises:
          ValueError: The model streams, but the features need the whole sound.
        """
        super().__init__()
        self.weights: list[tf.Variable] = []
        # The graphs of an export share what is rounded.
        self._recognize = functools.partial(recognizer.recognize, rounded=RoundedKernels())
        self._preparation = preparation
        self._tokenizer = GraphTokenizer(tokenizer)
        self._stream = None
        if recognizer.chunks is not None:
            self._stream = SoundStream(recognizer.chunks, preparation, self._tokenizer)

    def signatures(self) -> dict[str, Callable]:
        def signature(function: Callable, *inputs: tf.TensorSpec) -> Callable:
            return tf.function(function, input_signature=inputs, autograph=False)

        transcribe = signature(self._of_sounds, _SOUNDS)
        signatures = {
            "serving_default": transcribe,
            "transcribe": transcribe,
            "transcribe_samples": signature(self._of_samples, _SAMPLES, _LENGTHS),
            "about": signature(self._about),
            **({} if self._stream is None else self._stream.signatures()),
        }
        self.weights = variables_read(signatures.values())
        return signatures

    def row_wise(self) -> Mapping[str, Mapping[str, str]]:
        return {"serving_default": {}, "transcribe": {}}

    def _of_sounds(self, sounds: tf.Tensor) -> Mapping[str, tf.Tensor]:
        decoded = self._preparation.decode(sounds)
        return self._of_samples(decoded.samples, decoded.lengths)

    def _of_samples(self, samples: tf.Tensor, lengths: tf.Tensor) -> Mapping[str, tf.Tensor]:
        frames = self._preparation.features(samples, lengths)
        found = self._recognize(frames.features, frames.frames)
        num_tokens = found.lengths[:, 0]
        return {
            "texts": self._tokenizer.decode(found.tokens[:, 0], num_tokens),
            "scores": found.scores[:, 0],
            "num_tokens": num_tokens,
            "num_samples": lengths,
            "hypotheses": self._texts(found),
            # JSON has no infinity.
            "hypothesis_scores": tf.maximum(found.scores, tf.float32.min),
        }

    def _texts(self, found: Recognitions) -> tf.Tensor:
        """Returns all texts, string [batch, n_best]."""
        batch, n_best, longest = tf.unstack(tf.shape(found.tokens))
        tokens = tf.reshape(found.tokens, [batch * n_best, longest])
        texts = self._tokenizer.decode(tokens, tf.reshape(found.lengths, [-1]))
        return tf.reshape(texts, [batch, n_best])

    def _about(self) -> Mapping[str, tf.Tensor]:
        return {"sample_rate": tf.constant(self._preparation.log_mel.sample_rate)}
