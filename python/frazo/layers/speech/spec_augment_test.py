"""The masks: where they may lie, and that they are the same each time."""

import functools

import numpy as np
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.spec_augment import SpecAugment
from frazo.layers.step_context import StepContext
from frazo.proto import spec_augment_pb2

LENGTHS = [50, 20, 3]


@functools.cache
def augmentation(seed, **fields):
    layer = SpecAugment(
        spec_augment_pb2.SpecAugment(**fields),
        Place(path="augment", seed=seed, input_shape=(None, None, 30)),
    )
    layout = SequenceLayout.of_lengths(tf.constant(LENGTHS), 50)

    @tf.function(autograph=False)
    def augment(step):
        context = StepContext.for_training(seed=seed, global_step=step)
        return layer(tf.ones([3, 50, 30]), layout, context)

    return augment


def augmented(step=0, seed=1, **fields):
    """Which elements of [3, 50, 30] are hidden."""
    return augmentation(seed, **fields)(tf.constant(step, tf.int64)).numpy() == 0


def test_evaluation_hides_nothing():
    layer = SpecAugment(spec_augment_pb2.SpecAugment(), Place(seed=1, input_shape=(None, None, 30)))
    layout = SequenceLayout.of_lengths(tf.constant(LENGTHS), 50)
    x = tf.ones([3, 50, 30])
    assert layer(x, layout, StepContext.for_evaluation(seed=1)) is x


def test_the_same_step_hides_the_same_and_another_hides_other():
    first = augmented()
    np.testing.assert_array_equal(first, augmented())
    assert (first != augmented(step=1)).any()
    assert (first != augmented(seed=2)).any()


def test_masks_are_whole_bands_and_spans_within_their_limits():
    for step in range(10):
        bands = augmented(step, time_masks=0, frequency_masks=1, most_bands=4)
        spans = augmented(step, time_masks=1, frequency_masks=0, most_of_utterance=0.4)
        for row, length in enumerate(LENGTHS):
            hidden = bands[row, 0]
            assert (bands[row] == hidden).all()
            assert hidden.sum() <= 4
            assert np.abs(np.diff(hidden.astype(int), prepend=0, append=0)).sum() in (0, 2)
            span = spans[row, :, 0]
            assert (spans[row] == span[:, np.newaxis]).all()
            assert span.sum() <= int(0.4 * length)
            assert not span[length:].any()


def test_every_place_is_hidden_at_some_time():
    hidden = np.stack([augmented(step, most_bands=20, most_of_utterance=1) for step in range(60)])
    assert hidden.any(axis=(0, 3))[0].all()
    assert hidden.any(axis=(0, 2))[0].all()
