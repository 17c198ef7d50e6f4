import numpy as np
import pytest
from frazo_tools.wer import bootstrap


def test_two_utterances_have_three_rates():
    # Drawn sets are (0, 0), (0, 1), (1, 0), (1, 1): rates 0, 1/4 and 1/2, each of the outer ones in
    # a quarter of the sets.
    found = bootstrap.interval(np.array([0, 5]), np.array([10, 10]), 1000, seed=3)
    assert found == (0, 0.5)


def test_the_interval_of_many_is_that_of_the_normal_distribution():
    # Utterances of 10 words, each with 0 or 2 errors: the mean rate is 0.1 with a deviation of
    # 0.1 / sqrt(2000) = 0.00224, of which 1.96 is 0.0044.
    errors = np.tile([0, 2], 1000)
    low, high = bootstrap.interval(errors, np.full(2000, 10), 2000, seed=1)
    assert (low, high) == (
        pytest.approx(0.1 - 0.0044, abs=5e-4),
        pytest.approx(0.1 + 0.0044, abs=5e-4),
    )


def test_the_seed_tells_the_draws():
    errors, words = np.arange(50) % 7, np.full(50, 9)
    assert bootstrap.interval(errors, words, 100, 1) == bootstrap.interval(errors, words, 100, 1)
    assert bootstrap.interval(errors, words, 100, 1) != bootstrap.interval(errors, words, 100, 2)


def test_sets_are_drawn_in_parts_without_a_difference(monkeypatch):
    errors, words = np.arange(50) % 7, np.full(50, 9)
    whole = bootstrap.interval(errors, words, 100, 1)
    monkeypatch.setattr(bootstrap, "_DRAWN_AT_ONCE", 70)
    assert bootstrap.interval(errors, words, 100, 1) == whole


def test_a_second_system_is_compared_on_the_same_sets():
    words = np.full(100, 10)
    first = np.arange(100) % 4
    # One error less wherever there is one: always better, though the first's rate varies.
    better = bootstrap.comparison((first, np.maximum(first - 1, 0)), words, 500, seed=1)
    assert better.difference == pytest.approx(-0.075)
    assert better.interval.low < -0.075 < better.interval.high < 0
    assert (better.better, better.worse) == (1, 0)
    same = bootstrap.comparison((first, first), words, 500, seed=1)
    assert same == (0, (0, 0), 0, 0)
