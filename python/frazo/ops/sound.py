"""TensorFlow ops that decode sound files and compute features of sound."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class DecodedSounds(NamedTuple):
    """The samples of B sounds.

    Attributes:
      samples: float32 [B, longest] in [-1, 1]; 0 after the last sample of each.
      lengths: int32 [B], number of samples of each.
    """

    samples: tf.Tensor
    lengths: tf.Tensor


class SoundFeatures(NamedTuple):
    """The features of B sounds.

    Attributes:
      features: float32 [B, longest, values of a frame]; 0 after the last frame of each.
      frames: int32 [B], number of frames of each.
    """

    features: tf.Tensor
    frames: tf.Tensor


def decode_sounds(
    contents: tf.Tensor, *, sample_rate: int = 16000, max_seconds: float = 3600
) -> DecodedSounds:
    """Decodes the contents of sound files: FLAC, WAV, Ogg, MP3. Channels are averaged.

    Args:
      contents: string [B].
      sample_rate: Rate of the samples in Hz; other sounds are resampled.
      max_seconds: A longer sound is an error.

    Raises:
      tf.errors.InvalidArgumentError: Bytes are no sound, or a sound is damaged, ends early or is
        too long; the message names the row.
    """
    decoded = op_library().frazo_decode_sounds(
        contents=contents, sample_rate=sample_rate, max_seconds=max_seconds
    )
    return DecodedSounds(*decoded)


def log_mel(samples: tf.Tensor, lengths: tf.Tensor, config: bytes) -> SoundFeatures:
    """Computes the features that a frazo.LogMel message defines, without a gradient.

    Args:
      samples: float32 [B, N] in [-1, 1].
      lengths: int32 [B], number of samples of each sound.
      config: A serialized frazo.LogMel.

    Raises:
      tf.errors.InvalidArgumentError: The message contradicts itself, or a length is outside 0 .. N.
    """
    return SoundFeatures(
        *op_library().frazo_log_mel(samples=samples, lengths=lengths, config=config)
    )
