"""Softmax whose loss in training uses a sample of the classes."""

import math

import tensorflow as tf
from frazo import ops
from frazo.layers.attention.visibility import HIDDEN
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import softmax_pb2
from frazo.registry import register


@register(softmax_pb2.SampledSoftmax)
class SampledSoftmax(Layer):
    """x W^T + b: maps features [batch, features] to logits, float32 [batch, num_classes].

    The kernel is [num_classes, features], so that a sample of classes is a few rows of it.
    """

    def __init__(self, message: softmax_pb2.SampledSoftmax, place: Place):
        super().__init__(message, place)
        (features,) = self.require_rank(2, "[batch, features]")
        if place.mesh.cuts("vocab"):
            raise ValueError(
                f"{self.path}: a sampled softmax draws from all classes, but the mesh cuts vocab. Use "
                "softmax, or take the rule for vocab out of mesh.rules."
            )
        self.output_shape = (self.input_shape[0], message.num_classes)
        classes = message.num_classes
        self.kernel = place.variable(
            "kernel",
            (classes, features),
            axes=("vocab", "embed"),
            init=message.kernel_init,
            decays=True,
        )
        self.bias = None
        if message.bias:
            self.bias = place.variable("bias", (classes,), axes=("vocab",), init=constant(0))

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return context.multiply(tf.cast(x, tf.float32), self.kernel, self.bias, transposed=True)

    def sampled_cross_entropy(
        self, x: tf.Tensor, labels: tf.Tensor, context: StepContext
    ) -> tf.Tensor:
        """Estimates the cross entropies with the labels from a sample of classes.

        The estimated normalizer is exp(logit of the label) plus, for each draw k that is not the
        label, exp(logit of k) / (num_sampled * probability of drawing k). Its mean over draws is
        exact (Bengio and Senecal 2008, section 3; Jean et al. 2015, section 3.2).

        Args:
          x: [batch, features].
          labels: int32 [batch].
          context: The context of the step, which decides the sample.

        Returns:
          -log of the label's probability in nats, float32 [batch].

        Raises:
          InvalidArgumentError: A label is not a class. The op fails when it runs.
        """
        x = tf.cast(x, tf.float32)
        every = tf.concat([labels, self.sample(context)], 0)
        # Frequent classes are drawn often, but each class is computed once.
        classes, places = ops.unique(every)
        of_labels, of_draws = tf.split(places, [tf.size(labels), self.message.num_sampled])
        draws = tf.math.unsorted_segment_sum(tf.ones_like(of_draws), of_draws, tf.size(classes))
        logits = tf.linalg.matmul(x, tf.gather(self.kernel, classes), transpose_b=True)
        if self.bias is not None:
            logits = tf.nn.bias_add(logits, tf.gather(self.bias, classes))
        logits = _with_draws(logits, of_labels, self._log_draws_per_expected(classes, draws))
        return ops.smoothed_cross_entropy(logits, of_labels)

    def sample(self, context: StepContext) -> tf.Tensor:
        """Returns the step's classes, int32 [num_sampled], a pure function of its seed."""
        count, classes = self.message.num_sampled, self.message.num_classes
        uniform = tf.random.stateless_uniform(
            [count], context.seed_for(f"{self.path}/sample"), alg="philox"
        )
        # This inverts the distribution function log(k + 2) / log(classes + 1).
        drawn = tf.cast(tf.exp(uniform * math.log(classes + 1)), tf.int32) - 1
        return tf.clip_by_value(drawn, 0, classes - 1)

    def _log_draws_per_expected(self, classes: tf.Tensor, draws: tf.Tensor) -> tf.Tensor:
        """Returns log(draws / expected draws), HIDDEN without a draw, float32 [classes]."""
        k = tf.cast(classes, tf.float32)
        probability = tf.math.log1p(1 / (k + 1)) / math.log(self.message.num_classes + 1)
        expected = self.message.num_sampled * probability
        logarithm = tf.math.log(tf.cast(draws, tf.float32) / expected)
        return tf.where(draws > 0, logarithm, HIDDEN)


def _with_draws(logits: tf.Tensor, labels: tf.Tensor, of_draws: tf.Tensor) -> tf.Tensor:
    """Adds to the logits of each row, except that of its label, what stands for the draws.

    Args:
      logits: [batch, classes].
      labels: int32 [batch], positions among the classes.
      of_draws: [classes], a constant.
    """

    # What is added is constant, so the gradient is that of the sum. TensorFlow's own would pass
    # over the logits twice.
    @tf.custom_gradient
    def add(logits):
        at_labels = tf.stack([tf.range(tf.size(labels)), labels], 1)
        own = tf.gather(logits, labels, axis=1, batch_dims=1)
        return tf.tensor_scatter_nd_update(logits + of_draws, at_labels, own), lambda slope: slope

    return add(logits)
