"""Masks of frequency and time."""

import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory, SequenceLayer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import spec_augment_pb2
from frazo.registry import register


@register(spec_augment_pb2.SpecAugment)
class SpecAugment(SequenceLayer):
    """Sets bands and spans of frames, [batch, time, features], to zero in training.

    The masks of each utterance are a pure function of the experiment's seed, the step, the path and
    the utterance's row.
    """

    def __init__(self, message: spec_augment_pb2.SpecAugment, place: Place):
        super().__init__(message, place)
        self._features = self.require_dim()

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        del memory
        if not context.training:
            return x
        message, batch = self.message, tf.shape(x)[0]
        bands = _masks(
            tf.fill([batch], self._features),
            tf.fill([batch], tf.minimum(message.most_bands, self._features)),
            self._features,
            message.frequency_masks,
            context.seed_for(self.path + "/frequency"),
        )
        lengths = tf.reduce_sum(tf.cast(layout.mask, tf.int32), 1)
        share = tf.cast(tf.cast(lengths, tf.float32) * message.most_of_utterance, tf.int32)
        spans = _masks(
            lengths,
            tf.minimum(message.most_frames, share),
            tf.shape(x)[1],
            message.time_masks,
            context.seed_for(self.path + "/time"),
        )
        hidden = bands[:, tf.newaxis] | spans[..., tf.newaxis]
        return tf.where(hidden, tf.zeros([], x.dtype), x)


def _masks(
    lengths: tf.Tensor, most: tf.Tensor, size: int | tf.Tensor, count: int, seed: tf.Tensor
) -> tf.Tensor:
    """Draws `count` masks for each row and joins them.

    Args:
      lengths: int32 [batch], where masks may lie.
      most: int32 [batch], the largest width of a mask.
      size: The size of the result.
      count: The number of masks.
      seed: int64 [2].

    Returns:
      bool [batch, size], True where a mask is.
    """
    batch = tf.shape(lengths)[0]
    draws = tf.random.stateless_uniform([2, batch, count], seed)
    lengths, most = (tf.cast(value, tf.float32)[:, tf.newaxis] for value in (lengths, most))
    widths = tf.floor(draws[0] * (most + 1))
    begins = tf.floor(draws[1] * (lengths - widths + 1))
    position = tf.cast(tf.range(size), tf.float32)
    inside = (position >= begins[..., tf.newaxis]) & (position < (begins + widths)[..., tf.newaxis])
    return tf.reduce_any(inside, 1)
