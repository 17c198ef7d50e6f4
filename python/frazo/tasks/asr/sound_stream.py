"""The signatures of an export that takes sound chunk by chunk."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import tensorflow as tf
from frazo.input.graph_tokenizer import GraphTokenizer
from frazo.layers.sequence_layer import loop_shapes
from frazo.proto import log_mel_pb2
from frazo.tasks.asr.chunk_recognizer import ChunkRecognizer, Heard
from frazo.tasks.asr.sound_preparation import SoundPreparation

_STATE = "state"


class _StreamState(NamedTuple):
    """What is known of a sound so far.

    Attributes:
      samples: float32 [waiting], those of which no frame was made yet.
      heard: What the frames gave.
    """

    samples: tf.Tensor
    heard: Heard


class SoundStream:
    """The signatures that recognise a sound while it goes on.

    start_stream takes nothing and returns the state of a new stream, tensors state0, state1, ...

    stream takes samples, float32 [length] in [-1, 1], at the rate that `about` tells; is_last, bool
    [], whether the sound ends with them; and the state. It returns the state after them and
      text: string [], of the whole sound so far,
      score: float32 [], the natural logarithm of the probability of its tokens and blanks,
      num_tokens: int32 [].
    """

    def __init__(
        self, chunks: ChunkRecognizer, preparation: SoundPreparation, tokenizer: GraphTokenizer
    ):
        """Keeps the parts.

        Args:
          chunks: Recognises frames.
          preparation: Makes frames of samples.
          tokenizer: The tokenizer of the texts.

        Raises:
          ValueError: The features need the whole sound.
        """
        _check_features(preparation.log_mel)
        self._chunks, self._preparation, self._tokenizer = chunks, preparation, tokenizer
        log_mel = preparation.log_mel
        self._step = math.floor(log_mel.step_ms * log_mel.sample_rate / 1000 + 0.5)
        # Tells how the tensors of a state are nested.
        self._like = self._initial()

    def signatures(self) -> dict[str, Callable]:
        """Returns the functions by name; see Servable.signatures."""
        specs = {
            name: tf.TensorSpec(self._shapes()[name], tensor.dtype, name=name)
            for name, tensor in _named(self._like).items()
        }
        stream = tf.function(self._stream, autograph=False).get_concrete_function(
            samples=tf.TensorSpec([None], tf.float32, name="samples"),
            is_last=tf.TensorSpec([], tf.bool, name="is_last"),
            **specs,
        )
        start = tf.function(lambda: _named(self._initial()), input_signature=(), autograph=False)
        return {"start_stream": start, "stream": stream}

    def _initial(self) -> _StreamState:
        return _StreamState(tf.zeros([0]), self._chunks.start())

    def _stream(
        self, samples: tf.Tensor, is_last: tf.Tensor, **state: tf.Tensor
    ) -> Mapping[str, tf.Tensor]:
        before = self._unnamed(state)
        samples = tf.concat([before.samples, samples], 0)
        frames = self._preparation.features(samples[tf.newaxis], tf.shape(samples)).features
        count = tf.shape(frames)[1]
        # The others wait for the samples that follow.
        count = tf.where(is_last, count, count - count % self._chunks.stride)
        heard = tf.cond(
            count > 0,
            lambda: self._chunks.hear(before.heard, frames[:, :count]),
            lambda: before.heard,
        )
        text = self._tokenizer.decode(heard.tokens[tf.newaxis], tf.shape(heard.tokens))
        return _named(_StreamState(samples[count * self._step :], heard)) | {
            "text": text[0],
            "score": heard.score,
            "num_tokens": tf.size(heard.tokens),
        }

    def _shapes(self) -> dict[str, tf.TensorShape]:
        """Returns the shapes of the state's tensors in any stream, by name."""
        any_length = tf.TensorShape([None])
        shapes = tf.nest.map_structure(lambda tensor: tensor.shape, self._like)
        heard = shapes.heard._replace(
            tokens=any_length, encoder=loop_shapes(self._like.heard.encoder)
        )
        return _named(_StreamState(any_length, heard))

    def _unnamed(self, state: Mapping[str, tf.Tensor]) -> _StreamState:
        ordered = [state[f"{_STATE}{index}"] for index in range(len(state))]
        return tf.nest.pack_sequence_as(self._like, ordered)


def _named(state: _StreamState) -> dict[str, Any]:
    return {f"{_STATE}{index}": each for index, each in enumerate(tf.nest.flatten(state))}


def _check_features(log_mel: log_mel_pb2.LogMel) -> None:
    whole = {
        "normalize_utterance": log_mel.normalize_utterance,
        "zero_frames": log_mel.zero_frames,
        "left_frames": log_mel.left_frames,
        "right_frames": log_mel.right_frames,
        "stride": log_mel.stride > 1,
    }
    for name, is_set in whole.items():
        if is_set:
            raise ValueError(
                f"a stream cannot compute features with log_mel.{name}, which joins frames or needs "
                "the whole sound. Unset it (mean and stddev of a corpus, which `//tools:audio "
                "statistics` prints, normalize as well), or unset transducer.streaming."
            )
