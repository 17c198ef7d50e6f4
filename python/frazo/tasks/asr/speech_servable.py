"""A speech recogniser that takes sound files and returns texts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import tensorflow as tf
from frazo import ops
from frazo.input.graph_tokenizer import GraphTokenizer
from frazo.proto import log_mel_pb2, processor_pb2, tokenizer_pb2
from frazo.tasks.asr.speech_head import Recognitions
from frazo.tasks.servable import Servable

_SOUNDS = tf.TensorSpec([None], tf.string, name="sounds")
_SAMPLES = tf.TensorSpec([None, None], tf.float32, name="samples")
_LENGTHS = tf.TensorSpec([None], tf.int32, name="lengths")

# Steps that change a sound at random.
_TRAINING_ONLY = ("speed_perturb", "add_noise")


class SoundPreparation:
    """Makes frames of sounds as the input of a training does, without its random steps.

    `speed_perturb`, `add_noise` and the dither of `log_mel` are left out.

    Attributes:
      log_mel: The features.
    """

    def __init__(self, steps: Sequence[processor_pb2.Step], feature: str):
        """Finds the steps that make the feature.

        Args:
          steps: The steps of the input's pipeline.
          feature: The name of the frames.

        Raises:
          ValueError: The input makes the frames in another way.
        """
        # From the frames back to the sound: each of these kinds reads what the next one makes.
        makers: dict[str, Any] = {}
        fields = [feature]
        for step in reversed(steps):
            kind = step.WhichOneof("kind") or ""
            if kind not in ("log_mel", "decode_audio", *_TRAINING_ONLY):
                continue
            message = getattr(step, kind)
            is_next = kind == "log_mel" if not makers else kind != "log_mel"
            if not is_next or (message.output or message.field) != fields[-1]:
                continue
            makers[kind] = message
            if kind == "decode_audio":
                break
            fields.append(message.field)
        if "decode_audio" not in makers:
            raise ValueError(
                f"an export makes '{feature}' from sound, but the input has no decode_audio step with a "
                "log_mel step after it that do so. Export with an input that reads sound."
            )
        for step in steps:
            if step.WhichOneof("kind") == "truncate" and step.truncate.field in fields:
                raise ValueError(
                    f"a truncate step cuts '{step.truncate.field}', which an export does not. Filter by "
                    "length instead."
                )
        self._decoder: processor_pb2.Step.DecodeAudio = makers["decode_audio"]
        self.log_mel: log_mel_pb2.LogMel = makers["log_mel"].log_mel
        self._config = self.log_mel.SerializeToString(deterministic=True)

    def decode(self, sounds: tf.Tensor) -> ops.DecodedSounds:
        """Returns the samples of sound files, string [batch]."""
        return ops.decode_sounds(
            sounds,
            sample_rate=self._decoder.sample_rate,
            max_seconds=self._decoder.max_seconds,
        )

    def features(self, samples: tf.Tensor, lengths: tf.Tensor) -> ops.SoundFeatures:
        """Returns the frames of samples, float32 [batch, longest], int32 [batch]."""
        return ops.log_mel(samples, lengths, self._config)


class ServedRecognizer(Protocol):
    """The task of an export: SpeechRecognition."""

    @property
    def variables(self) -> tuple[tf.Variable, ...]: ...

    def recognize(self, frames: tf.Tensor, lengths: tf.Tensor) -> Recognitions: ...


class SpeechServable(Servable):
    """The signatures of an exported SpeechRecognition.

    serving_default, also called transcribe, takes sounds, string [batch], the contents of FLAC,
    WAV, Ogg or MP3 files. It returns
      texts: string [batch],
      scores: float32 [batch], the natural logarithms by which the search ranks texts,
      num_tokens: int32 [batch],
      num_samples: int32 [batch], at the rate that `about` tells.

    transcribe_samples takes samples, float32 [batch, longest] in [-1, 1], at the rate that `about`
    tells, and lengths, int32 [batch], and returns the same.

    about takes nothing. It returns sample_rate, int32 [], in Hz.
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
        """
        super().__init__()
        self.weights = list(recognizer.variables)
        self._recognize = recognizer.recognize
        self._preparation = preparation
        self._tokenizer = GraphTokenizer(tokenizer)

    def signatures(self) -> dict[str, Callable]:
        def signature(function: Callable, *inputs: tf.TensorSpec) -> Callable:
            return tf.function(function, input_signature=inputs, autograph=False)

        transcribe = signature(self._of_sounds, _SOUNDS)
        return {
            "serving_default": transcribe,
            "transcribe": transcribe,
            "transcribe_samples": signature(self._of_samples, _SAMPLES, _LENGTHS),
            "about": signature(self._about),
        }

    def row_wise(self) -> Mapping[str, Mapping[str, str]]:
        return {"serving_default": {}, "transcribe": {}}

    def _of_sounds(self, sounds: tf.Tensor) -> Mapping[str, tf.Tensor]:
        decoded = self._preparation.decode(sounds)
        return self._of_samples(decoded.samples, decoded.lengths)

    def _of_samples(self, samples: tf.Tensor, lengths: tf.Tensor) -> Mapping[str, tf.Tensor]:
        frames = self._preparation.features(samples, lengths)
        found = self._recognize(frames.features, frames.frames)
        best = Recognitions(*(each[:, 0] for each in found))
        return {
            "texts": self._tokenizer.decode(best.tokens, best.lengths),
            "scores": best.scores,
            "num_tokens": best.lengths,
            "num_samples": lengths,
        }

    def _about(self) -> Mapping[str, tf.Tensor]:
        return {"sample_rate": tf.constant(self._preparation.log_mel.sample_rate)}
