"""The features of a batch that hold a sequence of tokens."""

from collections.abc import Mapping, Sequence

import tensorflow as tf
from frazo.layers.sequence_layout import SequenceLayout


def require_token_features(
    input_spec: Mapping[str, tf.TensorSpec], names: Sequence[str], task: str
) -> None:
    """Raises ValueError unless the batches have each NAME, [batch, time], with NAME_length, [batch],
    or packed with NAME_segment_ids and NAME_segment_pos, [batch, time]."""
    is_packed = any(f"{name}_segment_ids" in input_spec for name in names)
    suffixes = ("", "_segment_ids", "_segment_pos") if is_packed else ("", "_length")
    for name in names:
        for suffix in suffixes:
            if name + suffix not in input_spec:
                raise ValueError(
                    f"{task}: the batches have no feature '{name}{suffix}', but "
                    f"{', '.join(sorted(input_spec))}. Name the input's tokenized fields "
                    f"{', '.join(names)}, and pack all of them or none."
                )


def token_layout(batch: Mapping[str, tf.Tensor], name: str) -> SequenceLayout:
    """Where the tokens of the feature `name` are, packed or not."""
    if f"{name}_segment_ids" in batch:
        return SequenceLayout.of_segments(
            batch[f"{name}_segment_ids"], batch[f"{name}_segment_pos"]
        )
    return SequenceLayout.of_lengths(batch[f"{name}_length"], tf.shape(batch[name])[1])


def num_sequences(layout: SequenceLayout) -> tf.Tensor:
    """int32 []: the rows, or the segments of packed ones, which count from 1 in each row."""
    if layout.segment_ids is None:
        return tf.shape(layout.mask)[0]
    # A row without tokens has no segment: its greatest id is that of padding, 0.
    return tf.reduce_sum(tf.maximum(tf.reduce_max(layout.segment_ids, 1), 0))


def require_same_layout(
    first: SequenceLayout, second: SequenceLayout, message: str
) -> tf.Operation:
    """An op that fails with InvalidArgumentError unless the two are the same."""
    pairs = [(first.mask, second.mask)]
    if first.segment_ids is not None:
        pairs = [(first.segment_ids, second.segment_ids), (first.segment_pos, second.segment_pos)]
    same_shape = tf.reduce_all(tf.equal(tf.shape(first.mask), tf.shape(second.mask)))

    def same_places() -> tf.Tensor:
        return tf.reduce_all([tf.reduce_all(tf.equal(a, b)) for a, b in pairs])

    same = tf.cond(same_shape, same_places, lambda: tf.constant(False))
    return tf.debugging.Assert(same, [message])
