"""Metrics of classification, over the real examples of a batch (weight 1; padding has weight 0)."""

import tensorflow as tf
from frazo.learn.loss import Loss
from frazo.tasks.task import WeightedMetrics


def weighted_mean(values: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """sum(w x) / sum(w) over [batch]; 0 if all weights are 0."""
    return tf.math.divide_no_nan(tf.reduce_sum(values * weights), tf.reduce_sum(weights))


def loss_metrics(loss: Loss) -> WeightedMetrics:
    """log_pplx, which is the loss, and num_examples_in_batch.

    loss: the mean cross entropy in nats; its weight is the number of examples.
    """
    return {
        "log_pplx": (loss.mean, loss.weight),
        "num_examples_in_batch": (loss.weight, tf.ones([])),
    }


def accuracy_metrics(logits: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor) -> WeightedMetrics:
    """accuracy, error, acc5, error5: the share of examples whose label is (not) the best, or among
    the best five, classes.

    logits: [batch, classes]; labels: int [batch]; weights: [batch]. Classes that tie with the
    label's count as worse, as does everything where a logit is not finite as wrong.
    """
    weight = tf.reduce_sum(weights)
    metrics = {}
    for name, error_name, k in [("accuracy", "error", 1), ("acc5", "error5", 5)]:
        hits = tf.cast(tf.math.in_top_k(labels, logits, k), tf.float32)
        accuracy = weighted_mean(hits, weights)
        metrics[name] = (accuracy, weight)
        metrics[error_name] = (1 - accuracy, weight)
    return metrics
