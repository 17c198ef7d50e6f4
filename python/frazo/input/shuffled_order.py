"""The order of a shuffled, endless stream."""

import tensorflow as tf

# With the 4 rounds of tf.random.experimental.index_shuffle, some pairs of epochs agree in a hundred
# times as many positions as random ones.
_CIPHER_ROUNDS = 16


def shuffled_indices(first: tf.Tensor, count: int, *, num_examples: int, seed: int) -> tf.Tensor:
    """Returns the examples at positions first, ..., first + count - 1 of the stream: int64 [count].

    The stream is a sequence of random permutations of 0, ..., num_examples - 1, one per epoch. It
    is a pure function of (seed, position), so that any part can be computed alone. A cipher over
    [0, num_examples) replaces a shuffled list.
    """
    places = first + tf.range(count, dtype=tf.int64)
    epochs = places // num_examples
    # The op takes three 32-bit words of seed: the epoch and both halves of our seed.
    words = [
        tf.cast(epochs, tf.int32),
        tf.fill([count], _signed32(seed)),
        tf.fill([count], _signed32(seed >> 32)),
    ]
    return tf.raw_ops.RandomIndexShuffle(
        index=places % num_examples,
        seed=tf.stack(words, axis=1),
        max_index=tf.constant(num_examples - 1, tf.int64),
        rounds=_CIPHER_ROUNDS,
    )


def _signed32(value: int) -> int:
    word = value & 0xFFFFFFFF
    return word - (1 << 32) if word >= 1 << 31 else word
