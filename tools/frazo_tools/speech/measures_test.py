"""Levels by hand, and statistics as NumPy has them."""

import numpy as np
import pytest
from frazo_tools.speech.measures import FeatureStatistics, measure_level
from hypothesis import given
from hypothesis import strategies as st


def test_a_level_is_in_decibels_below_the_greatest():
    level = measure_level(np.array([0.5, -0.5, 0.5, -0.5], np.float32))
    assert level.peak_db == pytest.approx(-6.0206, abs=1e-4)
    assert level.mean_db == pytest.approx(-6.0206, abs=1e-4)
    assert level.clipped == 0


def test_samples_at_the_limit_are_clipped():
    level = measure_level(np.array([1, 0, -1, 0], np.float32))
    assert level.clipped == 0.5
    assert level.is_clipped


def test_a_sound_with_a_sample_at_the_limit_is_not_clipped():
    samples = np.zeros(1000, np.float32)
    samples[0] = 1
    assert not measure_level(samples).is_clipped
    samples[1] = -1
    assert measure_level(samples).is_clipped


@pytest.mark.parametrize("samples", [[], [0, 0], [0, 1 / 65536]])
def test_silence_has_a_level(samples):
    level = measure_level(np.array(samples, np.float32))
    assert level == (-96.3, -96.3, 0)
    assert level.is_silent


def test_a_step_of_16_bits_is_no_silence():
    assert not measure_level(np.array([0, -1 / 32768], np.float32)).is_silent


@given(st.lists(st.integers(0, 20), max_size=6), st.integers(0, 2**32 - 1))
def test_statistics_are_those_of_all_frames_together(counts, seed):
    generator = np.random.default_rng(seed)
    parts = [generator.normal(1000, 1, [count, 3]).astype(np.float32) for count in counts]
    statistics = FeatureStatistics(3)
    for part in parts:
        statistics.add(part)
    together = np.concatenate([np.zeros([0, 3], np.float32), *parts]).astype(np.float64)
    assert statistics.frames == len(together)
    if len(together):
        np.testing.assert_allclose(statistics.mean, together.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(statistics.stddev, together.std(axis=0), atol=1e-9)
