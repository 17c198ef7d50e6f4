"""Makes frames of sounds in an export as the input of a training does."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo import ops
from frazo.proto import log_mel_pb2, processor_pb2

# Steps that change a sound, and those that change its frames, at random.
_OF_SOUND = ("speed_perturb", "add_noise")
_OF_FRAMES = ("spec_augment",)


class SoundPreparation:
    """Makes frames of sounds as the input of a training does, without its random steps.

    `speed_perturb`, `add_noise`, the dither of `log_mel` and `spec_augment` are left out.

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
            before_log_mel = "log_mel" in makers
            if kind not in (
                ("decode_audio", *_OF_SOUND) if before_log_mel else ("log_mel", *_OF_FRAMES)
            ):
                continue
            message = getattr(step, kind)
            if (message.output or message.field) != fields[-1]:
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
