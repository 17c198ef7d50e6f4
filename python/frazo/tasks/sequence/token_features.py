"""The features of a batch that hold a sequence of tokens."""

from collections.abc import Mapping, Sequence

import tensorflow as tf
from frazo.layers.sequence_layout import SequenceLayout


def require_token_features(
    input_spec: Mapping[str, tf.TensorSpec], names: Sequence[str], task: str
) -> None:
    """Checks that the batches have the features of each of `names`.

    A feature NAME is [batch, time]. It comes with NAME_length, [batch], or, if the batches are
    packed, with NAME_segment_ids and NAME_segment_pos, [batch, time].

    Args:
      input_spec: The features of the batches.
      names: The names that must be there.
      task: The task's name, for errors.

    Raises:
      ValueError: A feature is missing.
    """
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
    """Returns the layout of the feature `name`, packed or not."""
    if f"{name}_segment_ids" in batch:
        return SequenceLayout.of_segments(
            batch[f"{name}_segment_ids"], batch[f"{name}_segment_pos"]
        )
    return SequenceLayout.of_lengths(batch[f"{name}_length"], tf.shape(batch[name])[1])


def num_sequences(layout: SequenceLayout) -> tf.Tensor:
    """Returns the number of rows, or of segments if the rows are packed, int32 []."""
    if layout.segment_ids is None:
        return tf.shape(layout.mask)[0]
    # Segments count from 1 in each row. A row without tokens has only the id of padding, 0.
    return tf.reduce_sum(tf.maximum(tf.reduce_max(layout.segment_ids, 1), 0))


def require_same_layout(
    first: SequenceLayout, second: SequenceLayout, message: str
) -> tf.Operation:
    """Returns an op that fails with InvalidArgumentError(message) unless the layouts are equal."""
    pairs = [(first.mask, second.mask)]
    if first.segment_ids is not None:
        pairs = [(first.segment_ids, second.segment_ids), (first.segment_pos, second.segment_pos)]
    same_shape = tf.reduce_all(tf.equal(tf.shape(first.mask), tf.shape(second.mask)))

    def same_values() -> tf.Tensor:
        return tf.reduce_all([tf.reduce_all(tf.equal(a, b)) for a, b in pairs])

    same = tf.cond(same_shape, same_values, lambda: tf.constant(False))
    return tf.debugging.Assert(same, [message])
