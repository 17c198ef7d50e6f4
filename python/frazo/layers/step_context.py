"""What a layer must know about the step that it is part of."""

import zlib
from typing import NamedTuple, Protocol

import tensorflow as tf
from frazo.layers.packed_kernels import KernelRows, PackedKernels
from frazo.layers.repeated_rows import RepeatedRows


class AuxiliaryLoss(NamedTuple):
    """A mean that training minimizes beside the loss of the task.

    Attributes:
      total: float32 [], the sum of weight * loss.
      weight: float32 [], the sum of these weights, >= 0.
      factor: What the mean is multiplied by before it is added to the loss of the task.
    """

    total: tf.Tensor
    weight: tf.Tensor
    factor: float


class StageIo(Protocol):
    """What connects a stage of a pipeline with the others, for a part of a batch."""

    def enter(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the input of the stage's layers.

        Args:
          x: The input of the first stage. The others give a tensor of this shape and type.
        """
        ...

    def leave(self, x: tf.Tensor) -> tf.Tensor:
        """Takes the output of the stage's layers, and returns the input of what follows the last
        one; in the other stages nothing comes of it.
        """
        ...


class StepContext:
    """One step of training or evaluation, passed down through every layer.

    Attributes:
      training: Whether dropout drops and batch norm uses the batch's own statistics.
      seed: int64 [2]. All randomness of the step is a pure function of the seed and a layer's path.
      updates: Deferred assignments (variable, value), in the order in which they were added.
      auxiliary_losses: What layers add to the loss of the task, in the order of the layers.
      metrics: What layers measure: by name the mean over the batch and its weight, float32 [].
      row_sentences: int32 [rows], the sentence of each row in a step of decoding; else None.
      expected_rows: int32 [], about how many rows all steps of decoding together have for each
        sentence. It tells a memory cache what is worth computing once. None: only what every step
        needs.
      global_step: int64 [], the number of steps done before this one of training; else None.
      stage: Connects a stack of layers with its other stages; None: it has all of its layers.
    """

    def __init__(
        self,
        *,
        training: bool,
        seed: tf.Tensor,
        row_sentences: tf.Tensor | None = None,
        kernels: PackedKernels | None = None,
        global_step: tf.Tensor | None = None,
        repeated: RepeatedRows | None = None,
    ):
        self.training = training
        self.seed = seed
        self.row_sentences = row_sentences
        self.expected_rows: tf.Tensor | None = None
        self.global_step = global_step
        self._kernels = kernels
        self._repeated = repeated
        self.updates: list[tuple[tf.Variable, tf.Tensor]] = []
        self.auxiliary_losses: list[AuxiliaryLoss] = []
        self.metrics: dict[str, tuple[tf.Tensor, tf.Tensor]] = {}
        self.stage: StageIo | None = None

    @classmethod
    def for_training(
        cls, *, seed: int, global_step: tf.Tensor, replica: int | tf.Tensor = 0
    ) -> "StepContext":
        """Returns the context of a step of training.

        Args:
          seed: The experiment's seed.
          global_step: int64 [], the number of finished steps.
          replica: The number of this process among those that share the step; a tensor is int64 [].
        """
        # No training has as many steps.
        position = global_step + replica * 2**48
        return cls(
            training=True,
            seed=tf.stack([tf.constant(seed, tf.int64), position]),
            global_step=global_step,
        )

    @classmethod
    def for_evaluation(cls, *, seed: int) -> "StepContext":
        """Returns the context of evaluation, without dropout."""
        return cls(training=False, seed=tf.constant([seed, 0], tf.int64))

    @classmethod
    def for_memory_cache(cls, expected_rows: tf.Tensor | None) -> "StepContext":
        """Returns the context in which to make the memory cache of a loop that decodes.

        Args:
          expected_rows: See the attribute.
        """
        context = cls(training=False, seed=tf.zeros([2], tf.int64))
        context.expected_rows = expected_rows
        return context

    @classmethod
    def for_decoding(
        cls,
        row_sentences: tf.Tensor,
        kernels: PackedKernels,
        *,
        repeated: RepeatedRows | None = None,
    ) -> "StepContext":
        """Returns the context of one step of a loop that decodes. It is like that of evaluation.

        Args:
          row_sentences: int32 [rows], the sentence of each row.
          kernels: Packed kernels that were made before the loop.
          repeated: Which rows begin the step with the same state. None: nothing is known of that.
        """
        return cls(
            training=False,
            seed=tf.zeros([2], tf.int64),
            row_sentences=row_sentences,
            kernels=kernels,
            repeated=repeated,
        )

    def multiply(
        self,
        x: tf.Tensor,
        kernel: tf.Variable | KernelRows,
        bias: tf.Tensor | None = None,
        *,
        transposed: bool = False,
    ) -> tf.Tensor:
        """Returns x W + b, of the type of x.

        Layers multiply by their matrices through this function, so that a loop of many steps can
        use packed matrices.

        Args:
          x: [rows, features].
          kernel: [features, units].
          bias: [units], or None.
          transposed: Whether the kernel is [units, features]; not if only some of its rows count.

        Returns:
          [rows, units].
        """
        if self._kernels is not None:
            # Packed kernels are float32.
            wide = tf.cast(x, tf.float32)
            return tf.cast(
                self._kernels.multiply(wide, kernel, bias, transposed=transposed), x.dtype
            )
        matrix = kernel.matrix() if isinstance(kernel, KernelRows) else kernel
        y = tf.linalg.matmul(x, tf.cast(matrix, x.dtype), transpose_b=transposed)
        return y if bias is None else tf.nn.bias_add(y, tf.cast(bias, x.dtype))

    def multiply_state(self, x: tf.Tensor, kernel: tf.Variable) -> tf.Tensor:
        """Returns x W as `multiply` does, for x of the state that rows begin the step with.

        A state that several rows share is multiplied once.
        """
        if self._repeated is None:
            return self.multiply(x, kernel)
        return self._repeated.map_once(lambda state: self.multiply(state, kernel), x)

    def at_time(self, time: tf.Tensor | int) -> "StepContext":
        """Returns the context of a position in a loop over a sequence.

        Its random numbers are its own. It has no row_sentences, and updates, auxiliary losses and
        metrics that are added to it are lost.

        Args:
          time: From 0, below 2^24 - 1.
        """
        # Steps stay below 2^39, so that different pairs of step and time give different numbers.
        word, step = tf.unstack(self.seed)
        position = step * 2**24 + tf.cast(time, tf.int64) + 1
        return self._with_seed(tf.stack([word, position]))

    def of_part(self, part: int) -> "StepContext":
        """Returns the context of a part of the batch, which draws random numbers of its own.

        Args:
          part: Its number, below 256.
        """
        # No training has as many steps, and replicas are further apart.
        word, position = tf.unstack(self.seed)
        return self._with_seed(tf.stack([word, position + part * 2**40]))

    def apart(self) -> "StepContext":
        """Returns a context of the same step. What is added to it is not in this one."""
        return StepContext(
            training=self.training,
            seed=self.seed,
            row_sentences=self.row_sentences,
            kernels=self._kernels,
            global_step=self.global_step,
            repeated=self._repeated,
        )

    def include(self, other: "StepContext") -> None:
        """Adds the updates, auxiliary losses and metrics of another context to those of this."""
        self.updates += other.updates
        self.auxiliary_losses += other.auxiliary_losses
        self.metrics |= other.metrics

    def add_update(self, variable: tf.Variable, value: tf.Tensor) -> None:
        """Assigns `value` to `variable` after the step, unless the step is skipped."""
        self.updates.append((variable, value))

    def add_auxiliary_loss(self, total: tf.Tensor, weight: tf.Tensor, factor: float) -> None:
        """Adds factor * total / weight to what training minimizes; see AuxiliaryLoss."""
        self.auxiliary_losses.append(AuxiliaryLoss(total, weight, factor))

    def auxiliary_loss(self) -> tf.Tensor:
        """Returns the sum of all auxiliary losses with their factors, float32 []."""
        terms = [
            loss.factor * tf.math.divide_no_nan(loss.total, loss.weight)
            for loss in self.auxiliary_losses
        ]
        return tf.add_n([tf.zeros([]), *terms])

    def add_metric(self, name: str, mean: tf.Tensor, weight: tf.Tensor) -> None:
        """Adds a metric to those of the task. The reports show its mean over batches.

        Args:
          name: The layer's path and the name within the layer.
          mean: float32 [], the mean over the batch.
          weight: float32 [], the weight of the batch in the mean over batches.
        """
        self.metrics[name] = (mean, weight)

    def seed_for(self, path: str) -> tf.Tensor:
        """Returns the seed of a stateless random op, int64 [2], for a path and this step."""
        # The path is the upper half of the first word. A seed below 2^32 is the lower half.
        word = zlib.crc32(path.encode()) << 32
        signed = word - (1 << 64) if word >= 1 << 63 else word
        return tf.bitwise.bitwise_xor(self.seed, tf.constant([signed, 0], tf.int64))

    def _with_seed(self, seed: tf.Tensor) -> "StepContext":
        return StepContext(training=self.training, seed=seed, global_step=self.global_step)
