import functools

import numpy as np
import pytest
import tensorflow as tf
from frazo.learn.gradient_norm_tracker import GradientNormTracker
from frazo.proto import gradient_norm_tracker_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

# The tracker judges from a weight of .75 on: after n steps it is 1 - decay^n, so with a decay of
# .995 after 277.
STEPS = 1500
NORMS = st.floats(0, 2.0**120, width=32)
SETTINGS = st.tuples(st.sampled_from([0.5, 0.9, 0.99, 0.995]), st.sampled_from([0.01, 1.0, 4.0]))


@functools.cache
def compiled(decay, deviations):
    """Returns a function from norms, float32 [n], to what a new tracker says of each, bool [n]."""
    tracker = GradientNormTracker(
        gradient_norm_tracker_pb2.GradientNormTracker(decay=decay, deviations=deviations)
    )

    @tf.function(input_signature=[tf.TensorSpec([None])], autograph=False)
    def judge(norms):
        return tf.map_fn(tracker.accepts, norms, fn_output_signature=tf.bool, parallel_iterations=1)

    def judge_from_the_start(norms):
        for variable in tracker.variables_to_save:
            variable.assign(0)
        return judge(np.asarray(norms, np.float32)).numpy()

    return judge_from_the_start


def rejected(decay, norms, deviations=4.0):
    return int(np.sum(~compiled(decay, deviations)(norms)))


def test_a_norm_of_one_at_each_step_is_no_outlier():
    assert rejected(0.995, np.ones(STEPS)) == 0


def test_norms_that_all_count_as_the_smallest_are_no_outliers():
    # All are below .01 and count as .01.
    assert rejected(0.99, np.resize(np.arange(1, 10) / 1000, STEPS)) == 0


@settings(max_examples=60, deadline=None)
@given(norm=NORMS, setting=SETTINGS)
def test_equal_norms_of_any_size_are_no_outliers(norm, setting):
    decay, deviations = setting
    assert rejected(decay, np.full(STEPS, norm), deviations) == 0


@settings(max_examples=60, deadline=None)
@given(norm=NORMS, setting=SETTINGS, seed=st.integers(0, 2**32 - 1))
def test_norms_that_differ_in_their_last_bits_are_no_outliers(norm, setting, seed):
    decay, deviations = setting
    norms = np.full(STEPS, norm, np.float32)
    above = np.nextafter(np.nextafter(norms, np.float32(np.inf)), np.float32(np.inf))
    either = np.where(np.random.default_rng(seed).random(STEPS) < 0.5, norms, above)
    assert rejected(decay, either, deviations) == 0


@settings(max_examples=60, deadline=None)
@given(norm=NORMS, setting=SETTINGS)
def test_a_norm_far_above_equal_ones_is_an_outlier(norm, setting):
    decay, deviations = setting
    # log(1 + norm) is log 2 higher.
    norms = [*np.full(STEPS, norm), 2 * norm + 1]
    np.testing.assert_array_equal(compiled(decay, deviations)(norms), [True] * STEPS + [False])


@pytest.mark.parametrize("factor", [1.001, 1.1])
def test_the_margin_hides_nothing_but_rounding(factor):
    # log(1 + 1.001) is .0005 above log 2, the margin 2^-20 is a millionth.
    assert not compiled(0.9, 4.0)([*np.ones(200), factor])[-1]
