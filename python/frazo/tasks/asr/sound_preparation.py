"""Makes frames of sounds in an export as the input of a training does."""

from collections.abc import Sequence

import tensorflow as tf
from frazo import ops
from frazo.proto import log_mel_pb2, processor_pb2


class SoundPreparation:
    """Makes frames of sounds as the input of a training does.

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
        kinds = [(step.WhichOneof("kind"), step) for step in steps]
        makers = [
            step.log_mel
            for kind, step in kinds
            if kind == "log_mel" and (step.log_mel.output or step.log_mel.field) == feature
        ]
        sound = makers[-1].field if makers else None
        decoders = [
            step.decode_audio
            for kind, step in kinds
            if kind == "decode_audio"
            and (step.decode_audio.output or step.decode_audio.field) == sound
        ]
        if not decoders:
            raise ValueError(
                f"an export makes '{feature}' from sound, but the input has no decode_audio step with a "
                "log_mel step after it that do so. Export with an input that reads sound."
            )
        for kind, step in kinds:
            if kind == "truncate" and step.truncate.field in (feature, sound):
                raise ValueError(
                    f"a truncate step cuts '{step.truncate.field}', which an export does not. Filter by "
                    "length instead."
                )
        self._decoder = decoders[-1]
        self.log_mel: log_mel_pb2.LogMel = makers[-1].log_mel
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
