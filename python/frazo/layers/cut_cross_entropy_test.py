import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.cut_cross_entropy import cut_cross_entropies
from frazo.shard.connected_mesh import connected_mesh
from frazo.shard.mesh import Range
from frazo.shard.worker_processes import run_in_workers

_ROWS, _CLASSES = 6, 12


def inputs():
    random = np.random.default_rng(5)
    logits = random.normal(0, 3, (_ROWS, _CLASSES)).astype(np.float32)
    # Without the largest logit the exponentials would overflow.
    logits[0] += 200
    # Labels of the first, the last and middle classes, so that each process has some.
    return logits, np.array([0, 11, 5, 6, 3, 8], np.int32), random.normal(size=_ROWS)


_SETTINGS = ({}, {"smoothing": 0.1}, {"smoothing": 0.1, "z_loss": 0.01})


def _cut(rank, count):
    """Returns the losses and the gradient of each of the settings."""
    group = connected_mesh(rank, {"model": count}, {}, "").groups["model"]
    logits, labels, slopes = inputs()
    size = _CLASSES // count
    own = Range(rank * size, size)

    def losses(logits, settings):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            found = cut_cross_entropies(logits, tf.constant(labels), own, group, **settings)
            total = tf.reduce_sum(found.smoothed * tf.constant(slopes, tf.float32))
        return *found, tape.gradient(total, logits)

    own_logits = tf.constant(logits[:, own.start : own.start + size])
    run = [tf.function(losses, autograph=False) for _ in _SETTINGS]
    return [
        [x.numpy() for x in each(own_logits, settings)]
        for each, settings in zip(run, _SETTINGS, strict=True)
    ]


@pytest.mark.parametrize("count", [2, 4])
def test_losses_and_gradients_are_those_of_whole_logits(count):
    for settings, results in zip(
        _SETTINGS, zip(*run_in_workers(count, _cut), strict=True), strict=True
    ):
        check(results, settings)


def check(results, settings):
    logits, labels, slopes = inputs()
    whole = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(whole)
        expected = ops.cross_entropies(whole, tf.constant(labels), **settings)
        total = tf.reduce_sum(expected.smoothed * tf.constant(slopes, tf.float32))
    for smoothed, plain, _ in results:
        np.testing.assert_allclose(plain, expected.plain, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(smoothed, expected.smoothed, rtol=1e-5, atol=1e-5)
    gradients = np.concatenate([gradient for _, _, gradient in results], 1)
    np.testing.assert_allclose(gradients, tape.gradient(total, whole), rtol=1e-5, atol=1e-6)


def _wrong_label(rank, count):
    group = connected_mesh(rank, {"model": count}, {}, "").groups["model"]
    try:
        cut_cross_entropies(tf.zeros([1, 3]), tf.constant([6]), Range(3 * rank, 3), group)
    except tf.errors.InvalidArgumentError as error:
        return error.message
    return "no error"


def test_a_label_that_is_no_class_is_an_error_in_each_process():
    for message in run_in_workers(2, _wrong_label):
        assert "a label is not a class, from 0 to 5. Correct the labels." in message
