"""Where the tokens of a batch of sequences are."""

from typing import NamedTuple

import tensorflow as tf


class SequenceLayout(NamedTuple):
    """What [batch, time, dim] holds at each place.

    mask: bool [batch, time], True where a token is. What layers compute elsewhere is finite and
        otherwise undefined, and never reaches a token.
    segment_ids, segment_pos: int32 [batch, time], of a packed batch, None of others. Several
        sequences, the segments, lie side by side in a row; tokens of different ids never see each
        other. Id 0 is padding; a segment's tokens are contiguous and their positions count from 0.
    """

    mask: tf.Tensor
    segment_ids: tf.Tensor | None = None
    segment_pos: tf.Tensor | None = None

    @classmethod
    def of_lengths(cls, lengths: tf.Tensor, time: int | tf.Tensor) -> "SequenceLayout":
        """The first lengths[i] (int [batch]) of `time` places of row i are tokens."""
        return cls(mask=tf.sequence_mask(lengths, time))

    @classmethod
    def of_segments(cls, segment_ids: tf.Tensor, segment_pos: tf.Tensor) -> "SequenceLayout":
        return cls(mask=segment_ids > 0, segment_ids=segment_ids, segment_pos=segment_pos)

    def positions(self) -> tf.Tensor:
        """Of each token in its sequence, from 0: int32 [batch or 1, time]."""
        if self.segment_pos is not None:
            return self.segment_pos
        return tf.range(tf.shape(self.mask)[1])[tf.newaxis]
