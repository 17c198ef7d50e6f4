"""What a layer knows about the step that it is part of."""

import zlib

import tensorflow as tf
from frazo.layers.packed_kernels import PackedKernels


class StepContext:
    """One step of training or evaluation, handed down through every layer.

    training: whether dropout drops and batch norm uses the batch's own statistics.
    seed: int64 [2]. All randomness of the step is a pure function of it and of a layer's path.
    updates: deferred assignments (variable, value), in the order in which they were added.
    row_sentences: int32 [rows] in a step of decoding, the sentence that each row belongs to; or None.
    """

    def __init__(
        self,
        *,
        training: bool,
        seed: tf.Tensor,
        row_sentences: tf.Tensor | None = None,
        kernels: PackedKernels | None = None,
    ):
        self.training = training
        self.seed = seed
        self.row_sentences = row_sentences
        self._kernels = kernels
        self.updates: list[tuple[tf.Variable, tf.Tensor]] = []

    @classmethod
    def for_training(cls, *, seed: int, global_step: tf.Tensor) -> "StepContext":
        """The context of the training step that follows `global_step` (int64 scalar) done steps."""
        return cls(training=True, seed=tf.stack([tf.constant(seed, tf.int64), global_step]))

    @classmethod
    def for_evaluation(cls, *, seed: int) -> "StepContext":
        return cls(training=False, seed=tf.constant([seed, 0], tf.int64))

    @classmethod
    def for_decoding(cls, row_sentences: tf.Tensor, kernels: PackedKernels) -> "StepContext":
        """As in evaluation, for one step of a loop around which `kernels` were made."""
        return cls(
            training=False,
            seed=tf.zeros([2], tf.int64),
            row_sentences=row_sentences,
            kernels=kernels,
        )

    def multiply(
        self,
        x: tf.Tensor,
        kernel: tf.Variable,
        bias: tf.Tensor | None = None,
        *,
        transposed: bool = False,
    ) -> tf.Tensor:
        """x W + b: [rows, features], [features, units], [units] to [rows, units], of the type of x.

        transposed: kernel is [units, features]. A layer multiplies by its matrices through this, so
        that a loop of many steps can have them packed.
        """
        if self._kernels is not None:
            # Packed kernels are float32.
            wide = tf.cast(x, tf.float32)
            return tf.cast(
                self._kernels.multiply(wide, kernel, bias, transposed=transposed), x.dtype
            )
        y = tf.linalg.matmul(x, tf.cast(kernel, x.dtype), transpose_b=transposed)
        return y if bias is None else tf.nn.bias_add(y, tf.cast(bias, x.dtype))

    def at_time(self, time: tf.Tensor | int) -> "StepContext":
        """For a position in a loop over a sequence, whose random numbers are its own.

        time: from 0, below 2^24 - 1. It takes no updates.
        """
        # The step stays below 2^39, so that no two pairs of step and time are one number.
        word, step = tf.unstack(self.seed)
        position = step * 2**24 + tf.cast(time, tf.int64) + 1
        return StepContext(training=self.training, seed=tf.stack([word, position]))

    def add_update(self, variable: tf.Variable, value: tf.Tensor) -> None:
        """Assigns `value` after the step, if the step counts (a step that is not finite does not)."""
        self.updates.append((variable, value))

    def seed_for(self, path: str) -> tf.Tensor:
        """int64 [2], different for each path and step: the seed of a stateless random op."""
        # The path goes into the upper half of the first word and so never meets a seed below 2^32.
        word = zlib.crc32(path.encode()) << 32
        signed = word - (1 << 64) if word >= 1 << 63 else word
        return tf.bitwise.bitwise_xor(self.seed, tf.constant([signed, 0], tf.int64))
