"""Where the tokens of a batch of sequences are."""

from typing import NamedTuple

import tensorflow as tf


class SequenceLayout(NamedTuple):
    """What each position of [batch, time, dim] holds.

    Attributes:
      mask: bool [batch, time], True where a token is. What layers compute elsewhere is finite and
        otherwise undefined. It never reaches a token.
      segment_ids: int32 [batch, time] if the batch is packed, else None. Several sequences, the
        segments, lie side by side in a row. Tokens of different ids never see each other. Id 0 is
        padding. The tokens of a segment are contiguous.
      segment_pos: int32 [batch, time] if the batch is packed, else None. The position of each token
        in its segment, from 0.
    """

    mask: tf.Tensor
    segment_ids: tf.Tensor | None = None
    segment_pos: tf.Tensor | None = None

    @classmethod
    def of_lengths(cls, lengths: tf.Tensor, time: int | tf.Tensor) -> "SequenceLayout":
        """Returns a layout of `time` positions, the first lengths[i] of row i tokens."""
        return cls(mask=tf.sequence_mask(lengths, time))

    @classmethod
    def of_segments(cls, segment_ids: tf.Tensor, segment_pos: tf.Tensor) -> "SequenceLayout":
        """Returns the layout of a packed batch."""
        return cls(mask=segment_ids > 0, segment_ids=segment_ids, segment_pos=segment_pos)

    def positions(self) -> tf.Tensor:
        """Returns the position of each token in its sequence, from 0: int32 [batch or 1, time]."""
        if self.segment_pos is not None:
            return self.segment_pos
        return tf.range(tf.shape(self.mask)[1])[tf.newaxis]
