"""TensorFlow ops that decode sound files, compute features, and change sounds for training.

Those that change sounds do what the pipeline's steps of these names do.
"""

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


def speed_perturb(samples: tf.Tensor, lengths: tf.Tensor, factors: tf.Tensor) -> DecodedSounds:
    """Plays sounds at other speeds, with tempo and pitch together (Ko et al. 2015).

    n samples become ceil(n / factor). There is no gradient.

    Args:
      samples: float32 [B, N].
      lengths: int32 [B], number of samples of each sound.
      factors: float32 [B], in 0.1 .. 10; at 1.1 a sound is shorter and higher.

    Raises:
      tf.errors.InvalidArgumentError: A length is outside 0 .. N, or a factor outside its range.
    """
    return DecodedSounds(
        *op_library().frazo_speed_perturb(samples=samples, lengths=lengths, factors=factors)
    )


def add_noise(
    samples: tf.Tensor, lengths: tf.Tensor, snr_db: tf.Tensor, seeds: tf.Tensor
) -> tf.Tensor:
    """Adds white Gaussian noise to sounds, without a gradient. Silence gets none.

    Args:
      samples: float32 [B, N]. Those after the last of a sound stay as they are.
      lengths: int32 [B], number of samples of each sound.
      snr_db: float32 [B], in -100 .. 100, the ratio of the mean square of the samples to the
        variance of the noise, in decibels.
      seeds: int64 [B]. Equal seeds give equal noise.

    Returns:
      float32 [B, N]. They may leave [-1, 1].

    Raises:
      tf.errors.InvalidArgumentError: A length is outside 0 .. N, or a ratio outside its range.
    """
    return op_library().frazo_add_noise(
        samples=samples, lengths=lengths, snr_db=snr_db, seeds=seeds
    )


def spec_augment(
    features: tf.Tensor, frames: tf.Tensor, config: bytes, seeds: tf.Tensor
) -> tf.Tensor:
    """Sets bands and spans of frames to zero, without a gradient (Park et al. 2019).

    Args:
      features: float32 [B, T, values of a frame]. Frames after the last of a sound stay as they
        are.
      frames: int32 [B], number of frames of each sound.
      config: A serialized frazo.SpecAugment.
      seeds: int64 [B]. Equal seeds hide equal parts of sounds of equal sizes.

    Returns:
      float32 [B, T, values of a frame].

    Raises:
      tf.errors.InvalidArgumentError: A field of the message is out of its range, or a number of
        frames outside 0 .. T.
    """
    return op_library().frazo_spec_augment(
        features=features, frames=frames, seeds=seeds, config=config
    )
