"""Softmax whose loss in training uses a sample of the classes."""

import math

import tensorflow as tf
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
        sampled = self.sample(context)
        kernel, bias = self._rows(labels)
        label_logits = tf.reduce_sum(x * kernel, -1) + bias
        kernel, bias = self._rows(sampled)
        logits = tf.linalg.matmul(x, kernel, transpose_b=True) + bias
        logits -= self._log_expected_count(sampled)
        logits += tf.where(labels[:, tf.newaxis] == sampled, HIDDEN, 0.0)
        every = tf.concat([label_logits[:, tf.newaxis], logits], 1)
        return tf.reduce_logsumexp(every, -1) - label_logits

    def sample(self, context: StepContext) -> tf.Tensor:
        """Returns the step's classes, int32 [num_sampled], a pure function of its seed."""
        count, classes = self.message.num_sampled, self.message.num_classes
        uniform = tf.random.stateless_uniform(
            [count], context.seed_for(f"{self.path}/sample"), alg="philox"
        )
        # This inverts the distribution function log(k + 2) / log(classes + 1).
        drawn = tf.cast(tf.exp(uniform * math.log(classes + 1)), tf.int32) - 1
        return tf.clip_by_value(drawn, 0, classes - 1)

    def _log_expected_count(self, classes: tf.Tensor) -> tf.Tensor:
        k = tf.cast(classes, tf.float32)
        probability = tf.math.log1p(1 / (k + 1)) / math.log(self.message.num_classes + 1)
        return tf.math.log(self.message.num_sampled * probability)

    def _rows(self, classes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        bias = tf.gather(self.bias, classes) if self.bias is not None else 0.0
        return tf.gather(self.kernel, classes), bias
