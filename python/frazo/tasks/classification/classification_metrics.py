"""Metrics of classification. Examples have weight 1 and padding has weight 0."""

import tensorflow as tf
from frazo.learn.loss import Loss
from frazo.tasks.task import WeightedMetrics


def weighted_mean(values: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Returns sum(w x) / sum(w) over [batch], or 0 if all weights are 0."""
    return tf.math.divide_no_nan(tf.reduce_sum(values * weights), tf.reduce_sum(weights))


def loss_metrics(loss: Loss) -> WeightedMetrics:
    """Returns log_pplx, which is the loss, and num_examples_in_batch.

    Args:
      loss: The mean cross entropy in nats. Its weight is the number of examples.
    """
    return {
        "log_pplx": (loss.mean, loss.weight),
        "num_examples_in_batch": (loss.weight, tf.ones([])),
    }


def accuracy_metrics(logits: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor) -> WeightedMetrics:
    """Returns accuracy and acc5, and their complements error and error5.

    accuracy is the share of examples whose label has the greatest logit, acc5 the share of those
    whose label has one of the five greatest. A tie with another class counts for the label. An
    example with a logit that is not finite counts as wrong.

    Args:
      logits: [batch, classes].
      labels: int [batch].
      weights: [batch].
    """
    weight = tf.reduce_sum(weights)
    metrics = {}
    for name, error_name, k in [("accuracy", "error", 1), ("acc5", "error5", 5)]:
        hits = tf.cast(tf.math.in_top_k(labels, logits, k), tf.float32)
        accuracy = weighted_mean(hits, weights)
        metrics[name] = (accuracy, weight)
        metrics[error_name] = (1 - accuracy, weight)
    return metrics
