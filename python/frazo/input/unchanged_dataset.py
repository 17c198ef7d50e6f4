"""Datasets that TensorFlow does not rewrite."""

import tensorflow as tf


def unchanged(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Returns a dataset that runs as it was written: inline, and not ahead in other threads.

    The default rewrites would make it parallel. It would then hold batches that a checkpoint must
    not count as given, and the state of an iterator would be large.
    """
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    options.autotune.enabled = False
    return dataset.with_options(options)
